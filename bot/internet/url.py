"""Addresses with places for what people text: `https://api.example/weather?town={{ rest }}`.

The operator says whom we ask; a text only fills in what we ask for. A value can stand in a segment
of the path and behind the `=` of a query, and stays there, whatever it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, unquote

from bot.internet.failure import NotAnswered
from bot.internet.public import Address, is_public

LONGEST = 8000
"""Characters of an address. Most servers read 8,192 bytes of a request's first line."""

_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*)://([^/?#\\]*)(.*)", re.DOTALL)
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(
    rf"(\[[0-9a-f:.]+\]|{_LABEL}(?:\.{_LABEL})*)(?::([0-9]{{1,5}}))?",
    re.IGNORECASE | re.ASCII,  # or `K`, the sign for kelvin, would be a small k
)
_LAST_IS_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""Such a name is read as an IPv4 address: `2130706433`, `0x7f.1`, `0177.0.0.1`."""
_PLACEHOLDER = re.compile(r"\{\{ *([^\W\d]\w*) *\}\}")
_LITERAL = re.compile(r"(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-fA-F]{2}|[^\x00-\xa0])*")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LEAVES_SEGMENT = re.compile(r"[/\\\x00-\x1f\x7f]")
_UNUSABLE_SEGMENTS = ("", ".", "..")


def names_in(url: str) -> tuple[str, ...]:
    """Name what has to be filled in, in its order."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(url)))


def refusal(url: str, private_hosts: Collection[str] = ()) -> str:
    """Say why an address must not be asked, as `what; remedy`; nothing where it may.

    `private_hosts` are exact: names in small letters, IPv6 in its short form without brackets.
    Nothing of the path or query is quoted.
    """
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        return "this is no address; write it like https://api.example/weather?town={{ rest }}"
    if len(url) > LONGEST:
        return f"the address is longer than {LONGEST} characters; shorten it"
    scheme, authority, rest = parts.groups()
    return _of_host(scheme, authority, private_hosts) or _of_rest(rest)


def _of_host(scheme: str, authority: str, private_hosts: Collection[str]) -> str:
    if "{" in authority or "}" in authority:
        return "a value cannot choose whom we ask; write the host out and put values behind it"
    if "@" in authority:
        return "credentials cannot stand in an address; take them out of it"
    written = _HOST.fullmatch(authority)
    if written is None or not 0 < int(written[2] or 443) < 1 << 16 or len(written[1]) > 253:
        return "this is no host; write a name like api.example, one with accents as xn--..."
    return _of_whom(scheme, written[1].lower(), private_hosts)


def _of_whom(scheme: str, host: str, private_hosts: Collection[str]) -> str:
    try:
        address = _numeric(host)
    except AddressValueError:
        return "this is no IP address as one writes it; write a name, or four decimal numbers"
    known = str(address or host)
    if known in private_hosts and scheme in {"http", "https"}:
        return ""
    if address is not None and not is_public(address):
        return f"this address is not public; if it is meant, write {_allowing(known)}"
    if scheme != "https":
        return (
            "what people text would be open to all on the way; "
            f"write https://, or for a host of your own network {_allowing(known)}"
        )
    return ""


def _allowing(host: str) -> str:
    written = f'"{host}"' if ":" in host else host
    return f"`lookups: {{private_hosts: [{written}]}}` in config.yaml"


def _numeric(host: str) -> Address | None:
    """Read a host that is an IP address. Raises `AddressValueError` where it only looks so."""
    if host.startswith("["):
        return IPv6Address(host[1:-1])
    return IPv4Address(host) if _LAST_IS_NUMBER.fullmatch(host) else None


def _of_rest(rest: str) -> str:
    literals = _PLACEHOLDER.split(rest)[::2]
    if any("#" in literal for literal in literals):
        return "what follows a # is never sent; take it out, or write %23"
    if any("{" in literal or "}" in literal for literal in literals):
        return "only bare names can be filled in here, like {{ rest }}; take the rest away"
    if not all(_LITERAL.fullmatch(literal) for literal in literals):
        return "a character here cannot stand in an address; write a blank as %20, a % as %25"
    path, _, query = rest.partition("?")
    if any(unquote(segment) in _UNUSABLE_SEGMENTS[1:] for segment in path.split("/")):
        return "the path goes up with . or ..; write where it leads"
    if any(_PLACEHOLDER.search(part.partition("=")[0]) for part in query.split("&")):
        return "a value must stand behind the = of a query; write it like ?town={{ rest }}"
    return ""


def filled(url: str, values: Mapping[str, str]) -> str:
    """Put values into an address that is not refused. Raises `NotAnswered` where one cannot be.

    In the path a value cannot be empty, `.` or `..`, nor have a slash, a backslash or a control
    character in it: written as %2F a slash stays in its segment by the letter of RFC 3986, and
    many servers undo that before they look where the segments end. In the query everything can.
    """
    before, mark, query = url.partition("?")
    path = "/".join(_segment(segment, values) for segment in before.split("/"))
    whole = f"{path}{mark}{_put(query, values)}"
    if len(whole) > LONGEST:
        raise NotAnswered("what was texted is too long for the address")
    return whole


def _segment(segment: str, values: Mapping[str, str]) -> str:
    names, whole = names_in(segment), _put(segment, values)
    # Compatibility forms too: a server that reads `／` as a slash is not unheard of.
    leaves = any(
        _LEAVES_SEGMENT.search(unicodedata.normalize("NFKC", values[name])) for name in names
    )
    if names and (leaves or unicodedata.normalize("NFKC", unquote(whole)) in _UNUSABLE_SEGMENTS):
        raise NotAnswered("what was texted cannot stand in the path of the address")
    return whole


def _put(template: str, values: Mapping[str, str]) -> str:
    pieces = _PLACEHOLDER.split(template)
    if missing := [name for name in pieces[1::2] if name not in values]:
        raise NotAnswered(f"there is no value for {missing[0]}")
    pieces[::2] = [_NOT_ASCII.sub(_quoted, piece) for piece in pieces[::2]]
    pieces[1::2] = [quote(values[name], safe="", errors="replace") for name in pieces[1::2]]
    return "".join(pieces)


def _quoted(found: re.Match[str]) -> str:
    return quote(found[0], errors="replace")
