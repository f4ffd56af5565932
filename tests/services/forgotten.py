"""Somebody of whom something stands in every table, for the tests of export and of forgetting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from bot.core.actions import Emit, Forward, Later
from bot.core.code_limits import Failures
from bot.core.consent import Consent, ConsentKind, How
from bot.core.conversation import Subscriber
from bot.core.verification import Channel, Verification
from bot.services.forgetting import Forgetting
from bot.storage import (
    columns,
    consents,
    people_tables,
    program_tables,
    stops,
    subscribers,
    verifications,
)
from bot.storage.database import Connection
from bot.storage.stops import Stop
from tests.core.talking import BOOK, book, rule, say
from tests.services.attended import texted
from tests.services.played import ANA, BEN, Scene

DIGITS = ANA[-9:]
"""Of the number, in whatever way its country is written."""
WORDS = "zanzibar"
"""In each text of hers, and in nobody else's."""
DOING = (
    Forward(say("{{ number }}: {{ text }}"), email="radio@example.com"),
    Forward(say("{{ number }}: {{ text }}"), number=BEN),
    Emit("asked"),
    Later(timedelta(days=1), say("Alors, {{ rest }}?")),
)
RULES = book(
    *BOOK.rules,
    rule("doing", "fais", reply="Fait: {{ rest }}", actions=DOING),
)


async def live(scene: Scene, number: str = ANA) -> None:
    """She texts, votes, is on a list, agreed to it, is known at a vendor; and so does nobody."""
    texts = ("vote 3", f"fais {WORDS}", "rdv", WORDS)
    await texted(scene, *texts, number=number, book=RULES)
    now = scene.clock.now()
    async with scene.database.write() as connection:
        person = Subscriber(number, language="fr", values={"plan": WORDS}, tags=frozenset({WORDS}))
        await subscribers.save_subscribers(connection, [person])
        row = {"number": number, "list": "club", "gateway": "vudumobile", "language": "fr"}
        await connection.execute(
            insert(people_tables.members).values(**row, cause="inbound 1", joined_at=now)
        )
        await connection.execute(
            insert(people_tables.mirrored).values(
                list="club", gateway="vudumobile", number=number, contact="c1", seen_at=now
            )
        )
        talk = f"vudumobile:{number}"
        await stops.note(
            connection, [Stop(talk, "vudumobile", number, "UNDELIV_201", 1, now, now)]
        )
        await _verified(connection, number, now)
        told = {"event": 1, "conversation": f"vudumobile:{number}", "webhook": "shop"}
        how = {"status": "failed", "attempts": 10, "error": "it answered 500"}
        await connection.execute(
            insert(program_tables.deliveries).values(**told, **how, status_at=now, due_at=now)
        )
        await consents.record(
            connection,
            [
                _consent(scene, number, How.TEXT, "inbound 1", f"club\noui {WORDS}"),
                _consent(scene, number, How.IMPORT, f"people.csv/3 ({number})", "by a form"),
            ],
        )


async def _verified(connection: Connection, number: str, now: datetime) -> None:
    """Somebody was sent a code, and texted a wrong one."""
    one = Verification(
        id="verification-1",
        caller="token shop",
        purpose="sign-in",
        number=number,
        gateway="vudumobile",
        our_number="",
        channel=Channel.SMS,
        language="fr",
        nonce="a nonce",
        length=6,
        attempts_allowed=5,
        sends_allowed=5,
        created_at=now,
        expires_at=now + timedelta(minutes=10),
        country="CA",
    )
    await verifications.insert(connection, one)
    await verifications.record(connection, verifications.Sent(one, "", now))
    known = Failures().one_more(now)
    await verifications.save_failures(connection, number, known, now)


def _consent(scene: Scene, number: str, how: How, cause: str, wording: str) -> Consent:
    now = scene.clock.now()
    return Consent(number, "club", True, ConsentKind.EXPRESS, how, cause, wording, now)


def forgetting(scene: Scene) -> Forgetting:
    return Forgetting(scene.database, scene.clock)


async def everything(scene: Scene) -> dict[str, list[dict[str, object]]]:
    """Every row of every table."""
    async with scene.database.read() as connection:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in columns.metadata.sorted_tables
        }


def traces(folder: Path, *needles: str) -> dict[str, list[str]]:
    """What of these stands in the raw bytes, or the name, of which file of the installation."""
    found: dict[str, list[str]] = {}
    for path in _files(folder):
        content = path.read_bytes() + path.name.encode()
        for needle in needles:
            if needle.encode() in content or needle.encode("utf-16-le") in content:
                found.setdefault(path.name, []).append(needle)
    return found


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
