"""What is kept of groups at gateways decides what leaves, and is shown."""

from __future__ import annotations

import pytest

from bot.core.messages import MessageClass, Status
from bot.storage import mirrors, outbox
from bot.storage.database import Database
from bot.storage.leaving import due
from tests.clock import NOON
from tests.services.played import ANA, BEN, message


@pytest.mark.parametrize(
    ("message_class", "gateway", "leaves"),
    [
        (MessageClass.STARTED, "vudumobile", False),
        (MessageClass.FOLLOW_UP, "vudumobile", False),
        (MessageClass.REPLY, "vudumobile", True),
        (MessageClass.STARTED, "clever", True),
    ],
)
async def test_nothing_is_started_to_who_is_blocked_at_the_gateway(
    database: Database, message_class: MessageClass, gateway: str, leaves: bool
) -> None:
    async with database.write() as connection:
        await mirrors.note(connection, mirrors.BLOCKED, "vudumobile", {ANA: "1"}, NOON)
        each = [
            message(
                f"operator {number}/",
                NOON,
                number=number,
                gateway=gateway,
                message_class=message_class,
            )
            for number in (ANA, BEN)
        ]
        await outbox.enqueue(connection, each)
        stopped: list[tuple[int, Status]] = []
        found = await due(connection, gateway, NOON, 10, stopped)
        assert await mirrors.blocked_at(connection, ANA) == ["vudumobile"]
    assert [one.number for one in found] == ([ANA, BEN] if leaves else [BEN])
    assert [status for _, status in stopped] == ([] if leaves else [Status.SUPPRESSED])
