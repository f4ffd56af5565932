"""What people wish, and what is begun by us: doubts, lists, forgotten people, nights, ceilings."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.outside.harness import Stage, mobile, stage

pytestmark = pytest.mark.kill

ONE, TWO, THREE = mobile(181), mobile(182), mobile(183)
MORNING = datetime(2026, 6, 1, 14, tzinfo=UTC)
"""A Monday, ten in the morning in Montréal."""
EVENING = datetime(2026, 6, 2, 1, tzinfo=UTC)
"""Nine in the evening there."""
AGREED = ("--consent", "express", "--wording", "Said yes at the desk")
RULES = """\
rules:
  - {id: echo, keyword: [echo], reply: "Echo {{ rest }}"}
  - {id: deals, keyword: [deals], do: {join: deals}}
  - {id: news, keyword: [news], do: {join: news}}
  - {id: trial, keyword: [trial], reply: "Enjoy.", do: {later: {after: 1m, send: "How was it?"}}}
  - {id: which, keyword: [which], when: {list: news}, reply: "You get the news."}
  - {id: none, keyword: [which], when: {list: {not: news}}, reply: "You get no news."}
lists:
  - {id: deals, names: {fr: [rabais], en: [deals]}, welcome: "You are in."}
  - {id: news, names: {en: [news]}, welcome: "Here is the news."}
"""
ENDED = "Radio Exemple: you will get no more texts. START to return."
BOTH = (
    "Radio Exemple: vous ne recevrez plus de texto. DEBUT pour revenir.\n"
    "No more texts from us. START to return."
)
FINI = "Radio Exemple: vous ne recevrez plus de texto. DEBUT pour revenir."
DEMANDED = "Radio Exemple: ne plus recevoir nos textos? Répondez OUI ou NON."
ASKED = "Radio Exemple: do you want no more texts? Reply YES or NO."


async def says(scene: Stage, number: str, text: str, *replies: str) -> None:
    """They text it; exactly that is said to them, and nothing else comes within a minute."""
    before = scene.replies("vudumobile", number)
    known = len(scene.select("SELECT id FROM inbox"))
    scene.sandbox.text("vudumobile", number, text)
    await scene.until(
        f"{text!r} was read", lambda: len(scene.select("SELECT id FROM inbox")) > known
    )
    await scene.until(
        f"{text!r} was answered",
        lambda: len(scene.replies("vudumobile", number)) >= len(before) + len(replies),
    )
    await scene.world(15)
    assert scene.replies("vudumobile", number) == [*before, *replies], text


async def send(scene: Stage, number: str, text: str, *options: str) -> tuple[int, str]:
    """What `textobot send` ends with, and all that it says."""
    status, output, errors = await scene.command("send", number, text, "--yes", *options)
    assert "Traceback" not in errors
    assert (status == 0) == (errors == ""), (status, errors)
    return status, " ".join((output + errors).split())


async def test_a_doubt_is_asked_once_and_stops_what_we_start(tmp_path: Path) -> None:
    """Until it is answered; NO allows what a consent allows, YES ends everything."""
    async with stage(tmp_path, on=["vudumobile"], rules=RULES, start=MORNING) as scene:
        await scene.up()
        await says(scene, ONE, "deals", "You are in.")
        await says(scene, ONE, "stop texting me", ASKED)
        await says(scene, ONE, "echo meanwhile", "Echo meanwhile")
        status, said = await send(scene, ONE, "Half price!", *AGREED)
        assert (status, "probably means STOP" in said) == (1, True), said
        _, output, _ = await scene.command("user", ONE)
        assert "asked whether it wants no more messages" in output

        await says(scene, TWO, "laissez-moi tranquille", DEMANDED)
        await says(scene, TWO, "oui", FINI)
        await says(scene, TWO, "oui")

        await says(scene, THREE, "deals", "You are in.")
        await says(scene, THREE, "leave me alone", ASKED)
        scene.sandbox.text("vudumobile", THREE, "no")
        await scene.until("NO came in", lambda: len(scene.inbox(THREE)) == 3)
        await scene.quiet()
        status, said = await send(scene, THREE, "Half price!", "--list", "deals")
        assert status == 0, said
        await scene.until(
            "it left", lambda: scene.replies("vudumobile", THREE)[-1] == "Half price!"
        )
        status, said = await send(scene, TWO, "Half price!", *AGREED)
        assert (status, "opted out" in said) == (1, True), said
        assert "Half price!" not in scene.replies("vudumobile", ONE)
        assert scene.surprises() == []
        await scene.daemon.stop()


async def test_stop_and_a_list_leaves_that_list_alone(tmp_path: Path) -> None:
    """A name that no list has means everything."""
    async with stage(tmp_path, on=["vudumobile"], rules=RULES, start=MORNING) as scene:
        await scene.up()
        for number in (ONE, TWO):
            await says(scene, number, "deals", "You are in.")
            await says(scene, number, "news", "Here is the news.")
        left = "Radio Exemple: you left the list deals. STOP to get nothing at all."
        await says(scene, ONE, "Stop deals please!", left)
        await says(scene, ONE, "which", "You get the news.")
        status, said = await send(scene, ONE, "Half price!", "--list", "deals")
        assert (status, "Half price!" in scene.replies("vudumobile", ONE)) == (1, False), said

        await says(scene, TWO, "STOP DEELS", BOTH)
        await says(scene, TWO, "which")
        _, output, _ = await scene.command("lists")
        assert "opted out" in output
        assert scene.surprises() == []
        await scene.daemon.stop()


async def test_each_stop_is_answered_where_the_carrier_wants_it(tmp_path: Path) -> None:
    """`confirm_stop: each`, as Canadian short codes must; nothing else is said all the same."""
    gateways = {"vudumobile": {"confirm_stop": "each"}}
    async with stage(
        tmp_path, on=["vudumobile"], rules=RULES, start=MORNING, gateways=gateways
    ) as scene:
        await scene.up()
        await says(scene, ONE, "STOP", BOTH)
        await says(scene, ONE, "unsubscribe", ENDED)
        await says(scene, ONE, "echo nobody")
        await scene.daemon.kill()
        await scene.up()
        await says(scene, ONE, "s t o p", BOTH)
        await scene.daemon.stop()


async def test_who_is_forgotten_stays_opted_out_until_start(tmp_path: Path) -> None:
    """INV-12, INV-27: and comes back as a stranger."""
    async with stage(tmp_path, on=["vudumobile"], rules=RULES, start=MORNING) as scene:
        await scene.up()
        await says(scene, ONE, "news", "Here is the news.")
        await says(scene, ONE, "unsubscribe", ENDED)
        await scene.until(
            "the gateway was told",
            lambda: (
                not scene.select("SELECT id FROM errands WHERE status IN ('waiting', 'under_way')")
            ),
        )
        status, _, errors = await scene.command("forget", ONE, "--yes")
        assert (status, errors) == (0, "")
        assert scene.select("SELECT * FROM inbox WHERE number = ?", ONE) == []

        await says(scene, ONE, "echo silence")
        status, said = await send(scene, ONE, "Half price!", *AGREED)
        assert (status, "opted out" in said) == (1, True), said
        await scene.daemon.kill()
        await scene.up()
        await says(scene, ONE, "STOP")
        back = "Radio Exemple: you will get our texts again. STOP to leave, HELP for help."
        await says(scene, ONE, "START", back)
        await says(scene, ONE, "which", "You get no news.")
        await scene.daemon.stop()


async def test_at_night_what_we_start_waits_and_replies_do_not(tmp_path: Path) -> None:
    """It is said until when, it leaves then, and a STOP before takes it back."""
    async with stage(tmp_path, on=["vudumobile"], rules=RULES, start=EVENING) as scene:
        await scene.up()
        for number in (ONE, TWO):
            await says(scene, number, "echo late", "Echo late")
            status, said = await send(scene, number, "Half price!")
            assert (status, "waits until Tuesday 2026-06-02 09:00" in said) == (0, True), said
            _, output, _ = await scene.command("user", number)
            assert "09:00" in output
        await says(scene, TWO, "unsubscribe", ENDED)
        await scene.daemon.stop()
        await scene.world(12 * 3600)  # it is nine in the morning
        await scene.up()
        await scene.until("it left", lambda: "Half price!" in scene.replies("vudumobile", ONE))
        await scene.world(20)
        assert scene.replies("vudumobile", ONE) == ["Echo late", "Half price!"]
        assert scene.replies("vudumobile", TWO) == ["Echo late", ENDED]
        await scene.daemon.stop()


async def test_a_ceiling_stops_what_we_start_then_replies_and_never_a_confirmation(
    tmp_path: Path,
) -> None:
    """Four messages a day, half of them for what we start."""
    ceilings = {"day": {"messages": 4}, "started": "50%"}
    async with stage(
        tmp_path, on=["vudumobile"], rules=RULES, start=MORNING, ceilings=ceilings
    ) as scene:
        daemon = await scene.up()
        await says(scene, ONE, "trial", "Enjoy.")
        await says(scene, TWO, "echo 2", "Echo 2")
        await scene.world(75)
        assert scene.replies("vudumobile", ONE) == ["Enjoy."]
        await says(scene, TWO, "echo 3", "Echo 3")
        await says(scene, TWO, "echo 4", "Echo 4")
        scene.sandbox.text("vudumobile", TWO, "echo 5")
        await scene.until("it was read", lambda: len(scene.inbox(TWO)) == 4)
        await scene.world(20)
        assert scene.replies("vudumobile", TWO)[-1] == "Echo 4"
        ready, told = await daemon.readiness()
        assert (ready, told["status"]) == (200, "degraded"), told
        assert len(daemon.actions("ceiling.reached")) == 2

        scene.sandbox.text("vudumobile", TWO, "unsubscribe")
        scene.sandbox.text("vudumobile", THREE, "HELP")
        await scene.until(
            "STOP and HELP are answered",
            lambda: (
                scene.replies("vudumobile", TWO)[-1] == ENDED
                and len(scene.replies("vudumobile", THREE)) == 1
            ),
        )
        status, output, _ = await scene.command("cost")
        assert (status, "replies wait, too" in output) == (0, True), output
        await scene.world(20)
        assert scene.replies("vudumobile", TWO)[-1] == ENDED
        assert scene.replies("vudumobile", ONE) == ["Enjoy."]
        await daemon.stop()

        await scene.world(15 * 3600)  # the next morning there, before anything may be begun
        await scene.up()
        await says(scene, ONE, "echo next day", "Echo next day")
        assert scene.replies("vudumobile", TWO)[-1] == ENDED
        await scene.daemon.stop()
