"""`textobot verifications`, where no daemon runs: what an operator does by hand."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.config import installation_secret, load_config
from bot.storage import code_rows
from bot.storage.database import Database
from tests.services.played import ANA
from tests.stores import make_store

CONFIG = """\
organisation: {name: Radio, contact: 418 555-0199}
store: sqlite:///textobot.db
gateways:
  vudumobile: {api_key: k, our_number: "+15149541234"}
"""
Textobot = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "config.yaml").chmod(0o600)
    asyncio.run(make_store(tmp_path / "textobot.db"))
    return tmp_path


@pytest.fixture
def textobot(folder: Path) -> Textobot:
    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["verifications", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


def begun(textobot: Textobot, *more: str) -> str:
    told = textobot("start", "514", "555", "0001", "--json", *more)
    assert told.exit_code == 0, told.output
    return str(json.loads(told.stdout)["verification"]["id"])


def code_of(folder: Path, which: str) -> str:
    """As its phone would read it."""
    config = load_config(folder / "config.yaml")
    database = Database(config.store_url, secret=installation_secret(config))

    async def rendering() -> str:
        await database.open(alone=False)
        try:
            async with database.read() as connection:
                return (await code_rows.rendered(connection, [which]))[which]
        finally:
            await database.close()

    return asyncio.run(rendering())


def test_somebody_on_the_phone_is_verified(textobot: Textobot, folder: Path) -> None:
    which = begun(textobot)
    code = code_of(folder, which)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    refused = textobot("check", which, wrong)
    right = textobot("check", which, code[:3], code[3:])
    again = textobot("check", which, code)

    assert (refused.exit_code, refused.stdout) == (1, "It is not right; attempts left: 4.\n")
    assert (right.exit_code, right.stdout) == (0, "It is right.\n")
    assert (again.exit_code, again.stderr.startswith("textobot: it was approved before")) == (
        1,
        True,
    )
    assert not any(code in one.output for one in (refused, right, again, textobot("show", which)))


def test_they_are_listed_and_called_off(textobot: Textobot) -> None:
    assert textobot().stdout == "There are none: docs/api.md says how programs begin them.\n"
    which = begun(textobot, "--purpose", "door")

    (one,) = json.loads(textobot("--json", "--number", ANA).stdout)
    assert (one["id"], one["whose"], one["purpose"]) == (which, "operator", "door")
    assert which in textobot("--pending").stdout
    assert "cancelled" in textobot("cancel", which).stdout
    assert "There are none" in textobot("--pending").stdout


def test_they_text_what_is_shown_here(textobot: Textobot) -> None:
    told = textobot("start", ANA, "--channel", "inbound").stdout

    assert "to +15149541234." in told


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["show", "x"], 2, "'x' is no id"),
        (["show", "verification-0"], 1, "there is no verification-0"),
        (["start", "nobody"], 2, "'nobody': this is no number"),
        (["start", ANA, "--purpose", "A B"], 2, "--purpose 'A B'"),
        (["start", ANA, "--channel", "voice"], 1, "no gateway that is on can do this"),
        (["start", "+15149541234"], 1, "it is a number of ours"),
        (["check", "verification-0", "1" * 65], 2, "this is no code"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    textobot: Textobot, arguments: list[str], status: int, told: str
) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, told in result.stderr) == (status, True), result.output


def test_a_number_is_unlocked(textobot: Textobot, folder: Path) -> None:
    which = begun(textobot)
    wrong = f"{(int(code_of(folder, which)) + 1) % 10**6:06}"
    textobot("check", which, wrong)

    assert textobot("unlock", ANA).stdout == f"{ANA} may try again.\n"
    assert textobot("unlock", ANA).stdout == f"{ANA} sent no wrong codes.\n"
