"""`textobot clever`: contacts out to CSV, and in from it, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.clients import Clever, Rejected, Unconfirmed
from bot.clients.clever_limits import read_phone
from bot.clients.clever_models import Contact
from bot.gateways.book import EXISTS
from bot.gateways.clever_contacts import NAME
from bot.sheets import (
    NUMBERS,
    SHOWN,
    Line,
    Table,
    cell,
    place,
    plain,
    read_phone as dialled,
    why_no_number,
)
from bot.terminal import count
from bot.validation import Wrong
from bot.vendors.adding import ADDED, CHANGED, THERE, add_all, read_rows, unchanged, write_all
from bot.vendors.asked import Asked
from bot.vendors.clever_contacts import CHANGING, MORE, options
from bot.vendors.doing import Told, beforehand, carry_out, clever
from bot.vendors.remedies import Function
from bot.vendors.rows import Row

COLUMNS: Mapping[str, Sequence[str]] = {
    "gsm_primary": ("gsm primary", "gsmprimary", *NUMBERS),
    "name": ("name", "prenom", "first name", "firstname", "given name"),
    "lastname": ("lastname", "last name", "nom", "nom de famille", "surname", "family name"),
    "email": ("email", "e mail", "mail", "courriel", "adresse courriel", "email address"),
    "gsm_secondary": ("gsm secondary", "gsmsecondary", "second mobile", "mobile 2"),
    "landline_primary": ("landline primary", "landlineprimary", "landline", "fixe"),
    "landline_secondary": ("landline secondary", "landlinesecondary", "fixe 2"),
    "fax_primary": ("fax primary", "faxprimary", "fax"),
    "fax_secondary": ("fax secondary", "faxsecondary", "fax 2"),
    "zip_code": ("zip code", "zipcode", "zip", "code postal", "postal code"),
    "city": ("city", "ville", "town"),
    "street": ("street", "rue", "adresse", "address"),
    "street_number": ("street number", "streetnumber", "numero de rue", "house number"),
}
"""By the name of a contact's field: the heads, in the normal form."""
HEADS = (*COLUMNS, "id", "longitude", "latitude")
"""Of what is written; those of `COLUMNS` are read, too."""
PHONES = (
    "gsm_secondary",
    "landline_primary",
    "landline_secondary",
    "fax_primary",
    "fax_secondary",
)


def export_contacts(asked: Asked, file: Path | None, *, login: str) -> int:
    """Write the contacts into a new file, or on standard output."""

    async def act(account: Clever) -> Told:
        if login:
            found = await account.list_user_contacts(login)
        else:
            found = await account.list_contacts()
        rows = [[str(getattr(one, name)) for name in HEADS] for one in found.contacts]
        return write_all(file, HEADS, rows, len(found.unreadable))

    return carry_out(asked, clever, Function(known="Clever's site"), act)


def add_contacts(asked: Asked, file: Path, *, overwrite: bool) -> int:
    """Add the people of a file to the contacts, after saying what that does."""

    async def act(account: Clever) -> Told:
        read = read_rows(file, _rows)
        adding = _Adding(account, overwrite=overwrite)
        await beforehand(adding.look())
        return await add_all(asked, file, adding, read, clock=account.clock, function=CHANGING)

    return carry_out(asked, clever, CHANGING, act)


# --- the file ------------------------------------------------------------------------------------


def _rows(table: Table) -> Iterator[Row | Line]:
    columns = {name: place(table.named, heads) for name, heads in COLUMNS.items()}
    if columns["gsm_primary"] is None:
        heads = ", ".join(repr(one[:20]) for one in table.head[:8])
        what = f"none of the columns ({heads}) is one of numbers"
        raise Wrong(what, "name it number, mobile, phone, tel or téléphone in the first row")
    for line, cells in table.rows(skip=1):
        if cells is None:
            yield line, "", "not read: a cell of this row is too long"
        elif any(one.strip() for one in cells):
            yield _row(line, {name: plain(cell(cells, at)) for name, at in columns.items()})


def _row(line: int, written: dict[str, str]) -> Row | Line:
    number = dialled(written["gsm_primary"], read_phone)
    if not number:
        why = why_no_number(written["gsm_primary"])
        return line, written["gsm_primary"][:SHOWN], f"not read: {why}"
    for name in PHONES:
        if written[name] and not (found := dialled(written[name], read_phone)):
            return line, number, f"not read: {name} is {why_no_number(written[name])}"
        written[name] = found if written[name] else ""
    fields = written | {"gsm_primary": number}
    return Row(line, number, {name: value for name, value in fields.items() if value})


# --- what is done --------------------------------------------------------------------------------

Deed = Literal["add", "change"]


@dataclass(slots=True)
class _Adding:
    """Satisfies `Adding`."""

    account: Clever
    overwrite: bool
    there: dict[str, Contact] = field(default_factory=dict)
    """By number; where several have one, the oldest."""

    async def look(self) -> None:
        """Read who is there, all at once."""
        everybody = await self.account.list_contacts()
        for one in everybody.contacts:
            self.there.setdefault(one.phone, one)

    def _differing(self, row: Row) -> dict[str, str]:
        found = self.there[row.who]
        return {name: value for name, value in row.fields.items() if getattr(found, name) != value}

    def deeds(self, row: Row) -> Sequence[Deed]:
        """Say what is to be done for a row."""
        if row.who not in self.there:
            return ("add",)
        return ("change",) if self.overwrite and self._differing(row) else ()

    def fate(self, row: Row) -> str:
        """Say of a row for which nothing is to be done how it stands."""
        return unchanged(self._differing(row))

    def question(self, rows: Sequence[Row], there: int, unusable: int) -> str:
        """Ask for all that is to be done at once."""
        deeds = Counter(deed for row in rows for deed in self.deeds(row))
        parts = [f"add {count(deeds['add'], 'contact')}"] if deeds["add"] else []
        parts += [f"change {deeds['change']}"] if deeds["change"] else []
        rest = f"{there} are there already, {unusable} cannot be read"
        return f"{' and '.join(parts).capitalize()} ({rest})?"

    async def settle(self, row: Row) -> str:
        """Do what is to be done for a row; give its fate. Raises `GatewayError`."""
        if row.who in self.there:
            await self._change(row)
            return CHANGED
        more = {name: row.fields.get(name) for name in MORE}
        name, lastname = row.fields.get("name", NAME), row.fields.get("lastname", row.who[1:])
        try:
            made = await self.account.create_contact(
                row.who, name, lastname, **options(more, duplicates=False)
            )
        except Rejected as error:
            if error.code != EXISTS:
                raise
            return THERE
        except Unconfirmed:
            await self.look()
            if row.who not in self.there:
                raise
            return f"{ADDED}, its answer was lost"
        self.there[row.who] = made
        return ADDED

    async def _change(self, row: Row) -> None:
        """Tell all of a contact again, as the vendor wants it, with what the file says."""
        found = self.there[row.who]
        known = {name: getattr(found, name) for name in ("name", "lastname", *MORE)}
        new = known | dict(row.fields)
        more = {name: new[name] for name in MORE if new[name]}
        await self.account.modify_contact(
            found.id,
            row.who,
            new["name"] or NAME,
            new["lastname"] or row.who[1:],
            **options(more, duplicates=False),
        )
