"""What a request for a Clever campaign of messages asks for, read from its parameters.

Chapters 3.11 (a list of numbers), 3.13 (contacts by criteria) and 3.15 (all contacts).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.sandbox.mails import is_address
from bot.sandbox.paris import read_time
from bot.sandbox.segments import to_gsm
from bot.sandbox.world import clean

LONGEST = 1000
"""Characters, of a campaign to a list; the other two have no limit in their tables."""
FORBIDDEN_IN_FILENAMES = set('<>:"/\\|?*')
NO_FILE = "noFile"
LIST, CRITERIA, ALL = "list", "criteria", "all"
_PHONE = re.compile(r"\+\d{6,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Routing:
    """Where answers are sent on to, and which numbers of a contact are used."""

    gsm: str = ""
    mail: str = ""
    all_numbers: bool = False
    cascade: bool = False
    minutes: int = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request asks for, once it is known to be well formed.

    `whom` is "list", "criteria" or "all". `predefined`: the text is the title of a message that
    the account keeps. `next_numbers` has what is tried where a number is not reached.
    """

    numbers: list[str]
    text: str
    encodage: int
    sender: str = ""
    type_push: str = "sms"
    options: str = "F1"
    duplicates: int = 0
    filename: str = NO_FILE
    start: datetime | None = None
    whom: str = LIST
    criteria: str = ""
    predefined: bool = False
    routing: Routing = Routing()
    next_numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to(
        self, numbers: list[str], next_numbers: Mapping[str, tuple[str, ...]] | None = None
    ) -> "Wish":
        """The same for others."""
        following = self.next_numbers if next_numbers is None else next_numbers
        return replace(self, numbers=numbers, next_numbers=following)

    def saying(self, text: str) -> "Wish":
        """The same in other words."""
        return replace(self, text=text)

    def written(self) -> str:
        """The text as this encodage can write it."""
        return to_gsm(self.text) if self.encodage == 3 else self.text

    @property
    def written_text(self) -> bool:
        """Whether it is sent as a text and not as a call."""
        return self.type_push in {"sms", "text"}


def read_wish(
    fields: Mapping[str, object], whom: str = LIST, *, list_required: bool = True
) -> Wish | str:
    """The wish, or which parameter is wrong."""
    text, encodage = fields.get("text"), str(fields.get("encodage"))
    if not isinstance(text, str) or not text:
        return "text: obligatoire"
    if whom == LIST and len(text) > LONGEST:
        return f"text: de 1 à {LONGEST} caractères"
    numbers = read_numbers(fields.get("number_list")) if fields.get("number_list") else []
    if numbers is None or (list_required and not numbers):
        return "number_list: numéros au format international"
    if encodage not in {"3", "4"}:
        return "encodage: 3 ou 4"
    wish = Wish(numbers, clean(text), int(encodage), whom=whom)
    return _Optional(fields).add_to(wish)


@dataclass(frozen=True, slots=True)
class _Optional:
    fields: Mapping[str, object]

    def _get(self, name: str, default: str) -> str:
        value = self.fields.get(name)
        return default if value is None else str(value)

    def add_to(self, wish: Wish) -> Wish | str:
        """With the parameters that may be left out."""
        wrong = self._wrong(wish.whom) or ("" if wish.whom == LIST else self._wrong_routing())
        if wrong:
            return wrong
        try:
            start = read_time(self._get("hd_send", ""))
        except ValueError:
            return "hd_send: format Y-m-d H:i:s"
        wish = replace(
            wish,
            sender=self._get("short_code", ""),
            type_push=self._get("type_push", "sms" if wish.whom == LIST else "text"),
            options=self._get("options", "F1"),
            duplicates=int(self._get("duplicates", "0")),
            filename=self._get("filename", NO_FILE),
            start=start,
        )
        return wish if wish.whom == LIST else self._routed(wish)

    def _wrong(self, whom: str) -> str:
        kinds = {"sms", "tts", "voice"} | (set() if whom == LIST else {"text"})
        wrong = {
            "short_code: 11 caractères maximum": len(self._get("short_code", "")) > 11,
            "type_push: sms, tts ou voice": self._get("type_push", "sms") not in kinds,
            "options: F0 ou F1": self._get("options", "F1") not in {"F0", "F1"},
            "duplicates: 0 ou 1": self._get("duplicates", "0") not in {"0", "1"},
            "filename: wav ou mp3, sans caractères interdits": not _is_file(
                self._get("filename", NO_FILE)
            ),
        }
        return next((what for what, is_wrong in wrong.items() if is_wrong), "")

    def _wrong_routing(self) -> str:
        gsm, mail = self._get("gsm_routage_mo", ""), self._get("mail_routage_mo", "")
        minutes = self._get("time_cascade", "0")
        wrong = {
            "gsm_routage_mo: format international": bool(gsm) and not _PHONE.fullmatch(gsm),
            "mail_routage_mo: adresse de courriel": bool(mail) and not is_address(mail),
            "time_cascade: minutes": not re.fullmatch(r"[0-9]{1,4}", minutes),
        }
        for name in ("all_number", "cascade", "predefined_message"):
            wrong[f"{name}: 0 ou 1"] = self._get(name, "0") not in {"0", "1"}
        return next((what for what, is_wrong in wrong.items() if is_wrong), "")

    def _routed(self, wish: Wish) -> Wish:
        routing = Routing(
            self._get("gsm_routage_mo", ""),
            self._get("mail_routage_mo", ""),
            self._get("all_number", "0") == "1",
            self._get("cascade", "0") == "1",
            int(self._get("time_cascade", "5")),
        )
        return replace(
            wish,
            criteria=self._get("criteria", ""),
            predefined=self._get("predefined_message", "0") == "1",
            routing=routing,
        )


def read_numbers(value: object) -> list[str] | None:
    """From "a;b" as the samples have it, or an array as the table says; None if any is wrong."""
    if isinstance(value, str):
        value = [part for part in value.split(";") if part.strip()]
    if not isinstance(value, list) or not value:
        return None
    numbers = [str(number).strip() for number in value]
    return numbers if all(_PHONE.fullmatch(number) for number in numbers) else None


def _is_file(name: str) -> bool:
    if name == NO_FILE:
        return True
    return not FORBIDDEN_IN_FILENAMES & set(name) and name.lower().endswith((".wav", ".mp3"))
