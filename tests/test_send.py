"""`textobot send`: shown first, asked, and begun; refused with a sentence where it may not be."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot import alone, send as command
from bot.cli import main
from bot.clock import Clock
from bot.core.conversation import Subscriber
from bot.storage import consents, schema, subscribers
from bot.storage.database import Database
from tests.clock import FakeClock
from tests.services.played import ANA, LEA, open_scene

CONFIG = """
organisation: {name: Radio, contact: '418'}
store: sqlite:///textobot.db
timezone: America/Montreal
gateways:
  vudumobile: {our_number: '+15149541234', api_key: k}
  clever: {login: l, password: p}
"""
RULES = """
lists:
  - id: deals
    names: [rabais]
rules:
  - id: join
    keyword: [rabais]
    reply: Bienvenue.
    do: {join: deals}
"""
NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""Monday noon in Montréal, six in the evening in Paris."""
TEXTED = ("--consent", "express", "--wording", "Formulaire papier")
Textobot = Callable[..., Result]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock(NOW)

    def of_environment() -> Clock:
        return fake

    monkeypatch.setattr(command, "clock_of_environment", of_environment)
    monkeypatch.setattr(alone, "clock_of_environment", of_environment)
    return fake


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Path:
    """Nobody has texted; the number that ends in 9 opted out."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "config.yaml").chmod(0o600)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.yaml").write_text(RULES)
    (tmp_path / "templates" / "fr").mkdir(parents=True)
    (tmp_path / "templates" / "fr" / "hello.j2").write_text("Bonjour {{ name }}!")

    async def fill() -> None:
        async with open_scene(tmp_path) as scene, scene.database.write() as connection:
            out = Subscriber("+15145550009", opted_out=True)
            await subscribers.save_subscribers(connection, [out])

    asyncio.run(fill())
    return tmp_path / "textobot.db"


@pytest.fixture
def textobot(store: Path) -> Textobot:
    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["send", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


def queued(store: Path) -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]]:
        database = Database(f"sqlite:///{store}")
        await database.open(alone=False)
        try:
            async with database.read() as connection:
                found = await connection.execute(select(schema.outbox))
                return [dict(row) for row in found.mappings()]
        finally:
            await database.close()

    return asyncio.run(look())


def ledger(store: Path, number: str) -> list[tuple[str, str, str]]:
    async def look() -> list[tuple[str, str, str]]:
        database = Database(f"sqlite:///{store}")
        await database.open(alone=False)
        try:
            async with database.read() as connection:
                found = (await consents.of(connection, [number])).get(number, [])
                return [(one.list, one.kind, one.wording) for one in found]
        finally:
            await database.close()

    return asyncio.run(look())


def test_it_is_shown_with_its_cost_and_then_sent(textobot: Textobot, store: Path) -> None:
    result = textobot("514 555-0001", "Ça marche, l’été?", *TEXTED, "--yes")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"To {ANA} by vudumobile, in fr:",
        "Ça marche, l’été?",
        "1 segment, UCS-2 because of ’.",
        "It leaves from 2026-03-02 12:00 on.",
        "It is in the outbox.",
    ]
    (row,) = queued(store)
    assert (row["number"], row["text"], row["status"]) == (ANA, "Ça marche, l’été?", "queued")
    assert (row["message_class"], row["rule"]) == ("started", "operator")
    assert row["cause"].startswith("operator ")
    assert ledger(store, ANA) == [("", "express", "Formulaire papier")]


def test_what_waits_says_until_when_and_why(textobot: Textobot, store: Path) -> None:
    result = textobot(LEA, "Bonjour", *TEXTED, "--at", "2026-03-02 15:00", "--yes")

    assert result.exit_code == 0
    because = (
        "quiet hours (FR, Europe/Paris: it is outside 10:00-20:00); "
        "waits until Tuesday 2026-03-03 10:00 there"
    )
    assert result.stdout.splitlines()[-2:] == [
        f"{because} (2026-03-03 04:00 here).",
        "It waits in the outbox.",
    ]
    (row,) = queued(store)
    assert (row["error"], row["gateway"]) == (because, "clever")
    assert row["not_before"] == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    shown = CliRunner().invoke(main, ["user", LEA]).stdout
    assert because in " ".join(shown.split())


def test_a_template_to_a_list_for_programs(textobot: Textobot, store: Path) -> None:
    result = textobot(
        *(ANA, "--template", "hello", "--set", "name=Ana", "--list", "deals"),
        *("--gateway", "clever", *TEXTED, "--yes", "--json"),
    )

    assert result.exit_code == 0
    sent = json.loads(result.stdout)
    assert (sent["text"], sent["gateway"], sent["segments"]) == ("Bonjour Ana!", "clever", 1)
    assert (sent["basis"], sent["because"]) == ("express", "")
    assert [row["rule"] for row in queued(store)] == ["hello"]
    assert ledger(store, ANA) == [("deals", "express", "Formulaire papier")]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param([ANA, "Bonjour", "--yes"], 1, "there is no consent", id="no consent"),
        pytest.param(["+15145550009", "a", *TEXTED, "--yes"], 1, "opted out", id="opted out"),
        pytest.param([ANA, "a", *TEXTED], 2, "give --yes", id="nobody to ask"),
        pytest.param([ANA, "x" * 1601, *TEXTED, "--yes"], 2, "1600 visible", id="too long"),
        pytest.param([ANA, "a\x1b[2J", *TEXTED, "--yes"], 2, "visible", id="control signs"),
        pytest.param([ANA, "x" * 1590, *TEXTED, "--yes"], 1, "cannot be said", id="no gateway's"),
        pytest.param([ANA, "{{ x }}", *TEXTED, "--yes"], 1, "cannot be said", id="no value"),
        pytest.param([ANA, "--yes"], 2, "give a text, or --template", id="nothing"),
        pytest.param([ANA, "a", "--template", "b"], 2, "not one message", id="two"),
        pytest.param(
            [ANA, "--template", "b", "--yes"], 1, "no template 'b'", id="no such template"
        ),
        pytest.param([ANA, "a", "--list", "b", "--yes"], 1, "no list 'b'", id="no such list"),
        pytest.param([ANA, "a", "--gateway", "b", *TEXTED], 1, "no such gateway", id="gateway"),
        pytest.param([ANA, "a", "--lang", "french"], 2, "is no language", id="no language"),
        pytest.param([ANA, "a", "--set", "b"], 2, "sets nothing", id="no value is set"),
        pytest.param([ANA, "a", "--at", "noon"], 2, "is no time", id="no time"),
        pytest.param(["12", "a"], 2, "this is no number", id="no number"),
        pytest.param([ANA, "a", "--consent", "express"], 2, "--wording", id="without words"),
        pytest.param([ANA, "a", "--wording", "b"], 2, "--consent", id="without a kind"),
        pytest.param([ANA, "a", "--consent", "mine"], 2, "is not one of", id="no such kind"),
        pytest.param(
            [ANA, "a", "--set", f"b={'x' * 1601}"], 2, "values.b is too long", id="a long value"
        ),
    ],
)
def test_what_is_not_sent_is_one_sentence(
    textobot: Textobot, store: Path, arguments: list[str], code: int, told: str
) -> None:
    result = textobot(*arguments)

    assert result.exit_code == code
    assert told in result.stderr
    assert queued(store) == []
    assert ledger(store, ANA) == []


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 1)])
def test_who_is_asked_decides(store: Path, answer: bool, code: int) -> None:
    asked = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return answer

    wanted = command.Wanted(ANA, "Bonjour", consent="express", wording="oui")
    done = command.send(Path("config.yaml"), wanted, yes=False, as_json=False, confirm=confirm)

    assert (done, asked) == (code, ["Send it?"])
    assert len(queued(store)) == (1 if answer else 0)
