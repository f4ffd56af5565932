"""Figures that are spelled out, in the words of French (also of Belgium and Switzerland) and
English: `quatre-vingt-dix-sept`, `nonante-sept`, `ninety-seven`.

Each tongue has a table of all its phrases below a hundred; larger figures are made of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Scale:
    """A word that multiplies the figure before it."""

    value: int
    words: frozenset[str]
    alone: bool = False
    """It says its value without a figure before it: `cent`, never `un cent`."""


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How a language spells figures, in words in normal form."""

    below_hundred: Mapping[str, int]
    scales: tuple[_Scale, ...]
    """The least first."""
    article: str = ""
    """What stands for one before a scale, but is no figure elsewhere: `a hundred`."""
    joint: str = ""
    """What may stand before the last part: `a hundred and one`."""


def with_figures(spoken: Sequence[str]) -> Iterator[str]:
    """Write what is spelled in figures: `dans quinze jours` is `dans 15 jours`, `first` is `1th`.

    Takes words in normal form, in time linear in their count.
    """
    at = 0
    while at < len(spoken):
        ordinal, end = _longest(_ORDINALS, spoken, at)
        written = f"{ordinal}th" if end > at else spoken[at]
        for tongue in _TONGUES:
            figure, after = _figure(tongue, spoken, at, len(tongue.scales))
            if after > end:
                written, end = str(figure), after
        yield written
        at = max(end, at + 1)


def _figure(tongue: _Tongue, spoken: Sequence[str], at: int, level: int) -> tuple[int, int]:
    """Read the longest figure made of so many scales: its value and its end, `at` for none."""
    if level == 0:
        return _longest(tongue.below_hundred, spoken, at)
    scale = tongue.scales[level - 1]
    count, end = begun = _figure(tongue, spoken, at, level - 1)
    if end == at:
        count, end = 1, at + (spoken[at] == tongue.article)
        told = scale.alone or end > at
    else:
        told = count > 1 or (count == 1 and not scale.alone)
    if not told or end == len(spoken) or spoken[end] not in scale.words:
        return begun
    rest, after = _rest(tongue, spoken, end + 1, level - 1)
    return count * scale.value + rest, after


def _rest(tongue: _Tongue, spoken: Sequence[str], at: int, level: int) -> tuple[int, int]:
    """Read what a scale leaves to say, perhaps nothing, and where it ends."""
    joined = at + 1 if at < len(spoken) and spoken[at] == tongue.joint else at
    if joined == len(spoken):
        return 0, at
    rest, end = _figure(tongue, spoken, joined, level)
    return (rest, end) if end > joined else (0, at)


def _longest(table: Mapping[str, int], spoken: Sequence[str], at: int) -> tuple[int, int]:
    """Find the longest phrase of a table that begins there: its value and its end."""
    for size in range(min(4, len(spoken) - at), 0, -1):
        value = table.get(" ".join(spoken[at : at + size]))
        if value is not None:
            return value, at + size
    return 0, at


def _counted(listed: str, first: int, step: int = 1) -> dict[str, int]:
    return {phrase: first + step * n for n, phrase in enumerate(listed.split(", "))}


def _joined(ten: str, value: int, others: Mapping[str, int]) -> dict[str, int]:
    return {f"{ten} {word}": value + other for word, other in others.items()}


def _french() -> dict[str, int]:
    ones = _counted("un, deux, trois, quatre, cinq, six, sept, huit, neuf", 1) | {"une": 1}
    teens = _counted("dix, onze, douze, treize, quatorze, quinze, seize", 10)
    teens |= _joined("dix", 10, _counted("sept, huit, neuf", 7))
    tens = _counted("vingt, trente, quarante, cinquante, soixante, septante", 20, 10)
    tens |= {"huitante": 80, "octante": 80, "nonante": 90}
    table = {"zero": 0, **ones, **teens, **tens, "quatre vingts": 80}
    for ten, value in tens.items():
        table |= _joined(ten, value, {"et un": 1, "et une": 1, **_without_one(ones)})
    table |= _joined("soixante", 60, {**teens, "et onze": 11})
    return table | {"quatre vingt": 80} | _joined("quatre vingt", 80, ones | teens)


def _without_one(ones: Mapping[str, int]) -> dict[str, int]:
    return {word: value for word, value in ones.items() if value > 1}


def _english() -> dict[str, int]:
    ones = _counted("one, two, three, four, five, six, seven, eight, nine", 1)
    teens = (
        "ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen"
    )
    tens = _counted("twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety", 20, 10)
    tens |= {"fourty": 40, "ninty": 90}  # as many write them
    table = {"zero": 0, **ones, **_counted(teens, 10), **tens}
    for ten, value in tens.items():
        table |= _joined(ten, value, ones)
    return table


def _scales(*listed: tuple[str, int], alone: int = 0) -> tuple[_Scale, ...]:
    """Each scale by its words and value; those up to `alone` are said without a figure."""
    return tuple(
        _Scale(value, frozenset(words.split()), alone=value <= alone) for words, value in listed
    )


_TONGUES = (
    _Tongue(
        _french(),
        _scales(
            ("cent cents", 100),
            ("mille", 1000),
            ("million millions", 10**6),
            ("milliard milliards", 10**9),
            alone=1000,
        ),
    ),
    _Tongue(
        _english(),  # a billion is not the same in both tongues, so it is none
        _scales(("hundred", 100), ("thousand", 1000), ("million", 10**6)),
        article="a",
        joint="and",
    ),
)
_FIRST = "first, second, third, fourth, fifth, sixth, seventh, eighth, ninth"
_TEENTH = (
    "tenth, eleventh, twelfth, thirteenth, fourteenth, fifteenth, sixteenth, seventeenth, "
    "eighteenth, nineteenth, twentieth"
)
_ORDINALS = {
    "premier": 1,
    **_counted(_FIRST, 1),
    **_counted(_TEENTH, 10),
    **_joined("twenty", 20, _counted(_FIRST, 1)),
    "thirtieth": 30,
    "thirty first": 31,
}
"""Of the days of a month; in French they are counted, but for the first."""
