"""`textobot token`: shown once, kept as a hash, revoked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.config import installation_secret, load_config
from bot.core.tokens import Scope
from bot.services.doorkeeper import Doorkeeper
from bot.storage.beside import open_beside
from tests.clock import FakeClock
from tests.stores import make_store
from tests.test_lists import CONFIG

Textobot = Callable[..., Result]


@pytest.fixture
def textobot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Textobot:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    asyncio.run(make_store(tmp_path / "textobot.db"))

    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["token", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


def opens(presented: str) -> set[Scope] | None:
    async def admit() -> set[Scope] | None:
        config = load_config(Path("config.yaml"))
        async with open_beside(config.store_url) as database:
            keeper = Doorkeeper(database, FakeClock(), installation_secret(config))
            known = await keeper.admit(presented)
        return None if known is None else set(known.scopes)

    return asyncio.run(admit())


def test_a_token_is_printed_alone_and_kept_as_a_hash(textobot: Textobot) -> None:
    made = textobot("add", "shop", "--scope", "lists, messages")
    token = made.stdout.strip()

    assert (made.exit_code, made.stdout, made.stderr) == (0, f"{token}\n", "")
    assert len(token) > 40
    assert opens(token) == {Scope.LISTS, Scope.MESSAGES}
    assert [opens(other) for other in ("", token[:-1], token.upper(), f"{token} ")] == [None] * 4
    assert all(token.encode() not in file.read_bytes() for file in Path().glob("*.db*"))
    assert token not in textobot("list").stdout
    assert "lists, messages" in textobot("list").stdout


def test_a_token_that_is_revoked_opens_nothing(textobot: Textobot) -> None:
    first = textobot("add", "shop", "--scope", "lists").stdout.strip()
    assert textobot("revoke", "shop").stdout == "The token shop is revoked.\n"
    second = textobot("add", "shop", "--scope", "lists").stdout.strip()

    assert (opens(first), opens(second)) == (None, {Scope.LISTS})


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "shop", "--scope", "list"), 2, "give one or more of answers, lists"),
        (("add", "shop", "--scope", ","), 2, "give one or more of"),
        (("add", "my shop", "--scope", "lists"), 2, "'my shop' is no name"),
        (("add", "old", "--scope", "lists"), 1, "there is a token 'old'"),
        (("revoke", "shop"), 1, "there is no token 'shop'"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    textobot: Textobot, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert textobot("add", "old", "--scope", "lists").exit_code == 0
    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
