"""Clever's campaigns of mails over its API: `pushsmails`, `pushsmailcriterias` and the like.

Chapters 3.12, 3.14, 3.16, 3.18, 3.20 and 3.22 of the document; the pictures, and the text of
3.22, say `pushmails`, `pushmailcriteria`, `pushmailbroadcasts`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.sandbox.clever_account import MAIL_UNITS, CleverAccount
from bot.sandbox.clever_answers import NAMED, nothing, refusal, unknown
from bot.sandbox.clever_book import CleverBook
from bot.sandbox.clever_references import References
from bot.sandbox.clever_selection import NobodyError, predefined, selected
from bot.sandbox.mail_wishes import MailWish, read_mail_wish
from bot.sandbox.mails import Mail, source
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.wishes import ALL, CRITERIA, LIST
from bot.sandbox.world import World

NAME = "clever"
FIRST_ID = 675
KINDS = {"pushsmails": LIST, "pushsmailcriterias": CRITERIA, "pushsmailbroadcasts": ALL}
ARRIVES = timedelta(seconds=2)
"""After being sent, as in the sample."""


@dataclass(frozen=True, slots=True)
class MailPush:
    """A campaign of mails; it leaves at `sends`, a world time."""

    id: int
    reference: str
    wish: MailWish
    sends: datetime

    @property
    def units(self) -> int:
        """What it costs."""
        return MAIL_UNITS * len(self.wish.addresses)


class CleverMails:
    """Keeps campaigns of mails and answers for them."""

    def __init__(
        self, world: World, account: CleverAccount, book: CleverBook, references: References
    ) -> None:
        self._world = world
        self._account = account
        self._book = book
        self._references = references
        references.owners.append(self.taken)
        self.restart()
        self.operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            **dict.fromkeys(KINDS, ("POST", self._create)),
            "pushsmail": ("GET", self._read),
            "delete_pushsmail": ("DELETE", self._delete),
            "mail_deliveries": ("GET", self._deliveries),
        }

    def restart(self) -> None:
        """No mail was ever sent."""
        self._pushes: dict[str, list[MailPush]] = {}
        self._ids = count(FIRST_ID)

    def taken(self, reference: str) -> bool:
        """Whether a campaign of mails has it."""
        return reference in self._pushes

    def _create(self, call: Call) -> Answer:
        whom = KINDS[call.operation]
        required = whom == LIST or self._account.list_required
        wish = read_mail_wish(call.fields, whom, list_required=required)
        if isinstance(wish, str):
            return refusal(self._account, 400, wish)
        try:
            wish = self._chosen(wish)
        except ValueError as why:
            return refusal(self._account, 400, str(why))
        wanted = self._without_duplicates(wish)
        silent = self._account.duplicates_mean == "silent"
        if wish.addresses and not wanted.addresses and not silent:
            return refusal(self._account, 409, "duplicates: mail déjà envoyé")
        return self._launched(wanted, call)

    def _chosen(self, wish: MailWish) -> MailWish:
        """With the addresses of the contacts that are meant, before those of a list.

        ValueError says what is wrong.
        """
        if wish.predefined:
            wish = wish.saying(predefined(self._book, wish.text))
        contacts = selected(wish.whom, wish.criteria, self._book)
        addresses = [one.email for one in contacts if one.email] + wish.addresses
        if not addresses and self._account.empty_campaign == 400:
            raise NobodyError
        return wish.to(addresses)

    def _launched(self, wish: MailWish, call: Call) -> Answer:
        if self._account.credit < MAIL_UNITS * len(wish.addresses):
            return refusal(self._account, 402)
        reference = self._references.new()
        if not reference:
            return refusal(self._account, 409, NAMED)
        return json_answer(201, {"push": self._created(self._launch(wish, reference, call))})

    def _delete(self, call: Call) -> Answer:
        """Only what has not left can be taken back."""
        pushes = self._pushes.get(call.reference, [])
        if not pushes:
            return refusal(self._account, 404)
        if any(push.sends <= self._world.clock.now() for push in pushes):
            return refusal(self._account, 405, "reference: la campagne est traitée")
        del self._pushes[call.reference]
        if self._account.refunds:
            self._account.credit += sum(push.units for push in pushes)
        self._world.tell("settings")
        return nothing()

    def _read(self, call: Call) -> Answer:
        """GET pushsmails/{reference}."""
        pushes = self._pushes.get(call.reference)
        if not pushes:
            return unknown(self._account, "push")
        push = pushes[0]
        sent = push.sends <= self._world.clock.now()
        shown = (
            self._whom(push)
            | {"status": 2 if sent else 0}
            | self._what(push)
            | {"type_push": "mail"}
            | self._cost(push)
        )
        return json_answer(200, {"push": shown})

    def _deliveries(self, call: Call) -> Answer:
        """GET pushsmails/{reference}/deliveries."""
        pushes = self._pushes.get(call.reference)
        if not pushes:
            return unknown(self._account, "deliveries")
        now = self._world.clock.now()
        rows = [
            self._delivery(push, address, arrived=push.sends + ARRIVES <= now)
            for push in pushes
            if push.sends <= now
            for address in push.wish.addresses
        ]
        return json_answer(200, {"deliveries": rows})

    def _without_duplicates(self, wish: MailWish) -> MailWish:
        if wish.duplicates:
            return wish
        addresses = list(dict.fromkeys(wish.addresses))
        if self._account.duplicates_mean in {"history", "silent"}:
            pushes = [push for several in self._pushes.values() for push in several]
            sent = {a for p in pushes if p.wish.text == wish.text for a in p.wish.addresses}
            addresses = [address for address in addresses if address not in sent]
        return wish.to(addresses)

    def _launch(self, wish: MailWish, reference: str, call: Call) -> MailPush:
        now = self._world.clock.now()
        skew = timedelta(seconds=self._account.skew)
        leaves = max(now, wish.start - skew) if wish.start else now
        push = MailPush(next(self._ids), reference, wish, leaves)
        self._account.credit -= push.units
        self._pushes.setdefault(reference, []).append(push)
        wait = (push.sends - now).total_seconds()
        if wait > 0:
            self._world.agenda.after(wait, lambda: self._send_out(push, call))
        else:
            self._send_out(push, call)
        self._world.tell("settings")
        return push

    def _send_out(self, push: MailPush, call: Call) -> None:
        """Into the mailboxes, unless it was deleted."""
        wish = push.wish
        if push not in self._pushes.get(push.reference, ()):
            return
        for address in wish.addresses:
            written = source(address, wish.subject, wish.text, html=wish.type_mail == "html")
            self._world.post(
                Mail(NAME, address, written, push.sends, push.reference, call.request.id)
            )

    def _created(self, push: MailPush) -> dict[str, object]:
        """A new campaign, as each of the three samples orders it."""
        end = {"duplicates": push.wish.duplicates}
        if push.wish.whom == LIST:
            file = {"filename": push.wish.filename}
            return self._whom(push) | self._what(push) | file | self._cost(push) | end
        mail: dict[str, object] = {"type_push": "mail"}
        if push.wish.whom == ALL:
            own: dict[str, object] = {"id": push.id} if self._account.pictures else {}
            addresses = {"email_list": ",".join(push.wish.addresses)}
            whom = own | self._whom(push) | addresses
            return whom | self._what(push) | mail | self._cost(push) | end
        return (
            self._whom(push)
            | self._status(push)
            | self._what(push)
            | mail
            | self._cost(push)
            | end
        )

    def _status(self, push: MailPush) -> dict[str, object]:
        """Of a new campaign by criteria: done already, or, in the picture, not yet begun."""
        if self._account.pictures:
            return {"statut": 0}
        return {"status": 2 if push.sends <= self._world.clock.now() else 0}

    def _whom(self, push: MailPush) -> dict[str, object]:
        return {"reference": push.reference, "email_list": ";".join(push.wish.addresses)}

    def _what(self, push: MailPush) -> dict[str, object]:
        return {
            "text": push.wish.text,
            "email_subject": push.wish.subject,
            "hd_send": self._account.printed(self._account.local(push.sends)),
        }

    def _cost(self, push: MailPush) -> dict[str, object]:
        return {
            "unit": push.units,
            "nb_mail": len(push.wish.addresses),
            "open_tag": push.wish.open_tag,
            "type_mail": push.wish.type_mail,
        }

    def _delivery(self, push: MailPush, address: str, *, arrived: bool) -> dict[str, object]:
        account = self._account
        row: dict[str, object] = {
            "subject": push.wish.subject,
            "body": push.wish.text,
            "reply_to": "",
            "date_send": account.printed(account.local(push.sends)),
        }
        if arrived:
            row["date_receive"] = account.printed(account.local(push.sends + ARRIVES))
        return row | {"recipient": address, "status": "3" if arrived else "2"}
