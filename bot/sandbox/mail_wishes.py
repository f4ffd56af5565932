"""What a request for a Clever campaign of mails asks for, read from its parameters.

Chapters 3.12 (a list of addresses), 3.14 (contacts by criteria) and 3.16 (all contacts).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.sandbox.mails import is_address
from bot.sandbox.paris import read_time
from bot.sandbox.wishes import LIST, NO_FILE
from bot.sandbox.world import clean


@dataclass(frozen=True, slots=True)
class MailWish:
    """What a request asks for, once it is known to be well formed. `whom` is as in `Wish`."""

    addresses: list[str]
    text: str
    subject: str
    type_mail: str
    open_tag: int
    duplicates: int
    filename: str
    start: datetime | None
    whom: str = LIST
    criteria: str = ""
    predefined: bool = False

    def to(self, addresses: list[str]) -> "MailWish":
        """The same for others."""
        return replace(self, addresses=addresses)

    def saying(self, text: str) -> "MailWish":
        """The same in other words."""
        return replace(self, text=text)


def read_mail_wish(
    fields: Mapping[str, object], whom: str = LIST, *, list_required: bool = True
) -> MailWish | str:
    """The wish, or which parameter is wrong. No length is documented."""
    text, subject = fields.get("text"), fields.get("email_subject")
    if not isinstance(text, str) or not text:
        return "text: obligatoire"
    if not isinstance(subject, str) or not subject:
        return "email_subject: obligatoire"
    addresses = _addresses(fields.get("email_list")) if fields.get("email_list") else []
    if addresses is None or (list_required and not addresses):
        return "email_list: adresses de courriel"
    words = _Words(fields)
    wrong = words.wrong()
    if wrong:
        return wrong
    try:
        start = read_time(words.said("hd_send", ""))
    except ValueError:
        return "hd_send: format Y-m-d H:i:s"
    return MailWish(
        addresses,
        clean(text),
        clean(subject),
        words.said("type_mail", "brut"),
        int(words.said("open_tag", "0")),
        int(words.said("duplicates", "0")),
        words.said("filename", NO_FILE),
        start,
        whom,
        words.said("criteria", ""),
        whom != LIST and words.said("predefined_message", "0") == "1",
    )


@dataclass(frozen=True, slots=True)
class _Words:
    fields: Mapping[str, object]

    def said(self, name: str, default: str) -> str:
        """What is said, as a word."""
        value = self.fields.get(name)
        return default if value is None else str(value)

    def wrong(self) -> str:
        """What is wrong with the parameters that may be left out; empty: nothing."""
        filename = self.said("filename", NO_FILE)
        wrong = {
            "type_mail: brut ou html": self.said("type_mail", "brut") not in {"brut", "html"},
            "type_push: mail": self.said("type_push", "mail") != "mail",
            "filename: extension pdf": filename != NO_FILE and not filename.endswith(".pdf"),
        }
        for name in ("open_tag", "duplicates", "predefined_message"):
            wrong[f"{name}: 0 ou 1"] = self.said(name, "0") not in {"0", "1"}
        return next((what for what, is_wrong in wrong.items() if is_wrong), "")


def _addresses(value: object) -> list[str] | None:
    """From "a;b" as the samples have it, or an array as the table says; None if any is wrong."""
    if isinstance(value, str):
        value = [part for part in value.split(";") if part.strip()]
    if not isinstance(value, list) or not value:
        return None
    addresses = [clean(str(address).strip(" ")) for address in value]
    return addresses if all(map(is_address, addresses)) else None
