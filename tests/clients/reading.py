"""Whether something that a vendor showed is lost in what we read of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

NOTHING: tuple[Any, ...] = (None, "", "0000-00-00 00:00:00", [])


def lost(shown: Any, read: Any, at: str = "") -> Iterator[str]:
    """Name every value of a sample that cannot be found, in its place, in the JSON of a model."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            inner = read.get(name) if isinstance(read, dict) else None
            yield from lost(value, inner, f"{at}.{name}")
    elif isinstance(shown, list) and shown:
        found = read if isinstance(read, list) else []
        if len(found) != len(shown):
            yield f"{at}: {len(shown)} became {len(found)}"
        for place, (one, other) in enumerate(zip(shown, found, strict=False)):
            yield from lost(one, other, f"{at}[{place}]")
    elif not _same(shown, read):
        yield f"{at}: {shown!r} became {read!r}"


def _same(shown: Any, read: Any) -> bool:
    if shown in NOTHING:
        return read in NOTHING
    if isinstance(read, bool):
        return str(int(read)) == str(int(shown))
    written, found = str(shown), str(read)
    as_number = found == f"+{written}"
    return written == found or as_number or _instant(found, written)


def _instant(found: str, written: str) -> bool:
    """Tell whether both are one instant: a time as it is written, or its second."""
    try:
        instant = datetime.fromisoformat(found)
    except ValueError:
        return False
    local = f"{instant:%Y-%m-%d %H:%M:%S}"
    return written in {local, f"{instant.timestamp():.0f}"}
