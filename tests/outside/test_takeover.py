"""The real daemon beside people who answer in VuduMobile's web application, and under SIGKILL."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.outside.harness import Stage, mobile, stage
from tests.outside.killing import RATES, REPLIES, Killer, settle

pytestmark = pytest.mark.kill

ONE, TWO = mobile(101), mobile(102)
LOOKING = {"takeover": {"seen_in_feed": True, "silent_for": "10m"}}
RATE = {"vudumobile": RATES["vudumobile"]}
PHONES = [mobile(110 + n) for n in range(12)]


def taken_over(scene: Stage) -> int:
    """How often the log says so."""
    return sum(len(life.actions("conversation.taken_over")) for life in scene.lives)


async def test_rules_are_silent_where_a_person_answers(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"], replies=LOOKING) as scene:
        await scene.up()
        scene.text("vudumobile", ONE, "echo 1", "Echo 1")
        scene.text("vudumobile", TWO, "echo 1", "Echo 1")
        await scene.answered()
        scene.sandbox.send_by_hand(ONE, "Je vous appelle.")
        await scene.until("it was noticed", lambda: taken_over(scene) == 1, minutes=2)
        scene.text("vudumobile", ONE, "echo 2")
        scene.text("vudumobile", TWO, "echo 2", "Echo 2")
        await scene.verify(after=60)

        (text,) = [row for row in scene.inbox(ONE) if row["text"] == "echo 2"]
        assert text["reason"] == "taken_over"
        assert await scene.daemon.metric("textobot_takeovers_total", gateway="vudumobile") == 1
        await scene.world(10 * 60)
        scene.text("vudumobile", ONE, "echo 3", "Echo 3")
        await scene.verify()
        assert taken_over(scene) == 1
        assert ONE[1:] not in scene.log


async def test_off_it_costs_no_request(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        await scene.up()
        scene.text("vudumobile", ONE, "bonjour")  # which nobody answers, so no receipt is asked
        await scene.until("it was read", lambda: bool(scene.inbox(ONE)))
        scene.sandbox.send_by_hand(ONE, "Bonjour!")
        await scene.world(60)
        scene.text("vudumobile", ONE, "echo 1", "Echo 1")
        await scene.answered()

        assert scene.select("SELECT silent_until FROM conversations") == [{"silent_until": None}]
        assert scene.select("SELECT name FROM installation WHERE name LIKE 'takeover%'") == []


async def test_no_death_of_ours_silences_anybody(tmp_path: Path) -> None:
    """INV-4, INV-5: killed above all between a message taken and its answer."""
    replies = REPLIES | LOOKING
    async with stage(
        tmp_path, on=["vudumobile"], speed=60, seed=31, replies=replies, gateways=RATE
    ) as scene:
        await scene.up()
        for fault in ("answer_lost", "garbled", "http_500"):
            scene.sandbox.break_("vudumobile", fault, operation="send", times=3, probability=0.2)
        killer = Killer(scene, random.Random(32))
        await asyncio.gather(_type_texts(scene, random.Random(33)), killer.spree(5))
        scene.sandbox.mend()
        await settle(scene)

        assert scene.surprises() == []
        assert (killer.kills, taken_over(scene)) == (5, 0)
        silent = scene.select("SELECT key FROM conversations WHERE silent_until IS NOT NULL")
        assert silent == []
        unclear = scene.select("SELECT id FROM outbox WHERE verdict IS NOT NULL")
        assert unclear, "nothing was unclear: the run shows nothing"


async def _type_texts(scene: Stage, dice: random.Random) -> None:
    """Each phone texts every other minute or so, for some minutes."""
    for count in range(3):
        for number in dice.sample(PHONES, len(PHONES)):
            scene.text("vudumobile", number, f"echo {count}", f"Echo {count}")
            await scene.world(dice.uniform(1, 12))
