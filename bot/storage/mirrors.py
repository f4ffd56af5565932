"""What a list and its mirror at a gateway last had in common, and who is blocked at a gateway."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import EVERYTHING, Consent, How
from bot.core.errands import ErrandKind
from bot.core.mirroring import Common, Difference, Here, by_mirror
from bot.storage import consents
from bot.storage.aliases import aliases
from bot.storage.columns import STILL_OPEN, has_status
from bot.storage.many import INSERT, Many
from bot.storage.members import holds
from bot.storage.people_tables import forgotten, members, mirrored, subscribers
from bot.storage.schema import errands, outbox

BLOCKED = ""
"""In place of a list's id: who is blocked at the gateway, as it was read last."""
_SAID = ("contact", "seen_at")
AT_ONCE = 500
"""Numbers in one statement."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of the last opt-out, or opt-in, that was to be noted at a gateway."""

    gateway: str
    opt: str
    """`out` or `in`."""
    status: str
    at: datetime
    """When it came to this; for what waits, when it is due."""
    error: str


# What both had


async def common(connection: AsyncConnection, of_list: str, gateway: str) -> dict[str, Common]:
    """Read whom both had in common, by number."""
    found = await connection.execute(
        select(mirrored.c.number, mirrored.c.contact, mirrored.c.seen_at).where(
            mirrored.c.list == of_list, mirrored.c.gateway == gateway
        )
    )
    return {number: Common(contact, seen_at) for number, contact, seen_at in found}


async def note(
    connection: AsyncConnection,
    of_list: str,
    gateway: str,
    people: Mapping[str, str],
    now: datetime,
) -> None:
    """Write down whom both have; number to contact."""
    row = {"list": of_list, "gateway": gateway, "seen_at": now}
    await _note(connection, [{**row, "number": one, "contact": people[one]} for one in people])


_note = Many(
    lambda store: (
        INSERT[store](mirrored)
        .values({name: bindparam(name) for name in ("list", "gateway", "number", *_SAID)})
        .on_conflict_do_update(
            index_elements=["list", "gateway", "number"],
            set_={name: bindparam(name) for name in _SAID},
        )
    )
)


async def drop(
    connection: AsyncConnection, of_list: str, gateway: str, numbers: Sequence[str]
) -> None:
    """Forget that both had these."""
    for some in _some(numbers):
        await connection.execute(
            delete(mirrored).where(
                mirrored.c.list == of_list,
                mirrored.c.gateway == gateway,
                mirrored.c.number.in_(some),
            )
        )


# Who is on the list, and who must not be


async def on_list(connection: AsyncConnection, of_list: str, now: datetime) -> dict[str, Here]:
    """Read who is on a list and may be written to."""
    found = await connection.execute(
        select(members.c.number, members.c.joined_at, members.c.language)
        .outerjoin(subscribers, subscribers.c.number == members.c.number)
        .where(
            members.c.list == of_list,
            holds(now),
            or_(subscribers.c.number.is_(None), subscribers.c.opted_out.is_(False)),
        )
    )
    return {number: Here(joined_at, language) for number, joined_at, language in found}


async def has_moved(connection: AsyncConnection, of_list: str, since: datetime) -> bool:
    """Say whether anybody joined or left a list since then."""
    found = await connection.scalar(
        select(members.c.number)
        .where(
            members.c.list == of_list,
            or_(members.c.joined_at > since, members.c.left_at > since),
        )
        .limit(1)
    )
    return found is not None


async def unwilling(
    connection: AsyncConnection, of_list: str, numbers: Sequence[str]
) -> dict[str, Difference]:
    """Say which of these numbers must not be put on a list, whoever asks for it, and why.

    Who was taken off because of the group itself may come back with it.
    """
    found: dict[str, Difference] = {}
    for some in _some(numbers):
        hidden = aliases(connection, some)
        known_as = {**{number: number for number in some}, **hidden}
        ledger = await consents.of(connection, known_as)
        last = {known_as[one]: _last(entries, of_list) for one, entries in ledger.items()}
        said_no = {one for one, entry in last.items() if entry is not None and not entry.given}
        by_group = {one for one in said_no if (entry := last[one]) and by_mirror(entry)}
        out = select(subscribers.c.number).where(
            subscribers.c.number.in_(known_as), subscribers.c.opted_out
        )
        left = select(members.c.number).where(
            members.c.list == of_list, members.c.number.in_(some), members.c.left_at.is_not(None)
        )
        for why, those in (
            (Difference.FORGOTTEN, await forgotten_among(connection, some)),
            (Difference.LEFT, (said_no | set(await connection.scalars(left))) - by_group),
            (Difference.OPTED_OUT, {known_as[one] for one in await connection.scalars(out)}),
        ):
            found |= dict.fromkeys(those, why)
    return found


async def forgotten_among(connection: AsyncConnection, numbers: Sequence[str]) -> set[str]:
    """Say which of these were forgotten: nothing of them is written down because of a gateway."""
    found: set[str] = set()
    for some in _some(numbers):
        hidden = aliases(connection, some)
        gone = select(forgotten.c.number).where(forgotten.c.number.in_(hidden))
        found |= {hidden[one] for one in await connection.scalars(gone)}
    return found


async def by_themselves(
    connection: AsyncConnection, of_list: str, numbers: Sequence[str]
) -> frozenset[str]:
    """Say which of these numbers left a list, or everything, by a text of their own."""
    found: set[str] = set()
    for some in _some(numbers):
        for number, ledger in (await consents.of(connection, some)).items():
            last = _last(ledger, of_list)
            if last is not None and not last.given and last.how is How.TEXT:
                found.add(number)
        out = select(subscribers.c.number).where(
            subscribers.c.number.in_(some), subscribers.c.opted_out
        )
        found |= set(await connection.scalars(out))
    return frozenset(found)


def _last(ledger: Sequence[Consent], of_list: str) -> Consent | None:
    about = [one for one in ledger if one.list in {of_list, EVERYTHING}]
    return about[-1] if about else None


# Opt-outs


async def is_spoken_to(connection: AsyncConnection, conversation: str) -> bool:
    """Say whether a message is still to leave in a conversation, or on its way."""
    found = await connection.scalar(
        select(outbox.c.id)
        .where(outbox.c.conversation == conversation, has_status(outbox, *STILL_OPEN))
        .limit(1)
    )
    return found is not None


async def carried(connection: AsyncConnection, keys: Collection[str]) -> list[Carried]:
    """Read what became of the last opt-out of each conversation. No index helps."""
    found = await connection.execute(
        select(errands)
        .where(errands.c.conversation.in_(keys), errands.c.kind == ErrandKind.CARRY.value)
        .order_by(errands.c.id)
    )
    newest = {
        row.gateway: Carried(
            row.gateway,
            row.body["opt"],
            row.status,
            row.due_at if row.status == "waiting" else row.status_at,
            row.error,
        )
        for row in found
    }
    return [newest[gateway] for gateway in sorted(newest)]


async def blocked_among(
    connection: AsyncConnection, numbers: Collection[str]
) -> set[tuple[str, str]]:
    """Say which of these are blocked, and at which gateways: (gateway, number)."""
    found: set[tuple[str, str]] = set()
    for some in _some(list(numbers)):
        rows = await connection.execute(
            select(mirrored.c.gateway, mirrored.c.number).where(
                mirrored.c.list == BLOCKED, mirrored.c.number.in_(some)
            )
        )
        found.update((row.gateway, row.number) for row in rows)
    return found


async def blocked_at(connection: AsyncConnection, number: str) -> list[str]:
    """Name the gateways at which a number is blocked, as far as was read."""
    found = await connection.scalars(
        select(mirrored.c.gateway)
        .where(mirrored.c.list == BLOCKED, mirrored.c.number == number)
        .order_by(mirrored.c.gateway)
    )
    return list(found)


def _some(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(numbers), AT_ONCE):
        yield numbers[begin : begin + AT_ONCE]
