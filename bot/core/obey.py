"""The built-in words: STOP and START are obeyed whatever a text's age, HELP is answered always."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.builtin_words import BuiltIn, WordClass, read_builtin
from bot.core.conversation import Subscriber
from bot.core.courtesies import single, without_courtesies
from bot.core.decision import Decision, Reply, Why
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.policy import Confirming
from bot.core.rules import Phrase, SubscriptionList
from bot.core.sayings import Message
from bot.core.silence import silence
from bot.core.text import words
from bot.core.turn import Turn

OBEYED = frozenset({"stop", "start", "left", "unsure"})
"""The reasons of what holds also where nothing can be said."""
OPT_OUTS = (WordClass.OUT, WordClass.OUT_OR_END)
BUILT_IN: Mapping[WordClass, tuple[str, str, MessageClass]] = {
    WordClass.OUT: ("stop", "stopped", MessageClass.OPT_OUT),
    WordClass.OUT_OR_END: ("stop", "stopped", MessageClass.OPT_OUT),
    WordClass.IN: ("start", "started", MessageClass.REPLY),
    WordClass.HELP: ("help", "help", MessageClass.HELP),
}
"""The reason that is written down, the template that is said, and the class of the message."""


def read_word(turn: Turn) -> BuiltIn | None:
    """Read the text as a built-in word, unless a rule claims it."""
    said = words(turn.text.text)
    word = read_builtin(said)
    if word is None:
        return _beside_list(said, turn.rulebook.lists.values())
    return None if word.word == "info" and turn.rulebook.claims_info else word


def _beside_list(said: Sequence[str], lists: Iterable[SubscriptionList]) -> BuiltIn | None:
    """Read the whole name of a list with STOP behind it, or joined to it: `stoprabais`."""
    begin, end = without_courtesies([single(word) for word in said])
    spoken = tuple(said[begin:end])
    joined = "".join(spoken)
    for name in (name.words for one in lists for name in one.names):
        word = spoken[-1] if spoken[:-1] == name else joined.removesuffix("".join(name))
        known = read_builtin((word,)) if spoken != name and joined != word else None
        if known is not None and known.word_class is WordClass.OUT:
            return replace(known, about=name)
    return None


def opts_out(text: str) -> bool:
    """Tell whether a text opts out of everything wherever it stands: it waits for no answer."""
    word = read_builtin(words(text))
    return word is not None and word.word_class is WordClass.OUT and not word.about


def obey(word: BuiltIn, turn: Turn) -> Decision:
    """Do what a built-in word asks for."""
    if word.word_class is WordClass.OUT_OR_END and _is_talking(turn):
        return _end(word, turn)
    return _opt(word, turn)


def left_list(word: BuiltIn, turn: Turn) -> SubscriptionList | None:
    """Find the list that is named after an opt-out word."""
    if not word.about:
        return None
    lists = turn.rulebook.lists.values()
    found = next((one for one in lists if _name_of(one, word) is not None), None)
    if found is not None:
        return found
    beginning = [one for one in lists if any(_begins(name, word) for name in one.names)]
    return beginning[0] if len(beginning) == 1 else None


def _name_of(one: SubscriptionList, word: BuiltIn) -> Phrase | None:
    """Find the name by which a list was called."""
    return next((name for name in one.names if name.words == word.about), None)


def _begins(name: Phrase, word: BuiltIn) -> bool:
    """Tell whether a list was called by the beginning of its name: `STOP WEATHER`."""
    return name.words[: len(word.about)] == word.about


def leave(word: BuiltIn, left: SubscriptionList, turn: Turn) -> Decision:
    """Take the person off a list, whatever the text's age, and say so where one may."""
    turn = _unasked(turn, left)
    after = replace(turn.subscriber, lists=turn.subscriber.lists - {left.id})
    why = Why("left", words=word.word, detail={"list": left.id})
    silent = silence(turn)
    if silent:
        why = replace(why, detail={**why.detail, "silent": silent})
        return Decision(turn.conversation, after, InboundStatus.HANDLED, why)
    # Who was not on it may be a robot that says so for ever: that counts like any reply.
    was_on = left.id in turn.subscriber.lists
    message_class = MessageClass.OPT_OUT if was_on else MessageClass.REPLY
    reply = _built_in("left", word, turn, message_class, rule="left")
    if not turn.subscriber.language and (told := _told_by_name(left, word)):
        reply = replace(reply, languages=(told,))
    names = {"list": left.name_in(reply.languages[0])}
    return Decision(turn.conversation, after, InboundStatus.HANDLED, why, (reply,), names)


def _unasked(turn: Turn, left: SubscriptionList) -> Turn:
    """Close the question whether the person joins this very list."""
    position = turn.conversation.position
    rule = turn.rulebook.rule(position.rule) if position else None
    step = rule.flow.step(position.step) if position and rule and rule.flow else None
    if step is None or step.unless_in != left.id:
        return turn
    return replace(turn, conversation=replace(turn.conversation, position=None))


def _told_by_name(left: SubscriptionList, word: BuiltIn) -> str:
    """Give the language of the name by which a list was called: STOP is in two, RABAIS is not."""
    name = _name_of(left, word)
    told = name.languages if name else frozenset()
    return next(iter(told)) if len(told) == 1 else ""


def _is_talking(turn: Turn) -> bool:
    """Tell whether the text falls into a conversation, and not years after it."""
    return turn.conversation.position is not None and not silence(turn)


def _end(word: BuiltIn, turn: Turn) -> Decision:
    """End the conversation alone, and say how to opt out of everything."""
    position = turn.conversation.position
    assert position is not None
    return Decision(
        replace(turn.conversation, position=None),
        turn.subscriber,
        InboundStatus.HANDLED,
        Why("ended", position.rule, word.word),
        (_built_in("ended", word, turn, MessageClass.REPLY, rule=position.rule),),
    )


def _opt(word: BuiltIn, turn: Turn) -> Decision:
    """Opt out or in, or help.

    An opt-out is confirmed once; START and HELP are answered each time. What a newer word undid
    is not answered.
    """
    before, after = turn.subscriber, _opted(word, turn)
    reason, template, message_class = BUILT_IN[word.word_class]
    opting_out = word.word_class in OPT_OUTS
    conversation = turn.conversation
    if after.opted_out:
        conversation = replace(conversation, position=None)
    why = Why(reason, words=word.word)
    silent = silence(replace(turn, subscriber=replace(after, opted_out=False)))
    if not silent and word.word_class is not WordClass.HELP:
        if after is before:
            silent = "overtaken"
        elif opting_out:
            silent = _unconfirmed(turn)
    if silent:
        why = replace(why, detail={"silent": silent})
        return Decision(conversation, after, InboundStatus.HANDLED, why, cancel=after.opted_out)
    reply = _built_in(template, word, replace(turn, subscriber=after), message_class, rule=reason)
    return Decision(
        conversation, after, InboundStatus.HANDLED, why, (reply,), cancel=after.opted_out
    )


def _unconfirmed(turn: Turn) -> str:
    """Say why an opt-out is not confirmed; nothing where it is."""
    confirming = turn.policy.confirming(turn.text.gateway)
    if confirming is Confirming.NEVER:
        return "carrier"
    return "opted_out" if turn.subscriber.opted_out and confirming is Confirming.ONCE else ""


def _opted(word: BuiltIn, turn: Turn) -> Subscriber:
    """Opt the person out or in, unless a newer word of theirs was read already.

    A word cannot be newer than now: one that is dated in the future would outlast all that follow.
    One that is noted so was dated by a clock that has been set back since, and outlasts nothing.
    A word that counts is noted as later than the one before it, whatever the clocks say: a journal
    that knows the earlier one must not bring it back.
    """
    subscriber, text = turn.subscriber, turn.text
    if word.word_class is WordClass.HELP:
        return subscriber
    changed_at = subscriber.changed_at
    if changed_at is not None and text.sent_at < changed_at <= turn.now:
        return subscriber
    at = min(text.sent_at, turn.now)
    if changed_at is not None:
        at = max(at, changed_at + timedelta(milliseconds=1))
    return replace(
        subscriber,
        opted_out=word.word_class in OPT_OUTS,
        changed_at=at,
        cause=f"inbound {text.id}",
        unsure_at=None,
    )


def _built_in(
    template: str, word: BuiltIn, turn: Turn, message_class: MessageClass, *, rule: str
) -> Reply:
    return Reply(
        message=Message(template=template),
        languages=languages_of(word, chosen=turn.subscriber.language, usual=turn.usual),
        message_class=message_class,
        rule=rule,
        delivery=Delivery.AT_MOST_ONCE,
    )


def languages_of(word: BuiltIn, *, chosen: str, usual: str) -> tuple[str, ...]:
    """Answer a built-in word in each of its languages, the one that is usual here first.

    A chosen language comes before that of the word, but an opt-out is always confirmed in the
    language in which it was said.
    """
    if chosen and word.word_class not in OPT_OUTS:
        return (chosen,)
    first = chosen or usual
    return tuple(sorted(word.languages, key=lambda one: (one != first, one))) or (first,)
