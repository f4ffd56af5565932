"""E-mails that a gateway sends for us: what one may be, whatever somebody texted into it.

A line break in a header begins another header, and a second address another recipient (INV-31).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from bot.core.messages import Mail

LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
LONGEST_NAME = 64
"""Before the `@`: RFC 5321, 4.5.3.1.1."""
LONGEST_SUBJECT = 150
LONGEST_TEXT = 10_000
"""Our own caps, in characters: the vendors name none."""

_NAME = r"[A-Za-z0-9_'+=&~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?!-)({_NAME}(?:\.{_NAME})*)@(?:{_LABEL}\.)+(?=[A-Za-z].){_LABEL}")
"""Less than RFC 5322 allows: no quotes, comments, names in front or addresses of machines, and
none of the signs that are syntax to a shell, a template or a list. A leading `-` reads as an
option to what hands mails on."""

_LINE_END = re.compile(r"\r\n|[\r\v\f\x85]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_PLANES = range(0, 0x110000, 0x10000)
_ENDS = "".join(chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in _PLANES)
_NO_CHARACTER = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_ENDS}]")


def as_sent(mail: Mail) -> Mail:
    """Give a mail as it leaves: its subject in one line, its text without what is no character."""
    return replace(mail, subject=as_subject(mail.subject), text=as_text(mail.text))


def refuses(mail: Mail) -> str:
    """Say why a mail can never be sent, or nothing if it can."""
    if why := refuses_address(mail.to):
        return why
    sent = as_sent(mail)
    if not sent.subject or not sent.text.strip():
        return "an e-mail needs a subject and a text"
    length = len(sent.text)
    return f"{length} characters; an e-mail has {LONGEST_TEXT}" if length > LONGEST_TEXT else ""


def refuses_address(address: str) -> str:
    """Say why this is not one plain address, or nothing if it is. A person's, it is not quoted."""
    found = _ADDRESS.fullmatch(address) if len(address) <= LONGEST_ADDRESS else None
    plain = found is not None and len(found[1]) <= LONGEST_NAME
    return "" if plain else "this is not one plain e-mail address"


def as_subject(text: str) -> str:
    """Make a subject of any text: one line, with its end cut off where it is too long."""
    line = " ".join("".join(map(_on_one_line, text)).split())
    line = line.replace("=?", "= ?")  # begins a word in code, which mail programs read
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def as_text(text: str) -> str:
    """Give a text as a mail can carry it: of control characters line feeds and tabs alone."""
    return _CONTROL.sub("", _NO_CHARACTER.sub("\ufffd", _LINE_END.sub("\n", text)))


def _on_one_line(character: str) -> str:
    return " " if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} else character
