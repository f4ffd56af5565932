"""VuduMobile's e-mails: "API pour l'envoi d'un message courriel", `send_email`.

All of `to`, `subject`, `message` and `format` (`text` or `htm`) are mandatory. Neither lengths nor
an id are documented.
"""

from __future__ import annotations

import re

from bot.core.messages import Mail
from bot.gateways import vudumobile_forms as forms
from bot.gateways.mails import as_html

VARIABLES = re.compile("_(?:NAME|EMAIL|NUMBER|NOTES)_", re.IGNORECASE)
"""Filled in from the address book. Documented for broadcasts alone, yet one who texts must not be
able to try."""
LOOKS_ALIKE = "\uff3f"
"""A wide low line. A subject is never a page: there a character cannot be written by number."""


def form_of(mail: Mail) -> bytes:
    """Write a mail as the vendor wants it: as text, or, where that has variables, as a page."""
    subject, message, kind = mail.subject, mail.text, "text"
    if VARIABLES.search(subject):
        subject = subject.replace("_", LOOKS_ALIKE)
    if VARIABLES.search(message):
        message, kind = as_html(message), "htm"
    return forms.send_email(mail.to, subject, message, kind)
