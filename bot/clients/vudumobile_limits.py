"""What VuduMobile's functions may be given: the limits of its document, as types of parameters.

Where the document leaves something open, what we write is the narrower choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from bot.core import mails
from bot.gateways import vudumobile_forms as forms
from bot.gateways.numbers import e164
from bot.gateways.vudumobile_rows import COUNTRY
from bot.validation import Wrong

SIX = "%Y-%m-%d %H:%M:%S"
"""How the document writes a time."""
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file to be imported: our own cap, the document has none."""
_NUMBER_REMEDY = "write it like +15145550001 or 514 555-0001"


def read_phone(written: str) -> str:
    """Give a number as E.164; without a country it is of North America. Raises `Wrong`."""
    number = e164(written, COUNTRY)
    if not number.startswith("+"):
        raise Wrong("this is no number that can be texted", _NUMBER_REMEDY)
    return number


def _identifier(value: object) -> str:
    written = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,18}", written):
        raise Wrong("this is no id", "write the digits that VuduMobile shows for it")
    return written


def _owner(value: object) -> str:
    """Give the id of a user; empty for nobody, as the sample has it."""
    return _identifier(value) if str(value).strip() else ""


def _group(value: object) -> str:
    written = str(value).strip()
    if not written or not written.isprintable():
        raise Wrong("this is no group", "write its id, or its name")
    return written


def _groups(value: object) -> tuple[str, ...]:
    several = [value] if isinstance(value, str | int) else value
    if not isinstance(several, Sequence) or not several:
        raise Wrong("no group is named", "name one at least")
    groups = tuple(_group(one) for one in several)
    if any("," in one for one in groups):
        raise Wrong("a comma divides groups", "name a group with a comma by its id")
    return groups


def _contact(value: object) -> str:
    """Give what the vendor takes for one contact: digits of a number, an address, an id."""
    written = str(value).strip()
    if "@" in written:
        if why := mails.refuses_address(written):
            raise Wrong(why, "write it like ana@example.com")
        return written
    number = e164(written, COUNTRY)
    if number.startswith("+"):
        return forms.digits(number)
    if re.fullmatch("[0-9]{1,9}", written):
        return written
    raise Wrong("this names no contact", "write a number, an e-mail address or an id")


def _message(written: str) -> str:
    if why := forms.refuses(written):
        raise Wrong(why, "write it shorter" if written.strip() else "write a text")
    return written


def _code(written: str) -> str:
    if not re.fullmatch("[0-9]{4,10}", written):
        raise Wrong("this is no code", "write 4 to 10 digits")
    return written


def _request(written: str) -> str:
    if not re.fullmatch("[A-Za-z0-9_.-]{1,64}", written):
        raise Wrong("this is no request_id", "write letters, digits, `.`, `_` and `-`")
    return written


def _file_name(written: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_. -]{1,100}", written):
        raise Wrong("this is no name for a file here", "write letters and digits, like people.csv")
    return written


def _content(content: bytes) -> bytes:
    if not content.strip():
        raise Wrong("nothing stands in the file", "give one with contacts in it")
    if len(content) > LARGEST_FILE:
        raise Wrong("the file is larger than 16 MB", "divide it, and import the parts")
    return content


Phone = Annotated[str, AfterValidator(read_phone)]
"""A number, however it is written; without a country it is of North America."""
Id = Annotated[str, BeforeValidator(_identifier)]
"""What the vendor calls something by: digits, as a string or an integer."""
UserId = Annotated[str, BeforeValidator(_owner)]
"""The id of a user of the account; empty or 0: nobody's."""
WhichGroup = Annotated[str, BeforeValidator(_group)]
"""A group's id, or its name in any case; digits alone are an id."""
WhichGroups = Annotated[Sequence[str], BeforeValidator(_groups)]
WhichContact = Annotated[str, BeforeValidator(_contact)]
"""A number, an e-mail address or an id. Ten digits and more are a number."""
Message = Annotated[str, AfterValidator(_message)]
"""A text of ten segments at most: 1530 signs of GSM 03.38, 670 with one that is not in it."""
Code = Annotated[str, AfterValidator(_code)]
RequestId = Annotated[str, AfterValidator(_request)]
FileName = Annotated[str, AfterValidator(_file_name)]
Content = Annotated[bytes, AfterValidator(_content)]
Language = Literal["fr", "en"]
Direction = Literal["mo", "mt"]
MailFormat = Literal["text", "htm"]
Instant = AwareDatetime
"""An instant with its zone: a naive one would mean another instant on each machine."""
Zone = ZoneInfo


def written(instant: datetime, zone: ZoneInfo | None) -> str:
    """Write an instant as the document does, in a zone or UTC."""
    return instant.astimezone(zone or ZoneInfo("UTC")).strftime(SIX)
