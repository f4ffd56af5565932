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
from bot.core.rules import Match, Message
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
    sandboxed: frozenset[str] = frozenset()
    """The gateways that the sandbox plays: rules with `only: sandbox` hold there alone."""


BUILT_IN: Mapping[WordClass, tuple[str, MessageClass]] = {
    WordClass.OUT: ("stopped", MessageClass.OPT_OUT),
    WordClass.OUT_UNLESS_TALKING: ("stopped", MessageClass.OPT_OUT),
    WordClass.IN: ("started", MessageClass.HELP),
    WordClass.HELP: ("help", MessageClass.HELP),
}


def decide(  # the five are what a decision is made of, and the instant
    text: Inbound,
    conversation: Conversation,
    subscriber: Subscriber,
    rulebook: Rulebook,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decide what a text does, and what is said to it. Renders nothing, keeps nothing."""
    said = words(text.text)
    word = read_builtin(said)
    if word is not None and not (word.word_class is WordClass.HELP and _claimed(said, rulebook)):
        return _built_in(word, text, conversation, subscriber, policy, now)
    silent = _silent(text, subscriber, policy, now)
    if silent:
        return Decision(conversation, subscriber, InboundStatus.IGNORED, Why(silent))
    match = next(rulebook.find(text.text, sandbox=text.gateway in policy.sandboxed), None)
    if match is None:
        return Decision(conversation, subscriber, InboundStatus.HANDLED, Why("nobody"))
    return _answer(match, conversation, subscriber, policy, now)


def _claimed(said: tuple[str, ...], rulebook: Rulebook) -> bool:
    """INFO is a help word only while no rule has it for a keyword."""
    return bool(said) and said[0] == "info" and rulebook.claims_info


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


def _built_in(
    word: BuiltIn,
    text: Inbound,
    conversation: Conversation,
    subscriber: Subscriber,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Obey STOP and START, whatever the text's age; answer if it may be answered."""
    after = _obey(word, text, subscriber)
    name, message_class = BUILT_IN[word.word_class]
    changed = after.opted_out != subscriber.opted_out
    reason = word.word_class.reason
    # HELP is answered also to who is opted out; STOP and START when they change something.
    asked = replace(after, opted_out=False)
    silent = _silent(text, asked, policy, now)
    if silent or (not changed and word.word_class is not WordClass.HELP):
        why = Why(reason, words=word.written, detail={"silent": silent or "unchanged"})
        return Decision(conversation, after, InboundStatus.HANDLED, why, cancel=after.opted_out)
    reply = Reply(
        message=Message(template=name),
        languages=tuple(sorted(word.languages)) or (_language("", after, policy),),
        data={},
        message_class=message_class,
        rule=reason,
        delivery=Delivery.AT_MOST_ONCE,
    )
    why = Why(reason, words=word.written)
    return Decision(
        conversation, after, InboundStatus.HANDLED, why, (reply,), cancel=after.opted_out
    )


def _obey(word: BuiltIn, text: Inbound, subscriber: Subscriber) -> Subscriber:
    """Opt the person out or in, unless a newer word of theirs was read already."""
    if word.word_class is WordClass.HELP:
        return subscriber
    if subscriber.changed_at is not None and text.sent_at < subscriber.changed_at:
        return subscriber
    return replace(
        subscriber,
        opted_out=word.word_class is not WordClass.IN,
        changed_at=text.sent_at,
        cause=f"inbound {text.id}",
    )


def _answer(
    match: Match,
    conversation: Conversation,
    subscriber: Subscriber,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Say what the rule says, unless this number was told too much lately (INV-29)."""
    why = Why("rule", match.rule.id, match.phrase.written if match.phrase else "")
    if match.rule.reply is None:
        return Decision(conversation, subscriber, InboundStatus.HANDLED, why)
    kept = _recent(conversation, policy, now)
    if _too_many(kept, policy, now):
        noticed = replace(conversation, replied=kept, loop_noticed=True)
        detail = {"first": not conversation.loop_noticed}
        return Decision(
            noticed, subscriber, InboundStatus.IGNORED, replace(why, reason="loop", detail=detail)
        )
    reply = Reply(
        message=match.rule.reply,
        languages=(_language(match.language, subscriber, policy),),
        data={"rest": match.rest},
        message_class=MessageClass.REPLY,
        rule=match.rule.id,
        delivery=match.rule.delivery or policy.delivery,
    )
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
    return any(
        sum(instant > milliseconds(now - limit.period) for instant in replied) >= limit.count
        for limit in policy.per_number
    )


def _language(of_the_word: str, subscriber: Subscriber, policy: Policy) -> str:
    """Chosen by the subscriber, else of the word, else of the installation."""
    return subscriber.language or of_the_word or policy.language
