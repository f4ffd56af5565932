"""What we do about a message that did not arrive: from the vendor's advice and what we know.

A resend is another message with a cause of its own (`again_of`), so that the rows of both tell
what became of each. It is decided only once the network has said that the first did not arrive,
and only once: whatever comes of the second is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.messages import MessageClass
from bot.core.network import Action, Advice

PAUSE = timedelta(days=31)
"""The longest billing period there is: nobody tells us when a number's own begins."""
MARK = " again"
"""What the cause of a resend ends with; see `again_of`."""
ANSWERS = frozenset({MessageClass.REPLY, MessageClass.HELP, MessageClass.FOLLOW_UP})
"""What belongs to a text. Once the number texts again it gets another answer."""
NEVER_AGAIN = frozenset({MessageClass.OPT_OUT, MessageClass.VERIFICATION})
"""After STOP one confirmation leaves and nothing else; a code goes again when somebody asks."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that did not arrive, and what we know of its number."""

    cause: str
    message_class: MessageClass
    expires_at: datetime
    advice: Advice | None
    """None: the vendor's document has no such code, or the vendor has no document of codes."""
    times: int = 1
    """How often this number had this code, this time included, since a message arrived."""
    texted_since: bool = False
    """Whether the number texted us after the message was handed over."""
    has_words: bool = True
    """False: its text was forgotten."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What is done about it."""

    action: Action
    because: str = ""
    """What that means, or why less is done than the vendor advises: for people."""
    at: datetime | None = None
    """When it goes again, or until when the number is left alone; None: at once, for ever."""


DONE = {
    Action.STOP: "nothing is started to the number any more, until it texts",
    Action.PAUSE: "nothing is started to the number for a month, unless it texts",
    Action.AGAIN: "it goes once more",
    Action.SHORTEN: "shorten it: it is never sent again as it is",
    Action.HOLD: "ask the vendor: what we start is held back",
    Action.REPORT: "",
}
"""What is said of an action that is done."""


def fate(lost: Lost, now: datetime, again: timedelta) -> Fate:
    """Decide; `again`: how long to wait before it is sent once more."""
    advice = lost.advice
    if advice is None:
        return Fate(Action.REPORT)
    if advice.action in {Action.STOP, Action.PAUSE}:
        return _left_alone(lost, advice, now)
    if advice.action is Action.AGAIN:
        why_not = not_again(lost, now + again)
        if why_not:
            return Fate(Action.REPORT, f"it is not sent again: {why_not}")
        return Fate(Action.AGAIN, DONE[Action.AGAIN], now + again)
    return Fate(advice.action, DONE[advice.action])


def _left_alone(lost: Lost, advice: Advice, now: datetime) -> Fate:
    if lost.texted_since:
        return Fate(Action.REPORT, "the number has texted since: it can be reached")
    if lost.times < advice.times:
        return Fate(Action.REPORT, f"it is left alone at the {_nth(advice.times)} time")
    until = now + PAUSE if advice.action is Action.PAUSE else None
    return Fate(advice.action, DONE[advice.action], until)


def not_again(lost: Lost, at: datetime) -> str:
    """Say why a message is not sent once more at an instant; nothing where it is."""
    answered = lost.texted_since and lost.message_class in ANSWERS
    reasons = {
        "it went again once already": is_resend(lost.cause),
        "a message of this kind is never sent again": lost.message_class in NEVER_AGAIN,
        "its words were forgotten": not lost.has_words,
        "the number has texted since": answered,
        "it would be too late": at >= lost.expires_at,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def again_of(cause: str) -> str:
    """Give the cause of a resend: one message has one, however often its receipt is read."""
    return cause + MARK


def is_resend(cause: str) -> bool:
    """Tell whether a message is the resend of another."""
    return cause.endswith(MARK)


def _nth(times: int) -> str:
    return {2: "second", 3: "third"}.get(times, f"{times}th")
