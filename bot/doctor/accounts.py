"""What the doctor asks of each gateway, and finds in the store about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.alarming import limits
from bot.app import reading
from bot.clock import Clock
from bot.config import CleverSection, Config, GatewaySection
from bot.core import checkup, schedule
from bot.core.alarms import Figures, read_expiry
from bot.core.calibration import Calibration
from bot.core.checkup import Finding, Level, Look
from bot.doctor.calibrating import of_tried
from bot.gateways import open_gateway
from bot.gateways.base import AccountHeld, Gateway, GatewayError
from bot.gateways.http import Transport
from bot.services.alarms import PACE, pace_of
from bot.storage import accounts, feeds, spent
from bot.storage.database import Connection
from bot.storage.feeds import Followed

VENDORS = {"vudumobile": "VuduMobile", "clever": "Clever Multimedias"}
LOOKED_AT = timedelta(days=3)
"""How far back the listings are looked at."""
ANY_KEY = SecretStr("0" * 64)
"""In place of the installation's: nothing that is looked at is kept, and no key is made."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a gateway."""

    learned: Mapping[str, Any] = field(default_factory=dict)
    read_at: datetime | None = None
    followed: tuple[Followed, ...] = ()
    pace: float = 0.0
    """Units that a day costs."""
    calibration: Calibration = field(default_factory=Calibration)


async def known_of(connection: Connection, config: Config, name: str, now: datetime) -> Known:
    """Read what the store knows of a gateway."""
    learned, calibration = await accounts.recall(connection, name)
    followed = await feeds.followed(connection, name)
    here = now.astimezone(config.timezone)
    days = await spent.since(connection, f"{here - PACE:%Y-%m-%d}")
    paces = pace_of([(one.gateway, one.day, one.units) for one in days], here)
    read = [one.feed.read_at for one in followed if one.feed.read_at is not None]
    return Known(
        learned,
        max(read, default=None),
        tuple(followed),
        paces.get(name, 0.0),
        Calibration.from_json(calibration),
    )


async def examined(
    config: Config, clock: Clock, known: Mapping[str, Known], *, running: bool
) -> AsyncIterator[Finding]:
    """Look at every gateway that is on."""
    async with Transport(clock) as transport:
        for name, section in config.gateways.items():
            if not section.on:
                told = "off: its credentials are empty"
                yield Finding("account", Level.NOTICE, told, "give them, or leave it so", name)
                continue
            here = known.get(name, Known())
            unkeyed = config.model_copy(update={"secret": ANY_KEY})
            gateway = open_gateway(
                name, section, unkeyed, transport=transport, learned=here.learned
            )
            for one in _of_section(name, section):
                yield one
            for one in await _of_account(config, gateway, section, here, clock.now()):
                yield one
            for one in _of_store(config, name, section, here, clock.now(), running=running):
                yield one


def _of_section(name: str, section: GatewaySection) -> Iterator[Finding]:
    url = urlsplit(section.url)
    told = f"{url.scheme}://{url.netloc}"
    if url.scheme == "https":
        yield Finding("https", Level.OK, told, "", name)
    else:
        remedy = "only for a gateway that is played on this machine"
        yield Finding("https", Level.NOTICE, f"{told} is not encrypted", remedy, name)
    if not isinstance(section, CleverSection):
        return
    letters = section.sender and not section.sender.isdecimal()
    if not letters:
        yield Finding("sender", Level.OK, section.sender or "the vendor's own number", "", name)
    elif section.stop_mention:
        told = f"{section.sender} cannot be answered; what you start ends in its stop_mention"
        remedy = "leave `sender` empty where people are to answer"
        yield Finding("sender", Level.NOTICE, told, remedy, name)
    else:
        told = f"{section.sender} cannot be answered, and nobody is told how to stop"
        remedy = "leave `sender` empty, or give stop_mention: STOP au 36111"
        yield Finding("sender", Level.FAULT, told, remedy, name)


async def _of_account(
    config: Config, gateway: Gateway, section: GatewaySection, here: Known, now: datetime
) -> list[Finding]:
    name = gateway.name
    try:
        look = await gateway.examiner.look(now - LOOKED_AT)
    except AccountHeld as held:
        vendor = VENDORS.get(section.kind, "the vendor")
        return [checkup.refused(name, held.reason, held.word, vendor)]
    except GatewayError as error:
        return [checkup.unreached(name, error.reason)]
    found = [Finding("key", Level.OK, "the account answers", "", name)]
    found.append(checkup.of_clock(name, gateway.skew))
    found += checkup.of_shape(name, look, str(getattr(section, "our_number", "")))
    if gateway.traits.campaigns:
        found.append(checkup.of_nobody(name, look))
    found += checkup.of_credit(_figures(name, look, here), limits(config), now)
    return found


def _figures(name: str, look: Look, here: Known) -> Figures:
    credit, expiry = look.account.get("credit"), look.account.get("expiry")
    return Figures(
        name,
        credit=credit if isinstance(credit, float | int) else None,
        pace=here.pace,
        expires_at=read_expiry(expiry) if isinstance(expiry, str) else None,
    )


def _of_store(
    config: Config,
    name: str,
    section: GatewaySection,
    here: Known,
    now: datetime,
    *,
    running: bool,
) -> Iterator[Finding]:
    if here.followed or not isinstance(section, CleverSection):
        yield checkup.of_reading(name, here.read_at, now, limits(config), running=running)
    yield of_tried(name, here.calibration.tried)
    if here.calibration.missing:
        told = f"it did not list {here.calibration.missing} of the messages that it took last"
        remedy = "what is unclear is not sent again meanwhile; ask the vendor if it stays so"
        yield Finding("feed", Level.NOTICE, told, remedy, name)
    how = reading(section)
    feeds_now = [(one.feed, one.newest) for one in here.followed]
    demand = schedule.demand(feeds_now, poll=how.poll, follow=how.follow, now=now)
    yield checkup.of_load(name, len(feeds_now), schedule.stretch(demand, how.budget))
