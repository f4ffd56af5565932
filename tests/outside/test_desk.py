"""An operator beside a daemon that runs: a number that is stuck in a conversation is set free."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.outside.harness import Stage, mobile, stage

pytestmark = pytest.mark.kill

ONE, TWO = mobile(141), mobile(142)
TALKS = """\
rules:
  - id: echo
    keyword: [echo]
    reply: "Echo {{ rest }}"
  - id: appointment
    keyword: [rdv]
    timeout: 8h
    steps:
      - {id: day, ask: "Quel jour?", expect: date, invalid: "Ex.: 24/12", tries: 20}
    reply: "Le {{ day|date }}."
"""


async def stuck(scene: Stage, number: str) -> None:
    """It is asked for a day, and whatever it texts is no day."""
    scene.text("vudumobile", number, "rdv", "Quel jour?")
    await scene.answered()
    scene.text("vudumobile", number, "echo one", "Ex.: 24/12")
    await scene.answered()


async def question(scene: Stage, number: str) -> Any:
    status, output, errors = await scene.command("user", number, "--json")
    assert (status, errors) == (0, "")
    (talk,) = json.loads(output)["talks"]
    return talk["question"] and (talk["question"]["rule"], talk["question"]["step"])


async def test_a_stuck_number_is_set_free_beside_the_daemon(tmp_path: Path) -> None:
    """Through it: there is one writer. The next keyword answers, and nobody else is touched."""
    async with stage(tmp_path, on=["vudumobile"], rules=TALKS) as scene:
        daemon = await scene.up()
        await stuck(scene, ONE)
        scene.text("vudumobile", TWO, "rdv", "Quel jour?")
        await scene.answered()
        assert await question(scene, ONE) == ("appointment", "day")

        freed = await scene.command("user", "free", ONE.removeprefix("+1"))

        assert freed == (0, "vudumobile: the question appointment/day is closed\n", "")
        assert await question(scene, ONE) is None
        assert await question(scene, TWO) == ("appointment", "day")
        assert len(daemon.actions("desk.freed")) == 1
        assert ONE not in daemon.log
        scene.text("vudumobile", ONE, "echo two", "Echo two")
        await scene.verify()
        await daemon.stop()
        assert not scene.store.with_name("textobot.db.sock").exists()


async def test_the_desk_outlives_daemons(tmp_path: Path) -> None:
    """A killed daemon leaves its socket: the next command, and the next daemon, know it for that.

    INV-37: what an operator did is on the disk.
    """
    long = tmp_path / ("x" * 100)
    long.mkdir()
    async with stage(long, on=["vudumobile"], rules=TALKS) as scene:
        daemon = await scene.up()
        await stuck(scene, ONE)
        status, output, _ = await scene.command("user", "take-over", ONE, "--for", "8h")
        assert (status, output.startswith("vudumobile: rules are silent until ")) == (0, True)
        daemon.process.send_signal(signal.SIGKILL)
        await daemon.exit()
        assert scene.store.with_name("textobot.db.sock").exists()

        status, output, errors = await scene.command("user", "free", ONE)
        assert (status, errors, len(output.splitlines())) == (0, "", 2)

        await scene.up()
        status, output, errors = await scene.command("user", "block", TWO)
        assert (status, output, errors) == (0, "it is not answered any more\n", "")
        assert len(scene.daemon.actions("desk.blocked")) == 1
        scene.text("vudumobile", TWO, "echo nobody hears")
        scene.text("vudumobile", ONE, "echo again", "Echo again")
        await scene.verify()
