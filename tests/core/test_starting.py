"""Whether something may be started: go, later, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.consent import EVERYTHING, INQUIRY, Consent, ConsentKind, How
from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.core.quiet_hours import QuietHours
from bot.core.starting import (
    REASONS,
    Deferred,
    Go,
    Hindrance,
    Known,
    Refused,
    Terms,
    may_start,
)

LEA, ANA = "+33612345678", "+15145550001"
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(QuietHours(ZoneInfo("America/Toronto")))
STARTED, FOLLOW_UP = MessageClass.STARTED, MessageClass.FOLLOW_UP
EXPRESS, ASKED = ConsentKind.EXPRESS, ConsentKind.INQUIRY


def entry(
    days_ago: int,
    about: str = EVERYTHING,
    *,
    given: bool = True,
    kind: ConsentKind = EXPRESS,
    lasts: timedelta | None = None,
) -> Consent:
    at = MONDAY - days_ago * DAY
    return Consent(
        *(LEA, about, given, kind, How.OPERATOR, "operator 1", "oui", at),
        expires_at=at + lasts if lasts else None,
        id=1000 - days_ago,
    )


GIVEN = (entry(10),)
WITHDRAWN = (entry(10), entry(5, given=False))


def known(ledger: tuple[Consent, ...] = (), *, texted: int = 0, **person: Any) -> Known:
    """`texted`: days ago; 0: never."""
    return Known(
        Subscriber(person.pop("number", LEA), **person),
        ledger,
        MONDAY - texted * DAY if texted else None,
    )


HALF = INQUIRY.days


@pytest.mark.parametrize(
    ("what", "about", "basis"),
    [
        pytest.param(known(GIVEN), EVERYTHING, EXPRESS, id="express"),
        pytest.param(known(GIVEN), "deals", EXPRESS, id="to everything, so to a list"),
        pytest.param(known((entry(10, "deals"),)), "deals", EXPRESS, id="to the list"),
        pytest.param(
            known((entry(10, kind=ConsentKind.TRANSACTIONAL),)),
            *(EVERYTHING, ConsentKind.TRANSACTIONAL),
            id="transactional",
        ),
        pytest.param(known(texted=HALF - 1), EVERYTHING, ASKED, id="texted lately"),
        pytest.param(known(texted=3), "deals", ASKED, id="texted lately, about a list"),
        pytest.param(known(WITHDRAWN, texted=3), EVERYTHING, ASKED, id="texted since"),
        pytest.param(
            known((entry(9, given=False), entry(5))), EVERYTHING, EXPRESS, id="given anew"
        ),
        pytest.param(
            known((entry(9, lasts=DAY),), texted=3), EVERYTHING, ASKED, id="it ended; texted"
        ),
    ],
)
def test_a_message_may_leave(what: Known, about: str, basis: ConsentKind) -> None:
    assert may_start(what, STARTED, MONDAY, TERMS, of_list=about) == Go(basis)


LISTED = (entry(10, "deals"),)
LEFT = (entry(10), entry(5, "deals", given=False))
NO_ONE_MAY = {
    "opted out": (known(GIVEN, opted_out=True), Hindrance.OPTED_OUT),
    "blocked": (known(GIVEN, blocked=True), Hindrance.BLOCKED),
    "unsure": (known(GIVEN, unsure_at=MONDAY), Hindrance.UNSURE),
    "a short code": (known(GIVEN, number="36180"), Hindrance.NO_NUMBER),
    "a name": (known(GIVEN, number="RADIO"), Hindrance.NO_NUMBER),
    "a pseudonym": (known(GIVEN, number="#" + "0" * 32), Hindrance.NO_NUMBER),
    "nothing": (known(GIVEN, number=""), Hindrance.NO_NUMBER),
}


@pytest.mark.parametrize("message_class", [STARTED, FOLLOW_UP])
@pytest.mark.parametrize(("what", "why"), NO_ONE_MAY.values(), ids=NO_ONE_MAY)
def test_who_wants_nothing_is_told_nothing(
    what: Known, why: Hindrance, message_class: MessageClass
) -> None:
    """INV-12: whatever consent there is, and whatever hour it is."""
    for instant in (MONDAY, NIGHT):
        assert may_start(what, message_class, instant, TERMS) == Refused(why, REASONS[why])


@pytest.mark.parametrize(
    ("what", "about", "why"),
    [
        pytest.param(known(), EVERYTHING, Hindrance.NO_CONSENT, id="nothing"),
        pytest.param(known(LISTED), EVERYTHING, Hindrance.NO_CONSENT, id="to a list alone"),
        pytest.param(known(LISTED), "news", Hindrance.NO_CONSENT, id="to another list"),
        pytest.param(known(texted=HALF), EVERYTHING, Hindrance.NO_CONSENT, id="texted long ago"),
        pytest.param(known(WITHDRAWN), EVERYTHING, Hindrance.WITHDRAWN, id="withdrawn"),
        pytest.param(known(WITHDRAWN, texted=7), "", Hindrance.WITHDRAWN, id="texted before"),
        pytest.param(known(LEFT), "deals", Hindrance.WITHDRAWN, id="left the list"),
        pytest.param(known(LEFT, texted=1), "deals", Hindrance.WITHDRAWN, id="left, and texted"),
        pytest.param(
            known((entry(10, "deals"), entry(5, given=False))),
            *("deals", Hindrance.WITHDRAWN),
            id="withdrawn from everything, so from the list",
        ),
        pytest.param(
            known((entry(9, lasts=DAY),)), EVERYTHING, Hindrance.EXPIRED, id="it has run out"
        ),
    ],
)
def test_without_consent_nothing_is_started_and_an_answer_goes_on(
    what: Known, about: str, why: Hindrance
) -> None:
    found = may_start(what, STARTED, MONDAY, TERMS, of_list=about)

    assert found == Refused(why, REASONS[why])
    assert may_start(what, FOLLOW_UP, MONDAY, TERMS) == Go(None)


@pytest.mark.parametrize("message_class", [STARTED, FOLLOW_UP])
def test_it_waits_for_the_hours_of_its_place(message_class: MessageClass) -> None:
    found = may_start(known(GIVEN), message_class, NIGHT, TERMS)

    assert isinstance(found, Deferred)
    assert found.until == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert found.because == (
        "quiet hours (FR, Europe/Paris: it is outside 10:00-20:00); "
        "waits until Tuesday 2026-03-03 10:00 there"
    )
    assert may_start(known(GIVEN), message_class, NIGHT, replace(TERMS, quiet=None)) != found


@pytest.mark.parametrize(
    ("number", "instant", "because"),
    [
        (LEA, "2026-03-01T12:00", "quiet hours (FR, Europe/Paris: it is Sunday); waits until Mo"),
        (LEA, "2026-07-14T12:00", "quiet hours (FR, Europe/Paris: it is a public holiday); wait"),
        (ANA, "2026-03-01T12:00", "quiet hours (CA, America/Toronto: it is outside 10:00-18:00"),
    ],
)
def test_it_is_said_why_it_waits(number: str, instant: str, because: str) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    found = may_start(known(number=number), FOLLOW_UP, at, TERMS)

    assert isinstance(found, Deferred)
    assert found.because.startswith(because)


TERMS_THAT_REFUSE: Mapping[str, tuple[Terms, Hindrance, str]] = {
    "a ceiling": (replace(TERMS, ceiling="500 a day"), Hindrance.CEILING, "500 a day"),
    "our own number": (
        replace(TERMS, our_numbers=frozenset({LEA})),
        *(Hindrance.OURS, REASONS[Hindrance.OURS]),
    ),
    "not among the first": (
        replace(TERMS, only_numbers=frozenset({ANA})),
        *(Hindrance.NOT_AMONG, REASONS[Hindrance.NOT_AMONG]),
    ),
}


@pytest.mark.parametrize("message_class", [STARTED, FOLLOW_UP])
@pytest.mark.parametrize(
    ("terms", "why", "because"), TERMS_THAT_REFUSE.values(), ids=TERMS_THAT_REFUSE
)
def test_what_the_installation_does_not_start(
    terms: Terms, why: Hindrance, because: str, message_class: MessageClass
) -> None:
    for instant in (MONDAY, NIGHT):
        assert may_start(known(GIVEN), message_class, instant, terms) == Refused(why, because)


def test_each_hindrance_has_its_sentence() -> None:
    assert set(REASONS) == set(Hindrance)
