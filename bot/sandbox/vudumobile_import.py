"""VuduMobile's `import_contacts`: the answer says that it began, a mail says how it ended."""

import csv
from collections import Counter
from collections.abc import Iterator

from bot.sandbox.forms import Upload
from bot.sandbox.mails import Mail, source
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import error
from bot.sandbox.vudumobile_book import NAMES, Book
from bot.sandbox.vudumobile_line import NAME
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World, clean

COLUMNS = ("number", "name", "description", "email", "language", "user_id")
"""In the order of the sample of `post_contact`."""
DELIMITERS = (",", ";", "\t", "|")
BEGINS, EACH = 1.0, 0.01
"""World seconds until the first contact is there, and for each."""
UNREADABLE, MALFORMED = "CSV file could not be read", "CSV file malformed"
SAID = (
    "Importation terminée / Import finished: {added} ajoutés / added, {changed} modifiés / "
    "changed, {kept} inchangés / kept, {wrong} refusés / refused."
)
Lines = list[dict[str, str]]


class WrongFileError(ValueError):
    """One of the document's three texts."""


class VuduMobileImport:
    """Reads the file before it answers, and enters the contacts afterwards."""

    def __init__(self, world: World, account: VuduMobileAccount, book: Book) -> None:
        self._world = world
        self._account = account
        self._book = book

    def begin(self, call: Call) -> Answer:
        """`overwrite` is 0 unless it is 1."""
        content = self._content(call.fields.get("file"))
        if content is None:
            return error(400, "File required")
        email, overwrite = str(call.fields.get("email", "")), call.fields.get("overwrite") or "0"
        if email.strip().casefold() not in self._users():
            return error(400, f"The email {email} must be associated to a user on your account")
        if overwrite not in {"0", "1"}:
            return error(400, "overwrite parameter is invalid")
        try:
            lines = list(self._lines(content))
        except WrongFileError as why:
            return error(400, str(why))
        wait = BEGINS + EACH * len(lines)
        self._world.agenda.after(
            wait, lambda: self._enter(lines, email, call.request.id, overwrite=overwrite == "1")
        )
        return json_answer(200, {"status": True, "email": email})

    def _users(self) -> set[str]:
        return {one.strip().casefold() for one in self._account.users.split(",") if one.strip()}

    def _content(self, file: object) -> bytes | None:
        """The bytes of the list, however this account takes it; None: there is none."""
        if isinstance(file, Upload) and self._account.import_file != "form":
            return file.content
        if isinstance(file, str) and file and self._account.import_file != "upload":
            return file.encode("utf-8", "replace")
        return None

    def _lines(self, content: bytes) -> Iterator[dict[str, str]]:
        rows = self._rows(content)
        names = list(COLUMNS)
        if self._account.csv_header == "names":
            names = [name.strip().casefold() for name in rows.pop(0)]
        if not {"number", "email"} & set(names):
            raise WrongFileError(MALFORMED)
        for row in rows:
            if len(row) > len(names):
                raise WrongFileError(MALFORMED)
            pairs = zip(names, (clean(cell).strip() for cell in row), strict=False)
            yield {name: cell for name, cell in pairs if name in NAMES and cell}

    def _rows(self, content: bytes) -> list[list[str]]:
        """Every line that is not blank, all of them as wide as the first."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise WrongFileError(UNREADABLE) from None
        if not text.strip() or "\0" in text:
            raise WrongFileError(UNREADABLE)
        delimiter, first = self._account.csv_delimiter, text.splitlines()[0]
        if delimiter not in first and any(other in first for other in DELIMITERS):
            raise WrongFileError("Wrong delimiters")
        try:
            rows = list(csv.reader(text.splitlines(), delimiter=delimiter, strict=True))
        except csv.Error:
            raise WrongFileError(MALFORMED) from None
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if any(len(row) != len(rows[0]) for row in rows):
            raise WrongFileError(MALFORMED)
        return rows

    def _enter(self, lines: Lines, email: str, request: int, *, overwrite: bool) -> None:
        """Into the book; then the mail."""
        counts = Counter(self._entered(line, overwrite=overwrite) for line in lines)
        words = {name: counts[name] for name in ("added", "changed", "kept", "wrong")}
        written = source(
            email, "VuduMobile: importation / import", SAID.format(**words), html=False
        )
        self._world.post(Mail(NAME, email, written, self._world.clock.now(), "", request))

    def _entered(self, line: dict[str, str], *, overwrite: bool) -> str:
        """What became of a line: added, changed, kept or wrong."""
        number, email = line.get("number", ""), line.get("email", "")
        known = self._book.by_number(number) if number else self._book.by_email(email)
        if known and not overwrite:
            return "kept"
        try:
            if known:
                self._book.edit(known[0].id, **line)
            else:
                self._book.add(line.get("number", ""), **_without_number(line))
        except ValueError:
            return "wrong"
        return "changed" if known else "added"


def _without_number(line: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in line.items() if name != "number"}
