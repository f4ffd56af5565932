"""From the inbox to the outbox: in order, once, and no text holds up another's."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.core.rulebook import Rulebook
from bot.core.rules import Match
from bot.core.skew import Skew
from bot.storage import inbox, subscribers
from tests import claiming
from tests.services.played import ANA, BEN, RULES, Scene, message

FAIR = "Il fait beau."


async def fates(scene: Scene) -> list[tuple[str, str, str]]:
    return [(row["text"], row["status"], row["reason"] or "") for row in await scene.inbox()]


async def replies(scene: Scene) -> list[str]:
    return [row["text"].splitlines()[0] for row in await scene.outbox()]


async def test_texts_of_one_person_are_answered_in_their_order(scene: Scene) -> None:
    """INV-21: also within one batch."""
    await scene.receive("chanson a", "chanson b", "météo")
    await scene.receive("chanson c", number=BEN)

    assert await scene.responder().tick() == 4

    assert await replies(scene) == ["Vous voulez a", "Vous voulez b", FAIR, "Vous voulez c"]
    assert scene.woken == ["vudumobile"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(["météo", "stop"], ["stop"], id="what was said before is taken back"),
        pytest.param(["stop", "météo"], ["stop"], id="what comes after is not answered"),
        pytest.param(["stop", "arrêt"], ["stop"], id="one confirmation"),
        pytest.param(["aide", "stop", "aide"], ["help", "stop", "help"], id="HELP is answered"),
        pytest.param(
            ["météo", "stop", "start", "météo"], ["stop", "start", "weather"], id="there and back"
        ),
    ],
)
async def test_a_stop_in_a_burst(scene: Scene, texts: list[str], said: list[str]) -> None:
    """INV-12."""
    await scene.receive(*texts)

    await scene.responder().tick()

    assert [row["rule"] for row in await scene.outbox()] == said


async def test_a_stop_takes_back_what_waits_on_every_gateway(scene: Scene) -> None:
    """INV-12, INV-13."""
    now = scene.clock.now()
    await scene.enqueue(
        message("a", now), message("b", now, gateway="clever"), message("c", now, number=BEN)
    )
    await scene.receive("STOP")

    await scene.responder().tick()

    assert await scene.statuses() == ["suppressed", "suppressed", "queued", "queued"]


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        pytest.param("poison", "error", {"error": "ZeroDivisionError"}, id="a text"),
        pytest.param(
            "broken",
            "error",
            {"error": "RenderError", "what": "the template fails with TypeError"},
            id="a template",
        ),
        pytest.param(
            "long", "too_long", {"error": "TooLong", "what": "1531 characters"}, id="a long reply"
        ),
    ],
)
async def test_what_fails_is_parked_and_holds_up_nobody(
    scene: Scene, text: str, reason: str, detail: dict[str, str]
) -> None:
    """INV-2, INV-28: not even the next text of the same person."""
    await scene.receive("météo", text, "météo")
    await scene.receive("météo", number=BEN)

    await scene.responder(book=Poisoned(RULES)).tick()

    assert await replies(scene) == [FAIR, FAIR, FAIR]
    parked = (await scene.inbox())[1]
    assert (parked["status"], parked["reason"], parked["detail"]) == ("parked", reason, detail)


@pytest.mark.parametrize(
    "confirmation",
    [
        pytest.param("{% if text > 3 %}x{% endif %}", id="that fails"),
        pytest.param("x" * 1531, id="that is too long"),
    ],
)
async def test_a_stop_is_obeyed_though_its_confirmation_cannot_be_said(
    scene: Scene, confirmation: str
) -> None:
    """INV-12: what the operator wrote must not keep anybody on the list."""
    for language in ("fr", "en"):
        file = scene.folder / "templates" / language / "stopped.j2"
        file.parent.mkdir(parents=True)
        file.write_text(confirmation)
    await scene.receive("météo", "stop", "météo")

    await scene.responder().tick()

    assert await scene.outbox() == []
    assert [status for _, status, _ in await fates(scene)] == ["handled", "parked", "ignored"]
    assert (await fates(scene))[2] == ("météo", "ignored", "opted_out")


class Poisoned(Rulebook):
    """Rules that cannot bear one word."""

    def find(self, text: str) -> Iterator[Match]:
        if "poison" in text:
            raise ZeroDivisionError(text)
        return Rulebook.find(self, text)


async def dies(scene: Scene) -> list[int]:
    """A process takes what is to be decided next, and is gone before it is."""
    async with scene.database.write() as connection:
        return await claiming.claim(connection, 500) or await claiming.claim_suspect(connection)


async def test_a_process_that_died_on_a_text_changes_nothing(scene: Scene) -> None:
    """INV-2, INV-8: the text is decided by the next one, and answered once."""
    await scene.receive("météo", "chanson a")
    await dies(scene)
    responder = scene.responder()

    while await responder.tick():
        pass

    assert await replies(scene) == [FAIR, "Vous voulez a"]
    assert [row["attempts"] for row in await scene.inbox()] == [2, 2]


async def test_a_text_that_kills_is_parked_after_three_deaths(scene: Scene) -> None:
    """INV-2, INV-28: others go before it, the later ones of its own conversation after it."""
    await scene.receive("chanson a")
    for _ in range(1 + inbox.DEATHS):  # once in a batch, and then alone
        assert await dies(scene) == [1]
    await scene.receive("chanson b")
    await scene.receive("chanson c", number=BEN)
    responder = scene.responder()

    while await responder.tick():
        pass

    assert await fates(scene) == [
        ("chanson a", "parked", "died"),
        ("chanson b", "handled", "rule"),
        ("chanson c", "handled", "rule"),
    ]
    assert await replies(scene) == ["Vous voulez c", "Vous voulez b"]


async def test_a_death_in_a_batch_and_two_alone_do_not_give_a_text_up(scene: Scene) -> None:
    await scene.receive("météo")
    for _ in range(inbox.DEATHS):
        await dies(scene)

    await scene.responder().tick()

    assert await fates(scene) == [("météo", "handled", "rule")]


async def test_observing_decides_and_sends_nothing(scene: Scene) -> None:
    await scene.receive("météo")

    await scene.responder(observing=True).tick()
    await scene.send(scene.sender())

    assert await fates(scene) == [("météo", "handled", "rule")]
    assert await scene.statuses() == ["cancelled"]
    assert scene.gateway.taken == []
    assert scene.woken == []


async def test_a_reply_says_what_caused_it_and_when_it_lapses(scene: Scene) -> None:
    await scene.receive("météo")

    await scene.responder().tick()

    (row,) = await scene.outbox()
    assert (row["cause"], row["rule"], row["language"]) == ("inbound 1/0", "weather", "fr")
    assert (row["expires_at"] - row["created_at"]).total_seconds() == 3600


async def test_nothing_is_decided_twice(scene: Scene) -> None:
    """INV-2, INV-8."""
    await scene.receive("météo", "bonjour")
    responder = scene.responder()

    assert [await responder.tick(), await responder.tick()] == [2, 0]
    assert await replies(scene) == [FAIR]


async def test_the_loop_guard_counts_over_batches(scene: Scene) -> None:
    """INV-29."""
    responder = scene.responder()
    for _ in range(4):
        await scene.receive("météo", "météo")
        await responder.tick()

    assert len(await replies(scene)) == 6
    assert [reason for _, _, reason in await fates(scene)] == ["rule"] * 6 + ["loop"] * 2


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\x00chanson\x00", id="NUL"),
        pytest.param("chanson " + "x" * 10_000, id="10 kB"),
        pytest.param("chanson {{7*7}}{% raise %}", id="a template"),
        pytest.param("chanson \u202etxet\u2066", id="bidi"),
        pytest.param("chanson '; DROP TABLE inbox; --", id="SQL"),
    ],
)
async def test_no_text_does_harm(scene: Scene, text: str) -> None:
    """INV-31, INV-32: it is quoted, parked or not understood; it is never obeyed."""
    await scene.receive(text)
    await scene.receive("météo", number=BEN)

    await scene.responder().tick()

    assert FAIR in await replies(scene)
    assert {row["status"] for row in await scene.inbox()} <= {"handled", "parked"}
    assert all("49" not in said and len(said) <= 1600 for said in await replies(scene))


async def test_a_sender_that_is_no_number_is_not_answered(scene: Scene) -> None:
    await scene.receive("météo", number="Desjardins")

    await scene.responder().tick()

    assert await fates(scene) == [("météo", "ignored", "robot")]


async def test_of_two_words_the_later_counts_though_the_gateways_clock_is_ahead(
    scene: Scene,
) -> None:
    """INV-12: both seem to be of the future, and the earlier one is listed later."""
    scene.gateway.skew = Skew(80.0, 81.0)
    now = scene.clock.now()
    for text, at in (
        ("START", now + timedelta(seconds=75)),
        ("STOP", now + timedelta(seconds=40)),
    ):
        await scene.receive(text, sent_at=at)
        await scene.responder().tick()
        scene.clock.advance(5)

    async with scene.database.read() as connection:
        people = await subscribers.load_subscribers(connection, [ANA], scene.clock.now())
    assert not people[ANA].opted_out


@pytest.mark.parametrize(
    ("skew", "fate"),
    [
        pytest.param(Skew(-1200.0, -1199.0), ("handled", "rule"), id="a clock that is behind"),
        pytest.param(Skew(-0.1, 0.1), ("ignored", "late"), id="a clock that is right"),
    ],
)
async def test_a_text_is_not_late_because_the_gateways_clock_is(
    scene: Scene, skew: Skew, fate: tuple[str, str]
) -> None:
    scene.gateway.skew = skew
    await scene.receive("météo", sent_at=scene.clock.now() - timedelta(minutes=20))

    await scene.responder().tick()

    assert [(status, reason) for _, status, reason in await fates(scene)] == [fate]


async def test_a_word_is_not_of_later_than_when_it_was_read(scene: Scene) -> None:
    """INV-12: before a first answer nobody knows the gateway's clock, and START comes soon."""
    scene.gateway.skew = Skew(-300.0, 300.0)
    await scene.receive("STOP")
    await scene.responder().tick()
    scene.gateway.skew = Skew(0.0, 1.0)
    scene.clock.advance(60)
    await scene.receive("START")
    await scene.responder().tick()

    async with scene.database.read() as connection:
        people = await subscribers.load_subscribers(connection, [ANA], scene.clock.now())
    assert not people[ANA].opted_out
