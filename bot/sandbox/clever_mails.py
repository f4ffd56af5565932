"""Clever's campaigns of mails: `pushsmails`, `pushsmails/{reference}`, `…/deliveries`.

Chapters 3.12, 3.20 and 3.22 of the document; a picture of 3.12 says `pushmails`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.sandbox.campaigns import PARIS, TIME
from bot.sandbox.clever_account import MAIL_UNITS, CleverAccount
from bot.sandbox.clever_answers import refusal, unknown
from bot.sandbox.mails import Mail, is_address, source
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World, clean

NAME = "clever"
ARRIVES = timedelta(seconds=2)
"""After being sent, as in the sample."""


@dataclass(frozen=True, slots=True)
class MailWish:
    """What a request asks for, once it is known to be well formed."""

    addresses: list[str]
    text: str
    subject: str
    type_mail: str
    open_tag: int
    duplicates: int
    filename: str
    start: datetime | None


@dataclass(frozen=True, slots=True)
class MailPush:
    """A campaign of mails; it leaves at `sends`, a world time."""

    reference: str
    wish: MailWish
    sends: datetime

    @property
    def units(self) -> int:
        """What it costs."""
        return MAIL_UNITS * len(self.wish.addresses)


class CleverMails:
    """Keeps campaigns of mails and answers for them.

    `new_reference` names a campaign, or gives nothing where its second is taken.
    """

    def __init__(
        self, world: World, account: CleverAccount, new_reference: Callable[[set[str]], str]
    ) -> None:
        self._world = world
        self._account = account
        self._new_reference = new_reference
        self._pushes: dict[str, list[MailPush]] = {}

    def restart(self) -> None:
        """No mail was ever sent."""
        self._pushes.clear()

    def taken(self, reference: str) -> bool:
        """Whether a campaign of mails has it."""
        return reference in self._pushes

    def create(self, call: Call) -> Answer:
        """POST pushsmails."""
        wish = read_mail_wish(call.fields)
        if isinstance(wish, str):
            return refusal(self._account, 400, wish)
        wish = self._without_duplicates(wish)
        if not wish.addresses:
            return refusal(self._account, 409, "duplicates: mail déjà envoyé")
        if self._account.credit < MAIL_UNITS * len(wish.addresses):
            return refusal(self._account, 402)
        reference = self._new_reference(set())
        if not reference:
            why = "reference: une campagne porte déjà cette référence"
            return refusal(self._account, 409, why)
        return json_answer(201, {"push": self._created(self._launch(wish, reference, call))})

    def read(self, call: Call) -> Answer:
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

    def deliveries(self, call: Call) -> Answer:
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
        if self._account.duplicates_mean == "history":
            pushes = [push for several in self._pushes.values() for push in several]
            sent = {a for p in pushes if p.wish.text == wish.text for a in p.wish.addresses}
            addresses = [address for address in addresses if address not in sent]
        return replace(wish, addresses=addresses)

    def _launch(self, wish: MailWish, reference: str, call: Call) -> MailPush:
        now = self._world.clock.now()
        skew = timedelta(seconds=self._account.skew)
        push = MailPush(reference, wish, max(now, wish.start - skew) if wish.start else now)
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
        wish = push.wish
        for address in wish.addresses:
            written = source(address, wish.subject, wish.text, html=wish.type_mail == "html")
            self._world.post(
                Mail(NAME, address, written, push.sends, push.reference, call.request.id)
            )

    def _created(self, push: MailPush) -> dict[str, object]:
        """A new campaign, in the sample's order."""
        return (
            self._whom(push)
            | self._what(push)
            | {"filename": push.wish.filename}
            | self._cost(push)
            | {"duplicates": push.wish.duplicates}
        )

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


def read_mail_wish(fields: Mapping[str, object]) -> MailWish | str:
    """The wish, or which parameter is wrong. No length is documented."""
    text, subject = fields.get("text"), fields.get("email_subject")
    if not isinstance(text, str) or not text:
        return "text: obligatoire"
    if not isinstance(subject, str) or not subject:
        return "email_subject: obligatoire"
    addresses = _addresses(fields.get("email_list"))
    if addresses is None:
        return "email_list: adresses de courriel"

    def said(name: str, default: str) -> str:
        value = fields.get(name)
        return default if value is None else str(value)

    kind, filename = said("type_mail", "brut"), said("filename", "noFile")
    tag, duplicates = said("open_tag", "0"), said("duplicates", "0")
    wrong = {
        "type_mail: brut ou html": kind not in {"brut", "html"},
        "type_push: mail": said("type_push", "mail") != "mail",
        "open_tag: 0 ou 1": tag not in {"0", "1"},
        "duplicates: 0 ou 1": duplicates not in {"0", "1"},
        "filename: extension pdf": filename != "noFile" and not filename.endswith(".pdf"),
    }
    for what, is_wrong in wrong.items():
        if is_wrong:
            return what
    try:
        start = _start(said("hd_send", "").strip())
    except ValueError:
        return "hd_send: format Y-m-d H:i:s"
    return MailWish(
        addresses, clean(text), clean(subject), kind, int(tag), int(duplicates), filename, start
    )


def _start(text: str) -> datetime | None:
    if not text:
        return None
    start = datetime.strptime(text, TIME).replace(tzinfo=PARIS)
    if start.year < 2000:
        raise ValueError(text)
    return start


def _addresses(value: object) -> list[str] | None:
    """From "a;b" as the samples have it, or an array as the table says; None if any is wrong."""
    if isinstance(value, str):
        value = [part for part in value.split(";") if part.strip()]
    if not isinstance(value, list) or not value:
        return None
    addresses = [clean(str(address).strip(" ")) for address in value]
    return addresses if all(map(is_address, addresses)) else None
