"""`textobot vudumobile`: contacts out to CSV, and in from it, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.clients import Rejected, Unconfirmed, VuduMobile
from bot.clients.vudumobile_limits import read_phone
from bot.clients.vudumobile_models import Contact
from bot.gateways.book import EXISTS
from bot.sheets import (
    LANGUAGES,
    NUMBERS,
    SHOWN,
    Line,
    Table,
    cell,
    place,
    plain,
    read_language,
    read_phone as dialled,
    why_no_number,
)
from bot.terminal import count
from bot.validation import Wrong
from bot.vendors.adding import ADDED, CHANGED, THERE, add_all, read_rows, unchanged, write_all
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, beforehand, carry_out, vudumobile
from bot.vendors.remedies import Function
from bot.vendors.rows import Row
from bot.vendors.showing import instant, yes_no

EVERYBODY = "Tous"
HEADS = (
    *("number", "name", "description", "email", "language"),
    *("id", "user_id", "is_blocked", "created_at"),
)
"""Of what is written; the first five are read, too."""
COLUMNS: Mapping[str, Sequence[str]] = {
    "number": NUMBERS,
    "name": ("name", "nom", "full name", "nom complet", "prenom", "first name"),
    "description": ("description", "note", "notes", "remarque", "remarques", "comment"),
    "email": ("email", "e mail", "mail", "courriel", "adresse courriel", "email address"),
    "language": LANGUAGES,
}
"""By the name of the vendor's parameter: the heads, in the normal form."""
SPOKEN = ("", "fr", "en")
JOINED = "put into the group"
ADDING = Function(
    look="`textobot vudumobile get-contacts Tous`", known="`textobot vudumobile get-groups`"
)


def export_contacts(asked: Asked, file: Path | None, *, group: str) -> int:
    """Write the contacts of a group into a new file, or on standard output."""

    async def act(account: VuduMobile) -> Told:
        found = await account.get_contacts(group)
        rows = [_cells(one) for one in found.contacts]
        return write_all(file, HEADS, rows, len(found.unreadable))

    return carry_out(asked, vudumobile, Function(known="`textobot vudumobile get-groups`"), act)


def _cells(one: Contact) -> Sequence[str]:
    return (
        *(one.number, one.name, one.description, one.email, one.language),
        one.id,
        "" if one.user_id is None else str(one.user_id),
        yes_no(one.is_blocked),
        instant(one.created_at or one.created_at_unix),
    )


def add_contacts(asked: Asked, file: Path, *, group: str, overwrite: bool) -> int:
    """Add the people of a file to the contacts, after saying what that does."""

    async def act(account: VuduMobile) -> Told:
        read = read_rows(file, _rows)
        adding = _Adding(account, overwrite=overwrite)
        await beforehand(adding.look(group))
        return await add_all(asked, file, adding, read, clock=account.clock, function=ADDING)

    return carry_out(asked, vudumobile, ADDING, act)


# --- the file ------------------------------------------------------------------------------------


def _rows(table: Table) -> Iterator[Row | Line]:
    columns = {name: place(table.named, heads) for name, heads in COLUMNS.items()}
    if columns["number"] is None and columns["email"] is None:
        heads = ", ".join(repr(one[:20]) for one in table.head[:8])
        what = f"none of the columns ({heads}) is one of numbers or e-mail addresses"
        raise Wrong(what, "name it number, mobile, téléphone, email or courriel in the first row")
    for line, cells in table.rows(skip=1):
        if cells is None:
            yield line, "", "not read: a cell of this row is too long"
        elif any(one.strip() for one in cells):
            yield _row(line, {name: plain(cell(cells, at)) for name, at in columns.items()})


def _row(line: int, written: Mapping[str, str]) -> Row | Line:
    number = dialled(written["number"], read_phone)
    language = read_language(written["language"])
    shown = number or written["email"] or written["number"][:SHOWN]
    if written["number"] and not number:
        return line, shown, f"not read: {why_no_number(written['number'])}"
    if not (number or written["email"]):
        return line, shown, "not read: neither a number nor an e-mail address"
    if language not in SPOKEN or (written["language"] and not language):
        return line, shown, "not read: the language is neither fr nor en"
    fields = {**written, "number": number, "language": language}
    return Row(line, shown, {name: value for name, value in fields.items() if value})


# --- what is done --------------------------------------------------------------------------------

Deed = Literal["add", "change", "join"]


@dataclass(slots=True)
class _Adding:
    """What is there, and what a row adds to it."""

    account: VuduMobile
    overwrite: bool
    group: str = ""
    """Its id."""
    by_number: dict[str, Contact] = field(default_factory=dict)
    by_email: dict[str, Contact] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    done: dict[int, str] = field(default_factory=dict)
    """By line: what was done already of a row whose second half is to be tried again."""

    async def look(self, group: str) -> None:
        """Read who is there, all at once, and who is in the group. Raises `Wrong`."""
        everybody = await self.account.get_contacts(EVERYBODY)
        self.by_number = {one.number: one for one in everybody.contacts if one.number}
        self.by_email = {one.email.casefold(): one for one in everybody.contacts if one.email}
        if group:
            self.group = await self._id(group)
            inside = await self.account.get_contacts(self.group)
            self.members = {one.id for one in inside.contacts}

    async def _id(self, group: str) -> str:
        """Give the id of a group; digits that are nobody's id may be a name. Raises `Wrong`."""
        groups = await self.account.get_groups()
        ids = [one.id for one in groups if one.id == group]
        ids += [one.id for one in groups if one.name.casefold() == group.casefold()]
        if not ids:
            remedy = "make it with post-group, or see get-groups for those there are"
            raise Wrong(f"there is no group {group!r}", remedy)
        return ids[0]

    def _found(self, row: Row) -> Contact | None:
        number = row.fields.get("number", "")
        if number:
            return self.by_number.get(number)
        return self.by_email.get(row.fields["email"].casefold())

    def _differing(self, row: Row, found: Contact) -> dict[str, str]:
        return {name: value for name, value in row.fields.items() if getattr(found, name) != value}

    def deeds(self, row: Row) -> list[Deed]:
        """Say what is to be done for a row."""
        found = self._found(row)
        if found is None:
            return ["add", "join"] if self.group else ["add"]
        deeds: list[Deed] = []
        if self.overwrite and self._differing(row, found):
            deeds.append("change")
        if self.group and found.id not in self.members:
            deeds.append("join")
        return deeds

    def fate(self, row: Row) -> str:
        """Say of a row for which nothing is to be done how it stands."""
        found = self._found(row)
        return unchanged(self._differing(row, found) if found else {})

    def question(self, rows: Sequence[Row], there: int, unusable: int) -> str:
        """Ask for all that is to be done at once."""
        deeds = Counter(deed for row in rows for deed in self.deeds(row))
        parts = [f"add {count(deeds['add'], 'contact')}"] if deeds["add"] else []
        parts += [f"change {deeds['change']}"] if deeds["change"] else []
        parts += [f"put {deeds['join']} into the group"] if deeds["join"] else []
        rest = f"{there} are there already, {unusable} cannot be read"
        return f"{' and '.join(parts).capitalize()} ({rest})?"

    async def settle(self, row: Row) -> str:
        """Do what is to be done for a row; give its fate. Raises `GatewayError`."""
        deeds, found = self.deeds(row), self._found(row)
        if "add" in deeds:
            found, self.done[row.line] = await self._added(row)
            self._keep(found)
        elif "change" in deeds and found is not None:
            found, self.done[row.line] = await self._changed(row, found)
            self._keep(found)
        fate = self.done.get(row.line, THERE)
        if "join" not in deeds or found is None:
            return fate
        try:
            await self.account.add_group_contact(self.group, found.phone or found.email)
        except Rejected as error:
            raise Rejected(f"{fate}, but not {JOINED}: {error.reason}", code=error.code) from None
        return f"{fate}, {JOINED}"

    def _keep(self, contact: Contact) -> None:
        """Know who is there now, for a second attempt at the same row."""
        if contact.number:
            self.by_number[contact.number] = contact
        if contact.email:
            self.by_email[contact.email.casefold()] = contact

    async def _added(self, row: Row) -> tuple[Contact, str]:
        given: dict[str, Any] = dict(row.fields)
        try:
            return await self.account.post_contact(**given), ADDED
        except Rejected as error:
            there = await self._again(row) if error.code == EXISTS else None
            if there is None:
                raise
            return there, THERE
        except Unconfirmed:
            there = await self._again(row)
            if there is None:
                raise
            return there, f"{ADDED}, its answer was lost"

    async def _changed(self, row: Row, found: Contact) -> tuple[Contact, str]:
        """Change what differs; the same once more does no harm where an answer was lost."""
        key = "number" if found.number.startswith("+") else "email"
        given: dict[str, Any] = {key: getattr(found, key), **self._differing(row, found)}
        return await self.account.post_contact(id=found.id, **given), CHANGED

    async def _again(self, row: Row) -> Contact | None:
        """Look for who may have been added."""
        number, email = row.fields.get("number"), row.fields.get("email")
        if number:
            found = await self.account.get_contact(number=number)
        else:
            found = await self.account.get_contact(email=email)
        return found[0] if found else None
