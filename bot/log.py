"""The log: English sentences with an `action` and ids, one a line, on stderr.

Texts and codes are never logged, and numbers only through `mask`. What slips through all the same
(a gateway that quotes our key, a library that prints a header) is hidden before it is written:
INV-33.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from json import JSONEncoder
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import cast
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

HIDDEN = "[hidden]"
_FRAMES = 6
"""How many of the innermost places of an error are told."""


def logger(name: str) -> FilteringBoundLogger:
    """Give the logger of a module. It may be asked for before `configure`."""
    return cast("FilteringBoundLogger", structlog.get_logger(module=name))


def configure(
    secrets: Iterable[str], *, json: bool | None = None, level: int = logging.INFO
) -> None:
    """Begin to log; none of the secrets will ever be written.

    JSON unless stderr is a terminal, or as `json` says. What libraries say through the standard
    library comes the same way, from warnings upwards.
    """
    as_json = not sys.stderr.isatty() if json is None else json
    # In place: loggers that were used before keep this very list.
    _PROCESSORS[:] = [
        _begin,
        _tell_error,
        Redactor(secrets),
        _json if as_json else _readable,
    ]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stderr,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Library()], level=logging.WARNING, force=True)


def mute() -> None:
    """Write nothing from now on, until `configure`: for commands that tell all themselves."""
    configure(())
    _PROCESSORS[:] = [_drop]


def mask(number: str) -> str:
    """Show as much of a number as an operator needs to recognise it: `+1514•••••01`."""
    sign, digits = ("+", number[1:]) if number.startswith("+") else ("", number)
    ahead = max(0, min(4, len(digits) - 7))
    behind = 2 if len(digits) > 4 else 0
    hidden = "•" * (len(digits) - ahead - behind)
    return f"{sign}{digits[:ahead]}{hidden}{digits[len(digits) - behind :]}"


# --- what may be written -------------------------------------------------------------------------

_TELLTALES = ("authorization", "api-key", "whsec_")
_HEADER = re.compile(
    r"""(?ix) \b (?: (vudumobile-api-key|authorization) (["']?\s*[:=]\s*["']?)
        (?:(?:basic|bearer)\s+)? | (whsec_)() ) [^\s"',}]+"""
)
_NUMBER = re.compile(r"\+[0-9]{8,15}")


class Redactor:
    """Hides in a line what must not leave: secrets, credentials in headers, numbers.

    What could begin a second line, or play tricks on a terminal, is written as its escape.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        longest_first = sorted(forms, key=len, reverse=True)  # one may be part of another
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._text = lru_cache(512)(self.text)  # sentences, actions and names come again and again

    def __call__(self, _logger: object, _method: str, line: EventDict) -> EventDict:
        """Be a processor of structlog."""
        return {key: self._shown(key, value) for key, value in line.items()}

    def _shown(self, key: str, value: object) -> object:
        if isinstance(value, str):
            return HIDDEN if key.lower() in _SECRET_NAMES else self._text(value)
        if value is None or isinstance(value, int | float):
            return value
        if isinstance(value, Mapping):
            return {
                self.text(str(name)): self._shown(str(name), one) for name, one in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self._shown(key, one) for one in value]
        return self._shown(key, str(value))

    def text(self, text: str) -> str:
        """Make one text fit to be written."""
        text = self._secrets.sub(HIDDEN, text)
        if "+" in text:
            text = _NUMBER.sub(lambda found: mask(found[0]), text)
        lowered = text.lower()
        if any(word in lowered for word in _TELLTALES):
            text = _HEADER.sub(rf"\1\3\2{HIDDEN}", text)
        return text if text.isprintable() else "".join(map(_escaped, text))


_SECRET_NAMES = frozenset({"authorization", "vudumobile-api-key"})


def _escaped(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]


# --- how a line is written -----------------------------------------------------------------------

_PROCESSORS: list[Processor] = []
_ENCODER = JSONEncoder(ensure_ascii=False)
_FAINT = "2"
_COLOURS = {"debug": _FAINT, "info": "32", "warning": "33", "error": "31", "critical": "1;31"}


def _drop(_logger: object, _method: str, _line: EventDict) -> EventDict:
    raise structlog.DropEvent


def _begin(_logger: object, method: str, line: EventDict) -> EventDict:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"at": at, "level": method, "event": line.pop("event"), **line}


def _tell_error(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Say of an error what it is and where; not its message, in which a text may stand."""
    raised = line.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if raised and raised[0] is not None:
        line["error"] = raised[0].__name__
        line["where"] = _places(raised[2])
    return line


def _places(trace: TracebackType | None) -> str:
    frames = extract_tb(trace)[-_FRAMES:]
    return " > ".join(f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)


def _json(_logger: object, _method: str, line: EventDict) -> str:
    return _ENCODER.encode(line)


def _readable(_logger: object, _method: str, line: EventDict) -> str:
    """`08:01:10 warning  The account is held  action=gateway.held gateway=clever`."""
    at, level, sentence = line.pop("at")[11:19], line.pop("level"), line.pop("event")
    line.pop("module", None)
    rest = " ".join(f"{key}={value}" for key, value in line.items())
    coloured = _colour(_COLOURS[level], f"{level:8}")
    return f"{_colour(_FAINT, at)} {coloured} {sentence}  {_colour(_FAINT, rest)}"


def _colour(code: str, text: str) -> str:
    return f"\x1b[{code}m{text}\x1b[0m"


class _Stderr:
    """Writes lines to what is stderr at that moment, and never fails for it."""

    def __init__(self, *_: object) -> None:
        self.debug = self.info = self.warning = self.error = self.critical = self.write
        self.msg: Callable[[str], None] = self.write

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a full disk, a closed pipe: the work goes on
            sys.stderr.write(f"{line}\n")


class _Library(logging.Handler):
    """Takes what libraries say through the standard library into our log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError, KeyError):  # its arguments do not fit its message
            said = str(record.msg)
        level = min(record.levelno // 10 * 10, logging.CRITICAL)
        logger(record.name).log(level, said, action="library", exc_info=record.exc_info)
