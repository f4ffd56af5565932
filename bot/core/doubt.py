"""Who probably wants no more messages is asked once, and what is answered to that counts.

Until then nothing is started to the number. Another text of the kind is an answer, too: nobody
has to find our word for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.builtin_words import BuiltIn, WordClass
from bot.core.candidates import taker
from bot.core.courtesies import phrases, single
from bot.core.decision import Decision, Reply, Why
from bot.core.instants import milliseconds
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.obey import languages_of, obey, read_word
from bot.core.rules import Trigger
from bot.core.sayings import Message
from bot.core.silence import silence
from bot.core.text import words
from bot.core.turn import Turn
from bot.core.understanding import Expected, Kind, understand
from bot.core.unsure import may_mean_out

ASKED, KEPT = "unsure", "kept"
"""What is said: the question, and that all stays as it was."""
_ANSWERS = {
    "fr": phrases("oui, ouais, ouaip, non, nan, pantoute, exact, svp, merci"),
    "en": phrases("yes, yep, yeah, yup, no, nope, nah, sure, please, thanks"),
}
_YES_NO = Expected(Kind.YES_NO)
_LITERAL = (Trigger.EXACTLY, Trigger.KEYWORD)
_FREE = (Kind.TEXT, Kind.WORD)
"""Types that take any words: an open question of theirs does not explain a text."""


class Sense(StrEnum):
    """What a text says of a wish for no more messages that is not certain."""

    PERHAPS = "perhaps"
    """It is to be asked back."""
    YES = "yes"
    """It is so: answered, or said once more."""
    NO = "no"


@dataclass(frozen=True, slots=True)
class Wish:
    """Such a text."""

    sense: Sense
    languages: frozenset[str]
    """In which it was said; empty: that is not known."""


def read_wish(turn: Turn) -> Wish | None:
    """Read a text as such a wish, or as the answer to our question about one."""
    asked = turn.subscriber.unsure_at is not None
    if asked and (answer := _answer(turn)):
        return Wish(Sense(answer), _spoken_in(turn.text.text))
    languages = _half_named_list(turn) or may_mean_out(turn.text.text)
    if not languages or _is_meant_otherwise(turn):
        return None
    return Wish(Sense.YES if asked else Sense.PERHAPS, languages)


def take(wish: Wish, turn: Turn) -> Decision:
    """Ask once whether no more messages are wanted; do what is answered, or said again."""
    word = BuiltIn(WordClass.OUT, "stop", wish.languages)
    if wish.sense is Sense.YES or turn.subscriber.opted_out:
        return obey(word, turn)
    perhaps = wish.sense is Sense.PERHAPS
    since = min(turn.text.sent_at, turn.now) if perhaps else None
    person = replace(turn.subscriber, unsure_at=since)
    why = Why("unsure", detail={"first": perhaps, "sense": wish.sense.value})
    if silent := silence(turn):
        why = replace(why, detail={**why.detail, "silent": silent})
        return Decision(turn.conversation, person, InboundStatus.HANDLED, why)
    chosen = turn.subscriber.language
    reply = Reply(
        message=Message(template=ASKED if perhaps else KEPT),
        languages=(chosen,) if chosen else languages_of(word, chosen="", usual=turn.usual),
        message_class=MessageClass.REPLY,
        rule="unsure",
        delivery=Delivery.AT_MOST_ONCE,
    )
    return Decision(turn.conversation, person, InboundStatus.HANDLED, why, (reply,))


def _answer(turn: Turn) -> str:
    """Give yes or no where the text directly follows the one that we asked about."""
    asked, before = turn.subscriber.unsure_at, turn.conversation.heard[:-1]
    if turn.text.history or asked is None or not before or before[-1] > milliseconds(asked):
        return ""
    value = understand(turn.text.text, _YES_NO, turn.around)
    return str(value) if value is not None else ""


def _spoken_in(text: str) -> frozenset[str]:
    """Say in which language a yes or a no is; nothing where it does not tell."""
    said = {single(word) for word in words(text)}
    told = {language for language, known in _ANSWERS.items() if not known.isdisjoint(said)}
    return frozenset(told) if len(told) == 1 else frozenset()


def _half_named_list(turn: Turn) -> frozenset[str]:
    """Read an opt-out word and more than the name of one list: which ones are meant?"""
    word = read_word(turn)
    if word is None or word.word_class is not WordClass.OUT or word.certain:
        return frozenset()
    named = {
        one for known in turn.rulebook.lists.values() for name in known.names for one in name.words
    }
    return frozenset() if named.isdisjoint(word.about) else word.languages


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
