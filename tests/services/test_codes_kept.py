"""What is kept of verifications, for how long, and what is told of them: never the code."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table

from bot.core.deliveries import EVERYTHING
from bot.services.janitor import Janitor
from bot.storage import code_tables
from bot.storage.backup import back_up, restore
from bot.storage.database import Database
from tests.services.forgotten import everything, forgetting, traces
from tests.services.played import ANA
from tests.services.test_webhooks import wanting
from tests.services.verifying import INBOUND, Lab, another, open_lab

DAY = timedelta(days=1)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path) as opened:
        await wanting(opened.scene, {"hook": frozenset({EVERYTHING})})
        yield opened


async def told(lab: Lab) -> list[tuple[str, dict[str, object]]]:
    rows = (await everything(lab.scene))["events"]
    return [(str(row["type"]), dict(row["body"])) for row in rows]  # type: ignore[call-overload]


async def test_programs_are_told_what_it_came_to(lab: Lab) -> None:
    which, code = await lab.sent()
    await lab.check(which, another(code))
    await lab.check(which, code)
    begun = await lab.start(purpose="pay", channel=INBOUND)
    lab.scene.clock.advance(600)
    await lab.verifier.tick()

    body = {"number": ANA, "gateway": "vudumobile"}
    assert [one for one in await told(lab) if one[0].startswith("verification")] == [
        (
            "verification.approved",
            {"id": which, **body, "purpose": "sign-in", "status": "approved"},
        ),
        (
            "verification.failed",
            {"id": begun.verification.id, **body, "purpose": "pay", "status": "expired"},
        ),
    ]


async def test_no_program_is_told_a_code(lab: Lab, tmp_path: Path) -> None:
    """INV-18: texts and messages are told too, and stand in the store until they are."""
    code = await lab.code()
    shown = (await lab.start(channel=INBOUND, purpose="pay")).code
    plain = shown.replace("-", "")
    await lab.text(another(code), f"mon code est {code}", f"et {shown}", plain)

    types = [type_ for type_, _ in await told(lab)]
    assert types.count("message.received") == 5
    assert types.count("verification.approved") == 2
    assert not {code, shown, plain} & set(json.dumps(await told(lab)).replace('"', " ").split())
    assert traces(tmp_path, code, shown, plain) == {}


async def test_it_is_kept_as_long_as_codes_are(lab: Lab) -> None:
    """INV-38."""
    which, code = await lab.sent()
    await lab.check(which, another(code))
    lab.scene.clock.advance(600)
    await lab.verifier.tick()
    janitor = Janitor(
        lab.scene.database, lab.scene.clock, texts=90 * DAY, codes=2 * DAY, audit=365 * DAY
    )
    tables = {"verifications", "code_sends", "wrong_codes"}

    async def kept() -> set[str]:
        while await janitor.tick():
            pass
        return tables & {name for name, rows in (await everything(lab.scene)).items() if rows}

    assert await kept() == tables
    lab.scene.clock.advance((2 * DAY).total_seconds())
    assert await kept() == set()


async def test_who_is_forgotten_was_verified_by_nobody(lab: Lab) -> None:
    """INV-38."""
    which, code = await lab.sent()
    await lab.check(which, another(code))

    await forgetting(lab.scene).forget(ANA)

    stored = await everything(lab.scene)
    assert stored["verifications"] == stored["code_sends"] == stored["wrong_codes"] == []
    assert await lab.check(which, code) is None


async def test_a_restored_store_verifies_nobody(tmp_path: Path) -> None:
    """A code of before was used, or is over, as far as anybody can tell."""
    async with open_lab(tmp_path) as lab:
        which, code = await lab.sent()
        back_up(tmp_path / "textobot.db", tmp_path / "copy.db")
        now = lab.scene.clock.now()
    database = Database(f"sqlite:///{tmp_path / 'textobot.db'}")
    await restore(database, tmp_path / "copy.db", "", now)

    async with open_lab(tmp_path) as lab:
        done = await lab.check(which, code)

    assert done is not None
    assert done.status == "cancelled"


def test_no_column_is_for_a_code() -> None:
    """INV-18: nothing that a code could be put into, but what makes it with the key."""
    names = {column.name for table in vars(code_tables).values() for column in _columns(table)}

    assert {name for name in names if "code" in name or "digest" in name} == set()


def _columns(table: object) -> list[Column[Any]]:
    return list(table.columns) if isinstance(table, Table) else []
