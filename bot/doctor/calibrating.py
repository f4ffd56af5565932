"""`textobot doctor --calibrate`: tries out, by texts to the operator, what no document says."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from bot.alone import account_alone
from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import CleverSection, Config, GatewaySection
from bot.control.calibrating import Calibrate, calibrate_offer
from bot.control.verbs import carry_out
from bot.core.checkup import Finding, Level
from bot.gateways.http import Transport
from bot.lists.doing import Refused
from bot.reach import reach
from bot.services.calibrating import STEPS, Calibrating
from bot.services.desk import Desk
from bot.services.sender import Sender
from bot.storage.database import Database
from bot.terminal import Misused, count
from bot.who import phone_of

Confirm = Callable[[str], bool]


def calibrate(
    config: Config, to: str, gateway: str, confirm: Confirm | None, tell: Callable[[str], None]
) -> None:
    """Do it at one gateway, or at all that are on. Raises `Misused`, `Refused`, `Wrong`.

    `confirm` asks; None: it was said yes.
    """
    if not to:
        raise Misused("say to whom: --to NUMBER, a phone of yours; it gets some texts")
    number = phone_of(to, config)
    named = {name: one for name, one in config.gateways.items() if one.on}
    if gateway:
        if gateway not in named:
            raise Refused(f"there is no gateway {gateway!r}, or it is off")
        named = {gateway: named[gateway]}
    if not named:
        raise Refused("no gateway is on: give its credentials")
    texts = sum(len(_steps(section)) for section in named.values())
    question = f"{count(texts, 'text')} will be sent to {number}, and cost what texts cost. Go on?"
    if confirm is not None and not confirm(question):
        raise Refused("nothing was sent")
    for name, section in named.items():
        _at(config, name, section, number, tell)


def _steps(section: GatewaySection) -> tuple[Any, ...]:
    return STEPS[isinstance(section, CleverSection)]


def _at(
    config: Config,
    name: str,
    section: GatewaySection,
    number: str,
    tell: Callable[[str], None],
) -> None:
    tag = secrets.token_hex(3)
    for step in _steps(section):
        asked = Calibrate(gateway=name, number=number, step=step, tag=tag)
        told = _done(config, asked.model_dump(mode="json"))
        if "error" in told:
            raise Refused(told["error"])
        for what, found in told["found"].items():
            tell(f"{name}: {WORDS.get(what, what)}: {_written(found)}")


WORDS = {
    "lag": "seconds until a message is listed",
    "plain_listed": "a plain text is listed",
    "plain_level": "by how much it is changed, 0 to 4",
    "dressed_listed": "a text with accents and quotes is listed",
    "dressed_level": "by how much that is changed, 0 to 4",
    "date_start_inclusive": "the second that is asked from is listed too",
    "codes_listed": "codes that the vendor sends are listed among messages",
    "named_for_its_second": "campaigns are named for the second of their creation",
    "nobody": "how a campaign that there is not is answered",
    "duplicates_taken": "the same text goes to the same number twice",
}


def _written(found: object) -> str:
    if isinstance(found, bool):
        return "yes" if found else "no"
    return "nobody can tell" if found is None else str(found)


def _done(config: Config, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have a step done by the daemon, or by ourselves."""

    async def doing(database: Database, line: bytes) -> bytes:
        clock = clock_of_environment()
        name = str(asked["gateway"])
        async with (
            Transport(clock) as transport,
            account_alone(name, config, database, transport) as account,
        ):
            sender = Sender(account, lambda: None, random.Random())  # noqa: S311 - no secret
            await sender.begin()

            async def drive(_gateway: str) -> None:
                await sender.tick()
                await sender.drain()

            desk = Desk(database, clock, config.gateways, policy(config))
            offer = calibrate_offer(Calibrating({name: account}, drive))
            return await carry_out(desk, line, {"calibrate": offer})

    return reach(config, asked, doing, changing=True)


def of_tried(name: str, tried: Mapping[str, Any]) -> Finding:
    """Say what was tried out at a gateway, and when."""
    if not tried:
        told = "nothing was tried out: what is unclear on the first day may be given up"
        remedy = "`textobot doctor --calibrate --to NUMBER`: a few texts to your own phone"
        return Finding("calibration", Level.NOTICE, told, remedy, name)
    told = ", ".join(
        f"{WORDS[what]}: {_written(found)}" for what, found in tried.items() if what in WORDS
    )
    bad = _trouble(tried)
    return Finding("calibration", Level.NOTICE if bad else Level.OK, told, bad, name)


def _trouble(tried: Mapping[str, Any]) -> str:
    """Say what of it harms, and what that means; nothing where nothing does."""
    if tried.get("duplicates_taken") is False:
        return "an equal reply to the same number is swallowed: ask the vendor about `duplicates`"
    if tried.get("plain_listed") is False:
        return "unclear messages cannot be found there: they are given up, or go by `delivery`"
    if (tried.get("plain_level") or 0) > 1:
        return "texts come back changed: unclear ones are believed to be taken, never sent again"
    return ""
