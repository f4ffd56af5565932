"""Who of several instances has what in hand, by the clock of PostgreSQL alone.

SQLite has one daemon, and asks nothing of this. A lease has a token that rises with each holder.
Who writes under one keeps its row from being taken while the transaction lasts (`expect`); a
lease that is renewed meanwhile is not in the way.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, String, Table, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import postgresql
from bot.storage.columns import metadata
from bot.storage.errors import StoreBroken, StoreError

leases = Table(
    "leases",
    metadata,
    # The name of an account, or what else one instance does for all.
    Column("name", String, primary_key=True),
    # The instance that has it, or had it last.
    Column("holder", String, nullable=False),
    Column("token", BigInteger, nullable=False),
    # Milliseconds of the database's clock; never compared with another one.
    Column("until", BigInteger, nullable=False),
    # What the holder tells the others of it.
    Column("told", JSON, nullable=False),
)


GIVEN_UP = "given_up"


class LeaseLost(StoreBroken):
    """Another instance has taken what we had in hand: nothing was changed, and we must end."""


@dataclass(slots=True)
class Fence:
    """What a transaction under a lease asks for: that its token is still the newest."""

    name: str
    token: int | None = None
    """Of whoever has it in this process; None: it is not ours."""


@dataclass(frozen=True, slots=True)
class Row:
    """How a lease stands."""

    name: str
    holder: str
    left: float
    """Seconds until it lapses; below 0 since it has."""
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given_up(self) -> bool:
        """Whether its holder ended well, and may be back in a moment."""
        return bool(self.told.get(GIVEN_UP))


async def expect(connection: AsyncConnection, fence: Fence) -> None:
    """Keep others from taking a lease until this transaction ends (INV-23).

    Raises `LeaseLost`; `StoreError` where it never was ours.
    """
    if fence.token is None:
        raise elsewhere(fence.name, await holder(connection, fence.name))
    ours = await connection.scalar(_EXPECT, {"name": fence.name, "token": fence.token})
    if ours is None:
        raise lost(fence.name)


def lost(name: str) -> LeaseLost:
    """Put into words that a lease is not ours any more."""
    return LeaseLost(
        f"this instance was silent for longer than its lease, and another has {name} in hand by "
        "now; start this one again"
    )


def elsewhere(name: str, who: str) -> StoreError:
    """Put into words that something has to be asked where it is in hand; `who`: see `holder`."""
    if not who:
        return StoreError(f"no instance has {name} in hand yet; try again in a moment")
    return StoreError(f"another instance has {name} in hand; ask that one ({who})")


async def holder(connection: AsyncConnection, name: str) -> str:
    """Say what process has a lease, and where; empty where its holder has no connection."""
    row = (await connection.execute(_HOLDER, {"name": name})).first()
    if row is None or not row.holder:
        return ""
    return await postgresql.process_of(connection, row.holder)


async def declare(connection: AsyncConnection, names: Collection[str]) -> None:
    """See that there is a row for each; a new one is free."""
    await connection.execute(_DECLARE, [{"name": name} for name in sorted(names)])


async def read(connection: AsyncConnection, names: Collection[str]) -> list[Row]:
    """Read how leases stand, the one that is free for longest first."""
    found = await connection.execute(_READ, {"names": list(names)})
    return [Row(*row) for row in found]


async def take(
    connection: AsyncConnection, name: str, holder: str, *, length: float, free_for: float
) -> int | None:
    """Take a lease that nobody has had for so many seconds, or that we had in an earlier life.

    Gives its token; None where another has it, or writes under it at this moment.
    """
    asked = {"name": name, "holder": holder, "free": int(free_for * 1000)}
    if await connection.scalar(_FREE, asked) is None:
        return None
    token: int | None = await connection.scalar(_TAKE, asked | {"length": int(length * 1000)})
    return token


async def renew(
    connection: AsyncConnection, fence: Fence, told: Mapping[str, Any], *, length: float
) -> None:
    """Keep a lease for longer, and tell how it goes. Raises `LeaseLost`.

    Where it lapsed and nobody took it, it was ours all the time.
    """
    asked = {"name": fence.name, "token": fence.token, "length": int(length * 1000)}
    if not (await connection.execute(_RENEW, asked | {"told": json.dumps(told)})).rowcount:
        raise lost(fence.name)


async def release(connection: AsyncConnection, held: Sequence[Fence]) -> None:
    """Let others have what is ours, at once."""
    asked = [{"name": one.name, "token": one.token} for one in held]
    await connection.execute(_RELEASE, asked)


_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
_OURS = "name = :name AND token = :token"
# A key share: it stops who takes the row, which locks it whole, and not who only renews it.
_EXPECT = text(f"SELECT token FROM leases WHERE {_OURS} FOR KEY SHARE")  # noqa: S608 - our words
_DECLARE = text(
    "INSERT INTO leases (name, holder, token, until, told) "  # noqa: S608
    f"VALUES (:name, '', 0, {_NOW}, '{{}}') ON CONFLICT DO NOTHING"
)
_READ = text(
    f"SELECT name, holder, (until - {_NOW}) / 1000.0, told FROM leases "  # noqa: S608
    "WHERE name = ANY(:names) ORDER BY until, name"
).columns(Column("name", String), Column("holder", String), Column("left"), Column("told", JSON))
_FREE = text(
    "SELECT token FROM leases WHERE name = :name "  # noqa: S608
    f"AND (holder = :holder OR until <= {_NOW} - :free) FOR UPDATE SKIP LOCKED"
).bindparams(bindparam("free", type_=BigInteger))
_TAKE = text(
    f"UPDATE leases SET holder = :holder, token = token + 1, until = {_NOW} + :length, "  # noqa: S608
    "told = '{}' WHERE name = :name RETURNING token"
).bindparams(bindparam("length", type_=BigInteger))
_RENEW = text(
    f"UPDATE leases SET until = {_NOW} + :length, told = CAST(:told AS json) "  # noqa: S608
    f"WHERE {_OURS}"
).bindparams(bindparam("length", type_=BigInteger))
_RELEASE = text(
    f"UPDATE leases SET until = {_NOW}, told = '{{\"{GIVEN_UP}\": true}}' WHERE {_OURS}"  # noqa: S608
)
_HOLDER = text("SELECT holder FROM leases WHERE name = :name")
