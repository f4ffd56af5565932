"""Clever's criteria: `field='value' AND …`, as chapters 3.13 and 3.14 have them.

Operators in any case, AND before OR, NOT and parentheses; a value stands in quotes or is a word,
as in the samples. Names of fields are compared in any case, values as they are.
"""

import re
from collections.abc import Callable, Collection, Mapping

Fields = Mapping[str, str]
Matches = Callable[[Fields], bool]
DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>!=|<>|=|\(|\))|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|"""
    r"""(?P<word>[^\s=!<>()'"]+))"""
)


class WrongCriteriaError(ValueError):
    """Criteria that cannot be read."""

    def __init__(self) -> None:
        super().__init__("criteria: field='value' AND …")


def read_criteria(text: str, known: Collection[str]) -> Matches:
    """Whether a contact matches, by its fields in small letters.

    WrongCriteriaError: they are malformed, or name a field that is not `known`.
    """
    reading = _Reading(_tokens(text), {name.casefold() for name in known})
    matches = reading.either()
    if reading.tokens:
        raise WrongCriteriaError
    return matches


def _tokens(text: str) -> list[tuple[str, str]]:
    """(kind, what), the last first."""
    tokens, place, text = [], 0, text.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise WrongCriteriaError
        kind = str(found.lastgroup)
        tokens.append(("value" if kind in {"single", "double"} else kind, found[kind]))
        place = found.end()
    return tokens[::-1]


class _Reading:
    def __init__(self, tokens: list[tuple[str, str]], known: set[str]) -> None:
        self.tokens = tokens
        self._known = known
        self._depth = 0

    def either(self) -> Matches:
        """One or more joined by OR."""
        parts = [self._both()]
        while self._word("or"):
            parts.append(self._both())
        return lambda fields: any(part(fields) for part in parts)

    def _both(self) -> Matches:
        parts = [self._one()]
        while self._word("and"):
            parts.append(self._one())
        return lambda fields: all(part(fields) for part in parts)

    def _one(self) -> Matches:
        self._depth += 1
        if self._depth > DEEPEST:
            raise WrongCriteriaError
        found = self._negated() or self._grouped() or self._compared()
        self._depth -= 1
        return found

    def _negated(self) -> Matches | None:
        if not self._word("not"):
            return None
        inner = self._one()
        return lambda fields: not inner(fields)

    def _grouped(self) -> Matches | None:
        if not self._sign("("):
            return None
        inner = self.either()
        if not self._sign(")"):
            raise WrongCriteriaError
        return inner

    def _compared(self) -> Matches:
        name = self._take({"word"}).casefold()
        sign, value = self._take({"sign"}), self._take({"word", "value"})
        if name not in self._known or sign not in {"=", "!=", "<>"}:
            raise WrongCriteriaError
        if sign == "=":
            return lambda fields: fields.get(name, "") == value
        return lambda fields: fields.get(name, "") != value

    def _word(self, wanted: str) -> bool:
        return self._next(lambda kind, what: kind == "word" and what.casefold() == wanted)

    def _sign(self, wanted: str) -> bool:
        return self._next(lambda kind, what: kind == "sign" and what == wanted)

    def _next(self, fits: Callable[[str, str], bool]) -> bool:
        """Go past the next token if it fits."""
        if self.tokens and fits(*self.tokens[-1]):
            self.tokens.pop()
            return True
        return False

    def _take(self, kinds: set[str]) -> str:
        if not self.tokens or self.tokens[-1][0] not in kinds:
            raise WrongCriteriaError
        return self.tokens.pop()[1]
