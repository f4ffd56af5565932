"""What a command may ask about lists and their mirrors: how they differ, and to settle that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.control.verbs import Offer, Offers, Told
from bot.gateways.base import GatewayError
from bot.services.desk import NotDone
from bot.services.mirror import Compared, Mirrors


class Mirror(BaseModel):
    """Compare a list with its groups; with a yes, have differences settled."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    verb: Literal["list-mirror"] = "list-mirror"
    of_list: Annotated[str, Field(min_length=1, max_length=100)]
    yes: bool = False


def mirror_offers(mirrors: Mapping[str, Mirrors], *, observing: bool = False) -> Offers:
    """Give the verb that these carry out, by their gateways."""

    async def mirror(asked: Mirror) -> Told:
        if asked.yes and observing:
            raise NotDone("the daemon observes, and changes nothing")
        concerned = [
            (name, one)
            for name, one in mirrors.items()
            if any(each.id == asked.of_list for each in one.mirrored)
        ]
        if not concerned:
            what = f"the list {asked.of_list!r} has no mirror at a gateway that is on"
            raise NotDone(f"{what}; write `mirror: {{vudumobile: Marketing}}` in its entry")
        return {"mirrors": [await _told(name, one, asked) for name, one in concerned]}

    return {"list-mirror": Offer(Mirror, mirror)}


async def _told(name: str, mirrors: Mirrors, asked: Mirror) -> dict[str, Any]:
    try:
        settled = await mirrors.settle(asked.of_list) if asked.yes else 0
        return {"gateway": name, "settled": settled, **_shown(await mirrors.look(asked.of_list))}
    except GatewayError as error:
        raise NotDone(f"{name}: {error.reason}; nothing was changed") from error


def _shown(found: Compared) -> dict[str, Any]:
    return {
        "group": found.group,
        "people": len(found.people),
        "acts": {number: act.value for number, act in found.plan.acts.items()},
        "differences": {number: why.value for number, why in found.plan.differences.items()},
    }
