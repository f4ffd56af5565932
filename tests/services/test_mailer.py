"""Mails that rules pass on: each at most once, and none given up while it can still be sent."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.actions import Forward
from bot.core.messages import Mail
from bot.gateways.base import AccountHeld, Rejected, Throttled, Unconfirmed, Unreachable
from bot.services.mailer import AGAIN_CAP_SECONDS, AGAIN_SECONDS, AT_ONCE, TRIES, Mailer
from bot.storage import schema
from tests.core.talking import book, rule, say
from tests.services.played import ANA, BEN, Played, Scene
from tests.services.process import Killed, Mortal, Process, errands, rows

DAY = 86400.0
PASSING = book(
    rule("rdv", "rdv", reply="Noté.", actions=(Forward(say("{{ text }}"), email="a@example.com"),))
)
Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


async def wanted(scene: Scene, *texts: str) -> Process:
    """Texts have asked for mails, which wait."""
    process = Process(scene, PASSING)
    await process.hears(*(texts or ("rdv demain",)))
    return process


async def all_day(scene: Scene, process: Process, days: float = 1) -> None:
    """Let time pass with the mailer at work."""
    for _ in range(int(days * DAY / AGAIN_CAP_SECONDS)):
        while await process.mailer.tick():
            pass
        scene.clock.advance(AGAIN_CAP_SECONDS)


async def test_a_mail_is_sent_once_as_it_was_written(scene: Scene) -> None:
    process = await wanted(scene, "rdv « demain » <b>\r\nBcc: x@example.com")

    assert [await process.mailer.tick() for _ in range(2)] == [1, 0]
    assert scene.gateway.mailed == [
        Mail("a@example.com", f"SMS {ANA} (rdv)", "rdv « demain » <b>\nBcc: x@example.com")
    ]
    assert await errands(scene) == [("mail", "done")]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param(Rejected("no mails here"), "failed", id="refused for good"),
        pytest.param(Unconfirmed("no answer"), "unclear", id="unclear"),
        pytest.param(ZeroDivisionError("secret"), "unclear", id="an error nobody thought of"),
    ],
)
async def test_what_may_have_been_taken_is_not_sent_again(
    scene: Scene, lines: Lines, answer: Exception, status: str
) -> None:
    """INV-4: nobody can look for a mail. The operator is told."""
    scene.gateway.mail_answers.append(answer)
    process = await wanted(scene)
    await all_day(scene, process)
    await process.begin()
    await all_day(scene, process)

    assert len(scene.gateway.mailed) == 1
    assert await errands(scene) == [("mail", status)]
    told = [line for line in lines if line["action"] == f"mail.{status}"]
    assert [line["log_level"] for line in told] == ["warning"]
    assert "secret" not in str([line.get("reason") for line in told])


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Unreachable("no route"), id="unreachable"),
        pytest.param(Throttled("too fast"), id="too fast"),
        pytest.param(AccountHeld("no credit", word="credit"), id="held"),
    ],
)
async def test_what_was_certainly_not_taken_is_sent_again_less_and_less_often(
    scene: Scene, answer: Exception
) -> None:
    scene.gateway.mail_answers.extend([answer] * 7)
    process, tried = await wanted(scene), []
    for _ in range(170):
        before = len(scene.gateway.mailed)
        await process.mailer.tick()
        if len(scene.gateway.mailed) > before:
            tried.append(scene.clock.monotonic())
        scene.clock.advance(AGAIN_SECONDS)

    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits == [30, 60, 120, 240, 480, 960, AGAIN_CAP_SECONDS]
    assert await errands(scene) == [("mail", "done")]
    assert (await rows(scene, schema.errands))[0]["attempts"] == 8


async def test_a_mail_that_never_arrives_is_given_up_after_a_day(
    scene: Scene, lines: Lines
) -> None:
    scene.gateway.mail_answers.extend([Unreachable("no route")] * 2 * TRIES)
    process = await wanted(scene)
    await all_day(scene, process, days=2)

    assert len(scene.gateway.mailed) == TRIES
    assert await errands(scene) == [("mail", "failed")]
    assert [line["reason"] for line in lines if line["action"] == "mail.failed"] == ["no route"]


async def test_a_mail_outlives_an_account_that_is_held(scene: Scene) -> None:
    """Every row is kept, for as long as it takes."""
    scene.gateway.mail_answers.extend([AccountHeld("no credit", word="credit")] * 2 * TRIES)
    process = await wanted(scene)
    await all_day(scene, process, days=3)

    assert len(scene.gateway.mailed) == 2 * TRIES + 1
    assert await errands(scene) == [("mail", "done")]


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
@pytest.mark.parametrize(
    ("commit", "mailed"),
    [
        pytest.param(1, 0, id="while it looks for what is due"),
        pytest.param(2, 0, id="at its intent"),
        pytest.param(3, 1, id="at its outcome"),
    ],
)
async def test_a_process_that_dies_sends_no_mail_twice(
    scene: Scene, commit: int, mailed: int, after: bool
) -> None:
    """INV-3, INV-4: the intent is on the disk before a byte leaves."""
    await wanted(scene)
    dying = Process(scene, PASSING, database=Mortal(scene.database, commit, after=after))
    with pytest.raises(Killed):
        await dying.mailer.tick()
    assert len(scene.gateway.mailed) == mailed

    heir = Process(scene, PASSING)
    await heir.begin()
    await all_day(scene, heir, days=0.1)

    intent_known = (commit, after) in {(2, True), (3, False)}
    assert await errands(scene) == [("mail", "unclear" if intent_known else "done")]
    assert len(scene.gateway.mailed) == (0 if (commit, after) == (2, True) else 1)


async def test_mails_that_became_unclear_are_told(scene: Scene, lines: Lines) -> None:
    await wanted(scene)
    with pytest.raises(Killed):
        await Process(scene, PASSING, database=Mortal(scene.database, 2, after=True)).mailer.tick()

    await Process(scene, PASSING).begin()

    (line,) = [line for line in lines if line["action"] == "mail.unclear"]
    assert line["mails"] == 1


async def test_a_mail_that_cannot_leave_holds_up_no_other(scene: Scene) -> None:
    """INV-28."""
    scene.gateway.mail_answers.extend([Unreachable("no route"), Rejected("no such mailbox")])
    process = await wanted(scene, "rdv 1", "rdv 2", "rdv 3")

    assert await process.mailer.tick() == 3
    assert [status for _, status in await errands(scene)] == ["waiting", "failed", "done"]
    scene.clock.advance(AGAIN_SECONDS)
    await process.mailer.tick()
    assert [mail.text for mail in scene.gateway.mailed] == ["rdv 1", "rdv 2", "rdv 3", "rdv 1"]


async def test_many_are_sent_a_few_at_a_time(scene: Scene) -> None:
    process = Process(scene, PASSING)
    await scene.receive(*[f"rdv {place}" for place in range(AT_ONCE + 5)], number=BEN)
    await process.work()

    assert [await process.mailer.tick() for _ in range(3)] == [AT_ONCE, 5, 0]
    assert [mail.text for mail in scene.gateway.mailed] == [
        f"rdv {place}" for place in range(AT_ONCE + 5)
    ]


async def test_a_mail_leaves_through_the_gateway_of_its_text(scene: Scene) -> None:
    await wanted(scene)
    other = replace(scene.account, gateway=Played("clever"))

    assert await Mailer(other).tick() == 0
    await Mailer(other).begin()
    assert await errands(scene) == [("mail", "waiting")]


async def test_the_log_has_nothing_of_a_mail(scene: Scene, lines: Lines) -> None:
    """Texts, numbers and addresses stand in no line."""
    process = await wanted(scene, "rdv confidentiel")
    await process.mailer.tick()

    said = str([{k: v for k, v in line.items() if k != "event"} for line in lines])
    assert "confidentiel" not in said
    assert ANA not in said
    assert "example.com" not in said
