"""VuduMobile, played from "Description des APIs, Application Web VuduMobile" (14 January 2019).

`/vudumobile/api/get_feed`, `send`, `send_verification` and `send_email`; contacts and groups
have modules of their own.
"""

from bisect import bisect_left, insort
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.sandbox.faults import Fault
from bot.sandbox.mails import Mail, is_address, source
from bot.sandbox.phones import Accepted, Bubble, Phone, e164
from bot.sandbox.rows import Row, apply_births, shape
from bot.sandbox.segments import MAXIMUM, measure
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import TEXTS, error
from bot.sandbox.vudumobile_book import Book
from bot.sandbox.vudumobile_contacts import VuduMobileContacts
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import Request, World

NAME = "vudumobile"
KEY_HEADER = "VUDUMOBILE-API-KEY"
TIME = "%Y-%m-%d %H:%M:%S"
SIMPLE = {"delivered": "delivered", "failed": "failed", "sent": "sent", "queued": "queued"}
MAIL_FIELDS = ("to", "subject", "message", "format")
SPOKEN = {"fr": "Votre code de vérification : {code}", "en": "Your verification code: {code}"}


class VuduMobile:
    """The vendor's side: what it keeps, and what it answers."""

    name = NAME

    def __init__(self, world: World, account: VuduMobileAccount) -> None:
        self._world = world
        self.account = account
        self.book = Book(world.clock, account)
        self._contacts = VuduMobileContacts(world, account, self.book)
        self.restart()
        self._operations: dict[str, Callable[[Call], Answer]] = {
            "get_feed": self._get_feed,
            "send": self._send,
            "send_verification": self._send_verification,
            "send_email": self._send_email,
            **self._contacts.operations,
        }

    def restart(self) -> None:
        """Nothing was ever texted or sent, and nobody is known."""
        self.book.restart()
        self._rows: list[Row] = []
        self._ids = count(1)
        self._last_id = 0

    def skew(self) -> float:
        """Seconds by which its clock is ahead of the world's."""
        return self.account.skew

    def understand(self, request: web.Request, body: bytes, line: Request) -> Call:
        """A form, whatever its bytes."""
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        operation = request.match_info["tail"]
        if operation in self._contacts.operations:
            number = self._contacts.concerns(fields)
        else:
            number = _number(fields.get("to", ""))
        return Call(
            operation,
            line,
            request.method,
            request.remote or "",
            request.headers,
            fields,
            (number,) if number else (),
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
        births = self._world.faults.draw("birth", NAME, "text", (phone.number,))
        segments = measure(text)
        bubble = self._world.bubble("mo", text, segments, origin="phone", at=at)
        reused = any(fault.kind.name == "id_reused" for fault in births)
        row = self._new_row("mo", phone.number, text, at, reuse=reused)
        row.parts = segments.count
        apply_births(row, births, self._world.clock.monotonic())
        bubble.id = str(row.id)
        insort(self._rows, row, key=_when)
        self._world.show(phone, bubble)
        return bubble

    def send_by_hand(self, number: str, text: str) -> Bubble:
        """Somebody writes to a number in the vendor's web application."""
        return self._accept(number, text, "operator", [])

    def _new_row(
        self, direction: str, number: str, text: str, at: datetime, *, reuse: bool = False
    ) -> Row:
        if not (reuse and self._last_id):
            self._last_id = next(self._ids)
        local = at + timedelta(seconds=self.account.skew)
        return Row(self._last_id, direction, number, text, local)

    def _accept(self, number: str, text: str, origin: str, births: list[Fault]) -> Bubble:
        phone, segments = self._world.phones(NAME, number), measure(text)
        bubble = self._world.bubble("mt", text, segments, origin=origin)
        bubble.sender = self.account.our_number
        row = self._new_row("mt", phone.number, text, bubble.time)
        row.parts, row.bubble = segments.count, bubble
        apply_births(row, births, self._world.clock.monotonic())
        bubble.id = str(row.id)
        insort(self._rows, row, key=_when)
        self._world.carry(phone, bubble)
        return bubble

    def _take(self, call: Call, number: str, text: str) -> Bubble:
        """Accept for the ledger, with what the faults add."""
        births = self._world.faults.draw("birth", NAME, call.operation, (number,))
        bubble = self._accept(number, text, "api", births)
        self._world.ledger.append(
            Accepted(NAME, number, text, bubble.time, bubble.id, call.request.id)
        )
        if any(fault.kind.name == "foreign_mt" for fault in births):
            self._accept(number, text, "operator", [])
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

    def _send_verification(self, call: Call) -> Answer:
        """The code is not listed in the feed: the document says nothing of it there."""
        code, language = str(call.fields.get("code", "")), str(call.fields.get("language", "fr"))
        if not call.numbers:
            return error(400, "to parameter is missing")
        if not (code.isascii() and code.isdigit() and 4 <= len(code) <= 10):
            return error(400, "code parameter is invalid")
        if language not in SPOKEN:
            return error(400, "language parameter is invalid")
        text = SPOKEN[language].format(code=code)
        bubble = self._world.bubble("mt", text, measure(text), origin="api")
        bubble.id = str(call.fields.get("request_id") or call.request.id)
        self._world.carry(self._world.phones(NAME, call.numbers[0]), bubble)
        self._world.ledger.append(
            Accepted(NAME, call.numbers[0], text, bubble.time, bubble.id, call.request.id)
        )
        return json_answer(200, {"status": True, "request_id": bubble.id})

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
            subject, message = _filled(subject, to), _filled(message, to)
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
        rows = self._listed(direction, since)
        if account.unordered:
            self._world.dice.shuffle(rows)
        faults = self._world.faults.draw("rows", NAME, "get_feed", {r.number for r in rows})
        return shape([(row, self._shown(row, zone)) for row in rows], faults, self._world.dice)

    def _listed(self, direction: str, since: datetime | None) -> list[Row]:
        start, now = 0, self._world.clock.monotonic()
        if since is not None:
            if self.account.exclusive:
                since += timedelta(seconds=1)
            start = bisect_left(self._rows, since.timestamp(), key=_when)
        rows = [
            row
            for row in self._rows[start:]
            if row.visible_from <= now and direction in {row.direction, "both"}
        ]
        return rows + [row for row in rows if row.copies > 1]

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
            shown["status_mt"] = self._status(row.bubble)
        return shown

    def _status(self, bubble: Bubble) -> str:
        detailed = self.account.detailed_statuses and bubble.code
        return bubble.code if detailed else SIMPLE[bubble.state]


def _when(row: Row) -> float:
    return row.stamp


def _filled(text: str, to: str) -> str:
    """The variables of broadcasts, for a contact of whom only the address is known."""
    known = {"_NAME_": "", "_EMAIL_": to, "_NUMBER_": "", "_NOTES_": ""}
    for variable, value in known.items():
        text = text.replace(variable, value)
    return text


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
