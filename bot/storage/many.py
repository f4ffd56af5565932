"""Many rows by one statement, at the cost of the driver alone.

SQLAlchemy builds a dictionary and asks every type for each row of an `executemany`, which was a
sixth of what a text costs. The statement is still written and compiled by it, once for each kind
of store; only the rows are put in order by us.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler

Process = Callable[[Any], Any] | None
Insert = postgresql.Insert | sqlite.Insert
INSERT: Mapping[str, Callable[[Table], Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class Many:
    """A statement for many rows. Whatever differs between rows is a `bindparam`, nothing else."""

    def __init__(self, statement: Callable[[str], ClauseElement]) -> None:
        """`statement` writes it for a kind of store: `sqlite` or `postgresql`."""
        self._statement = statement
        self._prepared: dict[str, tuple[str, Sequence[tuple[str, Process]]]] = {}

    async def __call__(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Execute it for each row, in this order; for none, do nothing."""
        if not rows:
            return
        dialect = connection.dialect
        if dialect.name not in self._prepared:
            self._prepared[dialect.name] = self._prepare(dialect)
        sql, columns = self._prepared[dialect.name]
        await connection.exec_driver_sql(
            sql,
            [
                tuple(
                    [
                        row[name] if process is None else process(row[name])
                        for name, process in columns
                    ]
                )
                for row in rows
            ],
        )

    def _prepare(self, dialect: Dialect) -> tuple[str, Sequence[tuple[str, Process]]]:
        compiled = self._statement(dialect.name).compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        names = compiled.positiontup or ()
        constant = [name for name in names if not compiled.binds[name].required]
        assert not constant, f"not a bindparam: {constant}"
        return compiled.string, [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in names
        ]


def insert_new(table: Table, columns: Collection[str]) -> Many:
    """Insert rows, and leave alone those that are there already."""
    return Many(lambda store: _insert(store, table, columns).on_conflict_do_nothing())


def upsert(table: Table, columns: Collection[str], *, known_by: str) -> Many:
    """Insert rows, or write over those that are there already."""

    def statement(store: str) -> ClauseElement:
        row = _insert(store, table, columns)
        told = {name: row.excluded[name] for name in columns if name != known_by}
        return row.on_conflict_do_update(index_elements=[known_by], set_=told)

    return Many(statement)


def _insert(store: str, table: Table, columns: Collection[str]) -> Insert:
    return INSERT[store](table).values({name: bindparam(name) for name in columns})
