"""Clever's campaigns of messages over its API: `pushs`, `pushscriterias`, `pushsbroadcasts`.

Chapters 3.11, 3.13, 3.15, 3.17, 3.19, 3.21 and 3.23 of the document.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.sandbox import clever_reports
from bot.sandbox.campaigns import Campaigns, Mo, Push
from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_answers import FOREIGN, NAMED, nothing, refusal, unknown
from bot.sandbox.clever_book import CleverBook
from bot.sandbox.clever_launches import CleverLaunches
from bot.sandbox.clever_references import References
from bot.sandbox.clever_selection import NobodyError, chosen
from bot.sandbox.faults import Fault
from bot.sandbox.phones import Bubble, Phone
from bot.sandbox.segments import is_gsm
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.wishes import ALL, CRITERIA, LIST, Wish, read_wish
from bot.sandbox.world import World

NAME = "clever"
KINDS = {"pushs": LIST, "pushscriterias": CRITERIA, "pushsbroadcasts": ALL}


class CleverPushes:
    """Answers for campaigns of messages, and lists what phones answer to them."""

    def __init__(
        self, world: World, account: CleverAccount, book: CleverBook, references: References
    ) -> None:
        self._world = world
        self._account = account
        self._book = book
        self._references = references
        self.campaigns = Campaigns()
        self.launches = CleverLaunches(world, account, self.campaigns)
        self.begun_on_site: list[str] = []
        references.owners.append(self.campaigns.taken)
        self.operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            **dict.fromkeys(KINDS, ("POST", self._create)),
            "push": ("GET", self._read),
            "delete_push": ("DELETE", self._delete),
            "mos": ("GET", self._mos),
            "deliveries": ("GET", self._deliveries),
        }

    def restart(self) -> None:
        """No campaign was ever started."""
        self.campaigns.clear()
        self.begun_on_site.clear()
        self.launches.restart()

    def wish(self, call_operation: str, fields: dict[str, object]) -> Wish | str:
        """What a request asks for, or which parameter is wrong."""
        whom = KINDS.get(call_operation, LIST)
        required = whom == LIST or self._account.list_required
        wish = read_wish(fields, whom, list_required=required)
        if isinstance(wish, Wish) and wish.encodage == 3 and not is_gsm(wish.text):
            refuses = self._account.not_latin == "refuse"
            return "text: caractères hors de l'encodage 3" if refuses else wish
        return wish

    def concerns(self, operation: str, fields: dict[str, object]) -> tuple[str, ...]:
        """The phones that a request is about, for the faults of one number."""
        wish = self.wish(operation, fields)
        if isinstance(wish, str):
            return ()
        try:
            return tuple(chosen(wish, self._book).numbers)
        except ValueError:
            return tuple(wish.numbers)

    def text(self, phone: Phone, bubble: Bubble) -> None:
        """A phone answers a campaign."""
        births = self._world.faults.draw("birth", NAME, "text", (phone.number,))
        mo = Mo(phone.number, self._account.echoed(bubble.text), self._account.local(bubble.time))
        if self._account.feed_lag:
            mo.visible_from = self._world.clock.monotonic() + self._account.feed_lag
        mo.born(births, self._world.clock.monotonic())
        two = self._account.mo_in_two or any(f.kind.name == "mo_in_two" for f in births)
        others = [name for name in phone.campaigns if name != bubble.reference]
        for reference in {bubble.reference, *(others[-1:] if two else ())}:
            self.campaigns.mos.setdefault(reference, []).append(mo)
        for push in self.campaigns.of(bubble.reference)[:1]:
            self.launches.pass_on(push, phone.number, bubble.text)

    def start_campaign(
        self, numbers: list[str], text: str, sender: str = "", *, ago: float = 0.0
    ) -> str:
        """The operator starts one on the vendor's site: no request of ours, no ledger.

        Where its second is taken, it gets the next one that is free.
        """
        wish = Wish(numbers, text, 3 if is_gsm(text) else 4, sender=sender)
        when = self._account.local(self._world.clock.now() - timedelta(seconds=ago))
        reference = self._references.free(when)
        self.launches.launch(wish, reference, [])
        self.begun_on_site.append(reference)
        return reference

    def _create(self, call: Call) -> Answer:
        wish = self.wish(call.operation, dict(call.fields))
        if isinstance(wish, str):
            return refusal(self._account, 400, wish)
        births = self._world.faults.draw("birth", NAME, call.operation, wish.numbers)
        try:
            wanted = self._without_duplicates(chosen(wish, self._book))
        except NobodyError as why:
            if self._account.empty_campaign == 201:
                return self._launched(call, wish, births)
            return refusal(self._account, 400, str(why))
        except ValueError as why:
            return refusal(self._account, 400, str(why))
        if not wanted.numbers and self._account.duplicates_mean != "silent":
            return refusal(self._account, 409, "duplicates: message déjà envoyé")
        return self._launched(call, wanted, births)

    def _launched(self, call: Call, wish: Wish, births: list[Fault]) -> Answer:
        if self._account.credit < self.launches.units(wish):
            return refusal(self._account, 402)
        reference = self._new_reference(wish, {fault.kind.name for fault in births})
        if not reference:
            return refusal(self._account, 409, NAMED)
        push = self.launches.launch(wish, reference, births, call.request)
        if any(fault.kind.name == "foreign_mt" for fault in births):
            self.start_campaign(wish.numbers, wish.text)
        return json_answer(201, {"push": clever_reports.created(push, self._account)})

    def _new_reference(self, wish: Wish, faults: set[str]) -> str:
        """Empty when the second is taken and that is a conflict."""
        if "duplicate_reference" in faults and self.campaigns.newest:
            return self.campaigns.newest
        tailed = wish.whom != LIST
        return self._references.new(tailed=tailed, always="suffixed_reference" in faults)

    def _without_duplicates(self, wish: Wish) -> Wish:
        if wish.duplicates:
            return wish
        numbers = list(dict.fromkeys(wish.numbers))
        if self._account.duplicates_mean in {"history", "silent"}:
            numbers = [n for n in numbers if not self.campaigns.sent_before(n, wish.text)]
        return wish.to(numbers)

    def _delete(self, call: Call) -> Answer:
        """Only what has not left can be taken back."""
        pushes = self._visible(call.reference)
        if not pushes:
            return refusal(self._account, 404)
        if any(push.out for push in pushes):
            return refusal(self._account, 405, "reference: la campagne est traitée")
        self.campaigns.remove(call.reference)
        self.launches.refund(pushes)
        return nothing()

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
            return unknown(self._account, "push")
        shown = clever_reports.read(pushes[0], self._account)
        if "numbers_reordered" in names:
            shown["number_list"] = ";".join(reversed(str(shown["number_list"]).split(";")))
        return json_answer(200, {"push": shown})

    def _deliveries(self, call: Call) -> Answer:
        pushes = self._visible(call.reference)
        if not pushes:
            return unknown(self._account, "deliveries")
        rows = [
            clever_reports.delivery(push, number, bubble, self._account)
            for push in pushes
            for number, bubble in push.messages
        ]
        return self._listed(call, "deliveries", rows)

    def _mos(self, call: Call) -> Answer:
        if not self._visible(call.reference):
            return unknown(self._account, "mos")
        now = self._world.clock.monotonic()
        rows: list[dict[str, object]] = [
            {
                "status": "5",
                "date_receive": self._account.printed(mo.time),
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
