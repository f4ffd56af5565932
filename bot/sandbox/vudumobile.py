"""VuduMobile, played from "Description des APIs, Application Web VuduMobile" (14 January 2019).

`/vudumobile/api/get_feed`, `send` and `send_email`; verification, contacts and groups, their
import, and broadcasts have modules of their own.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.sandbox.forms import read_form
from bot.sandbox.mails import Mail, is_address, source
from bot.sandbox.phones import Bubble, Phone, e164
from bot.sandbox.rows import Row, shape
from bot.sandbox.segments import MAXIMUM, measure
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import TEXTS, error
from bot.sandbox.vudumobile_book import Book, Contact
from bot.sandbox.vudumobile_broadcasts import VuduMobileBroadcasts
from bot.sandbox.vudumobile_contacts import VuduMobileContacts
from bot.sandbox.vudumobile_import import VuduMobileImport
from bot.sandbox.vudumobile_launches import Launches, filled
from bot.sandbox.vudumobile_line import NAME, Line
from bot.sandbox.vudumobile_verification import VuduMobileVerification
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import Request, World

KEY_HEADER = "VUDUMOBILE-API-KEY"
TIME = "%Y-%m-%d %H:%M:%S"
MAIL_FIELDS = ("to", "subject", "message", "format")


class VuduMobile:
    """The vendor's side: what it keeps, and what it answers."""

    name = NAME

    def __init__(self, world: World, account: VuduMobileAccount) -> None:
        self._world = world
        self.account = account
        self.book = Book(world.clock, account)
        self._contacts = VuduMobileContacts(world, account, self.book)
        self._line = Line(world, account)
        self._verification = VuduMobileVerification(world, account, self._line)
        self._import = VuduMobileImport(world, account, self.book)
        self.launches = Launches(world, account, self.book, self._line)
        self._broadcasts = VuduMobileBroadcasts(world, account, self.launches, self._line)
        self._operations: dict[str, Callable[[Call], Answer]] = {
            "get_feed": self._get_feed,
            "send": self._send,
            "send_verification": self._verification.send,
            "send_email": self._send_email,
            "import_contacts": self._import.begin,
            **self._contacts.operations,
            **self._broadcasts.operations,
        }

    def restart(self) -> None:
        """Nothing was ever texted or sent, and nobody is known."""
        for part in (self.book, self._line, self._verification, self.launches):
            part.restart()

    def skew(self) -> float:
        """Seconds by which its clock is ahead of the world's."""
        return self.account.skew

    def understand(self, request: web.Request, body: bytes, line: Request) -> Call:
        """A form, whatever its bytes."""
        fields = read_form(body, request.headers.get("Content-Type", ""))
        operation = request.match_info["tail"]
        if operation in {*self._contacts.operations, "test_broadcast"}:
            number = self._contacts.concerns(fields)
        else:
            number = _number(str(fields.get("to", "")))
        numbers: tuple[str, ...] = (number,) if number else ()
        if operation == "start_broadcast":
            numbers = self._broadcasts.concerns(str(fields.get("broadcast", "")))
        return Call(
            operation,
            line,
            request.method,
            request.remote or "",
            request.headers,
            fields,
            numbers,
        )

    def answer(self, call: Call) -> Answer:
        """The key and the firewall first, then what was asked."""
        key = call.headers.get(KEY_HEADER, "")
        if not key:
            return error(401, "API Key parameter is missing")
        if key != self.account.api_key or not self.account.firewall_open:
            return self.refuse(403, call)
        operation = self._operations.get(call.operation)
        if operation is None:
            return error(404, "API method not found")
        if call.method != "POST":
            return error(405, "POST method is required")
        return operation(call)

    def refuse(self, status: int, call: Call, why: str = "", /) -> Answer:
        """401 and 403 in the document's words, which repeat address and key."""
        if status in {401, 403}:
            key = call.headers.get(KEY_HEADER, "")
            return error(
                status,
                f"The API is not accessible from your IP "
                f"({why or call.remote}) using API key {key}",
            )
        return error(status, TEXTS.get(status, "An error has occurred"))

    def text(self, phone: Phone, text: str, at: datetime) -> Bubble:
        """The owner of a phone texts our number."""
        return self._line.text(phone, text, at)

    def send_by_hand(self, number: str, text: str) -> Bubble:
        """Somebody writes to a number in the vendor's web application."""
        return self._line.accept(number, text, "operator", [])

    def _take(self, call: Call, number: str, text: str) -> Bubble:
        """Accept for the ledger, with what the faults add."""
        births = self._world.faults.draw("birth", NAME, call.operation, (number,))
        bubble = self._line.accept(number, text, "api", births)
        self._line.note(number, text, bubble, call.request)
        if any(fault.kind.name == "foreign_mt" for fault in births):
            self._line.accept(number, text, "operator", [])
        return bubble

    def _send(self, call: Call) -> Answer:
        text = str(call.fields.get("message", ""))
        if not call.fields.get("to"):
            return error(400, "to parameter is missing")
        if not text:
            return error(400, "message parameter is missing")
        if not call.numbers:
            return error(400, "to parameter is invalid")
        if measure(text).count > MAXIMUM:
            return error(400, "message is too long")
        bubble = self._take(call, call.numbers[0], text)
        return json_answer(200, {"status": True, "msg_id": int(bubble.id)})

    def _send_email(self, call: Call) -> Answer:
        """There is no id in the answer, and nothing in the feed."""
        to, subject, message, form = (str(call.fields.get(name, "")) for name in MAIL_FIELDS)
        if not (to and subject and message and form):
            return error(400, "to, subject, message or format parameter is missing")
        if not is_address(to):
            return error(400, "to is not a valid email address")
        if form not in {"text", "htm"}:
            return error(400, "format parameter is invalid")
        if self.account.variables_in_mails:
            stranger = Contact(0, self._world.clock.now(), email=to)
            subject, message = filled(subject, stranger), filled(message, stranger)
        written = source(to, subject, message, html=form == "htm")
        now = self._world.clock.now()
        self._world.post(Mail(NAME, to, written, now, "", call.request.id))
        return json_answer(200, {"status": True})

    def _get_feed(self, call: Call) -> Answer:
        account, fields = self.account, call.fields
        direction = str(fields.get("direction") or account.default_direction)
        if direction not in {"mo", "mt", account.default_direction}:
            return error(400, "direction parameter is invalid")
        try:
            zone = ZoneInfo(str(fields.get("pref_timezone") or "UTC"))
        except (KeyError, ValueError, OSError):
            return error(400, "pref_timezone parameter is invalid")
        since = _since(str(fields.get("date_start", "")), zone)
        if since is None and (account.date_start_required or fields.get("date_start")):
            return error(400, "date_start parameter is missing or invalid")
        rows = self._line.listed(direction, since)
        if account.unordered:
            self._world.dice.shuffle(rows)
        faults = self._world.faults.draw("rows", NAME, "get_feed", {r.number for r in rows})
        return shape([(row, self._shown(row, zone)) for row in rows], faults, self._world.dice)

    def _shown(self, row: Row, zone: ZoneInfo) -> dict[str, object]:
        ours, theirs = self.account.our_number[1:], row.number[1:]
        inbound = row.direction == "mo"
        shown: dict[str, object] = {
            "msg_id": row.id,
            "direction": row.direction,
            "from": theirs if inbound else ours,
            "to": ours if inbound else theirs,
            "message": row.text,
            "datetime": row.clock_time
            if zone.key == "UTC"
            else row.time.astimezone(zone).strftime(TIME),
            "part_count": row.parts,
        }
        if row.bubble is not None:
            shown["status_mt"] = self._line.status(row.bubble)
        return shown


def _number(to: str) -> str:
    """The phone that `to` means; empty when it is none."""
    try:
        return e164(to) if to else ""
    except LookupError:
        return ""


def _since(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.strptime(text, TIME).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
