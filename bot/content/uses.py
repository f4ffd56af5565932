"""Which names a template uses, and whether it can do without them where it does.

`{{ day|default("…") }}` and `{% if day is defined %}{{ day }}{% endif %}` can; `{{ day }}` alone
cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jinja2 import nodes


@dataclass(frozen=True, slots=True)
class Use:
    """A name in a template. Lines and columns begin at 1."""

    name: str
    line: int
    column: int
    guarded: bool = False
    """Nothing breaks here where the name has no value."""


Guarded = frozenset[str]
"""Names that are known to have a value at some place, or need none there."""
_NONE: Guarded = frozenset()


def guarded(
    node: nodes.Node, enters: Callable[[nodes.Node], bool], known: Guarded = _NONE
) -> Iterator[tuple[nodes.Node, Guarded]]:
    """Yield each node in the order of the text, with the names that are guarded there.

    Only nodes that `enters` are entered. The tree has a bounded depth.
    """
    yield node, known
    if enters(node):
        for child, more in _children(node, known):
            yield from guarded(child, enters, more)


def _children(node: nodes.Node, known: Guarded) -> Iterator[tuple[nodes.Node, Guarded]]:
    match node:
        case nodes.If(test=test, body=body, elif_=others, else_=rest):
            yield test, known
            yield from ((child, known | _told(test, held=True)) for child in body)
            known |= _told(test, held=False)
            for other in others:
                yield other, known
                known |= _told(other.test, held=False)
            yield from ((child, known) for child in rest)
        case nodes.CondExpr(test=test, expr1=then, expr2=otherwise):
            yield then, known | _told(test, held=True)
            yield test, known
            if otherwise is not None:
                yield otherwise, known | _told(test, held=False)
        case nodes.And(left=left, right=right):
            yield left, known
            yield right, known | _told(left, held=True)
        case nodes.Or(left=left, right=right):
            yield left, known
            yield right, known | _told(left, held=False)
        case nodes.Filter(name="default") | nodes.Test(name="defined" | "undefined"):
            inner = getattr(node.node, "name", "")
            for child in node.iter_child_nodes():
                yield child, known | {inner} if child is node.node else known
        case _:
            yield from ((child, known) for child in node.iter_child_nodes())


def _told(test: nodes.Node, *, held: bool) -> Guarded:
    """Name what has a value where a test held, or did not."""
    match test:
        case nodes.Test(name="defined", node=nodes.Name(name=name)) if held:
            return frozenset({name})
        case nodes.Test(name="undefined", node=nodes.Name(name=name)) if not held:
            return frozenset({name})
        case nodes.Not(node=inner):
            return _told(inner, held=not held)
        case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
            one, other = _told(left, held=held), _told(right, held=held)
            return one | other if held is isinstance(test, nodes.And) else one & other
    return _NONE
