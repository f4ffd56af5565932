"""`textobot lists mirror`, where no daemon runs and where one does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import noted
from bot.cli import main
from bot.control.mirroring import mirror_offers
from bot.control.verbs import carry_out
from bot.lists import mirroring
from bot.services.desk import Desk
from tests.services.installation import ANA, BEN, open_installation
from tests.services.test_mirror import RULES, Town

CONFIG = """
organisation: {name: Radio, contact: '418'}
gateways: {vudumobile: {}, clever: {}}
"""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_installation(tmp_path, rules=RULES) as made:
        made.sandbox.vudumobile_book.add_group("Marketing")
        yield Town(made, "vudumobile", "deals")


async def asked(town: Town, of_list: str = "deals", *, yes: bool = False) -> Mapping[str, Any]:
    """What the command is told where no daemon runs."""
    line = json.dumps({"verb": "list-mirror", "of_list": of_list, "yes": yes}).encode()
    told: dict[str, Any] = json.loads(
        await mirroring._alone(town.all.config)(town.all.database, line)
    )
    return told


async def test_a_look_tells_and_a_yes_settles(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    await town.join(ANA)
    await town.equal()
    await town.leave(ANA)
    await town.equal()
    town.put(ANA, BEN)

    (told,) = (await asked(town))["mirrors"]
    mirroring._print("deals", told, yes=False)
    shown = capsys.readouterr().out
    assert "deals and Marketing at vudumobile, which has 2 numbers" in shown
    assert f"{ANA} in the group, and left the list here" in " ".join(shown.split())
    assert "1 difference to be settled by `--yes`" in shown

    (told,) = (await asked(town, yes=True))["mirrors"]
    mirroring._print("deals", told, yes=True)
    assert "1 difference settled" in capsys.readouterr().out
    assert town.there() == await town.here() == {BEN}
    (told,) = (await asked(town))["mirrors"]
    mirroring._print("deals", told, yes=False)
    assert "Nothing differs." in capsys.readouterr().out


async def test_a_list_without_a_mirror_and_a_gateway_that_fails_are_told(town: Town) -> None:
    assert "has no mirror" in (await asked(town, "nothing"))["error"]
    town.all.sandbox.break_("vudumobile", "http_500", operation="get_groups")
    assert "nothing was changed" in (await asked(town))["error"]


async def test_a_daemon_that_observes_settles_nothing(town: Town) -> None:
    offers = mirror_offers({"vudumobile": town.mirrors}, observing=True)
    desk = Desk(town.all.database, town.all.clock, (), town.all.responder._speech.policy)
    line = b'{"verb": "list-mirror", "of_list": "deals", "yes": true}'
    assert b"observes" in await carry_out(desk, line, offers)


def test_the_command_says_where_there_is_no_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    result = CliRunner().invoke(main, ["lists", "mirror", "deals"])
    assert result.exit_code == 1
    assert "there is no store" in result.stderr


# What `textobot user` says of an opt-out

ERRAND = {"gateway": "vudumobile", "at": "2026-03-02T12:00:00+00:00", "error": ""}


@pytest.mark.parametrize(
    ("carried", "there", "said"),
    [
        ([ERRAND | {"opt": "out", "status": "done"}], [], "the opt-out is noted at vudumobile"),
        (
            [ERRAND | {"opt": "out", "status": "waiting", "error": "no route"}],
            [],
            "the opt-out waits to be noted at vudumobile, 2026-03-02 07:00:00 (no route)",
        ),
        (
            [ERRAND | {"opt": "out", "status": "failed", "error": "no such function"}],
            [],
            "the opt-out could not be noted at vudumobile, 2026-03-02 07:00:00 (no such",
        ),
        ([ERRAND | {"opt": "out", "status": "under_way"}], [], "the opt-out is being noted at"),
        ([ERRAND | {"opt": "in", "status": "cancelled"}], [], "the end of the opt-out is not"),
        ([], [], "the opt-out is not noted at vudumobile: nobody asked for it"),
        ([], ["vudumobile"], "blocked at vudumobile, by somebody there"),
    ],
)
async def test_what_is_said_of_an_opt_out(
    town: Town, carried: list[dict[str, str]], there: list[str], said: str
) -> None:
    state = {"carried": carried, "blocked_there": there, "opted_out": True, "unreachable": []}
    lines = list(noted.noted(state, town.all.config))
    assert any(line.startswith(said) for line in lines)
    assert "the opt-out is not noted at clever: it has no place for opt-outs" in lines
