"""What a command may have done about events on their way to programs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.control.verbs import Offer, Offers, Told
from bot.services.desk import NotDone
from bot.storage import deliveries
from bot.storage.database import Database


class TellAgain(BaseModel):
    """Send an event once more, or all that were given up."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    verb: Literal["tell-again"] = "tell-again"
    id: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    """Of a delivery; None: all that were given up."""


def telling_offers(database: Database, clock: Clock) -> Offers:
    """Give the verb; whoever works off the deliveries sees them at the next bell."""

    async def again(asked: TellAgain) -> Told:
        async with database.write() as connection:
            done = await deliveries.again(
                connection, clock.now(), of=asked.id, known=database.listeners
            )
        if not done and asked.id is not None:
            raise NotDone(
                f"{asked.id} cannot be sent: there is no such delivery any more, "
                "or its address is not in config.yaml"
            )
        return {"done": done}

    return {"tell-again": Offer(TellAgain, again)}
