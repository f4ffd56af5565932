"""`textobot user`: one number shown, and acted for; where no daemon runs, with the store alone."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot import reach
from bot.cli import main
from bot.control.line import NotAnswered
from bot.services.desk import Desk
from bot.storage import stops
from bot.storage.database import Database
from bot.storage.stops import Stop
from tests.services.attended import BROKEN, texted
from tests.services.played import ANA, BEN, open_scene

CONFIG = """
organisation: {name: Radio, contact: '418'}
store: sqlite:///textobot.db
timezone: America/Montreal
gateways:
  clever: {}
  vudumobile: {our_number: '+15149541234'}
"""
Textobot = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration, and no store yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def textobot(folder: Path) -> Textobot:
    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["user", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


@pytest.fixture
def store(folder: Path) -> Path:
    """Ana is asked for a day, has a text that was parked, and has opted out; Ben has texted."""

    async def fill() -> None:
        async with open_scene(folder) as scene:
            await texted(scene, "broken", book=BROKEN)
            await texted(scene, "stop", "start", "rdv", "dem\nain [bold]")
            await texted(scene, "stop", number=BEN)

    asyncio.run(fill())
    return folder / "textobot.db"


def state(textobot: Textobot, number: str = ANA) -> dict[str, object]:
    result = textobot(number, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return dict(json.loads(result.stdout))


# Whom the network cannot reach


@pytest.fixture
def unreachable(store: Path) -> Path:
    """The network gave up on Ana for good, and on Ben for a month."""

    async def fill() -> None:
        async with open_scene(store.parent) as scene:
            now = scene.clock.now()
            month = now + timedelta(days=36_500)
            async with scene.database.write() as connection:
                stopped = [
                    Stop(f"vudumobile:{ANA}", "vudumobile", ANA, "UNDELIV_201", 1, now, now),
                    Stop(f"clever:{BEN}", "clever", BEN, "6", 2, now, now, month),
                ]
                await stops.note(connection, stopped)

    asyncio.run(fill())
    return store


def test_who_cannot_be_reached_is_listed(textobot: Textobot, unreachable: Path) -> None:
    listed = json.loads(textobot("stopped", "--json").stdout)["stopped"]
    assert [(one["number"], one["code"]) for one in listed] == [(BEN, "6"), (ANA, "UNDELIV_201")]

    shown = " ".join(textobot("stopped").stdout.split())
    assert "the number is no longer in service (UNDELIV_201); until it texts" in shown
    assert (unreachable.parent / "textobot.db").exists()


def test_how_a_number_stands_says_so(textobot: Textobot, unreachable: Path) -> None:
    assert [one["code"] for one in state(textobot)["unreachable"]] == ["UNDELIV_201"]  # type: ignore[attr-defined]
    shown = " ".join(textobot(ANA).stdout.split())
    assert "nothing is started to it at vudumobile: the number is no longer in service" in shown
    assert unreachable.exists()


def test_an_operator_writes_to_it_again(textobot: Textobot, unreachable: Path) -> None:
    assert "in spite of UNDELIV_201" in textobot("resume", ANA).stdout
    assert "nothing to do" in textobot("resume", ANA).stdout

    listed = json.loads(textobot("stopped", "--json").stdout)["stopped"]
    assert [one["number"] for one in listed] == [BEN]
    assert unreachable.exists()


def test_where_all_are_reached_that_is_said(textobot: Textobot, store: Path) -> None:
    assert "No number is left alone" in textobot("stopped").stdout
    assert textobot("stopped", ANA).exit_code == 2
    assert store.exists()


# What is shown


def test_a_number_is_shown(textobot: Textobot, store: Path) -> None:
    """By the installation's clock; a text is one line, whatever stands in it."""
    result = textobot(ANA)

    assert (result.exit_code, result.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[:5] == [
        f"{ANA}: neither opted out nor blocked; decided by inbound 3 (start), 2026-03-02 07:00:20",
        "withdrew from everything by text, inbound 2, 2026-03-02 07:00:10",
        "agreed to everything (express) by text, inbound 3, 2026-03-02 07:00:20",
        "",
        "vudumobile: the question appointment/day is open, since 2026-03-02 07:00:40, "
        "until 2026-03-02 07:30:40",
    ]
    assert lines[5] == "when who id text what became of it"
    assert [line for line in lines[6:] if " we " not in line or "day?" in line] == [
        "2026-03-02 07:00:00 they 1 broken parked: deciding or rendering failed; parked",
        "2026-03-02 07:00:10 they 2 stop handled: an opt-out word",
        "2026-03-02 07:00:20 they 3 start handled: an opt-in word",
        "2026-03-02 07:00:30 they 4 rdv handled: a rule's question was put (appointment)",
        "2026-03-02 07:00:30 we 3 day? queued (appointment)",
        "2026-03-02 07:00:40 they 5 dem ain [bold] handled: a rule was called, and what follows "
        "is not what it expects (appointment)",
    ]


@pytest.mark.parametrize("said", ["\x1b", "\x07", "\u202e"])
def test_what_was_texted_plays_no_tricks(textobot: Textobot, folder: Path, said: str) -> None:
    """INV-31."""

    async def fill() -> None:
        async with open_scene(folder) as scene:
            await texted(scene, f"[bold]{said}[31m\nrdv")

    asyncio.run(fill())

    for arguments in ([ANA], [ANA, "--json"]):
        shown = textobot(*arguments).stdout
        assert all(sign.isprintable() or sign == "\n" for sign in shown)
        assert "[bold]" in shown


def test_who_opted_out_is_shown_so(textobot: Textobot, store: Path) -> None:
    assert textobot(BEN).stdout.startswith(f"{BEN}: opted out; decided by inbound 6 (stop), 2026")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param([ANA], id="E.164"),
        pytest.param(["+1 (514) 555-0001"], id="E.164 with blanks"),
        pytest.param(["514", "555", "0001"], id="as it is dialled, in words"),
        pytest.param(["5145550001"], id="as it is dialled"),
        pytest.param(["1-514-555-0001"], id="with what is dialled before it"),
    ],
)
def test_a_number_as_it_is_dialled(textobot: Textobot, store: Path, written: list[str]) -> None:
    """It is one of the country of our number, though the first gateway is in another."""
    result = textobot(*written, "--json")

    assert json.loads(result.stdout)["number"] == ANA


def test_who_looks_needs_no_lock_and_makes_nothing(textobot: Textobot, store: Path) -> None:
    before = sorted(store.parent.iterdir())
    with in_use(store):
        assert textobot(ANA).exit_code == 0
    assert sorted(store.parent.iterdir()) == before


# What is done


def test_a_stuck_number_is_set_free(textobot: Textobot, store: Path) -> None:
    result = textobot("free", ANA, "--again")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "vudumobile: the question appointment/day is closed",
        "text 1 is decided anew",
    ]
    assert textobot("free", ANA, "--again").stdout == "There was nothing to do.\n"


def test_acts_follow_one_another(textobot: Textobot, store: Path) -> None:
    done = [
        textobot("take-over", ANA, "--for", "2h"),
        textobot("hand-back", ANA),
        textobot("block", "514 555 0001"),
        textobot("unblock", ANA),
        textobot("again", "1"),
        textobot("block", "06 00 00 00 09", "--json"),
    ]

    assert [(one.exit_code, one.stderr) for one in done] == [(0, "")] * 6
    taken_over, *others = [one.stdout for one in done]
    assert taken_over.startswith("vudumobile: rules are silent until 20")
    assert others == [
        "vudumobile: rules answer again\n",
        "it is not answered any more\n",
        "it is answered again\n",
        "text 1 is decided anew\n",
        '{"done": ["it is not answered any more"]}\n',
    ]
    assert state(textobot, "+33600000009")["blocked"]


@pytest.mark.parametrize("again", [[], ["--again"]])
def test_no_act_opts_anybody_in(textobot: Textobot, store: Path, again: list[str]) -> None:
    """INV-12."""
    textobot("free", BEN, *again)
    textobot("unblock", BEN)

    assert state(textobot, BEN)["opted_out"]


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param([], 2, "Missing argument", id="no number"),
        pytest.param(["fre", ANA], 2, "'fre' is neither a number nor one of free,", id="no verb"),
        pytest.param(["free"], 2, "'': this is no number", id="a verb alone"),
        pytest.param(["free", "12"], 2, "'12': this is no number", id="a short one"),
        pytest.param(["+999999999999"], 2, "this is no number", id="no country"),
        pytest.param(["+1514"], 2, "no number of that country has this length", id="too short"),
        pytest.param([ANA, BEN], 2, "this is no number", id="two numbers"),
        pytest.param(["0612345"], 2, "this is no number", id="of neither country"),
        pytest.param(["again", ANA], 2, "name the text", id="a number for an id"),
        pytest.param(["again"], 2, "name the text", id="no id"),
        pytest.param(["again", "9" * 30], 2, "name the text", id="a huge id"),
        pytest.param(["block", ANA, "--for", "2h"], 2, "--for belongs to take-over", id="--for"),
        pytest.param([ANA, "--again"], 2, "--again belongs to free", id="--again"),
        pytest.param(["take-over", ANA, "--for", "x"], 2, "write it like 500ms", id="no time"),
        pytest.param(
            ["take-over", ANA, "--for", "0s"], 2, "from 1s to 30d", id="too short a time"
        ),
        pytest.param(["take-over", ANA, "--for", "31d"], 2, "from 1s to 30d", id="too long"),
        pytest.param([ANA, "-c", "no.yaml"], 2, "there is no configuration", id="no file"),
        pytest.param(["+15145559999"], 1, "nothing is known of +15145559999", id="a stranger"),
        pytest.param(["free", "+15145559999"], 1, "no gateway knows", id="nobody to free"),
        pytest.param(["again", "2"], 1, "text 2 is not parked: an opt-out", id="not parked"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    textobot: Textobot, store: Path, arguments: list[str], code: int, told: str
) -> None:
    before = state(textobot)

    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr
    assert state(textobot) == before


@pytest.mark.parametrize("arguments", [[ANA], ["free", ANA]])
def test_no_store_is_made(textobot: Textobot, folder: Path, arguments: list[str]) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no store" in result.stderr
    assert [one.name for one in folder.iterdir()] == ["config.yaml"]


def test_a_store_of_another_kind_is_told(textobot: Textobot, folder: Path) -> None:
    (folder / "textobot.db").touch()

    result = textobot("free", ANA)

    assert result.exit_code == 1
    assert "the schema of no textobot" in result.stderr


@contextmanager
def in_use(store: Path) -> Iterator[None]:
    """Somebody has the store who cannot be asked."""
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{store}")
        runner.run(database.open())
        try:
            yield
        finally:
            runner.run(database.close())


def test_two_never_write(textobot: Textobot, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "BETWEEN", 0.0)
    with in_use(store):
        result = textobot("free", ANA)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "another textobot (process" in result.stderr
    assert textobot("free", ANA).exit_code == 0


def test_who_has_the_store_for_a_moment_is_waited_for(
    textobot: Textobot, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A daemon that begins has the lock before it has the socket."""
    with asyncio.Runner() as runner:
        database = Database(f"sqlite:///{store}")
        runner.run(database.open())

        def gone_by_then(_seconds: float) -> None:
            runner.run(database.close())

        monkeypatch.setattr(time, "sleep", gone_by_then)

        assert textobot("free", ANA).exit_code == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(), "textobot.db.sock belongs to another user; run this command as"),
        (NotAnswered("it ended"), "the daemon did not answer (it ended), and may have done it"),
    ],
)
def test_a_daemon_that_cannot_be_asked(
    textobot: Textobot,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    told: str,
) -> None:
    def refused(_path: Path, _line: bytes) -> bytes:
        raise error

    monkeypatch.setattr(reach, "ask", refused)

    result = textobot("free", ANA)

    assert (result.exit_code, result.stdout) == (1, "")
    assert told in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_nobody_foresaw_is_a_sentence_with_its_place(
    textobot: Textobot, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-33: and without its words."""

    async def fails(_desk: Desk, _number: str) -> list[str]:
        raise KeyError("s3cret")

    monkeypatch.setattr(Desk, "hand_back", fails)

    result = textobot("hand-back", ANA)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "KeyError at test_user.py:" in result.stderr
    assert "s3cret" not in result.stderr
