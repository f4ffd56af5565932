"""What is done about a message that did not arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.messages import MessageClass
from bot.core.network import Action, Advice
from bot.core.receipts import DONE, PAUSE, Fate, Lost, again_of, fate, is_resend
from tests.clock import NOON

AGAIN = timedelta(minutes=5)
LOST = Lost("inbound 1/0", MessageClass.REPLY, NOON + timedelta(hours=1), None)


def decided(lost: Lost) -> Fate:
    return fate(lost, NOON, AGAIN)


def advised(action: Action, due_at: int = 1, **known: Any) -> Lost:
    return replace(LOST, advice=Advice(action, due_at), **known)


def test_what_no_document_knows_is_only_reported() -> None:
    assert decided(LOST) == Fate(Action.REPORT)


@pytest.mark.parametrize("action", Action)
def test_every_advice_is_followed(action: Action) -> None:
    found = decided(advised(action))
    assert (found.action, found.because) == (action, DONE[action])


@pytest.mark.parametrize(
    ("action", "at"),
    [
        (Action.AGAIN, NOON + AGAIN),
        (Action.PAUSE, NOON + PAUSE),
        (Action.STOP, None),
        (Action.HOLD, None),
        (Action.SHORTEN, None),
        (Action.REPORT, None),
    ],
)
def test_when(action: Action, at: object) -> None:
    assert decided(advised(action)).at == at


@pytest.mark.parametrize(("times", "action"), [(1, "report"), (2, "stop"), (3, "stop")])
def test_what_is_due_at_the_second_time_is_not_done_at_the_first(times: int, action: str) -> None:
    assert decided(advised(Action.STOP, 2, times=times)).action == action


@pytest.mark.parametrize("action", [Action.STOP, Action.PAUSE])
def test_who_has_texted_since_can_be_reached(action: Action) -> None:
    found = decided(advised(action, texted_since=True))
    assert found.action is Action.REPORT
    assert "texted since" in found.because


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"cause": again_of("inbound 1/0")}, "once already"),
        ({"message_class": MessageClass.OPT_OUT}, "never sent again"),
        ({"message_class": MessageClass.VERIFICATION}, "never sent again"),
        ({"has_words": False}, "forgotten"),
        ({"texted_since": True}, "texted since"),
        ({"texted_since": True, "message_class": MessageClass.FOLLOW_UP}, "texted since"),
        ({"expires_at": NOON + AGAIN}, "too late"),
    ],
)
def test_what_is_not_sent_again(known: dict[str, Any], why: str) -> None:
    """INV-4, INV-13: at most one resend, within the message's life."""
    found = decided(advised(Action.AGAIN, **known))
    assert found.action is Action.REPORT
    assert why in found.because


@pytest.mark.parametrize("which", [MessageClass.STARTED, MessageClass.FORWARD])
def test_what_is_no_answer_goes_again_also_after_a_text(which: MessageClass) -> None:
    """An appointment's reminder is not settled by whatever the person texts."""
    lost = advised(Action.AGAIN, texted_since=True, message_class=which)
    assert decided(lost).action is Action.AGAIN


def test_a_resend_has_a_cause_of_its_own() -> None:
    """INV-8."""
    assert not is_resend("inbound 1/0")
    assert is_resend(again_of("inbound 1/0"))
    assert again_of("inbound 1/0") != "inbound 1/0"
