"""Rule files tried from outside, by texting them: `textobot chat`, `check`, `explain`.

The tables were written from what the files, commands and words are documented to do, and from
what people text and break. One process is texted for all: it reads the rule file again for each
talk, each time that the file was broken, and each time that it was mended as it advised.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import pytest

from tests.outside.harness import ROOT

TABLES = Path(__file__).parent / "tables"
TALKS = sorted(path.stem for path in TABLES.glob("talk_*.txt"))
CONFIG = 'organisation: {name: "Radio Exemple", contact: "418 555-0199"}\nlanguage: fr\n'
SEGMENTS = re.compile(r"  \(\d+ segments?, ")
FAULT = re.compile(r"rules/[\w-]+\.yaml:(\d+:\d+): (.*)")
MONDAY = "2026-03-02 10:00"
RULES = "rules/mine.yaml"
QUIZ = """\
rules:
  - id: quiz
    keyword: [quiz]
    steps:
      - {id: s, ask: Q1, expect: integer}
    reply: END
"""
FILES = {"templates/fr/weather.j2": "Soleil\n", "templates/en/weather.j2": "Sun\n"}


def environ() -> dict[str, str]:
    """What it needs, and nothing of ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def installation(folder: Path, files: dict[str, str], config: str = "") -> None:
    """Write config.yaml and what belongs to it; a later key stands instead of an earlier one."""
    (folder / "config.yaml").write_text(CONFIG + config, encoding="utf-8")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def textobot(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=folder, env=environ(),
        capture_output=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


@dataclass(slots=True)
class Said:
    """What was typed in one line, and what came back."""

    typed: str
    replies: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def heard(output: str) -> list[Said]:
    """A reply of several lines is joined by ` / `; it ends with its count of segments."""
    turns: list[Said] = []
    reading = False
    for line in output.splitlines():
        if line.startswith("> "):
            turns.append(Said(line[2:]))
            reading = False
        elif turns and line.startswith("< "):
            turns[-1].replies.append(line[2:])
            reading = not line.startswith("< mail to ")
        elif turns and reading and not SEGMENTS.match(line):
            turns[-1].replies[-1] += " / " + line.strip()
        else:
            reading = False
        if turns:
            turns[-1].lines.append(line)
    return turns


@dataclass(slots=True)
class Turn:
    """A line to type, the replies that it must bring, words that must be shown beside."""

    typed: str
    replies: list[str]
    shown: list[str] = field(default_factory=list)


def unescape(text: str) -> str:
    r"""`\u202e`: signs that no editor shows; `\{x*10000}`: one sign so many times."""
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    return re.sub(r"\\{(.)\*(\d+)}", lambda found: found[1] * int(found[2]), text)


def read_talk(name: str) -> tuple[dict[str, str], str, list[Turn]]:
    """A table's files, the rest of its configuration, and what is said."""
    files, config, turns = {}, "", []
    text = (TABLES / f"{name}.txt").read_text(encoding="utf-8")
    for part in re.split(r"(?m)^== ", text)[1:]:
        title, _, body = part.partition("\n")
        if title == "config":
            config = body
        elif title == "talk":
            turns = list(read_turns(body))
        else:
            files[title] = body
    return files, config, turns


def read_turns(body: str) -> Iterator[Turn]:
    """`> typed => reply && reply`; below it `? words` that must be shown."""
    turn: Turn | None = None
    for line in body.splitlines():
        if line.startswith("> "):
            if turn:
                yield turn
            typed, _, replies = line[2:].partition(" =>")
            turn = Turn(
                unescape(typed), [unescape(one.strip()) for one in replies.split(" && ") if one]
            )
        elif line.startswith("? ") and turn:
            turn.shown.append(line[2:])
    if turn:
        yield turn


class Chat:
    """A process that is texted, and reads one rule file again and again."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / RULES
        self.count = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat", "--at", MONDAY], cwd=folder, env=environ(),
            encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.type()

    def type(self, *lines: str) -> list[str]:
        """All that is shown until a command comes up that there is not."""
        assert self.process.stdin
        assert self.process.stdout
        self.count += 1
        end = f"> /marker{self.count}"
        self.process.stdin.write("".join(f"{line}\n" for line in (*lines, end[2:])))
        self.process.stdin.flush()
        shown: list[str] = []
        limit = Timer(300, self.process.kill)
        limit.start()
        try:
            for line in self.process.stdout:
                if line.rstrip("\n") == end:
                    return shown
                shown.append(line.rstrip("\n"))
        finally:
            limit.cancel()
        raise AssertionError(f"chat ended: {shown}")

    def read(self, text: str) -> list[str]:
        """Write the file; what is said of it."""
        self.file.write_bytes(text.encode())
        shown = self.type("/reload")
        return shown[shown.index("> /reload") + 1 :]

    def end(self) -> None:
        """Let it come to its end."""
        self.process.communicate()


Chats = Callable[[dict[str, str], str], Chat]


@pytest.fixture(scope="module")
def chats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chats]:
    """A process for each configuration and set of templates."""
    begun: dict[tuple[str, ...], Chat] = {}

    def chat(files: dict[str, str], config: str = "") -> Chat:
        key = (config, *sorted(set(files) - {RULES}))
        if key not in begun:
            folder = tmp_path_factory.mktemp("rules")
            installation(folder, files | {RULES: QUIZ}, config)
            begun[key] = Chat(folder)
        return begun[key]

    yield chat
    for one in begun.values():
        one.end()


@pytest.mark.parametrize("name", TALKS)
def test_a_talk_goes_as_written(name: str, chats: Chats) -> None:
    files, config, turns = read_talk(name)
    chat = chats(files, config)
    assert re.fullmatch(r"\d+ rules? in force\.", chat.read(files[RULES])[-1])
    chat.type("/at 2020-01-01 00:00", f"/at {MONDAY}", "/reset", "/lang none")
    chat.type("/as +15145550001 vudumobile")

    said = heard("\n".join(chat.type(*(turn.typed for turn in turns))))

    assert len(said) == len(turns), said[-3:]
    wrong = [
        f"{turn.typed!r}: wanted {turn.replies} {turn.shown}, got {got.lines[1:]}"
        for turn, got in zip(turns, said, strict=True)
        if got.replies != turn.replies
        or any(words not in "\n".join(got.lines) for words in turn.shown)
    ]
    assert wrong == [], "\n".join(wrong)


@dataclass(slots=True)
class Broken:
    """A rule file that is wrong, what has to be said of it, and the file as the remedy has it."""

    name: str
    text: str
    faults: list[tuple[str, str]]
    mended: str


def read_faults() -> list[Broken]:
    """`=== name`, the file, `!!! line:column remedy`, `+++ line|what stands there instead`."""
    found = []
    for part in re.split(r"(?m)^=== ", (TABLES / "faults.txt").read_text(encoding="utf-8"))[1:]:
        name, *lines = part.rstrip("\n").split("\n")
        said = [line[4:].partition(" ") for line in lines if line.startswith("!!! ")]
        edits = [line[4:].partition("|") for line in lines if line.startswith("+++ ")]
        body = [unescape(line) for line in lines if not line.startswith(("!!! ", "+++ "))]
        mended: list[str | None] = [*body]
        for number, _, instead in edits:
            mended[int(number) - 1] = instead.replace("⏎", "\n") or None
        found.append(
            Broken(
                name,
                "\n".join(body) + "\n",
                [(place, remedy) for place, _, remedy in said],
                "\n".join(line for line in mended if line is not None) + "\n",
            )
        )
    return found


def test_each_fault_is_named_at_its_place_and_its_remedy_mends_it(chats: Chats) -> None:
    reader = chats(FILES, "")
    wrong = []
    for case in read_faults():
        shown = reader.read(case.text)
        faults = [(found[1], found[2]) for line in shown if (found := FAULT.match(line))]
        told = len(faults) == len(case.faults) and all(
            place == wanted and remedy in message
            for (place, message), (wanted, remedy) in zip(faults, case.faults, strict=True)
        )
        if not told or ("not in force" in shown[-1]) != bool(case.faults):
            wrong.append(f"{case.name}: wanted {case.faults}, got {shown}\n{case.text}")
        after = reader.read(case.mended)
        if not re.fullmatch(r"\d+ rules? in force\.", after[-1]) or len(after) != 1:
            wrong.append(f"{case.name}, mended: got {after}\n{case.mended}")
    assert wrong == [], "\n".join(wrong)


def test_check_tells_the_faults_of_all_files_at_once(tmp_path: Path) -> None:
    cases = {f"case-{n}": case for n, case in enumerate(read_faults())}
    installation(tmp_path, FILES)
    for name, case in cases.items():
        (tmp_path / "rules").mkdir(exist_ok=True)
        (tmp_path / "rules" / f"{name}.yaml").write_bytes(case.text.encode())

    run = textobot(tmp_path, "check")

    assert run.returncode == 1
    lines = (run.stdout + run.stderr).splitlines()
    places = {line.split(": ")[0].removeprefix("rules/") for line in lines}
    quoting = {
        f"{name}.yaml:{place}" for name, case in cases.items() for place, _ in case.faults
        if "quotes" in case.faults[0][1] or "blank" in case.faults[0][1]
    }  # fmt: skip
    assert len(quoting) > 20
    assert quoting <= places, sorted(quoting - places)


CHANGED = "Radio Exemple: nos questions viennent de changer. Merci de recommencer."
EDITS = {
    "what is said changes: the talk goes on": (QUIZ.replace("END", "END2"), "END2"),
    "another word calls it: the talk goes on": (QUIZ.replace("[quiz]", "[game]"), "END"),
    "a rule more: the talk goes on": (QUIZ + "  - {id: b, keyword: [b], reply: B}\n", "END"),
    "a faulty file: what was read before stays": ("rules:\n  - id: quiz\n   reply: x\n", "END"),
    "a step more": (
        QUIZ.replace("    reply", "      - {id: t, ask: Q2, expect: word}\n    reply"), CHANGED,
    ),
    "another type": (QUIZ.replace("integer", "integer 1..3"), CHANGED),
    "another id of the rule": (QUIZ.replace("id: quiz", "id: quiz2"), CHANGED),
    "the rule is gone": ("rules:\n  - {id: b, keyword: [b], reply: B}\n", CHANGED),
}  # fmt: skip


def test_rules_change_in_the_middle_of_a_talk(chats: Chats) -> None:
    reader = chats({}, "")
    wrong = []
    for name, (edited, wanted) in EDITS.items():
        reader.read(QUIZ)
        reader.type(f"/as +1514555{1000 + reader.count}")
        begun = heard("\n".join(reader.type("quiz")))
        reader.read(edited)
        ended = heard("\n".join(reader.type("5")))
        if (begun[0].replies, ended[0].replies) != (["Q1"], [wanted]):
            wrong.append(f"{name}: {begun} {ended}")
    assert wrong == [], "\n".join(wrong)
