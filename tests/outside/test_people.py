"""Conversations with the real daemon: history, opt-outs, ages, help, a rule that fails."""

from pathlib import Path

import pytest

from tests.outside.harness import RULES, mobile, stage

pytestmark = pytest.mark.kill

MINUTE = 60.0
ONE, TWO, THREE, FOUR = (mobile(101 + n) for n in range(4))
CLEVER = mobile(101, "clever")
POISON = RULES + (
    "  - id: poison\n"
    "    keyword: [poison]\n"
    """    reply: '{% if rest == "bbb" and rest > 3 %}never{% endif %}fine'\n"""
    "  - id: twice\n"
    "    keyword: [twice]\n"
    '    reply: "{{ rest }} {{ rest }}"\n'
)
"""Both pass `check`; the one compares what cannot be compared, the other grows too long."""


def says(reply: str, *words: str) -> bool:
    return any(word.casefold() in reply.casefold() for word in words)


async def test_history_is_not_answered_but_its_stop_counts(tmp_path: Path) -> None:
    """INV-10, INV-12. What was listed before the first start, then texts of the same people."""
    async with stage(tmp_path) as scene:
        scene.campaign([CLEVER])
        for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
            scene.text(gateway, number, "echo old", offset=-2 * MINUTE)
        scene.text("vudumobile", TWO, "STOP", offset=-60 * MINUTE)
        scene.text("vudumobile", THREE, "STOP", offset=-80 * MINUTE)
        scene.text("vudumobile", THREE, "START", offset=-70 * MINUTE)
        await scene.world(5)
        await scene.up()
        await scene.world(30)
        scene.text("vudumobile", TWO, "echo silence")
        scene.text("vudumobile", THREE, "echo back", "Echo back")
        scene.text("vudumobile", ONE, "echo new", "Echo new")
        scene.text("clever", CLEVER, "echo new", "Echo new")

        await scene.verify(after=120)

        history = {row["text"]: row["history"] for row in scene.inbox(ONE)}
        assert history == {"echo old": 1, "echo new": 0}


async def test_a_campaign_named_later_brings_history(tmp_path: Path) -> None:
    """INV-10: its old answers are never answered, its STOP counts, new ones are answered."""
    two = mobile(102, "clever")
    async with stage(tmp_path, on=["clever"]) as scene:
        scene.campaign([mobile(109, "clever")])
        await scene.up()
        elsewhere = scene.campaign([CLEVER, two], followed=False)
        scene.text("clever", CLEVER, "echo old")
        scene.text("clever", two, "ARRET")
        await scene.world(60)
        await scene.daemon.stop()
        scene.references.append(elsewhere)
        await scene.up()
        await scene.world(30)
        scene.text("clever", CLEVER, "echo new", "Echo new")
        scene.text("clever", two, "echo silence")

        await scene.verify(after=120)

        assert [row["history"] for row in scene.inbox(CLEVER)] == [1, 0]


async def test_a_stop_texted_during_an_outage_counts_however_old(tmp_path: Path) -> None:
    """And an ordinary text of that age is not answered: `replies.max_age`."""
    replies = {"max_age": "15m"}
    async with stage(tmp_path, on=["vudumobile"], replies=replies) as scene:
        await scene.up()
        await scene.daemon.kill()
        scene.text("vudumobile", ONE, "STOP")
        scene.text("vudumobile", TWO, "echo too old")
        await scene.world(13 * MINUTE)
        scene.text("vudumobile", THREE, "echo young", "Echo young")
        await scene.world(4 * MINUTE)
        await scene.up()
        scene.text("vudumobile", ONE, "echo silence", offset=2)
        await scene.answered()
        await scene.world(2 * MINUTE)

        stopped = scene.replies("vudumobile", ONE)
        assert len(stopped) <= 1, stopped
        assert all(says(reply, "START") for reply in stopped)
        assert scene.replies("vudumobile", TWO) == []
        assert scene.replies("vudumobile", THREE) == ["Echo young"]
        assert [row["opted_out"] for row in scene.select(
            "SELECT opted_out FROM subscribers WHERE number = ?", ONE)] == [1]  # fmt: skip


async def test_stop_help_and_start(tmp_path: Path) -> None:
    """INV-12: one confirmation, then HELP alone, on every gateway, until START."""
    async with stage(tmp_path) as scene:
        scene.campaign([CLEVER])
        await scene.up()
        for text, replies in (("STOP", 1), ("STOP", 1), ("echo 1", 1), ("AIDE", 2), ("HELP", 3),
                              ("arrêt!", 3), ("START", 4), ("echo 2", 5), ("Stopwatch", 5),
                              ("please stop that noise", 5)):  # fmt: skip
            for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
                scene.text(gateway, number, text)
            await scene.until(
                f"{text} came in",
                lambda text=text: all(  # type: ignore[misc]
                    [row["text"] for row in scene.inbox(number)][-1:] == [text]
                    for number in (ONE, CLEVER)
                ),
            )
            await scene.quiet()
            await scene.world(15)
            for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
                got = scene.replies(gateway, number)
                assert len(got) == replies, f"{gateway} after {text!r}: {got}"

        for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
            confirmed, aide, help_, started, echo = scene.replies(gateway, number)
            assert says(confirmed, "START")
            assert says(aide, "ARRET", "STOP")
            assert says(aide, "418 555-0199")
            assert says(help_, "STOP")
            assert says(started, "STOP")
            assert echo == "Echo 2"


async def test_a_template_that_fails_for_one_text_delays_nobody(tmp_path: Path) -> None:
    """INV-28: that text is parked, at once and visibly, and its author's next one is answered."""
    async with stage(tmp_path, rules=POISON, speed=10) as scene:
        scene.campaign([CLEVER])
        await scene.up()
        for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
            for offset, text in enumerate(("poison bbb", f"twice {'a' * 900}")):
                scene.text(gateway, number, text, offset=offset)
            scene.text(gateway, number, "poison aaa", "fine", offset=2)
        for number in (TWO, THREE):
            scene.text("vudumobile", number, "echo on", "Echo on")
        begun = scene.sandbox.now()
        await scene.answered(minutes=3, real=20.0)
        assert (scene.sandbox.now() - begun).total_seconds() < 120

        await scene.verify(after=60)

        parked = [row["text"][:10] for row in scene.inbox(ONE) if row["status"] == "parked"]
        assert parked == ["poison bbb", "twice aaaa"]
        assert any("parked" in line["action"] for line in scene.daemon.lines())
        await scene.daemon.stop()


async def test_observing_reads_and_decides_and_sends_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        scene.campaign([CLEVER])
        await scene.up("--observe")
        for gateway, number in (("vudumobile", ONE), ("clever", CLEVER)):
            scene.text(gateway, number, "echo seen")
            scene.text(gateway, number, "STOP", offset=1)
        await scene.until(
            "both were read",
            lambda: all(len(scene.inbox(number)) == 2 for number in (ONE, CLEVER)),
        )
        await scene.world(120)

        assert scene.sandbox.ledger == []
        assert all(row["status"] != "new" for row in scene.inbox(ONE))
        await scene.daemon.stop()
        assert scene.sandbox.ledger == []


async def test_what_was_observed_is_not_sent_afterwards(tmp_path: Path) -> None:
    """A first day of looking must not end in a burst of yesterday's answers."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        await scene.up("--observe")
        scene.text("vudumobile", ONE, "echo observed")
        await scene.until("it was read", lambda: len(scene.inbox(ONE)) == 1)
        await scene.world(30)
        await scene.daemon.stop()
        await scene.up()
        await scene.world(60)
        scene.text("vudumobile", ONE, "echo real", "Echo real")

        await scene.verify(after=120)


async def test_only_numbers_answers_those_alone(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"], replies={"only_numbers": [ONE]}) as scene:
        await scene.up()
        scene.text("vudumobile", ONE, "echo me", "Echo me")
        scene.text("vudumobile", TWO, "echo not me")

        await scene.verify(after=120)


async def test_a_loop_of_two_robots_ends(tmp_path: Path) -> None:
    """INV-29: `replies.per_number` is 6/min; STOP still counts in the middle of it."""
    async with stage(tmp_path, on=["vudumobile"], speed=10) as scene:
        await scene.up()
        for count in range(15):
            scene.text("vudumobile", ONE, f"echo {count}")  # at once: a minute is soon over here
        await scene.until("all were read", lambda: len(scene.inbox(ONE)) == 15)
        await scene.quiet()

        ours = [bubble for bubble in scene.sandbox.phone("vudumobile", ONE).received
                if bubble.text.startswith("Echo")]  # fmt: skip
        assert len(ours) == 6

        scene.text("vudumobile", ONE, "STOP")
        await scene.until(
            "the opt-out is confirmed", lambda: says(scene.replies("vudumobile", ONE)[-1], "START")
        )
