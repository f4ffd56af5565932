"""Who texts, as it is told on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from bot.app import policy
from bot.config import CleverSection, Config
from bot.config.notation import read_number
from bot.content.notation import name
from bot.content.templates import LANGUAGE
from bot.core.conversation import Conversation, Subscriber, conversation_key
from bot.core.messages import Inbound
from bot.core.rulebook import Rulebook
from bot.core.turn import Turn
from bot.phones import phone_reader
from bot.validation import Wrong

PLAYED = ("vudumobile", "clever")
"""The gateways of an installation that has none yet: those of the sandbox."""
NUMBERS = {"vudumobile": "+15145550001", "clever": "+33600000001"}
"""By the kind of a gateway: who texts there if nobody is named."""

_NO_PHONE = re.compile(r"[0-9]{3,8}|[A-Z][A-Za-z0-9]{2,10}")
"""A short code, or the name of a sender in up to eleven letters, as gateways write them."""
NUMBER_REMEDY = (
    "write `+`, the country and the number, like +15149541234, a short code, or a name like RADIO"
)


@dataclass(frozen=True, slots=True)
class Who:
    """A person who texts, as they are typed; what is empty is chosen."""

    number: str = ""
    gateway: str = ""
    language: str = ""
    """That the person chose."""
    at: str = ""
    """When: `2026-12-24 23:00`, by the installation's zone."""
    values: Sequence[str] = ()
    """What was set for them: `name=value`."""
    lists: Sequence[str] = ()
    tags: Sequence[str] = ()


def turn_of(text: str, who: Who, config: Config, rulebook: Rulebook) -> Turn:
    """Give the turn of a text that nobody sent. Raises `Wrong` for what cannot be."""
    gateway = gateway_of(who.gateway, config)
    number = number_of(who.number, gateway, config)
    now = instant_of(who.at, config) if who.at else datetime.now(UTC)
    sent = Inbound(
        id=0,
        gateway=gateway,
        conversation=conversation_key(gateway, number),
        number=number,
        our_number=our_number(gateway, config),
        text=text,
        sent_at=now,
        received_at=now,
        history=False,
        attempts=0,
    )
    person = Subscriber(
        number,
        language=language_of(who.language),
        values=values_of(who.values),
        tags=frozenset(who.tags),
        lists=frozenset(_list(one, rulebook) for one in who.lists),
    )
    conversation = Conversation(sent.conversation, gateway, number)
    return Turn(sent, conversation, person, rulebook, policy(config), now)


def gateways(config: Config) -> tuple[str, ...]:
    """Name the gateways of the configuration, whether they are on or not."""
    return tuple(config.gateways) or PLAYED


def gateway_of(named: str, config: Config) -> str:
    """Give the gateway of a name, and the first where none is named. Raises `Wrong`."""
    known = gateways(config)
    if named and named not in known:
        raise Wrong(f"there is no gateway {named!r}", f"write one of {', '.join(known)}")
    return named or known[0]


def kind_of(gateway: str, config: Config) -> str:
    """Give the kind of a gateway."""
    section = config.gateways.get(gateway)
    return section.kind if section else gateway


def our_number(gateway: str, config: Config) -> str:
    """Give our number there, as far as it is known."""
    return str(getattr(config.gateways.get(gateway), "our_number", ""))


def number_of(written: str, gateway: str, config: Config) -> str:
    """Read a number, which may be written as in the country of the gateway. Raises `Wrong`.

    Also a sender that is no phone, such as robots have: a short code, a name.
    """
    if not written:
        return NUMBERS[kind_of(gateway, config)]
    if _NO_PHONE.fullmatch(written):
        return written
    country = policy(config).countries.get(gateway) or _country(gateway, config)
    try:
        return read_number(written, [country])
    except Wrong as wrong:
        raise Wrong(wrong.what, NUMBER_REMEDY) from wrong


def phone_of(written: str, config: Config) -> str:
    """Read the number of a person, wherever they text: as in the countries of the gateways.

    Those with a number of ours come first. Raises `Wrong`.
    """
    return phone_reader(config, policy(config))(written)


def _country(gateway: str, config: Config) -> str:
    return "FR" if kind_of(gateway, config) == CleverSection().kind else "CA"


def language_of(written: str) -> str:
    """Read a language. Raises `Wrong`."""
    if written and not LANGUAGE.fullmatch(written):
        raise Wrong(f"{written!r} is no language", "write two small letters, like fr or en")
    return written


def instant_of(written: str, config: Config) -> datetime:
    """Read a time of the installation's zone. Raises `Wrong`."""
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        try:
            local = datetime.strptime(written.strip(), form)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            continue
        return local.replace(tzinfo=config.timezone).astimezone(UTC)
    raise Wrong(f"{written!r} is no time", 'write day and hour, like "2026-12-24 23:00"')


def values_of(written: Sequence[str]) -> Mapping[str, str]:
    """Read `name=value`. Raises `Wrong`."""
    read: dict[str, str] = {}
    for one in written:
        written_name, equals, value = one.partition("=")
        if not equals:
            raise Wrong(f"{one!r} sets nothing", "write name=value, like plan=gold")
        read[name(written_name)] = value
    return read


def _list(named: str, rulebook: Rulebook) -> str:
    if named in rulebook.lists:
        return named
    near = get_close_matches(named, rulebook.lists, n=1)
    remedy = f"did you mean {near[0]}?" if near else "write it under `lists` in a rule file"
    raise Wrong(f"there is no list {named!r}", remedy)
