"""What to do about a text: all of it, in order, in one readable function.

Asked in this order; the first that answers ends it: opt-out, opt-in and help words · what may not
be answered (history, late, opted out, robots) · the rules · nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.builtin_words import BuiltIn, WordClass, read_builtin
from bot.core.conversation import Conversation, Subscriber
from bot.core.decision import Decision, Reply, Why
from bot.core.instants import milliseconds
from bot.core.messages import Delivery, Inbound, InboundStatus, MessageClass
from bot.core.rulebook import Rulebook
from bot.core.rules import Match
from bot.core.sayings import Message
from bot.core.text import words


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so long."""

    count: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """What the installation's configuration says about answering."""

    language: str
    max_age: timedelta
    delivery: Delivery
    per_number: tuple[Limit, ...]
    only_numbers: frozenset[str] = frozenset()
    """Empty: everybody is answered."""
    our_numbers: frozenset[str] = frozenset()


OPT_OUTS = (WordClass.OUT, WordClass.OUT_OR_END)
BUILT_IN: Mapping[WordClass, tuple[str, str, MessageClass]] = {
    WordClass.OUT: ("stop", "stopped", MessageClass.OPT_OUT),
    WordClass.OUT_OR_END: ("stop", "stopped", MessageClass.OPT_OUT),
    WordClass.IN: ("start", "started", MessageClass.REPLY),
    WordClass.HELP: ("help", "help", MessageClass.HELP),
}
"""The reason that is written down, the template that is said, and the class of the message."""


def decide(
    text: Inbound,
    conversation: Conversation,
    subscriber: Subscriber,
    rulebook: Rulebook,
    *,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decide what a text does, and what is said to it. Renders nothing, keeps nothing."""
    word = read_builtin(words(text.text))
    if word is not None and not (word.word == "info" and rulebook.claims_info):
        return _obey(word, text, conversation, subscriber, policy=policy, now=now)
    silent = _silent(text, subscriber, policy, now)
    if silent:
        return Decision(conversation, subscriber, InboundStatus.IGNORED, Why(silent))
    match = next(rulebook.find(text.text), None)
    if match is None:
        return Decision(conversation, subscriber, InboundStatus.HANDLED, Why("nobody"))
    why = Why("rule", match.rule.id, match.phrase.written if match.phrase else "")
    if match.rule.reply is None:
        return Decision(conversation, subscriber, InboundStatus.HANDLED, why)
    reply = Reply(
        message=match.rule.reply,
        languages=(language_of(match, chosen=subscriber.language, usual=policy.language),),
        data={"rest": match.rest},
        message_class=MessageClass.REPLY,
        rule=match.rule.id,
        delivery=match.rule.delivery or policy.delivery,
    )
    return _say(reply, why, conversation, subscriber, policy=policy, now=now)


def _silent(text: Inbound, subscriber: Subscriber, policy: Policy, now: datetime) -> str:
    """Say why this text may not be answered, or nothing if it may."""
    if text.history:
        return "history"
    if now - text.sent_at > policy.max_age:
        return "late"
    if _is_robot(text, policy):
        return "robot"
    if subscriber.opted_out:
        return "opted_out"
    if policy.only_numbers and text.number not in policy.only_numbers:
        return "only_numbers"
    return ""


def _is_robot(text: Inbound, policy: Policy) -> bool:
    """Tell a sender that no person answers at: short, alphabetic, or ourselves."""
    return not text.number.startswith("+") or text.number in policy.our_numbers


def _obey(
    word: BuiltIn,
    text: Inbound,
    conversation: Conversation,
    subscriber: Subscriber,
    *,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Obey STOP and START, whatever the text's age; answer if it may be answered.

    An opt-out is confirmed once; START and HELP are answered each time. What a newer word undid
    is not answered.
    """
    after = _opted(word, text, subscriber, now)
    reason, template, message_class = BUILT_IN[word.word_class]
    opting_out = word.word_class in OPT_OUTS
    why = Why(reason, words=word.word)
    silent = _silent(text, replace(after, opted_out=False), policy, now)
    if not silent and word.word_class is not WordClass.HELP:
        if after is subscriber:
            silent = "overtaken"
        elif opting_out and subscriber.opted_out:
            silent = "opted_out"
    if silent:
        why = replace(why, detail={"silent": silent})
        return Decision(conversation, after, InboundStatus.HANDLED, why, cancel=after.opted_out)
    reply = Reply(
        message=Message(template=template),
        languages=languages_of(word, chosen=after.language, usual=policy.language),
        data={},
        message_class=message_class,
        rule=reason,
        delivery=Delivery.AT_MOST_ONCE,
    )
    return _say(reply, why, conversation, after, policy=policy, now=now)


def _opted(word: BuiltIn, text: Inbound, subscriber: Subscriber, now: datetime) -> Subscriber:
    """Opt the person out or in, unless a newer word of theirs was read already.

    A word cannot be newer than now: one that is dated in the future would outlast all that follow.
    """
    if word.word_class is WordClass.HELP:
        return subscriber
    if subscriber.changed_at is not None and text.sent_at < subscriber.changed_at:
        return subscriber
    return replace(
        subscriber,
        opted_out=word.word_class in OPT_OUTS,
        changed_at=min(text.sent_at, now),
        cause=f"inbound {text.id}",
    )


def _say(
    reply: Reply,
    why: Why,
    conversation: Conversation,
    subscriber: Subscriber,
    *,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Say it, unless it counts and this number was told too much lately (INV-29)."""
    if reply.message_class is not MessageClass.REPLY:
        return Decision(
            conversation,
            subscriber,
            InboundStatus.HANDLED,
            why,
            (reply,),
            cancel=subscriber.opted_out,
        )
    kept = _recent(conversation, policy, now)
    if _too_many(kept, policy, now):
        noticed = replace(conversation, replied=kept, loop_noticed=True)
        stopped = replace(why, reason="loop", detail={"first": not conversation.loop_noticed})
        return Decision(noticed, subscriber, InboundStatus.IGNORED, stopped)
    after = replace(conversation, replied=(*kept, milliseconds(now)), loop_noticed=False)
    return Decision(after, subscriber, InboundStatus.HANDLED, why, (reply,))


def _recent(conversation: Conversation, policy: Policy, now: datetime) -> tuple[int, ...]:
    """Forget the replies that no limit looks back to, and more than the largest counts."""
    if not policy.per_number:
        return ()
    since = milliseconds(now - max(limit.period for limit in policy.per_number))
    most = max(limit.count for limit in policy.per_number)
    return tuple(instant for instant in conversation.replied if instant > since)[-most:]


def _too_many(replied: tuple[int, ...], policy: Policy, now: datetime) -> bool:
    for limit in policy.per_number:
        since = milliseconds(now - limit.period)
        if sum(instant > since for instant in replied) >= limit.count:
            return True
    return False


def language_of(match: Match, *, chosen: str, usual: str) -> str:
    """Answer in the language chosen by the subscriber, else of the word, else usual here."""
    return chosen or match.language or usual


def languages_of(word: BuiltIn, *, chosen: str, usual: str) -> tuple[str, ...]:
    """Answer a built-in word in each of its languages, the one that is usual here first.

    A chosen language comes before that of the word, but an opt-out is always confirmed in the
    language in which it was said.
    """
    if chosen and word.word_class not in OPT_OUTS:
        return (chosen,)
    first = chosen or usual
    return tuple(sorted(word.languages, key=lambda one: (one != first, one))) or (first,)
