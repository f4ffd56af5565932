"""What a gateway must do with its contacts and groups, and say that it cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

UNKNOWN, EXISTS = "unknown", "exists"
"""Codes of `Rejected`: there is no such contact or group; there is one already."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a group."""

    contact: str
    """The vendor's id."""
    language: str = ""
    """Empty: not known."""


@dataclass(frozen=True, slots=True)
class Members:
    """Who is in a group, as far as it could be read."""

    people: Mapping[str, Person] = field(default_factory=dict)
    """By number. Contacts without a phone number are left out."""
    unreadable: int = 0
    """Rows that make no sense. Anybody may stand in one of them."""


class Book(Protocol):
    """One account's contacts. Whatever is asked twice is done once.

    All methods raise `GatewayError`, among them `Rejected` with the code `UNKNOWN` for a group
    that is not there.
    """

    @property
    def removes(self) -> bool:
        """Whether somebody can be taken out of a group and stay a contact."""
        ...

    @property
    def blocks(self) -> bool:
        """Whether there is a place for those who want no more messages."""
        ...

    @property
    def everybody(self) -> str:
        """Name the group of all contacts, where these have a language; empty: they have none."""
        ...

    async def members(self, group: str) -> Members:
        """Read who is in a group: all of it, or an error."""
        ...

    async def holds(self, group: str, number: str, contact: str) -> bool:
        """Ask for one person alone whether they are in a group; in doubt they are."""
        ...

    async def make(self, group: str) -> None:
        """Make a group, unless it is there."""
        ...

    async def add(self, group: str, number: str, language: str) -> str:
        """Put somebody into a group, and into the contacts if need be; give the contact's id.

        Empty where it was there already and its id was not told.
        """
        ...

    async def remove(self, group: str, number: str) -> None:
        """Take somebody out of a group, and leave the contact."""
        ...

    async def blocked(self) -> Members:
        """Read who wants no more messages, whoever said so."""
        ...

    async def block(self, number: str, language: str) -> None:
        """Note that somebody wants no more messages."""
        ...

    async def unblock(self, number: str) -> None:
        """Note that somebody wants messages again."""
        ...


@dataclass(frozen=True, slots=True)
class NoBook:
    """Contacts that lead nowhere: everything is taken, nobody is listed. Satisfies `Book`."""

    removes: bool = False
    blocks: bool = False
    everybody: str = ""

    async def members(self, group: str) -> Members:
        """Nobody."""
        del group
        return Members()

    async def holds(self, group: str, number: str, contact: str) -> bool:
        """In doubt they are."""
        del group, number, contact
        return True

    async def make(self, group: str) -> None:
        """Take it."""

    async def add(self, group: str, number: str, language: str) -> str:
        """Take it."""
        del group, number, language
        return ""

    async def remove(self, group: str, number: str) -> None:
        """Take it."""

    async def blocked(self) -> Members:
        """Nobody."""
        return Members()

    async def block(self, number: str, language: str) -> None:
        """Take it."""

    async def unblock(self, number: str) -> None:
        """Take it."""
