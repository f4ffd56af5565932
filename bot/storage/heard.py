"""Whether all that was sent in a conversation by some instant has been read and decided.

What is said or ended because nobody texted must wait for that: a text may lie at the gateway while
it cannot be read, or in the inbox.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, and_, exists, func, select

from bot.storage.schema import conversations, feeds, inbox, is_followed, is_fresh, is_suspect

Named = ColumnElement[str]


def heard_until(
    instant: Column[object], conversation: Named, gateway: Named, reference: Named
) -> ColumnElement[bool]:
    """Ask for conversations in which everything is heard that was sent until then.

    `reference`: of the conversation's newest campaign, in whose feed its next text is listed.
    Where there is none, or it is not followed any more, any reading of the gateway tells.
    """
    read = (
        select(func.coalesce(feeds.c.read_at, feeds.c.opened_at))
        .where(feeds.c.gateway == gateway, feeds.c.reference == reference, is_followed())
        .scalar_subquery()
    )
    lately = select(func.max(feeds.c.read_at)).where(feeds.c.gateway == gateway).scalar_subquery()
    undecided = [
        exists().where(which(texts), texts.c.conversation == conversation)
        for which, texts in ((is_fresh, inbox.alias("fresh")), (is_suspect, inbox.alias("held")))
    ]
    return and_(func.coalesce(read, lately, instant) >= instant, *(~one for one in undecided))


def newest_reference(conversation: Named) -> Named:
    """Name the newest campaign of a conversation; nothing where it is not known."""
    return func.coalesce(
        select(conversations.c.newest_reference)
        .where(conversations.c.key == conversation)
        .correlate_except(conversations)  # it stands in a query of its own within the outer one
        .scalar_subquery(),
        "",
    )
