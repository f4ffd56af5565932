"""Whether what was read lately is found by its key: if not, it would be answered once more.

SQLite keeps no sums of its pages, and does not notice a flipped byte within a key. A look at all
keys would take seconds for each hundred thousand texts; what a gateway may still list, and what
is young enough to be answered, are the last ones. PostgreSQL has sums of its own.
"""

from __future__ import annotations

from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.errors import StoreBroken

RECENT = 5_000


async def expect_sound(database: Database) -> None:
    """Raise `StoreBroken` where a text is not found by its key, or one by another's."""
    if database.is_shared:
        return
    async with database.read() as connection:
        if await connection.scalar(_LOST, {"recent": RECENT}):
            raise StoreBroken(
                f"the store {database.path} cannot be used: it is damaged; restore a backup"
            )


_LOST = text(
    """
    SELECT count(*) FROM (
        SELECT id, conversation, key FROM inbox NOT INDEXED ORDER BY id DESC LIMIT :recent
    ) AS one
    WHERE NOT EXISTS (
        SELECT 1 FROM inbox AS other INDEXED BY sqlite_autoindex_inbox_1
        WHERE other.conversation = one.conversation AND other.key = one.key AND other.id = one.id
    )
    """
)
