"""What needs an account in hand is done where it is; elsewhere it is said where that is."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.app import load_content
from bot.config import Config, load_config
from bot.control.calibrating import calibrate_offer
from bot.control.following import follow_offers
from bot.control.mirroring import mirror_offers
from bot.control.verbs import answer
from bot.core.messages import Page
from bot.lists import mirroring
from bot.services.account import Account
from bot.services.calibrating import Calibrating
from bot.services.desk import Desk
from bot.services.leasing import APART, Lease
from bot.services.mirror import Mirrors
from bot.services.roster import Roster
from bot.storage.errors import StoreError
from bot.vendors import clever_follow
from tests.clock import NOON, FakeClock
from tests.postgresql import Server
from tests.services.played import MANY, POLICY, Played
from tests.services.sharing import Machine, lapse, machines
from tests.services.test_mirror import RULES

pytestmark = pytest.mark.postgres
NAMES = ("vudumobile", "clever")
CONFIG = """
organisation: {name: Radio, contact: '418'}
gateways:
  vudumobile: {url: "http://127.0.0.1:9/", api_key: k123456789, our_number: "+15149541234"}
  clever: {url: "http://127.0.0.1:9/", login: l12345678, password: p12345678}
"""
FOLLOW = {"verb": "follow", "gateway": "clever", "reference": "Push1"}
ASKED: list[dict[str, Any]] = [
    FOLLOW,
    FOLLOW | {"verb": "unfollow"},
    {"verb": "list-mirror", "of_list": "deals"},
    {"verb": "list-mirror", "of_list": "deals", "yes": True},
    {
        "verb": "calibrate",
        "gateway": "vudumobile",
        "number": "+15145550101",
        "step": "plain",
        "tag": "a",
    },
    {
        "verb": "calibrate",
        "gateway": "clever",
        "number": "+15145550101",
        "step": "code",
        "tag": "a",
    },
]


class Instance:
    """One of two, and what commands may ask of it."""

    def __init__(self, machine: Machine, lists: Mapping[str, Any]) -> None:
        self.machine, self.clock = machine, FakeClock()
        self.gateways = {name: Played(name) for name in NAMES}
        self.gateways["clever"].traits = MANY
        self.gateways["clever"].pages["Push1"] = Page([], {}, NOON)
        self.leases: dict[str, Lease] = {name: machine.leases.lease(name) for name in NAMES}
        self.accounts = {name: self._account(name) for name in NAMES}
        roster = Roster(machine.database, self.clock, lambda: lists)
        mirrors = Mirrors(self.accounts["vudumobile"], lambda: lists, roster)
        self._offers = {
            **follow_offers(self.accounts.values()),
            **mirror_offers({"vudumobile": mirrors}),
            "calibrate": calibrate_offer(Calibrating(self.accounts)),
        }

    def _account(self, name: str) -> Account:
        lease = self.leases[name]
        under = self.machine.database.under(lease.fence)
        return Account(self.gateways[name], under, self.clock, lease=lease)

    async def asked(self, line: Mapping[str, Any]) -> dict[str, Any]:
        desk = Desk(self.machine.database, self.clock, NAMES, POLICY)
        return dict(json.loads(await answer(desk, json.dumps(line).encode(), self._offers)))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "config.yaml").chmod(0o600)
    return load_config(tmp_path / "config.yaml", {})


@pytest.fixture
async def two(
    tmp_path: Path, running_postgresql: Server, config: Config
) -> AsyncIterator[list[Instance]]:
    """The first has both accounts in hand."""
    lists = load_content(config, sandbox=False)[0].lists
    async with machines(tmp_path, running_postgresql, 2) as made:
        found = [Instance(machine, lists) for machine in made]
        await made[0].leases.tick()
        await lapse(made[0].database, "vudumobile")
        await made[0].leases.tick()
        await made[1].leases.tick()
        assert [one.held for one in found[0].leases.values()] == [True, True]
        yield found


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: " ".join(map(str, one.values())))
async def test_elsewhere_it_is_said_where_the_account_is(
    two: list[Instance], asked: dict[str, Any]
) -> None:
    """And the gateway is not asked: INV-25 holds over all instances."""
    told = await two[1].asked(asked)

    name = "vudumobile" if "vudumobile" in asked.values() or "of_list" in asked else "clever"
    assert f"another instance has {name} in hand; ask that one" in told["error"]
    assert f"process {os.getpid()}" in told["error"]


async def test_where_it_is_in_hand_it_is_done_and_may_be_looked_at_anywhere(
    two: list[Instance],
) -> None:
    one, other = two

    assert await one.asked(FOLLOW) == {"new": True, "answers": 0}
    (followed,) = (await other.asked({"verb": "followed", "gateway": "clever"}))["followed"]
    assert followed["reference"] == "Push1"


@pytest.mark.parametrize("asked", [ASKED[0], ASKED[3]], ids=["follow", "mirror"])
async def test_a_command_without_a_daemon_leaves_alone_what_one_has(
    two: list[Instance], config: Config, asked: dict[str, Any]
) -> None:
    """It works where the account is free, and gives it back."""
    follow = asked["verb"] == "follow"
    doing = clever_follow._alone(config, "clever") if follow else mirroring._alone(config)
    line, name = json.dumps(asked).encode(), "clever" if follow else "vudumobile"
    beside = two[1].machine.database

    with pytest.raises(StoreError, match=f"another instance has {name} in hand"):
        await doing(beside, line)

    await two[0].machine.leases.release()
    await lapse(beside, name, ago=APART)
    told = json.loads(await doing(beside, line))
    assert told.get("answers", told.get("error", "")) is None or "no connection" in told["error"]
