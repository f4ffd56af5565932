"""`textobot vudumobile`: what was texted and sent, and texts, e-mails and codes to be sent."""

from __future__ import annotations

from datetime import datetime

from bot.clients import VuduMobile
from bot.clients.vudumobile_limits import Direction, Language, MailFormat
from bot.clients.vudumobile_models import Feed, FeedMessage
from bot.config import Config, load_config
from bot.config.notation import parse_duration, parse_zone
from bot.core.segments import segments, signs
from bot.terminal import count
from bot.validation import Wrong
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, carry_out, expect_yes, vudumobile
from bot.vendors.remedies import Function
from bot.vendors.showing import figure, instant, unread
from bot.who import instant_of

HEADS = ("id", "time", "from", "to", "parts", "text")
SENT_HEADS = (*HEADS[:-1], "status", "meaning", HEADS[-1])
SENDING = Function(look="`textobot vudumobile get-feed --direction mt --since 1h`")
UNSEEN = Function(look="whoever was to get it (VuduMobile does not list these)")


def get_feed(asked: Asked, *, since: str, direction: Direction, zone: str) -> int:
    """List texts that came in, or messages that left."""

    async def act(account: VuduMobile) -> Told:
        config = load_config(asked.config_path)
        begun = _begun(since, account.clock.now(), config)
        wanted = parse_zone(zone) if zone else None
        feed = await account.get_feed(begun, direction=direction, timezone=wanted)
        shown_in = wanted or config.timezone
        rows = [
            _row(one, one.at.astimezone(shown_in), sent=direction == "mt")
            for one in sorted(feed.messages, key=lambda one: one.at)
        ]
        heads = SENT_HEADS if direction == "mt" else HEADS
        return Told(feed, _sum(feed, direction), heads, rows)

    return carry_out(asked, vudumobile, Function(), act)


def _begun(since: str, now: datetime, config: Config) -> datetime:
    """Read since when: `7d` before now, or a time of the installation's zone. Raises `Wrong`."""
    try:
        return now - parse_duration(since)
    except (Wrong, OverflowError):
        return instant_of(since, config)


def _row(one: FeedMessage, at: datetime, *, sent: bool) -> tuple[str, ...]:
    status = (one.status_mt or "", one.meaning) if sent else ()
    parts = figure(one.part_count)
    return one.msg_id, instant(at), one.sender, one.to, parts, *status, one.message


def _sum(feed: Feed, direction: Direction) -> str:
    what = "message" if direction == "mt" else "text"
    return f"{count(len(feed.messages), what)}{unread(feed.unreadable)}."


def send(asked: Asked, number: str, text: str) -> int:
    """Send a text, after saying what it costs."""

    async def act(account: VuduMobile) -> Told:
        expect_yes(asked, f"Send {_cost(text)} to {number}?")
        sent = await account.send(number, text)
        named = f", as message {sent.msg_id}" if sent.msg_id else ""
        return Told(sent, f"VuduMobile took it{named}.")

    return carry_out(asked, vudumobile, SENDING, act)


def _cost(text: str) -> str:
    """Say what a text costs, and which signs make it dear."""
    cost = segments(text)
    dear = ", ".join(map(str, signs(cost.dear)))
    return count(cost.count, "segment") + (f" (dear because of {dear})" if dear else "")


def send_email(asked: Asked, to: str, subject: str, message: str, *, form: MailFormat) -> int:
    """Send an e-mail."""

    async def act(account: VuduMobile) -> Told:
        expect_yes(asked, f"Send this e-mail to {to}?")
        await account.send_email(to, subject, message, format=form)
        return Told(sentence=f"VuduMobile took the e-mail to {to}.")

    return carry_out(asked, vudumobile, UNSEEN, act)


def send_verification(
    asked: Asked, number: str, code: str, *, language: Language, request_id: str | None
) -> int:
    """Send a code."""

    async def act(account: VuduMobile) -> Told:
        expect_yes(asked, f"Send a code to {number}, as a text or a call?")
        taken = await account.send_verification(
            number, code, language=language, request_id=request_id
        )
        return Told(taken, f"VuduMobile took the code, as request {taken.request_id}.")

    return carry_out(asked, vudumobile, UNSEEN, act)
