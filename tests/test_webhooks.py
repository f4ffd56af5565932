"""`textobot webhooks`: what programs were told, and what they are told once more."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from bot.cli import main
from bot.config import Config, load_config
from bot.content.verbs import OUR_EVENTS
from bot.core.signature import signed
from bot.services.spending import OVER, REACHED
from bot.storage.database import Database
from bot.storage.events import Event, record
from bot.storage.program_tables import deliveries
from tests.clock import NOON
from tests.stores import make_store
from tests.test_lists import CONFIG

Textobot = Callable[..., Result]
HOOKS = """
webhooks:
  - {url: "https://shop.example/hook?key=k3y", secret: a-long-word, events: [order]}
  - {url: "https://radio.example/", secret: ""}
"""


@pytest.fixture
def textobot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Textobot:
    """The shop was not told of two orders: one was given up, one waits."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG + HOOKS)
    (tmp_path / "config.yaml").chmod(0o600)
    asyncio.run(_two_orders(tmp_path))

    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["webhooks", *arguments])
        assert "Traceback" not in result.output
        return result

    return called


async def _two_orders(folder: Path) -> None:
    await make_store(folder / "textobot.db")
    config = load_config(folder / "config.yaml")
    database = _store(config)
    await database.open()
    orders = [Event("clever:+33600000001", "order", NOON, {"text": "pain"}) for _ in range(2)]
    async with database.write() as connection:
        await record(connection, [*orders, Event("", "list.left", NOON)])
        failed = {"status": "failed", "error": "it answered 500", "attempts": 10}
        await connection.execute(update(deliveries).where(deliveries.c.id == 1).values(failed))
    await database.close()


def _store(config: Config) -> Database:
    return Database(config.store_url, journal=config.journal_path, listeners=config.listeners)


def stored() -> list[tuple[Any, ...]]:
    async def look() -> list[tuple[Any, ...]]:
        database = _store(load_config("config.yaml"))
        await database.open(alone=False)
        async with database.read() as connection:
            one = deliveries.c
            found = await connection.execute(select(one.id, one.status, one.attempts))
            rows = [tuple(row) for row in found]
        await database.close()
        return rows

    return asyncio.run(look())


def test_each_address_is_shown_with_what_did_not_arrive(textobot: Textobot) -> None:
    told = json.loads(textobot("--json").stdout)

    assert told["webhooks"] == [
        {
            "address": "https://shop.example/hook?key=k3y",
            "events": ["order"],
            "told": 0,
            "waiting": 1,
            "failed": 1,
            "error": "it answered 500",
        },
        {
            "address": "https://radio.example",
            "events": ["*"],
            "told": 0,
            "waiting": 0,
            "failed": 0,
            "error": "off: its secret is empty",
        },
    ]
    assert [one["id"] for one in told["undelivered"]] == [1]
    shown = textobot().stdout
    assert "it answered 500" in shown
    assert "shop.example" in shown


def test_one_is_shown_with_what_it_tells(textobot: Textobot) -> None:
    shown = textobot("show", "1").stdout
    assert all(one in shown for one in ("order", "pain", "failed", "tried 10 times", "500"))


@pytest.mark.parametrize("arguments", [("again", "1"), ("again", "--failed")])
def test_what_was_given_up_is_sent_once_more(
    textobot: Textobot, arguments: tuple[str, ...]
) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "1 event will be sent once more, under the same webhook-id.\n"
    assert stored() == [(1, "waiting", 0), (2, "waiting", 0)]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("again",), 2, "give the id of one, or --failed"),
        (("again", "1", "--failed"), 2, "give the id of one, or --failed"),
        (("again", "7"), 1, "there is no such delivery"),
        (("show", "7"), 1, "there is no delivery 7"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    textobot: Textobot, arguments: tuple[str, ...], code: int, said: str
) -> None:
    result = textobot(*arguments)
    assert result.exit_code == code
    assert said in result.stderr


@pytest.mark.parametrize(
    ("webhooks", "fault"),
    [
        ("[{url: 'https://x.com', secret: 'whsec_é'}]", "what follows whsec_ is no base64"),
        ("[{url: 'https://x.com'}, {url: 'https://x.com/'}]", "an address is given twice"),
    ],
)
def test_a_webhook_that_cannot_work_is_a_fault(
    textobot: Textobot, webhooks: str, fault: str
) -> None:
    Path("config.yaml").write_text(f"{CONFIG}\nwebhooks: {webhooks}\n")
    result = textobot()
    assert result.exit_code == 2
    assert fault in result.stderr


def test_a_secret_in_a_list_is_as_secret(textobot: Textobot) -> None:
    """INV-33: also while one replaces another."""
    file = Path("config.yaml")
    file.write_text(f"{CONFIG}\nwebhooks: [{{url: 'https://x.com', secret: [n3w, '', 0ld]}}]\n")
    assert load_config(file).secrets == {"n3w", "0ld"} | load_config(file).secrets
    file.chmod(0o644)
    result = textobot()
    assert (result.exit_code, "others can read this file" in result.stderr) == (2, True)


# --- the page ------------------------------------------------------------------------------------

PAGE = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text("utf-8")


def test_the_page_names_every_event_that_is_told() -> None:
    named = set(re.findall(r"`([a-z]+\.[a-z]+)`", PAGE.split("## What is told")[1].split("##")[0]))
    assert named == OUR_EVENTS | {REACHED, OVER}


@pytest.mark.parametrize("secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a word of ours"])
def test_the_receiver_of_the_page_knows_what_is_ours(secret: str) -> None:
    """INV-36: by code that shares nothing with what signs."""
    names: dict[str, Any] = {}
    exec(PAGE.split("```python\n")[1].split("```")[0], names)
    at, body = int(time.time()), b'{"type":"order"}'
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(at),
        "webhook-signature": signed(["another", secret], "evt_1", at, body),
    }

    assert names["is_ours"](secret, headers, body)
    assert not names["is_ours"](secret, headers, body + b" ")
    assert not names["is_ours"]("a third", headers, body)
    assert not names["is_ours"](secret, headers | {"webhook-timestamp": str(at - 301)}, body)
