"""The addresses that are told what happens."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.config.notation import LOOPBACK_NAMES, Secret, Url, split_url
from bot.config.section import Section
from bot.core.deliveries import digest_of
from bot.core.signature import key_of
from bot.validation import Wrong

_EVENT = re.compile(r"\*|[a-z][a-z0-9_.-]{0,63}")


def _event(text: str) -> str:
    if _EVENT.fullmatch(text) is None:
        raise Wrong("this is no event", 'write a name like message.received, or "*" for all')
    return text


def _all_of_them(value: object) -> object:
    """Read one secret as a list of one; what the environment left empty is none."""
    written = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in written if one not in ("", None))


def _usable(secret: SecretStr) -> SecretStr:
    try:
        key_of(secret.get_secret_value())
    except ValueError:
        what = "what follows whsec_ is no base64"
        raise Wrong(what, "copy it again, or write a long word of your own") from None
    return secret


Event = Annotated[str, AfterValidator(_event)]
Secrets = Annotated[
    tuple[Annotated[Secret, AfterValidator(_usable)], ...],
    BeforeValidator(_all_of_them),
    Field(max_length=4),
]


class Webhook(Section):
    """An address that is told what happens."""

    url: Url
    secret: Secrets = ()
    """All of them sign: while one replaces another, a program knows either."""
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = ("*",)

    @property
    def on(self) -> bool:
        """Whether there is something to sign with."""
        return bool(self.secret)

    @property
    def digest(self) -> str:
        """What stands for the address in the store."""
        return digest_of(self.url)

    @property
    def host(self) -> str:
        """Whose address it is, in small letters, without brackets."""
        parts = split_url(self.url)
        assert parts is not None
        return parts.hostname or ""

    @property
    def shown(self) -> str:
        """The address as it may be told: a path may be a secret."""
        parts = split_url(self.url)
        assert parts is not None
        return f"{parts.scheme}://{parts.netloc}/…"

    def private_hosts(self, allowed: tuple[str, ...]) -> frozenset[str]:
        """Give the hosts that may be private: those allowed, and this machine by its name."""
        return frozenset(allowed) | ({self.host} & LOOPBACK_NAMES)


def each_once(webhooks: tuple[Webhook, ...]) -> tuple[Webhook, ...]:
    """Refuse an address that is given twice: one event would reach it twice."""
    urls = [one.url for one in webhooks]
    if len(set(urls)) < len(urls):
        raise Wrong("an address is given twice", "write it once, with all its events")
    return webhooks
