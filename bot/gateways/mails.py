"""What is done to every e-mail before it leaves, whoever the vendor is."""

from __future__ import annotations

import re

from bot.core import mails
from bot.core.messages import Mail
from bot.gateways.base import Rejected

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 \n]")


def fit(mail: Mail) -> Mail:
    """Give a mail as it may leave. Raises `Rejected` for one that never may."""
    if why := mails.refuses(mail):
        raise Rejected(why)
    return mails.as_sent(mail)


def as_html(text: str) -> str:
    """Write a text as a page that shows these very characters.

    All but letters, digits and blanks are written by number. So nothing in it is markup, nor a
    field to be filled in, whatever the vendor's syntax for one is, and no character depends on
    the page's encoding.
    """
    written = _NOT_PLAIN.sub(lambda found: f"&#{ord(found[0])};", text).replace("\n", "<br>")
    return f'<div style="white-space:pre-wrap">{written}</div>'
