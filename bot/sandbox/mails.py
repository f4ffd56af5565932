"""Mailboxes: what arrived by e-mail, as the person who reads it sees it.

No document says how a gateway writes a mail. This one pastes what it was given between headers
and body, as carelessly as can be: what can break out of its field does so, and is seen here.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from html.parser import HTMLParser

_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\"]+")
_BLANK_LINE = re.compile(r"\r\n\r\n|\n\n|\r\r")
_LINE_END = re.compile("\r\n|[\n\r\0\x0b\x0c\x85\u2028\u2029]")
"""Whatever some mail server somewhere takes for the end of a header."""


def is_address(text: str) -> bool:
    """Whether both vendors would take this for one address."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in somebody's mailbox, with its source.

    `id` is Clever's reference, empty at VuduMobile; `request` the number of the HTTP request.
    """

    gateway: str
    to: str
    source: str
    time: datetime
    id: str
    request: int

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Name and value, in order; a line that is no header has no name."""
        lines: list[str] = []
        for line in _LINE_END.split(_BLANK_LINE.split(self.source, 1)[0]):
            if line.startswith((" ", "\t")) and lines:
                lines[-1] += line
            else:
                lines.append(line)
        pairs = [line.partition(":") for line in lines]
        return [(name if colon else "", value.strip()) for name, colon, value in pairs]

    @property
    def subject(self) -> str:
        """As a mail program shows it: encoded words are read."""
        written = self._header("Subject")
        if "=?" in written:
            with suppress(MessageError, LookupError, ValueError):
                return str(make_header(decode_header(written)))
        return written

    @property
    def is_html(self) -> bool:
        """Whether the body is a page."""
        return self._header("Content-Type").startswith("text/html")

    @property
    def text(self) -> str:
        """As a mail program shows it."""
        return self._page().shown if self.is_html else self._body()

    @property
    def tags(self) -> list[str]:
        """Every element of a page, in order; a text has none."""
        return self._page().tags if self.is_html else []

    def _header(self, wanted: str) -> str:
        return next((value for name, value in self.headers if name == wanted), "")

    def _body(self) -> str:
        return _BLANK_LINE.split(self.source, 1)[1]

    def _page(self) -> "_Page":
        page = _Page()
        page.feed(self._body())
        page.close()
        return page


def source(to: str, subject: str, body: str, *, html: bool) -> str:
    """What is handed to the mail server."""
    kind = f"text/{'html' if html else 'plain'}; charset=utf-8"
    return f"To: {to}\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{body}"


class _Page(HTMLParser):
    """Reads a page as far as a text needs it: line breaks, and white space that is kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.tags: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "br":
            self.shown += "\n"
        elif tag not in {"hr", "img", "input", "link", "meta"}:
            style = (dict(attrs).get("style") or "").replace(" ", "")
            kept = tag == "pre" or "white-space:pre" in style
            self._open.append((tag, kept or (bool(self._open) and self._open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        tag, kept = self._open[-1] if self._open else ("", False)
        if tag not in {"script", "style", "title"}:
            self.shown += data if kept else re.sub(r"[ \t\r\n\f]+", " ", data)
