"""What a template may say, as far as it says so itself: its own words, on each way through it.

What is filled in is not known before somebody texts: there nothing stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jinja2 import nodes

from bot.core.segments import segments

MOST = 16
"""Ways that are kept: those that cost most."""
_SHAPED: dict[str, Callable[[str], str]] = {
    "capitalize": str.capitalize,
    "lower": str.lower,
    "trim": str.strip,
    "upper": str.upper,
}


@dataclass(slots=True)
class Variants:
    """Goes through a template once."""

    organisation: dict[str, str]
    """By `organisation`, `organisation.name` …: what is the same for every message."""
    filled: bool = False
    """Something is filled in that nobody knows before."""

    def of(self, statements: Iterable[nodes.Node]) -> list[str]:
        """Give what these statements may say one after the other."""
        said = [""]
        for statement in statements:
            said = _dearest(before + more for before in said for more in self._options(statement))
        return said

    def _options(self, node: nodes.Node) -> Sequence[str]:
        match node:
            case nodes.If(body=body, elif_=others, else_=otherwise):
                ways = [body, *(one.body for one in others), otherwise]
                said = [said for way in ways for said in self.of(way)]
            case nodes.Output(nodes=parts):
                said = self.of(parts)
            case nodes.TemplateData(data=text) | nodes.Const(value=text):
                said = [str(text)]
            case nodes.CondExpr(expr1=one, expr2=other):
                said = [*self._options(one), *(self._options(other) if other else [""])]
            case nodes.Filter(node=nodes.Expr() as inner, name="default", args=[otherwise]):
                said = [*self._options(inner), *self._options(otherwise)]
            case nodes.Filter(node=nodes.Expr() as inner, name=name) if name in _SHAPED:
                said = [_SHAPED[name](one) for one in self._options(inner)]
            case _:
                said = [self._known(node)]
        return said

    def _known(self, node: nodes.Node) -> str:
        name = getattr(node, "name", "")
        if isinstance(node, nodes.Getattr):
            name = f"{getattr(node.node, 'name', '')}.{node.attr}"
        if name not in self.organisation:
            self.filled = True
        return self.organisation.get(name, "")


def cost(text: str) -> tuple[int, int, int]:
    """Order texts by what they cost."""
    of = segments(text)
    return of.count, len(of.dear), of.units


def _dearest(said: Iterable[str]) -> list[str]:
    every = list(dict.fromkeys(said))
    return sorted(every, key=cost, reverse=True)[:MOST] if len(every) > MOST else every
