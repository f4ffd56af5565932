"""`alarms release`: what is held back because of a fault may leave."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.control.verbs import Offer, Told
from bot.log import logger
from bot.services import faults
from bot.services.account import Account
from bot.services.desk import NotDone
from bot.storage.database import Database

LOG = logger(__name__)


class Release(BaseModel):
    """Take the operator's word that a gateway's fault is settled."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    verb: Literal["alarm-release"] = "alarm-release"
    gateway: Annotated[str, Field(max_length=64)]


def release_offer(
    database: Database, clock: Clock, gateways: Collection[str], accounts: Sequence[Account] = ()
) -> Offer:
    """Offer it; `accounts`: those that a daemon works with."""

    async def do(asked: Release) -> Told:
        if asked.gateway not in gateways:
            raise NotDone(f"there is no gateway {asked.gateway!r} in config.yaml")
        if not await faults.release(database, asked.gateway, clock.now()):
            raise NotDone(f"{asked.gateway} holds nothing back")
        for account in accounts:
            if account.name == asked.gateway:
                account.fault = None
        LOG.warning(
            "An operator released a gateway", action="alarm.released", gateway=asked.gateway
        )
        return {"done": [f"{asked.gateway}: what we start leaves again"]}

    return Offer(Release, do)
