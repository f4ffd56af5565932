"""Times of day: `14h30`, `2:30 pm`, `midi et quart`, `huit heures moins dix`, `half past nine`.

The hours from 1 to 6 are of the night or of the afternoon: unless two digits or a word tell which,
or only one of the two is within the range, the piece is refused.
"""

from __future__ import annotations

import re
from datetime import time

from bot.core.understanding.kinds import Expected
from bot.core.understanding.pieces import OUTER, Piece
from bot.core.understanding.spelled import with_figures

Found = re.Match[str]


def read_time(piece: Piece, expected: Expected) -> time | None:
    """Read one time of day, to the minute, within a range."""
    said = _tidy(piece.plain)
    found = next(filter(None, (form.fullmatch(said) for form in _FORMS)), None)
    if found is None:
        return None
    named = found.groupdict()
    minute, shift = int(named.get("minute") or 0), _shift(named)
    if minute > 59 or abs(shift) > 59:
        return None
    hours, sure = _hours(named)
    told = [divmod(hour * 60 + minute + shift, 60) for hour in hours]
    times = [time(hours % 24, minutes) for hours, minutes in told]
    fitting = [one for one in times if _within(expected, one)]
    return fitting[0] if fitting and (sure or len(fitting) == 1) else None


def _within(expected: Expected, told: time) -> bool:
    first, last = expected.first, expected.last
    assert first is None or isinstance(first, time)
    assert last is None or isinstance(last, time)
    return (first is None or first <= told) and (last is None or told <= last)


def _tidy(plain: str) -> str:
    """Write `à deux heures de l'après-midi` as `2 heures de l apres midi`."""
    parted = _BESIDE_LETTERS.sub(" ", plain.lstrip(f"{OUTER}-"))
    return _SHARP.sub("", _LEAD_IN.sub("", " ".join(with_figures(parted.split()))))


_BESIDE_LETTERS = re.compile(r"(?<=[a-z])(?:[.']|-(?=[a-z]))")
_LEAD_IN = re.compile(r"\A(?:(?:pour|for) )?(?:(?:a|at|@)(?: |(?=\d)))?")
_SHARP = re.compile(r" (?:pile|precises?|exactement|sharp|exactly)\Z")


def _hours(named: dict[str, str | None]) -> tuple[list[int], bool]:
    """Give the hours of the day that are meant, the likelier first, and whether it is likely."""
    if name := named.get("name"):
        return [_NAMED[name]], True
    written, part = named["hour"] or "", named.get("part")
    hour = int(written)
    if part:
        return [one for one in [_PARTS[part].get(hour)] if one is not None], True
    if written.startswith("0") or not 1 <= hour <= 11:
        return [hour] if hour <= 23 else [], True
    return [hour, hour + 12], hour > 6


def _shift(named: dict[str, str | None]) -> int:
    """Give the minutes that words add to the hour, or take from it."""
    after, before = named.get("after"), named.get("before")
    return _minutes(after) if after else -_minutes(before) if before else 0


def _minutes(said: str) -> int:
    return int(said) if said.isdecimal() else _FRACTIONS[said]


_NAMED = {"midi": 12, "noon": 12, "midday": 12, "minuit": 0, "midnight": 0}
_FRACTIONS = {"demi": 30, "demie": 30, "half": 30, "quart": 15, "quarter": 15}


def _same(*hours: int) -> dict[int, int]:
    return {hour: hour for hour in hours}


def _after_noon(*hours: int) -> dict[int, int]:
    return {hour: hour + 12 for hour in hours}


_PARTS = {
    part: hours
    for parts, hours in {
        "am, a m": {12: 0, **_same(*range(12))},
        "pm, p m": {12: 12, **_after_noon(*range(1, 12))},
        "du matin, le matin, du mat, ce matin, in the morning, this morning": _same(*range(12)),
        "de l apres midi, l apres midi, apres midi, de l aprem, cet apres midi, in the afternoon, "
        "this afternoon": {
            **_after_noon(*range(1, 7)),
            **_same(*range(12, 19)),
        },
        "du soir, le soir, ce soir, in the evening, this evening, tonight": {
            **_after_noon(*range(4, 12)),
            **_same(*range(16, 24)),
        },
        "de la nuit, la nuit, at night": {
            12: 0,
            **_same(*range(5)),
            **_after_noon(*range(8, 12)),
            **_same(*range(20, 24)),
        },
    }.items()
    for part in parts.split(", ")
}
"""What each hour that is said means beside a part of the day; what is missing contradicts it."""

HOUR, MINUTE = r"(?P<hour>\d\d?)", r"(?P<minute>\d\d)"
H, O_CLOCK = r" ?(?:h|hrs?|heures?)", r"(?: ?o ?clock)"
PART = rf" ?(?P<part>{'|'.join(_PARTS)})"
SHIFT = r" (?:et (?P<after>demie?|quart|\d\d?)|moins (?:le )?(?P<before>quart|\d\d?))"
NAME = rf"(?P<name>{'|'.join(_NAMED)})"
_FORMS = tuple(
    map(
        re.compile,
        (
            rf"{HOUR}{H}(?: ?(?P<minute>\d\d?)(?: ?(?:m|mn|min|minutes?))?)?(?:{PART})?",
            rf"{HOUR} ?: ?{MINUTE}(?: ?h)?(?:{PART})?",
            rf"{HOUR}[ .]{MINUTE}{PART}",
            rf"{HOUR}{O_CLOCK}(?:{PART})?",
            rf"{HOUR}{PART}",
            rf"{HOUR}{H}{SHIFT}(?:{PART})?",
            rf"(?:a )?(?P<after>half|quarter|\d\d?)(?: minutes)? past {HOUR}{O_CLOCK}?(?:{PART})?",
            # `5 to 6 pm` is an hour rather than a minute
            rf"(?:a )?(?P<before>quarter|20|25) to {HOUR}{O_CLOCK}?(?:{PART})?",
            rf"(?P<before>\d\d?) minutes to {HOUR}{O_CLOCK}?(?:{PART})?",
            rf"(?:12 )?{NAME}(?: (?P<minute>\d\d?))?",
            rf"{NAME}{SHIFT}",
        ),
    )
)
