"""Who probably wants no more messages is asked once, and what is answered to that counts.

Until then nothing is started to the number. Another text of the kind is an answer, too: nobody
has to find our word for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core.builtin_words import BuiltIn, WordClass
from bot.core.candidates import taker
from bot.core.decision import Decision, Reply, Why
from bot.core.instants import milliseconds
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.obey import languages_of, obey
from bot.core.rules import Trigger
from bot.core.sayings import Message
from bot.core.silence import silence
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind, understand
from bot.core.unsure import may_mean_out

TEMPLATE = "unsure"
_YES_NO = Expected(Kind.YES_NO)
_LITERAL = (Trigger.EXACTLY, Trigger.KEYWORD)
_FREE = (Kind.TEXT, Kind.WORD)
"""Types that take any words: an open question of theirs does not explain a text."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a text says of a wish for no more messages that is not certain."""

    word: BuiltIn
    """As which word it counts where it decides: an opt-out, or an opt-in."""
    decides: bool
    """It is an answer, or says it again; else it is asked back."""


def read_wish(turn: Turn) -> Wish | None:
    """Read a text as such a wish, or as the answer to our question about one."""
    asked = turn.subscriber.unsure_at is not None
    if asked and (answer := _answer(turn)):
        return Wish(_as_word(answer, frozenset()), decides=True)
    languages = may_mean_out(turn.text.text)
    if not languages or _is_meant_otherwise(turn):
        return None
    return Wish(_as_word("yes", languages), decides=asked)


def ask_back(wish: Wish, turn: Turn) -> Decision:
    """Ask once whether no more messages are wanted; do what is answered, or said again."""
    if wish.decides or turn.subscriber.opted_out:
        return obey(wish.word, turn)
    person = replace(turn.subscriber, unsure_at=min(turn.text.sent_at, turn.now))
    why, silent = Why("unsure", detail={"first": True}), silence(turn)
    if silent:
        why = replace(why, detail={**why.detail, "silent": silent})
        return Decision(turn.conversation, person, InboundStatus.HANDLED, why)
    reply = Reply(
        message=Message(template=TEMPLATE),
        languages=languages_of(
            wish.word, chosen=turn.subscriber.language, usual=turn.policy.language
        ),
        message_class=MessageClass.REPLY,
        rule="unsure",
        delivery=Delivery.AT_MOST_ONCE,
    )
    return Decision(turn.conversation, person, InboundStatus.HANDLED, why, (reply,))


def _as_word(answer: str, languages: frozenset[str]) -> BuiltIn:
    if answer == "yes":
        return BuiltIn(WordClass.OUT, "stop", languages)
    return BuiltIn(WordClass.IN, "start", languages)


def _answer(turn: Turn) -> str:
    """Give yes or no where the text directly follows the one that we asked about."""
    asked, before = turn.subscriber.unsure_at, turn.conversation.heard[:-1]
    if turn.text.history or asked is None or not before or before[-1] > milliseconds(asked):
        return ""
    value = understand(turn.text.text, _YES_NO, turn.around)
    return str(value) if value is not None else ""


def _is_meant_otherwise(turn: Turn) -> bool:
    """Tell whether a rule knows these very words, or an open question explains them."""
    found = taker(turn)
    if found is not None and found.match.rule.trigger in _LITERAL and not found.match.rest:
        return found.match.phrase is not None and not found.match.misspelled
    position = turn.conversation.position
    rule = turn.rulebook.rule(position.rule) if position else None
    step = rule.flow.step(position.step) if position and rule and rule.flow else None
    if step is None or step.expected.kind in _FREE:
        return False
    return understand(turn.text.text, step.expected, turn.around) is not None
