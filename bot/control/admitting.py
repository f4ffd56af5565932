"""Tokens, made and revoked by the daemon: the token itself never comes this way."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.control.verbs import Offer, Offers, Told
from bot.core.tokens import Scope
from bot.services.doorkeeper import Doorkeeper

TokenName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$")]


class _Verb(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AddToken(_Verb):
    """Let a token in from now on."""

    verb: Literal["token-add"] = "token-add"
    name: TokenName
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    scopes: Annotated[list[Scope], Field(min_length=1)]


class RevokeToken(_Verb):
    """Let a token in no more."""

    verb: Literal["token-revoke"] = "token-revoke"
    name: str


def token_offers(doorkeeper: Doorkeeper) -> Offers:
    """Give the verbs that a doorkeeper carries out."""

    async def add(asked: AddToken) -> Told:
        await doorkeeper.issue(asked.name, asked.digest, asked.scopes)
        return {"done": True}

    async def revoke(asked: RevokeToken) -> Told:
        await doorkeeper.revoke(asked.name)
        return {"done": True}

    return {"token-add": Offer(AddToken, add), "token-revoke": Offer(RevokeToken, revoke)}
