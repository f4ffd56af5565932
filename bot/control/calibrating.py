"""`doctor --calibrate`, asked of the daemon: it alone sends, at the gateways' rates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.control.verbs import Number, Offer, Told
from bot.services.calibrating import Calibrating, Step


class Calibrate(BaseModel):
    """Try one thing at one gateway, by a text to the operator's own phone."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    verb: Literal["calibrate"] = "calibrate"
    gateway: Annotated[str, Field(max_length=64)]
    number: Number
    step: Step
    tag: Annotated[str, Field(pattern="^[0-9a-z]{1,16}$")]


def calibrate_offer(calibrating: Calibrating) -> Offer:
    """Offer it."""

    async def do(asked: Calibrate) -> Told:
        found = await calibrating.step(asked.gateway, asked.number, asked.step, asked.tag)
        return {"found": dict(found)}

    return Offer(Calibrate, do)
