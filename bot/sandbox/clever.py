"""Clever Multimedias, played from "API REST CLEVERMULTIMEDIAS, SPECIFICATIONS TECHNIQUES".

Who asks, and for what; the account, the additional fields and the predefined messages. Campaigns
of messages and of mails, contacts and users have modules of their own.
"""

import json
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_answers import refusal
from bot.sandbox.clever_book import CleverBook
from bot.sandbox.clever_contacts import CleverContacts
from bot.sandbox.clever_mails import CleverMails
from bot.sandbox.clever_pushes import NAME, CleverPushes
from bot.sandbox.clever_references import References
from bot.sandbox.clever_routes import route
from bot.sandbox.clever_users import CleverUsers
from bot.sandbox.phones import Bubble, Phone
from bot.sandbox.segments import measure
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import Request, World

READINGS = {"account", "push", "mos", "deliveries", "pushsmail", "mail_deliveries"}
"""Functions in whose tables there is no 430."""


class Clever:
    """The vendor's side: what it keeps, and what it answers."""

    name = NAME

    def __init__(self, world: World, account: CleverAccount) -> None:
        self._world = world
        self.account = account
        self.book = CleverBook()
        self.users = CleverUsers(account)
        references = References(world, account)
        self.pushes = CleverPushes(world, account, self.book, references)
        self._mails = CleverMails(world, account, self.book, references)
        self._contacts = CleverContacts(world, account, self.book, self.users)
        self._operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "account": ("GET", self._account),
            "fieldlist": ("GET", self._fields),
            "predefinedmessage": ("GET", self._messages),
            **self.users.operations,
            **self.pushes.operations,
            **self._mails.operations,
            **self._contacts.operations,
        }

    def restart(self) -> None:
        """No campaign was ever started, and nobody is known."""
        for part in (self.book, self.users, self.pushes, self._mails):
            part.restart()

    def skew(self) -> float:
        """Seconds by which its clock is ahead of the world's."""
        return self.account.skew

    def understand(self, request: web.Request, body: bytes, line: Request) -> Call:
        """JSON, whatever its bytes: `fields` is empty when it is none."""
        operation, reference = route(self.account, request.match_info["tail"], request.method)
        fields = _datas(body, request.content_type) if body else {}
        numbers = self.pushes.concerns(operation, fields)
        if operation in self._contacts.operations:
            numbers = self._contacts.concerns(reference, fields)
        elif reference:
            numbers = self.pushes.campaigns.numbers(reference)
        return Call(
            operation,
            line,
            request.method,
            request.remote or "",
            request.headers,
            fields,
            numbers,
            reference,
        )

    def answer(self, call: Call) -> Answer:
        """Who asks, then what."""
        if not self.account.knows(call.headers.get("Authorization", "")):
            return self.refuse(401, call)
        if call.operation not in self._operations:
            return self.refuse(404, call)
        method, operation = self._operations[call.operation]
        if call.method != method:
            return self.refuse(405, call)
        bars = call.operation not in READINGS or self.account.expired_blocks_reading
        if bars and self._expired():
            return self.refuse(430, call)
        return operation(call)

    def refuse(self, status: int, _call: Call, why: str = "", /) -> Answer:
        """In the document's phrases."""
        return refusal(self.account, status, why)

    def text(self, phone: Phone, text: str, at: datetime, reference: str = "") -> Bubble:
        """The owner of a phone answers a campaign, the newest unless `reference` says which."""
        campaigns = phone.campaigns
        if not campaigns:
            raise LookupError(f"{phone.number} cannot text on Clever: it was sent no campaign.")
        if reference and reference not in campaigns:
            raise LookupError(f"{phone.number} was sent no campaign {reference}.")
        if reference and reference != campaigns[-1] and self.account.answers != "any":
            raise LookupError(
                f"{phone.number} can only answer its newest campaign "
                f"{campaigns[-1]}; the setting answers=any allows others."
            )
        bubble = self._world.bubble("mo", text, measure(text), origin="phone", at=at)
        bubble.reference = reference or campaigns[-1]
        self.pushes.text(phone, bubble)
        self._world.show(phone, bubble)
        return bubble

    def _expired(self) -> bool:
        return self.account.expired(self.account.local(self._world.clock.now()))

    def _account(self, _call: Call) -> Answer:
        return json_answer(200, {"account": self.account.shown()})

    def _fields(self, _call: Call) -> Answer:
        """There is no sample: a list of objects is our guess."""
        rows = [{"id": number, "name": name} for number, name in enumerate(self.book.fields, 1)]
        return self._coming("fieldlist", rows)

    def _messages(self, _call: Call) -> Answer:
        """There is no sample: a list of objects is our guess."""
        rows = [
            {"id": number, "title": title, "text": text}
            for number, (title, text) in enumerate(self.book.messages.items(), 1)
        ]
        return self._coming("predefinedmessage", rows)

    def _coming(self, name: str, rows: list[dict[str, object]]) -> Answer:
        if self.account.coming != 200:
            return refusal(self.account, self.account.coming)
        return json_answer(200, {name: rows})


def _datas(body: bytes, content_type: str) -> dict[str, object]:
    """What stands in "datas": an object, or, as one picture has it, a list of one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if content_type != "application/json" or not isinstance(value, dict):
        return {}
    datas = value.get("datas")
    if isinstance(datas, list) and len(datas) == 1:
        datas = datas[0]
    return datas if isinstance(datas, dict) else {}
