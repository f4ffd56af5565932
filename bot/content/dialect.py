"""The part of Jinja that our templates may use: bounded by what it is, not by a watchdog.

Jinja's own sandbox guards attributes, not time or memory. So a template is admitted by its syntax
tree: names, a few filters and tests, comparisons, conditions, and the inclusion of its siblings.
There are no loops, calls, assignments or arithmetic; what is left cannot take longer than its size
allows, and its size is limited after its inclusions (INV-32). What somebody texted is only ever a
value: nothing of it is read as a template (INV-31).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from difflib import get_close_matches

from jinja2 import (
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    Undefined,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.content.filters import shortened, written_date, written_number, written_time
from bot.content.uses import Use, guarded

SOURCE_LIMIT = 16 * 1024
"""Characters that a template may have."""
_NODES_LIMIT = 400
_DEPTH_LIMIT = 30

_PARTS = ("organisation.name", "organisation.contact", "subscriber.number")
_FILTERS = ("capitalize", "date", "default", "lower", "number", "short", "time", "trim", "upper")
_TESTS = ("defined", "none", "undefined")
_ADMITTED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Include),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Filter, nodes.Test, nodes.List, nodes.Tuple),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr),
)
_REFUSED: Mapping[type[nodes.Node], tuple[str, str]] = {
    nodes.For: ("for", "write the words out"),
    nodes.Assign: ("set", "write the value where it is needed"),
    nodes.Call: ("(", "write a name, like {{ organisation.name }}"),
    nodes.Concat: ("~", "write {{ a }}{{ b }}"),
    nodes.Getitem: ("[", "write a name, like {{ organisation.name }}"),
    **{
        kind: (sign, "nothing is reckoned here: write the number itself")
        for kind, sign in (
            *((nodes.Add, "+"), (nodes.Sub, "-"), (nodes.Mul, "*"), (nodes.Div, "/")),
            *((nodes.FloorDiv, "//"), (nodes.Mod, "%"), (nodes.Pow, "**")),
            *((nodes.Pos, "+"), (nodes.Neg, "-")),
        )
    },
}
"""What people try first: where to look for it in the line, and what to write instead."""
_NO_TEMPLATE: Sequence[tuple[re.Pattern[str], str, str]] = (
    (
        re.compile("needs to be closed is '(.+)'"),
        "{{% {0} %}} is never closed",
        "write {{% end{0} %}} where it ends",
    ),
    (
        re.compile("unknown tag '(elif|else|endif)'"),
        "{{% {0} %}} stands without its {{% if %}}",
        "write that before it, or take it out",
    ),
    (
        re.compile("unknown tag '(.+?)'"),
        "there is no {{% {0} %}} here",
        "known here: elif, else, endif, if, include",
    ),
)
"""What Jinja says, in words of its own, and in those of who writes; the first that fits."""

Included = Callable[[str], str | None]
"""Gives the source of a template that is included by its file's name; None: there is none."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a template. Lines and columns begin at 1."""

    line: int
    column: int
    what: str
    remedy: str


class NotAdmitted(Exception):
    """The template is outside of the dialect."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.what}; {problem.remedy}")
        self.problem = problem


class Dialect:
    """Reads, checks and compiles templates."""

    def __init__(self, timezone: tzinfo) -> None:
        self._environment = _environment(timezone)

    def read(self, source: str, included: Included) -> tuple[list[Problem], list[Use]]:
        """Say everything that is wrong with a template, and which names it uses.

        What an inclusion uses is told where it is included.
        """
        problems: list[Problem] = []
        uses: list[Use] = []
        try:
            tree = self._parse(source)
            problems += dict.fromkeys(_problems(tree, source))
            self._include(tree, source, included)
            uses += dict.fromkeys(_uses(tree, source))
        except NotAdmitted as refused:
            problems.append(refused.problem)
        return problems, uses

    def compile(self, source: str, included: Included) -> Template:
        """Compile a template. Raises `NotAdmitted`."""
        tree = self._parse(source)
        self._include(tree, source, included)
        for problem in _problems(tree, source):
            raise NotAdmitted(problem)
        return self._environment.from_string(tree)

    def tree(self, source: str, included: Included) -> nodes.Template:
        """Parse a template, with what it includes. Raises `NotAdmitted`."""
        tree = self._parse(source)
        self._include(tree, source, included)
        return tree

    def _parse(self, source: str) -> nodes.Template:
        """Parse a template of bounded size and depth. Raises `NotAdmitted`."""
        if len(source) > SOURCE_LIMIT:
            what = f"the template is longer than {SOURCE_LIMIT} characters"
            raise NotAdmitted(Problem(1, 1, what, "shorten it: an SMS has 1,600 at most"))
        try:
            tree = self._environment.parse(source)
        except TemplateSyntaxError as error:
            line, (what, remedy) = error.lineno, _explained(error.message or "")
        except (RecursionError, ValueError):  # brackets in brackets; a number of 5,000 digits
            line, what, remedy = 1, "this is no template (something in it is too long)", _CHECK
        else:
            _limit(tree)
            return tree
        raise NotAdmitted(Problem(line, _column(source, line), what, remedy))

    def _include(self, tree: nodes.Template, source: str, included: Included) -> None:
        """Put other templates where this one includes them. Raises `NotAdmitted`."""

        def inclusion(statement: nodes.Include) -> list[nodes.Node]:
            name = getattr(statement.template, "value", None)
            inner = included(name) if isinstance(name, str) else None
            if inner is None:
                what = "there is no template of this name to include"
                remedy = 'files include files beside them: {% include "NAME.j2" %}'
            elif (found := self._parse(inner)).find(nodes.Include) is None:
                for node, _ in _walk(found):
                    node.lineno = statement.lineno
                return found.body
            else:
                what = f"{name} includes another template"
                remedy = "let only one of the two include"
            line = statement.lineno
            raise NotAdmitted(Problem(line, _column(source, line, "include"), what, remedy))

        if _replace_inclusions(tree, inclusion):
            _limit(tree)


_CHECK = "check the brackets, as in {{ rest }}, and the words between them"


def _explained(message: str) -> tuple[str, str]:
    """Say what Jinja could not read, and what to do."""
    for told, what, remedy in _NO_TEMPLATE:
        if (found := told.search(message)) is not None:
            return what.format(found[1]), remedy.format(found[1])
    return f"this is no template ({message.rstrip('.')})", _CHECK


def _replace_inclusions(
    block: nodes.Template | nodes.If, inclusion: Callable[[nodes.Include], list[nodes.Node]]
) -> bool:
    """Replace each `include` by its statements, also within conditions; say if there was one."""
    replaced = False
    for field in ("body",) if isinstance(block, nodes.Template) else ("body", "elif_", "else_"):
        statements: list[nodes.Node] = []
        for statement in getattr(block, field):
            if isinstance(statement, nodes.Include):
                statements += inclusion(statement)
                replaced = True
                continue
            if isinstance(statement, nodes.If):
                replaced |= _replace_inclusions(statement, inclusion)
            statements.append(statement)
        setattr(block, field, statements)
    return replaced


def _limit(tree: nodes.Template) -> None:
    """Hold the limits of size and depth. Raises `NotAdmitted`."""
    remedy = "write it in simpler words, or divide it"
    for count, (_, depth) in enumerate(_walk(tree)):
        if depth > _DEPTH_LIMIT:
            raise NotAdmitted(Problem(1, 1, "the template is nested too deeply", remedy))
        if count > _NODES_LIMIT:
            raise NotAdmitted(Problem(1, 1, "the template does too much", remedy))


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Yield each node and its depth, which may be any."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]


def _enters(node: nodes.Node) -> bool:
    return isinstance(node, _ADMITTED) and not isinstance(node, nodes.Getattr)


def _problems(tree: nodes.Template, source: str) -> Iterator[Problem]:
    """Yield what is outside of the dialect."""
    for node, _ in guarded(tree, _enters):
        if (found := _refusal(node)) is not None:
            word, what, remedy = found
            yield Problem(node.lineno, _column(source, node.lineno, word), what, remedy)


def _uses(tree: nodes.Template, source: str) -> Iterator[Use]:
    for node, known in guarded(tree, _enters):
        if isinstance(node, nodes.Name):
            column = _column(source, node.lineno, node.name)
            yield Use(node.name, node.lineno, column, node.name in known)


Refusal = tuple[str, str, str]
"""The word to look for in the line, what is wrong, and the remedy."""


def _refusal(node: nodes.Node) -> Refusal | None:
    match node:
        case nodes.Name(name="subscriber"):
            return "subscriber", "a subscriber is no text", "write subscriber.number"
        case nodes.Getattr(node=whole, attr=attribute):
            name = f"{getattr(whole, 'name', '')}.{attribute}"
            what = f"there is no {name!r} here"
            return None if name in _PARTS else (attribute, what, nearest(name, _PARTS))
        case nodes.Filter() | nodes.Test():
            return _refused_word(node)
        case _ if not isinstance(node, _ADMITTED):
            kind = type(node).__name__.lower()
            word, remedy = _REFUSED.get(type(node), (kind, "write it in simpler words"))
            return word, f"templates of texts have no {word!r}", remedy
    return None


def _refused_word(node: nodes.Filter | nodes.Test) -> Refusal | None:
    """Only `default` has an argument: what is said in place of what is not there."""
    kind, known = ("filter", _FILTERS) if isinstance(node, nodes.Filter) else ("test", _TESTS)
    if node.name not in known:
        return node.name, f"there is no {kind} {node.name!r} here", nearest(node.name, known)
    named = node.kwargs or node.dyn_args or node.dyn_kwargs
    if named or len(node.args) != (node.name == "default"):
        remedy = 'write default("…")' if node.name == "default" else "leave them out"
        return node.name, f"{node.name!r} is not written with these arguments", remedy
    return None


def nearest(name: str, known: Collection[str]) -> str:
    """Say what may have been meant."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"


def _column(source: str, line: int, word: str = "") -> int:
    """Find a word in a line, behind the bracket that opens there; Jinja keeps lines alone."""
    written = source.split("\n")[line - 1 : line]
    text = written[0] if written else ""
    bracket = re.search(r"{[{%]", text)
    begin = bracket.start() if bracket else 0
    found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(text, begin) if word else None
    return (found.start() if found else begin) + 1


def _or_else(value: object, otherwise: object) -> object:
    """Say something in place of what is missing, or empty: what follows a keyword may be."""
    missing = isinstance(value, Undefined) or value is None or value == ""
    return otherwise if missing else value


def _environment(timezone: tzinfo) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=0
    )

    @pass_context
    def written_on(context: Context, value: object) -> str:
        return written_date(value, context["language"], timezone)

    @pass_context
    def written_at(context: Context, value: object) -> str:
        return written_time(value, context["language"], timezone)

    @pass_context
    def written(context: Context, value: object) -> str:
        return written_number(value, context["language"])

    environment.globals.clear()
    environment.filters = (
        {name: known for name, known in environment.filters.items() if name in _FILTERS}
        | {"date": written_on, "time": written_at, "number": written, "short": shortened}
        | {"default": _or_else}
    )
    environment.tests = {
        name: known for name, known in environment.tests.items() if name in _TESTS
    }
    return environment
