"""`forget`, asked of the daemon: it alone writes, and may be writing about that very person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.control.verbs import Number, Offer, Told
from bot.services.forgetting import Forgetting


class Forget(BaseModel):
    """Forget a number, or say what would go."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    verb: Literal["forget"] = "forget"
    number: Number
    really: bool = False


def forget_offer(forgetting: Forgetting) -> Offer:
    """Offer to forget."""

    async def do(asked: Forget) -> Told:
        act = forgetting.forget if asked.really else forgetting.look
        return {"receipt": asdict(await act(asked.number))}

    return Offer(Forget, do)
