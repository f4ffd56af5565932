"""What is begun: to whom, where, when, in which words; and what is written down of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.consent import Consent, ConsentKind, How
from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.core.quiet_hours import QuietHours
from bot.core.sayings import Message
from bot.core.starting import Deferred, Go, Hindrance, Refused
from bot.services.starter import Grant, Outlet, Start, Started, Starter
from bot.storage import consents, subscribers
from tests.clock import NOON
from tests.services.played import ANA, BEN, LEA, POLICY, Scene

QUIET = QuietHours(ZoneInfo("America/Montreal"))
LIFE = timedelta(hours=1)
NINE = NOON + timedelta(hours=2)
"""In Montreal; in Paris it is one o'clock at noon."""
BOTH = replace(
    POLICY,
    quiet=QUIET,
    countries={"vudumobile": "CA", "clever": "FR"},
    our_numbers=frozenset({"+15149541234"}),
)
YES = Grant(ConsentKind.EXPRESS, "Oui, écrivez-moi.")


def starter(scene: Scene, *, ceiling: Callable[[], str] = str, **more: Any) -> Starter:
    """One with both gateways on, which take 160 characters."""

    def refuses(text: str) -> str:
        return f"{len(text)} characters" if len(text) > 160 else ""

    outlets = {"vudumobile": Outlet("+15149541234", refuses), "clever": Outlet("", refuses)}
    policy = replace(BOTH, **more)
    library = scene.library()
    return Starter(library, outlets, policy, scene.clock, life=LIFE, ceiling=ceiling)


def start(number: str = LEA, text: str = "Bonjour!", **more: Any) -> Start:
    more = {"cause": "operator 1/0", "grant": YES, **more}
    return Start(number, Message({"": text}), **more)


async def begun(scene: Scene, *wanted: Start, by: Starter | None = None) -> list[Started]:
    async with scene.database.write() as connection:
        return await (by or starter(scene)).start(connection, wanted)


async def ledger(scene: Scene, number: str = LEA) -> Sequence[Consent]:
    async with scene.database.read() as connection:
        return (await consents.of(connection, [number])).get(number, [])


async def stand(scene: Scene, person: Subscriber, *entries: Consent) -> None:
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [person])
        await consents.record(connection, entries)


# What is written down


async def test_it_leaves_now_where_it_may(scene: Scene) -> None:
    (one,) = await begun(scene, start(rule="hello"))

    assert (one.verdict, one.text, one.leaves_at) == (Go(ConsentKind.EXPRESS), "Bonjour!", NOON)
    (row,) = await scene.outbox()
    assert (row["cause"], row["conversation"]) == ("operator 1/0", f"clever:{LEA}")
    assert row["message_class"] == MessageClass.STARTED
    assert (row["not_before"], row["expires_at"], row["error"]) == (NOON, NOON + LIFE, "")
    assert (row["language"], row["rule"], row["status"]) == ("fr", "hello", "queued")


async def test_it_waits_where_the_hour_is_quiet_and_says_so(scene: Scene) -> None:
    (one,) = await begun(scene, start(ANA))

    assert isinstance(one.verdict, Deferred)
    (row,) = await scene.outbox()
    assert (row["not_before"], row["expires_at"]) == (NINE, NINE + LIFE)
    assert row["error"] == one.verdict.because
    assert "waits until Monday 2026-03-02 09:00 there" in row["error"]


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        pytest.param(timedelta(hours=1), NOON + timedelta(hours=1), id="in the afternoon"),
        pytest.param(
            timedelta(hours=9), NOON + timedelta(hours=21), id="at night: in the morning"
        ),
        pytest.param(-timedelta(hours=9), NOON, id="in the past: now"),
    ],
)
async def test_it_leaves_when_it_is_asked_to_or_later(
    scene: Scene, asked: timedelta, leaves: datetime
) -> None:
    (one,) = await begun(scene, start(not_before=NOON + asked))

    assert one.leaves_at == leaves
    assert [row["not_before"] for row in await scene.outbox()] == [leaves]


async def test_the_consent_goes_into_the_ledger_and_holds_for_the_next(scene: Scene) -> None:
    await begun(scene, start(of_list="deals", grant=Grant(ConsentKind.IMPLIED, "Client")))
    (entry,) = await ledger(scene)

    assert (entry.list, entry.kind, entry.how) == ("deals", ConsentKind.IMPLIED, How.OPERATOR)
    assert (entry.cause, entry.wording, entry.at) == ("operator 1/0", "Client", NOON)
    assert entry.expires_at == NOON + timedelta(days=730)
    (again,) = await begun(scene, start(of_list="deals", grant=None, cause="operator 2/0"))
    assert again.verdict == Go(ConsentKind.IMPLIED)
    (other,) = await begun(scene, start(grant=None, cause="operator 3/0"))
    assert other.refused


async def test_who_texted_lately_may_be_written_to_where_they_texted(scene: Scene) -> None:
    await scene.receive("bonjour", number=LEA)
    (one,) = await begun(scene, start(grant=None))

    assert (one.verdict, one.gateway) == (Go(ConsentKind.INQUIRY), "vudumobile")
    assert await ledger(scene) == []


async def test_many_are_begun_at_once_and_each_has_its_own_fate(scene: Scene) -> None:
    await stand(scene, Subscriber(BEN, opted_out=True))
    fates = await begun(scene, start(), start(BEN), start(ANA), start("36180"))

    assert [type(one.verdict) for one in fates] == [Go, Refused, Deferred, Refused]
    assert [row["number"] for row in await scene.outbox()] == [LEA, ANA]
    assert await ledger(scene, BEN) == []


async def test_a_cause_that_is_known_raises_and_nothing_is_written(scene: Scene) -> None:
    """INV-8."""
    await begun(scene, start())
    with pytest.raises(IntegrityError):
        await begun(scene, start())

    assert len(await scene.outbox()) == len(await ledger(scene)) == 1


async def test_who_weighs_writes_nothing(scene: Scene) -> None:
    async with scene.database.read() as connection:
        (one,) = await starter(scene).weigh(connection, [start(text="Ça va?")])

    assert (one.text, one.cost.encoding, one.cost.count) == ("Ça va?", "GSM-7", 1)
    assert await scene.outbox() == []
    assert await ledger(scene) == []


# Refused

FORMER = Consent(
    LEA, "", False, ConsentKind.EXPRESS, How.TEXT, "inbound 1", "stop", NOON - timedelta(days=1)
)  # fmt: skip


@pytest.mark.parametrize(
    ("person", "asked", "why"),
    [
        pytest.param({"opted_out": True}, {}, Hindrance.OPTED_OUT, id="opted out"),
        pytest.param({"blocked": True}, {}, Hindrance.BLOCKED, id="blocked"),
        pytest.param({"unsure_at": NOON}, {}, Hindrance.UNSURE, id="unsure"),
        pytest.param({}, {"grant": None}, Hindrance.WITHDRAWN, id="withdrawn"),
        pytest.param(
            {},
            {"grant": Grant(ConsentKind.IMPLIED, "Client")},
            Hindrance.WITHDRAWN,
            id="a relationship undoes no withdrawal",
        ),
        pytest.param({}, {"gateway": "else"}, Hindrance.NO_GATEWAY, id="no gateway"),
        pytest.param({}, {"text": "{{ nothing }}"}, Hindrance.UNSAID, id="a name without value"),
        pytest.param({}, {"text": "x" * 161}, Hindrance.UNSAID, id="too long"),
        pytest.param({}, {"text": "  "}, Hindrance.UNSAID, id="empty"),
    ],
)
async def test_what_is_refused_is_not_written_down(
    scene: Scene, person: dict[str, Any], asked: dict[str, Any], why: Hindrance
) -> None:
    """INV-12."""
    await stand(scene, Subscriber(LEA, **person), FORMER)
    (one,) = await begun(scene, start(**asked))

    assert isinstance(one.verdict, Refused)
    assert one.verdict.why is why
    assert await scene.outbox() == []
    assert len(await ledger(scene)) == 1


async def test_a_new_express_consent_undoes_a_withdrawal(scene: Scene) -> None:
    await stand(scene, Subscriber(LEA), FORMER)

    (one,) = await begun(scene, start())

    assert one.verdict == Go(ConsentKind.EXPRESS)


async def test_a_ceiling_refuses_in_its_own_words(scene: Scene) -> None:
    (one,) = await begun(scene, start(), by=starter(scene, ceiling=lambda: "400 of 500 today"))

    assert one.verdict == Refused(Hindrance.CEILING, "400 of 500 today")


# In which words, and where


async def test_it_is_said_in_the_persons_language_with_what_is_known(scene: Scene) -> None:
    await stand(scene, Subscriber(LEA, language="en", values={"plan": "gold"}))
    said = Message({"fr": "Non", "en": "Hi {{ name }}, {{ plan }}, {{ number }} {{ gateway }}"})
    (one,) = await begun(scene, replace(start(values={"name": "Léa"}), message=said))

    assert (one.text, one.language) == (f"Hi Léa, gold, {LEA} clever", "en")


async def test_a_template_is_said(scene: Scene) -> None:
    (scene.folder / "templates" / "fr").mkdir(parents=True)
    (scene.folder / "templates" / "fr" / "hello.j2").write_text("Bonjour {{ name }}!")
    wanted = replace(start(values={"name": "Léa"}), message=Message(template="hello"))

    assert (await begun(scene, wanted))[0].text == "Bonjour Léa!"


@pytest.mark.parametrize(
    ("number", "gateway"),
    [(LEA, "clever"), (ANA, "vudumobile"), ("+4915112345678", "vudumobile")],
    ids=["of its country", "of the other", "of neither: the first"],
)
async def test_a_number_that_never_texted_is_written_to_from_its_country(
    scene: Scene, number: str, gateway: str
) -> None:
    (one,) = await begun(scene, start(number))

    assert one.gateway == gateway
