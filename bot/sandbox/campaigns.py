"""Clever's campaigns ("pushs"): what was wished for, what was made of it, what was answered."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.faults import Fault
from bot.sandbox.phones import Bubble
from bot.sandbox.rows import BIRTHS, Row
from bot.sandbox.segments import to_gsm
from bot.sandbox.world import clean

PARIS = ZoneInfo("Europe/Paris")
TIME = "%Y-%m-%d %H:%M:%S"
LONGEST = 1000
FORBIDDEN_IN_FILENAMES = set('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for, once it is known to be well formed."""

    numbers: list[str]
    text: str
    encodage: int
    sender: str = ""
    type_push: str = "sms"
    options: str = "F1"
    duplicates: int = 0
    filename: str = "noFile"
    start: datetime | None = None

    def to(self, numbers: list[str]) -> "Wish":
        """The same for others."""
        return replace(self, numbers=numbers)

    def written(self) -> str:
        """The text as this encodage can write it."""
        return to_gsm(self.text) if self.encodage == 3 else self.text


@dataclass(slots=True)
class Mo:
    """An answer as it is listed; `time` in Paris, by the gateway's clock."""

    number: str
    text: str
    time: datetime
    visible_from: float = 0.0
    copies: int = 1

    def born(self, faults: list[Fault], now: float) -> None:
        """Let each fault mark it."""
        row = _marked(self.number, self.text, self.time, faults, now)
        self.text, self.time = row.text, row.time
        self.visible_from, self.copies = row.visible_from, row.copies


@dataclass(slots=True)
class Push:
    """A campaign. `shown` is its text as the gateway repeats it."""

    reference: str
    wish: Wish
    created: datetime
    parts: int
    unit: int
    messages: list[tuple[str, Bubble]] = field(default_factory=list)
    visible_from: float = 0.0
    shown: str = ""

    def born(self, faults: list[Fault], now: float) -> None:
        """Let each fault mark it."""
        row = _marked("", self.wish.text, self.created, faults, now)
        self.shown, self.visible_from = row.text, row.visible_from


def _marked(number: str, text: str, time: datetime, faults: list[Fault], now: float) -> Row:
    row = Row(0, "mo", number, text, time)
    for fault in faults:
        if fault.kind.name in BIRTHS:
            BIRTHS[fault.kind.name](row, fault, now)
    return row


class Campaigns:
    """All campaigns by reference; more than one where references are shared."""

    def __init__(self) -> None:
        self._pushes: dict[str, list[Push]] = {}
        self._sent: set[tuple[str, str]] = set()
        self.mos: dict[str, list[Mo]] = {}
        self.newest = ""

    def add(self, push: Push) -> None:
        """Keep it."""
        self._pushes.setdefault(push.reference, []).append(push)
        self._sent.update((number, push.wish.text) for number in push.wish.numbers)
        self.newest = push.reference

    def of(self, reference: str) -> list[Push]:
        """Those that have it, oldest first."""
        return self._pushes.get(reference, [])

    def all(self) -> Iterable[Push]:
        """Every one, oldest first."""
        return (push for pushes in self._pushes.values() for push in pushes)

    def taken(self, reference: str) -> bool:
        """Whether a campaign has it."""
        return reference in self._pushes

    def sent_before(self, number: str, text: str) -> bool:
        """Whether this very text went to this number."""
        return (number, text) in self._sent

    def numbers(self, reference: str) -> tuple[str, ...]:
        """Whom it went to."""
        return tuple(number for push in self.of(reference) for number in push.wish.numbers)

    def clear(self) -> None:
        """Forget all."""
        self._pushes.clear()
        self._sent.clear()
        self.mos.clear()
        self.newest = ""


def reference_of(created: datetime) -> str:
    """Push and the second of creation, by a clock in Paris."""
    return created.strftime("Push%Y%m%d%H%M%S")


def report(
    push: Push, show_time: Callable[[datetime], str], *, created: bool
) -> dict[str, object]:
    """A campaign as it is answered when it is made, or when it is asked for later."""
    wish = push.wish
    head: dict[str, object] = {
        "reference": push.reference,
        "nb_destination": len(wish.numbers),
        "number_list": ";".join(wish.numbers),
    }
    middle: dict[str, object] = {
        "encodage": wish.encodage,
        "text": push.shown,
        "hd_send": show_time(wish.start or push.created),
    }
    cost: dict[str, object] = {
        "type_push": wish.type_push,
        "unit": push.unit,
        "nb_sms": push.parts,
    }
    if created:
        return head | middle | {"filename": wish.filename} | cost | {"duplicates": wish.duplicates}
    status = 2 if push.messages else 0
    return (
        head
        | {"status": status, "short_code": wish.sender}
        | middle
        | cost
        | {"options": wish.options}
    )


def read_wish(fields: Mapping[str, object]) -> Wish | str:
    """The wish, or which parameter is wrong."""
    text, encodage = fields.get("text"), str(fields.get("encodage"))
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST:
        return f"text: de 1 à {LONGEST} caractères"
    numbers = _numbers(fields.get("number_list"))
    if numbers is None:
        return "number_list: numéros au format international"
    if encodage not in {"3", "4"}:
        return "encodage: 3 ou 4"
    wish = Wish(numbers, clean(text), int(encodage))
    return _Optional(fields).add_to(wish)


@dataclass(frozen=True, slots=True)
class _Optional:
    fields: Mapping[str, object]

    def _get(self, name: str, default: str) -> str:
        value = self.fields.get(name)
        return default if value is None else str(value)

    def add_to(self, wish: Wish) -> Wish | str:
        """With the parameters that may be left out."""
        sender, kind = self._get("short_code", ""), self._get("type_push", "sms")
        options, duplicates = self._get("options", "F1"), self._get("duplicates", "0")
        filename = self._get("filename", "noFile")
        wrong = {
            "short_code: 11 caractères maximum": len(sender) > 11,
            "type_push: sms, tts ou voice": kind not in {"sms", "tts", "voice"},
            "options: F0 ou F1": options not in {"F0", "F1"},
            "duplicates: 0 ou 1": duplicates not in {"0", "1"},
            "filename: caractères interdits": bool(FORBIDDEN_IN_FILENAMES & set(filename)),
        }
        for what, is_wrong in wrong.items():
            if is_wrong:
                return what
        try:
            start = self._start()
        except ValueError:
            return "hd_send: format Y-m-d H:i:s"
        return replace(
            wish,
            sender=sender,
            type_push=kind,
            options=options,
            duplicates=int(duplicates),
            filename=filename,
            start=start,
        )

    def _start(self) -> datetime | None:
        text = self._get("hd_send", "").strip()
        if not text:
            return None
        start = datetime.strptime(text, TIME).replace(tzinfo=PARIS)
        if start.year < 2000:
            raise ValueError(text)
        return start


def _numbers(value: object) -> list[str] | None:
    """From "a;b" as the samples have it, or an array as the table says; None if any is wrong."""
    if isinstance(value, str):
        value = [part for part in value.split(";") if part.strip()]
    if not isinstance(value, list) or not value:
        return None
    numbers = [str(number).strip() for number in value]
    return numbers if all(re.fullmatch(r"\+\d{6,15}", n, re.ASCII) for n in numbers) else None
