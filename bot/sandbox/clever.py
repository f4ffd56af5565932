"""Clever Multimedias, played from "API REST CLEVERMULTIMEDIAS, SPECIFICATIONS TECHNIQUES".

`/clever/api/account/me`, `pushs`, `pushs/{reference}`, `…/deliveries`, `…/mos`; mails and
contacts have modules of their own.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

from bot.sandbox.campaigns import Campaigns, Mo, Push, Wish, read_wish, reference_of, report
from bot.sandbox.clever_account import UNITS, CleverAccount
from bot.sandbox.clever_answers import FOREIGN, refusal, unknown
from bot.sandbox.clever_book import CleverBook
from bot.sandbox.clever_contacts import CleverContacts, contact_route
from bot.sandbox.clever_mails import CleverMails
from bot.sandbox.faults import Fault
from bot.sandbox.phones import Accepted, Bubble, Phone
from bot.sandbox.segments import is_gsm, measure, to_gsm
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import Request, World

NAME = "clever"


class Clever:
    """The vendor's side: what it keeps, and what it answers."""

    name = NAME

    def __init__(self, world: World, account: CleverAccount) -> None:
        self._world = world
        self.account = account
        self.campaigns = Campaigns()
        self.mails = CleverMails(world, account, self._new_reference)
        self.book = CleverBook()
        self._contacts = CleverContacts(world, account, self.book)
        self.begun_on_site: list[str] = []
        self._operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "account": ("GET", self._account),
            "pushs": ("POST", self._create),
            "push": ("GET", self._read),
            "mos": ("GET", self._mos),
            "deliveries": ("GET", self._deliveries),
            "pushsmails": ("POST", self.mails.create),
            "pushsmail": ("GET", self.mails.read),
            "mail_deliveries": ("GET", self.mails.deliveries),
            **self._contacts.operations,
        }

    def restart(self) -> None:
        """No campaign was ever started, and nobody is known."""
        self.book.restart()
        self.campaigns.clear()
        self.mails.restart()
        self.begun_on_site.clear()

    def skew(self) -> float:
        """Seconds by which its clock is ahead of the world's."""
        return self.account.skew

    def understand(self, request: web.Request, body: bytes, line: Request) -> Call:
        """JSON, whatever its bytes: `fields` is empty when it is none."""
        operation, reference = self._route(request.match_info["tail"], request.method)
        fields = _datas(body, request.content_type) if body else {}
        wish = read_wish(fields)
        numbers: tuple[str, ...] = tuple(wish.numbers) if isinstance(wish, Wish) else ()
        if operation in self._contacts.operations:
            numbers = self._contacts.concerns(reference, fields)
        elif reference:
            numbers = self.campaigns.numbers(reference)
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
        bars = method == "POST" or call.operation in self._contacts.operations
        if self._expired() and (bars or self.account.expired_blocks_reading):
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
        births = self._world.faults.draw("birth", NAME, "text", (phone.number,))
        bubble = self._world.bubble("mo", text, measure(text), origin="phone", at=at)
        bubble.reference = reference or campaigns[-1]
        self._list_answer(phone, bubble, births)
        self._world.show(phone, bubble)
        return bubble

    def _list_answer(self, phone: Phone, bubble: Bubble, births: list[Fault]) -> None:
        mo = Mo(phone.number, bubble.text, self.account.local(bubble.time))
        mo.born(births, self._world.clock.monotonic())
        two = self.account.mo_in_two or any(f.kind.name == "mo_in_two" for f in births)
        others = [name for name in phone.campaigns if name != bubble.reference]
        for reference in {bubble.reference, *(others[-1:] if two else ())}:
            self.campaigns.mos.setdefault(reference, []).append(mo)

    def start_campaign(
        self, numbers: list[str], text: str, sender: str = "", *, ago: float = 0.0
    ) -> str:
        """The operator starts one on the vendor's site: no request of ours, no ledger.

        Where its second is taken, it gets the next one that is free.
        """
        wish = Wish(numbers, text, 3 if is_gsm(text) else 4, sender=sender)
        when = self.account.local(self._world.clock.now() - timedelta(seconds=ago))
        while self._taken(reference_of(when)):
            when += timedelta(seconds=1)
        push = self._launch(wish, reference_of(when), "operator", [])
        self.begun_on_site.append(push.reference)
        return push.reference

    def _route(self, tail: str, method: str) -> tuple[str, str]:
        """(operation, reference) of a path below /api/; of a contact, its id."""
        match tail.split("/"):
            case ["account" | "accounts" as word, "me"]:
                allowed = self.account.account_path
                return ("account" if allowed in {word, "both"} else tail), ""
            case ["pushsmails" | "pushmails" as word, *rest]:
                allowed = self.account.mail_path
                return _mail_route(rest) if allowed in {word, "both"} else (f"/{tail}", "")
            case ["pushs"]:
                return "pushs", ""
            case ["pushs", reference]:
                return "push", reference
            case ["pushs", reference, "mos" | "deliveries" as part]:
                return part, reference
        return contact_route(tail, method)

    def _expired(self) -> bool:
        return self.account.expired(self.account.local(self._world.clock.now()))

    def _account(self, _call: Call) -> Answer:
        return json_answer(200, {"account": self.account.shown()})

    def _create(self, call: Call) -> Answer:
        wish = read_wish(call.fields)
        if isinstance(wish, str):
            return self.refuse(400, call, wish)
        if wish.encodage == 3 and not is_gsm(wish.text) and self.account.not_latin == "refuse":
            return self.refuse(400, call, "text: caractères hors de l'encodage 3")
        births = self._world.faults.draw("birth", NAME, "pushs", wish.numbers)
        wanted = self._without_duplicates(wish)
        if not wanted.numbers:
            return self.refuse(409, call, "duplicates: message déjà envoyé")
        if self.account.credit < self._units(wanted):
            return self.refuse(402, call)
        reference = self._new_reference({fault.kind.name for fault in births})
        if not reference:
            return self.refuse(409, call, "reference: une campagne porte déjà cette référence")
        push = self._launch(wanted, reference, "api", births, call)
        if any(fault.kind.name == "foreign_mt" for fault in births):
            self.start_campaign(wanted.numbers, wanted.text)
        return json_answer(201, {"push": report(push, self.account.printed, created=True)})

    def _new_reference(self, faults: set[str]) -> str:
        """Empty when the second is taken and that is a conflict."""
        usual = reference_of(self.account.local(self._world.clock.now()))
        if "duplicate_reference" in faults and self.campaigns.newest:
            return self.campaigns.newest
        if "suffixed_reference" in faults:
            return usual + f"{self._world.dice.getrandbits(132):033x}"
        if self._taken(usual) and self.account.same_second != "share":
            return ""
        return usual

    def _taken(self, reference: str) -> bool:
        """Mails are named alike: a second has one name, whatever is sent in it."""
        return self.campaigns.taken(reference) or self.mails.taken(reference)

    def _without_duplicates(self, wish: Wish) -> Wish:
        if wish.duplicates:
            return wish
        numbers = list(dict.fromkeys(wish.numbers))
        if self.account.duplicates_mean == "history":
            numbers = [n for n in numbers if not self.campaigns.sent_before(n, wish.text)]
        return wish.to(numbers)

    @staticmethod
    def _parts(wish: Wish) -> int:
        return measure(wish.written(), ucs2=wish.encodage == 4).count

    def _units(self, wish: Wish) -> int:
        parts = self._parts(wish) if wish.type_push == "sms" else 1
        return UNITS[wish.type_push] * parts * len(wish.numbers)

    def _launch(
        self,
        wish: Wish,
        reference: str,
        origin: str,
        births: list[Fault],
        call: Call | None = None,
    ) -> Push:
        world, now = self._world, self._world.clock.now()
        push = Push(reference, wish, self.account.local(now), self._parts(wish), self._units(wish))
        push.born(births, world.clock.monotonic())
        self.account.credit -= push.unit
        self.campaigns.add(push)
        if call is not None:
            world.ledger += [
                Accepted(NAME, number, wish.text, now, reference, call.request.id)
                for number in wish.numbers
            ]
        wait = (wish.start - push.created).total_seconds() if wish.start else 0.0
        if wait > 0:
            world.agenda.after(wait, lambda: self._send_out(push, origin))
        else:
            self._send_out(push, origin)
        world.tell("settings")
        return push

    def _send_out(self, push: Push, origin: str) -> None:
        """Let the phones have it."""
        wish, world = push.wish, self._world
        text = to_gsm(wish.text) if wish.encodage == 3 else wish.text
        segments = measure(text, ucs2=wish.encodage == 4)
        for number in wish.numbers:
            bubble = world.bubble("mt", text, segments, origin=origin)
            bubble.id = bubble.reference = push.reference
            bubble.sender = wish.sender
            push.messages.append((number, bubble))
            world.carry(world.phones(NAME, number), bubble)

    def _visible(self, reference: str) -> list[Push]:
        now = self._world.clock.monotonic()
        return [push for push in self.campaigns.of(reference) if push.visible_from <= now]

    def _read(self, call: Call) -> Answer:
        pushes = self._visible(call.reference)
        faults = self._world.faults.draw("push", NAME, "push", call.numbers)
        names = {fault.kind.name for fault in faults}
        if not pushes and "foreign_push" in names:
            return json_answer(200, {"push": FOREIGN | {"reference": call.reference}})
        if not pushes:
            return unknown(self.account, "push")
        shown = report(pushes[0], self.account.printed, created=False)
        if "numbers_reordered" in names:
            shown["number_list"] = ";".join(reversed(str(shown["number_list"]).split(";")))
        return json_answer(200, {"push": shown})

    def _deliveries(self, call: Call) -> Answer:
        pushes = self._visible(call.reference)
        if not pushes:
            return unknown(self.account, "deliveries")
        rows = [
            self._delivery(push, number, bubble)
            for push in pushes
            for number, bubble in push.messages
        ]
        return self._listed(call, "deliveries", rows)

    def _delivery(self, push: Push, number: str, bubble: Bubble) -> dict[str, object]:
        row: dict[str, object] = {
            "message": push.shown,
            "typemessage": push.wish.type_push,
            "date_send": self.account.printed(self.account.local(bubble.time)),
        }
        if bubble.settled is not None:
            row["date_receive"] = self.account.printed(self.account.local(bubble.settled))
        return row | {"recipient": number, "status": bubble.code or "2"}

    def _mos(self, call: Call) -> Answer:
        if not self._visible(call.reference):
            return unknown(self.account, "mos")
        now = self._world.clock.monotonic()
        rows: list[dict[str, object]] = [
            {
                "status": "5",
                "date_receive": self.account.printed(mo.time),
                "recipient": mo.number,
                "message": mo.text,
            }
            for mo in self.campaigns.mos.get(call.reference, ())
            if mo.visible_from <= now
            for _ in range(mo.copies)
        ]
        return self._listed(call, "mos", rows)

    def _listed(self, call: Call, name: str, rows: list[dict[str, object]]) -> Answer:
        for fault in self._world.faults.draw("rows", NAME, name, call.numbers):
            concerned = [r for r in rows if fault.number in {None, r["recipient"]}]
            match fault.kind.name:
                case "rows_lost":
                    rows = [row for row in rows if row not in concerned]
                case "rows_shuffled":
                    self._world.dice.shuffle(rows)
                case "status_backwards":
                    for row in concerned:
                        row["status"] = "2"
                        row.pop("date_receive", None)
        return json_answer(200, {name: rows})


def _mail_route(rest: list[str]) -> tuple[str, str]:
    """(operation, reference) of what follows `pushsmails`."""
    match rest:
        case []:
            return "pushsmails", ""
        case [reference]:
            return "pushsmail", reference
        case [reference, "deliveries"]:
            return "mail_deliveries", reference
    return "/".join(rest), ""


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
