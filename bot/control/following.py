"""`clever follow`, asked of the daemon: which campaigns begun elsewhere are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.control.verbs import Offer, Offers, Told
from bot.core.messages import Feed
from bot.services.account import Account
from bot.services.desk import NotDone
from bot.services.following import Following

Name = Annotated[str, Field(max_length=40)]
Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]


class _Verb(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    gateway: Name


class Follow(_Verb):
    """Follow a campaign."""

    verb: Literal["follow"] = "follow"
    reference: Reference
    all_new: bool = False
    """Also what it lists already is answered: it has only just begun."""


class Unfollow(_Verb):
    """Follow a campaign no more."""

    verb: Literal["unfollow"] = "unfollow"
    reference: Reference


class Followed(_Verb):
    """List the campaigns that are followed."""

    verb: Literal["followed"] = "followed"


def follow_offers(accounts: Iterable[Account]) -> Offers:
    """Give the verbs, for the accounts at which campaigns are begun."""
    known = {one.name: Following(one) for one in accounts if one.gateway.traits.campaigns}

    def of(name: str) -> Following:
        if name not in known:
            raise NotDone(f"{name} is no account that this daemon has on, or has no campaigns")
        return known[name]

    async def follow(asked: Follow) -> Told:
        begun = await of(asked.gateway).begin(asked.reference, all_new=asked.all_new)
        return {"new": begun.new, "answers": begun.answers}

    async def unfollow(asked: Unfollow) -> Told:
        await of(asked.gateway).end(asked.reference)
        return {"done": True}

    async def followed(asked: Followed) -> Told:
        return {"followed": [_shown(one) for one in await of(asked.gateway).all()]}

    return {
        "follow": Offer(Follow, follow),
        "unfollow": Offer(Unfollow, unfollow),
        "followed": Offer(Followed, followed),
    }


def _shown(feed: Feed) -> Told:
    return {
        "reference": feed.reference,
        "since": feed.opened_at,
        "read_at": feed.read_at,
        "answered_at": feed.hot_at if feed.hot_at > feed.opened_at else None,
    }
