"""The handbook's examples, as they stand between its fences: read, and played.

- `yaml`: a rule file, `rules/mine.yaml`; one that begins with `- ` stands below `rules:`. With a
  name behind (`yaml config.yaml`, `jinja templates/fr/hello.j2`) it is one more file.
- `yaml edited`: the same file, saved while people talk: the talk below goes on.
- `check`: what `textobot check` says of these files. Without it they have no fault.
- `talk`: a talk with them, as in `textobot chat`: `> ` before what is typed, a text or a command,
  `< ` before what comes back; silence is written in brackets.
- `console`: commands, each behind `$ `, and what they print.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from textwrap import dedent, indent

from click.testing import CliRunner

from bot.cli import main
from bot.config.notation import parse_duration
from bot.core.messages import Mail
from bot.storage import columns
from bot.talk import Came, Message, Talk
from bot.who import NUMBERS, PLAYED, instant_of

ROOT = Path(__file__).parents[1]
BOOKS = {language: ROOT / f"docs/handbook/{language}.md" for language in ("fr", "en")}
RULES = "rules/mine.yaml"
FILES = ("yaml", "jinja")
KINDS = (*FILES, "check", "talk", "console")
WHOLE = ("", "edited")
"""What stands behind `yaml` where it is all the rules there are."""
NOTHING = {"fr": "(rien)", "en": "(nothing)"}
BEGIN = datetime(2026, 3, 2, 15, tzinfo=UTC)
"""When talks begin that say nothing else: a Monday, at ten in Montreal."""
CONFIG = """\
organisation: {{name: "Radio Exemple", contact: "418 555-0199"}}
language: {language}
gateways: {{vudumobile: {{our_number: "+15149541234"}}, clever: {{sender: "36180"}}}}
lookups: {{private_hosts: [127.0.0.1]}}
"""


@dataclass(frozen=True)
class Fence:
    """What stands between two fences."""

    kind: str
    name: str
    """What stands behind the kind: a file's name, or `edited`."""
    text: str
    line: int


@dataclass
class Example:
    """A talk, a check or commands, and the files that they are about."""

    kind: str
    text: str
    line: int
    files: Mapping[str, str]
    goes_on: bool = False
    """It goes on with the talk before it, under files that were edited meanwhile."""


@dataclass
class Book:
    """One language's handbook."""

    language: str
    fences: Sequence[Fence] = ()
    examples: list[Example] = field(default_factory=list)


def fences(text: str) -> Iterator[Fence]:
    """Give what stands between fences, in order; those that are indented, without that."""
    for found in re.finditer(r"^( *)```(\w*) *(.*)\n((?:.*\n)*?)\1```$", text, re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 2
        yield Fence(found[2], found[3].strip(), dedent(found[4]), line)


def read(language: str) -> Book:
    """Read a handbook: what is checked and played, in its order."""
    found = tuple(fences(BOOKS[language].read_text(encoding="utf-8")))
    book = Book(language, found)
    files: dict[str, str] = {}
    edited = False
    for fence, after in zip_longest(found, found[1:]):
        if fence.kind not in FILES:
            goes_on = edited and fence.kind == "talk"
            book.examples.append(Example(fence.kind, fence.text, fence.line, files, goes_on))
            edited = False
            continue
        edited = fence.name == "edited"
        alone = fence.name in WHOLE
        files = {RULES: _rule_file(fence.text)} if alone else {**files, fence.name: fence.text}
        if not _is_read_by(after):
            book.examples.append(Example("check", "", fence.line, files))
    return book


def _is_read_by(fence: Fence | None) -> bool:
    """Tell whether a fence adds to the files before it, or reads them and so tells a fault."""
    if fence is None or fence.kind not in FILES:
        return fence is not None and fence.kind in {"check", "talk"}
    return fence.name not in WHOLE


def _rule_file(text: str) -> str:
    return f"rules:\n{indent(text, '  ')}" if text.startswith("- ") else text


def lay_out(files: Mapping[str, str], language: str, folder: Path) -> None:
    """Write an installation's files in place of those of another."""
    for part in ("rules", "templates"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir()
    for name, text in {"config.yaml": "", **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        head = CONFIG.format(language=language) if name == "config.yaml" else ""
        file.write_text(head + text, encoding="utf-8")
        file.chmod(0o600)


def run(command: str, folder: Path, typed: str = "") -> str:
    """Give what a command prints, and nothing of the blanks at the ends of its lines."""
    name, *arguments = shlex.split(command)
    assert name == "textobot"
    with chdir(folder):
        printed = CliRunner().invoke(main, arguments, input=typed).output
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def console(text: str, folder: Path) -> str:
    """Run the commands of an example, and give it with what they really print."""
    commands = [line for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"{one}\n{run(one[2:], folder)}" for one in commands)


# --- talks ---------------------------------------------------------------------------------------


@dataclass
class Phone:
    """Somebody's phone, at an installation that leads nowhere."""

    talk: Talk
    language: str
    gateway: str = PLAYED[0]
    number: str = NUMBERS[PLAYED[0]]

    async def play(self, text: str) -> str:
        """Type what is typed in a talk, and give the talk as it really goes."""
        lines: list[str] = []
        for typed in (line for line in text.splitlines() if line.startswith("> ")):
            lines += [typed, *[line async for line in self._type(typed[2:], first=not lines)]]
        return "".join(f"{line}\n" for line in lines)

    async def _type(self, typed: str, *, first: bool) -> AsyncIterator[str]:
        command, _, argument = typed.partition(" ")
        match command:
            case "/as":
                self.number, _, gateway = argument.partition(" ")
                self.gateway = gateway or self.gateway
            case "/lang":
                await self.talk.choose(self.number, argument)
            case "/at" if first:
                start_at(self.talk, instant_of(argument, self.talk.config))
            case "/at" | "/wait":
                now = self.talk.clock.now()
                until = instant_of(argument, self.talk.config) if command == "/at" else None
                passing = until - now if until else parse_duration(argument)
                async for _, came in self.talk.wait(passing):
                    for line in self._shown(came):
                        yield line
            case _:
                heard = await self.talk.hear(self.gateway, self.number, typed)
                status = heard.stored.get("status")  # none: it waits for more
                assert status != "parked", heard.stored["reason"]
                for line in [*self._shown(heard.came)] or [NOTHING[self.language]]:
                    yield line

    def _shown(self, came: Collection[Came]) -> Iterator[str]:
        """Write what came as `textobot chat` does."""
        for one in came:
            match one:
                case Mail(to=to, subject=subject, text=text):
                    said = f"mail to {to}, {subject}: {text}"
                case Message(number=number, text=text):
                    said = text if number == self.number else f"to {number}: {text}"
                case _:
                    continue
            first, *others = said.split("\n")
            yield f"< {first}"
            yield from (f"  {line}" for line in others)


def start_at(talk: Talk, instant: datetime) -> None:
    """Set the clock, also back: nobody has said anything yet."""
    talk.clock._now = talk.clock._start = instant


async def forget(talk: Talk) -> None:
    """Let nobody ever have texted."""
    async with talk.database.write() as connection:
        for table in reversed(columns.metadata.sorted_tables):
            await connection.execute(table.delete())
    start_at(talk, BEGIN)
