"""What the columns and indexes of all tables are made of, on either store."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    FromClause,
    Integer,
    MetaData,
    TypeDecorator,
    literal_column,
)

from bot.core.instants import instant, milliseconds
from bot.core.messages import Status


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as epoch milliseconds: the same on both stores, and no zone to lose.

    Raises `ValueError` for a naive one.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse what has no zone."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value}")
        return milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Give it back in UTC."""
        del dialect
        return None if value is None else instant(value)


def has_status(table: FromClause, *statuses: StrEnum) -> ColumnElement[bool]:
    """Ask for rows in one of these, in the very words of a partial index.

    Literal words: SQLite uses a partial index only where it can see, before any parameter is
    bound, that the question is within it.
    """
    literal: list[ColumnElement[str]] = [
        literal_column(f"'{status.value}'") for status in statuses
    ]
    column = table.c.status
    return column == literal[0] if len(literal) == 1 else column.in_(literal)


def is_told(column: ColumnElement[str]) -> ColumnElement[bool]:
    """Ask for rows where this is not empty, in the very words of a partial index."""
    return column != literal_column("''")


def only(rows: ColumnElement[bool]) -> dict[str, Any]:
    """Make an index of these rows alone, on either store."""
    return {"sqlite_where": rows, "postgresql_where": rows}


UNDER_WAY = (Status.SENDING, Status.UNCONFIRMED)
STILL_OPEN = (Status.QUEUED, *UNDER_WAY)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is exactly INTEGER; and only AUTOINCREMENT keeps
# the number of a deleted row from being given again: `inbound 7` is one text for ever.
RowId = BigInteger().with_variant(Integer, "sqlite")
