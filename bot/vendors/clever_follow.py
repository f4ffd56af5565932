"""`textobot clever follow`: campaigns begun elsewhere that the daemon's rules answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.alone import account_alone
from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.control.following import Follow, Followed, Unfollow, follow_offers
from bot.control.verbs import carry_out
from bot.gateways.http import Transport
from bot.reach import Doing, reach
from bot.services.desk import Desk
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.terminal import count
from bot.validation import Wrong
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, chosen, ending
from bot.vendors.remedies import Function
from bot.vendors.showing import instant
from bot.yamlfile import Faults

HEADS = ("reference", "followed since", "last text", "last read")


def follow(asked: Asked, reference: str, *, all_new: bool) -> int:
    """Follow a campaign."""

    def act(config: Config) -> Told:
        told = _done(config, _follow(config, asked, reference, all_new=all_new))
        if "error" in told:
            return Told(None, trouble=told["error"])
        return Told({"status": True, **told}, _sentence(reference, told, all_new=all_new))

    return ending(asked, Function(), act)


def begin_new(asked: Asked, reference: str) -> str:
    """Follow a campaign of which all answers are new; say why that is not done, or nothing."""
    try:
        config = load_config(asked.config_path)
        told = _done(config, _follow(config, asked, reference, all_new=True))
        lacking = str(told.get("error", ""))
    except (StoreError, Faults, Wrong) as error:
        lacking = str(error)
    remedy = f"`textobot clever follow {reference} --all-new` does it later"
    return f"it was sent, and is not followed: {lacking}; {remedy}" if lacking else ""


def unfollow(asked: Asked, reference: str) -> int:
    """Follow a campaign no more."""

    def act(config: Config) -> Told:
        name, _ = chosen(config, "clever", asked.gateway)
        told = _done(config, _verb(Unfollow, gateway=name, reference=reference))
        if "error" in told:
            return Told(None, trouble=told["error"])
        return Told(sentence=f"{reference} is followed no more: nobody who answers it is heard.")

    return ending(asked, Function(), act)


def followed(asked: Asked) -> int:
    """List the campaigns that are followed."""

    def act(config: Config) -> Told:
        name, _ = chosen(config, "clever", asked.gateway)
        told = _done(config, _verb(Followed, gateway=name), changing=False)
        if "error" in told:
            return Told(None, trouble=told["error"])
        found = told["followed"]
        return Told(
            found,
            f"{count(len(found), 'campaign')} begun elsewhere.",
            HEADS,
            [_row(one, config) for one in found],
        )

    return ending(asked, Function(), act)


def _follow(config: Config, asked: Asked, reference: str, *, all_new: bool) -> dict[str, Any]:
    name, _ = chosen(config, "clever", asked.gateway)
    return _verb(Follow, gateway=name, reference=reference, all_new=all_new)


def _verb(verb: type[Follow | Unfollow | Followed], **given: Any) -> dict[str, Any]:  # noqa: ANN401 - as the verbs
    """Make what is asked of the daemon. Raises `Wrong` for what no daemon would understand."""
    try:
        return verb(**given).model_dump(mode="json")
    except ValidationError as error:
        raise Wrong("this is no reference", "write it like Push20260131093000") from error


def _done(config: Config, asked: Mapping[str, Any], *, changing: bool = True) -> Mapping[str, Any]:
    return reach(config, asked, _alone(config, str(asked["gateway"])), changing=changing)


def _alone(config: Config, name: str) -> Doing:
    """Do it where no daemon runs: one that starts later reads what is followed."""

    async def doing(database: Database, line: bytes) -> bytes:
        clock = clock_of_environment()
        desk = Desk(database, clock, config.gateways, policy(config))
        async with (
            Transport(clock) as transport,
            account_alone(name, config, database, transport) as account,
        ):
            return await carry_out(desk, line, follow_offers([account]))

    return doing


def _sentence(reference: str, told: Mapping[str, Any], *, all_new: bool) -> str:
    if not told["new"]:
        return f"{reference} is followed already."
    if told["answers"] is None:
        return f"{reference} is followed from now on; Clever cannot be read just now."
    so_far = f"{count(told['answers'], 'text')} came so far"
    fate = "which are answered if they are fresh" if all_new else "and count as history"
    return f"{reference} is followed from now on. {so_far}, {fate}."


def _row(one: Mapping[str, Any], config: Config) -> tuple[str, ...]:
    times = (one["since"], one["answered_at"], one["read_at"])
    zone = config.timezone
    return one["reference"], *(
        instant(datetime.fromisoformat(at).astimezone(zone)) if at else "" for at in times
    )
