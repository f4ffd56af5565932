"""What a text that opts out or in, or joins or leaves a list, writes into the ledger."""

from __future__ import annotations

from datetime import datetime

from bot.content.joining import CONFIRMED
from bot.core.consent import EVERYTHING, Consent, ConsentKind, How
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.services.speaking import Spoken

WORDING = 200
"""Characters of a question, and of a text, that are kept as proof."""
_QUESTION = Message(template="confirm")


def agreed(turn: Turn, spoken: Spoken, of_list: str, expires_at: datetime | None) -> Consent:
    """Give the entry of somebody who joined: to what question, or by what word."""
    return _entry(turn, of_list, _wording(turn, spoken, of_list), expires_at, given=True)


def withdrawn(turn: Turn, of_list: str) -> Consent:
    """Give the entry of somebody who left a list by a text."""
    return _entry(turn, of_list, turn.text.text[:WORDING], None, given=False)


def opted(turn: Turn, *, given: bool) -> Consent:
    """Give the entry of somebody who opted out of everything, or in again."""
    return _entry(turn, EVERYTHING, turn.text.text[:WORDING], None, given=given)


def _entry(
    turn: Turn, of_list: str, wording: str, expires_at: datetime | None, *, given: bool
) -> Consent:
    return Consent(
        number=turn.text.number,
        list=of_list,
        given=given,
        kind=ConsentKind.EXPRESS,
        how=How.TEXT,
        cause=f"inbound {turn.text.id}",
        wording=wording,
        # When it was said: what is read late does not outlive what was said after it.
        at=min(turn.text.sent_at, turn.now),
        expires_at=expires_at,
    )


def _wording(turn: Turn, spoken: Spoken, of_list: str) -> str:
    """Say to what somebody agreed: the list's question and the answer, or the list and the word.

    The question is rendered as it was when it was put.
    """
    said, position = turn.text.text[:WORDING], turn.conversation.position
    known, asked = turn.rulebook.lists.get(of_list), of_list
    if known and known.confirm and position is not None and position.step == CONFIRMED:
        try:
            asked = spoken.voice.say(_QUESTION, (position.language,))
        except spoken.speech.library.speech_errors:
            asked = of_list  # the operator changed it since; the answer is proof enough
    return f"{asked[:WORDING]}\n{said}"
