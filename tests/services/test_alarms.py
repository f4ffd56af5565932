"""What needs the operator is told once, also by a process begun anew, and once when over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot import metrics
from bot.core.alarms import AlarmKind, Limits
from bot.core.deliveries import EVERYTHING, HELD
from bot.core.errands import ErrandKind
from bot.core.messages import MessageClass, Status
from bot.gateways.base import Condition
from bot.services import faults
from bot.services.account import Account
from bot.services.alarms import ENDED, RAISED, Alarms, Telling, free_at, pace_of
from bot.services.receipts import Receipts
from bot.services.watch import Watch
from bot.storage import alarms, errands, events
from bot.yamlfile import Fault
from tests.clock import NOON
from tests.services.played import ANA, Scene, message
from tests.services.test_undelivered import failed, sighting
from tests.services.test_webhooks import wanting

MAILED = Telling("ops@example.com", "fr", organisation="Radio")


@dataclass
class Watched:
    """A process that watches a scene."""

    scene: Scene
    telling: Telling = MAILED
    disk: list[int | None] = field(default_factory=lambda: [10**12])

    def __post_init__(self) -> None:
        scene = self.scene
        self.account = Account(scene.gateway, scene.database, scene.clock)
        self.library = scene.library()
        self.alarms = Alarms(
            scene.database,
            scene.clock,
            [self.account],
            self.library,
            limits=Limits(units=50.0),
            telling=self.telling,
            free=lambda: self.disk[0],
        )

    async def watch(self, seconds: float = 5) -> int:
        """So many seconds go by, in which the gateway is read well."""
        done = 0
        for _ in range(int(seconds // 5)):
            self.scene.clock.advance(5)
            done += await self.alarms.tick()
        return done

    def hear(self) -> None:
        """Something was read well."""
        self.account.heard_at = self.scene.clock.monotonic()


@pytest.fixture
async def told(scene: Scene) -> Scene:
    await wanting(scene, {"shop": frozenset({EVERYTHING})})
    return scene


async def rung(scene: Scene) -> list[tuple[str, str]]:
    """What programs were told of alarms."""
    async with scene.database.read() as connection:
        found = await events.of_types(connection, "", [RAISED, ENDED])
    return [(one.type, str(one.body["alarm"])) for one in found]


async def mails(scene: Scene) -> list[str]:
    """The subjects of what is mailed."""
    async with scene.database.read() as connection:
        due = await errands.due(connection, ErrandKind.MAIL, scene.clock.now(), 100)
    return [str(one.body["subject"]) for one in due]


async def test_an_account_that_is_held_rings_once_and_once_when_it_is_over(told: Scene) -> None:
    watched = Watched(told)
    told.gateway.condition = Condition("firewall")
    await watched.watch(60)
    assert await rung(told) == [(RAISED, "held")]
    assert 'textobot_alarm{gateway="vudumobile",kind="held"} 1.0' in metrics.exposition().decode()

    told.gateway.condition = Condition()
    watched.hear()
    await watched.watch(60)

    assert await rung(told) == [(RAISED, "held"), (ENDED, "held")]
    assert await mails(told) == [
        "Textobot: alerte (Radio: held vudumobile)",
        "Textobot: fin d'alerte (Radio: held vudumobile)",
    ]
    assert 'textobot_alarm{gateway="vudumobile",kind="held"} 0.0' in metrics.exposition().decode()


async def test_what_passes_at_the_next_trial_rings_nobody(told: Scene) -> None:
    watched = Watched(told)
    told.gateway.condition = Condition("firewall")
    await watched.watch(15)
    told.gateway.condition = Condition()
    await watched.watch(60)

    assert await rung(told) == []


@pytest.mark.parametrize("word", ["firewall", "credit"])
async def test_a_restart_neither_repeats_nor_ends_it(told: Scene, word: str) -> None:
    told.gateway.condition = Condition(word)
    first = Watch(told.account)
    await first.tick()
    await Watched(told).watch(60)

    told.gateway.condition = Condition()  # nothing was asked yet
    again = Watched(told)
    watch = Watch(again.account)
    await watch.begin()
    await watch.tick()
    await again.watch(20)
    told.gateway.condition = Condition(word)
    await watch.tick()
    await again.watch(60)

    assert await rung(told) == [(RAISED, "held")]
    async with told.database.read() as connection:
        assert len(await events.of_types(connection, told.gateway.name, [HELD])) == 1


@pytest.mark.parametrize(
    ("word", "evidence"),
    [("firewall", {"heard_at": 1.0}), ("credit", {"sent_at": 1.0}), ("credit", {"seen": 5.0})],
)
async def test_after_a_restart_it_is_over_once_that_is_seen(
    told: Scene, word: str, evidence: dict[str, float]
) -> None:
    told.gateway.condition = Condition(word)
    await Watched(told).watch(60)
    told.gateway.condition = Condition()

    again = Watched(told)
    for name, value in evidence.items():
        setattr(again.account, name, {"credit": value} if name == "seen" else value)
    await again.watch()

    assert ("alarm.ended", "held") in await rung(told)


async def test_nothing_read_for_ten_minutes(told: Scene) -> None:
    watched = Watched(told)
    watched.hear()
    await watched.watch(599)
    assert await rung(told) == []
    await watched.watch(10)
    assert await rung(told) == [(RAISED, "silent")]

    watched.hear()
    await watched.watch()
    assert await rung(told) == [(RAISED, "silent"), (ENDED, "silent")]


async def test_low_credit_and_expiry_by_what_the_account_says(told: Scene) -> None:
    watched = Watched(told)
    soon = NOON + timedelta(days=2)
    watched.account.seen = {"credit": 40.0, "expiry": f"{soon:%Y-%m-%d %H:%M:%S}"}
    watched.hear()
    await watched.watch()
    assert await rung(told) == [(RAISED, "credit"), (RAISED, "expiry")]

    again = Watched(told)  # the account was not asked yet
    again.hear()
    await again.watch()
    assert len(await rung(told)) == 2

    again.account.seen = {"credit": 400.0, "expiry": "2040-01-01"}
    await again.watch()
    assert (await rung(told))[2:] == [(ENDED, "credit"), (ENDED, "expiry")]


async def test_refused_rules(told: Scene) -> None:
    watched = Watched(told)
    watched.hear()
    watched.library.faults = (Fault("rules/a.yaml", 3, 1, "what", "remedy"),)
    await watched.watch(20)
    watched.library.faults = ()
    await watched.watch(20)

    assert await rung(told) == [(RAISED, "rules"), (ENDED, "rules")]


async def test_a_disk_that_is_nearly_full(told: Scene) -> None:
    watched = Watched(told)
    watched.hear()
    for free in (10**8, 55 * 10**7, 10**12):  # the second is about the limit
        watched.disk[0] = free
        await watched.watch(10)

    assert await rung(told) == [(RAISED, "disk"), (ENDED, "disk")]


async def test_without_an_address_nothing_is_mailed(told: Scene) -> None:
    watched = Watched(told, Telling())
    watched.disk[0] = 0
    await watched.watch()

    assert await rung(told) == [(RAISED, "disk")]
    assert await mails(told) == []


def test_the_pace_is_the_mean_since_the_first_of_the_last_days() -> None:
    days: Sequence[tuple[str, str, float]] = [
        ("clever", "2026-01-01", 10.0),
        ("clever", "2026-01-02", 30.0),
        ("vudumobile", "2026-01-03", 5.0),
    ]
    now = NOON.replace(year=2026, month=1, day=3, hour=12)
    assert pace_of(days, now) == {"clever": 16.0, "vudumobile": 5.0}


def test_the_disk_of_a_folder_that_is_not_there_cannot_be_told(scene: Scene) -> None:
    assert free_at(scene.folder) is not None
    assert free_at(scene.folder / "gone") is None


# A fault of the account


async def test_a_fault_of_the_account_holds_back_what_we_start(told: Scene) -> None:
    """And rings; replies go on, since somebody waits for them."""
    await failed(told, "UNDELIV_302")
    await Watched(told).watch()
    assert await rung(told) == [(RAISED, "fault")]

    now = told.clock.now()
    started = message("operator 1/0", now, number=ANA, message_class=MessageClass.STARTED)
    await told.enqueue(started, message("inbound 7/0", now))
    await told.send(told.sender())
    assert (await told.statuses())[1:] == ["queued", "sent"]


async def test_one_is_tried_every_quarter_of_an_hour(told: Scene) -> None:
    await failed(told, "UNDELIV_104")
    now, life = told.clock.now(), timedelta(hours=2)
    await told.enqueue(
        *(
            message(
                f"operator {one}/0",
                now,
                number=f"+1514555000{one}",
                message_class=MessageClass.STARTED,
                life=life,
            )
            for one in range(3)
        )
    )
    sent = []
    for _ in range(3):
        told.clock.advance(900)
        await told.send(told.sender())
        sent.append((await told.statuses()).count("sent"))

    assert sent == [1, 2, 3]


async def test_a_later_message_that_arrives_ends_it(told: Scene) -> None:
    await failed(told, "UNDELIV_302")
    await Watched(told).watch()
    await failed(told, "DELIVRD_000")
    await Watched(told).watch()

    assert told.account.fault is None
    assert await rung(told) == [(RAISED, "fault"), (ENDED, "fault")]


async def test_an_earlier_message_that_arrives_ends_nothing(told: Scene) -> None:
    await told.write_to(ANA)
    await told.send(told.sender())
    told.clock.advance(1)
    await failed(told, "UNDELIV_302")
    told.gateway.sightings = [sighting(told, "id1", "DELIVRD_000")]
    told.clock.advance(10)
    await Receipts(told.account).tick()

    assert (await told.outbox())[0]["status"] == Status.DELIVERED.value
    assert told.account.fault is not None


async def test_a_process_that_was_begun_anew_knows_it(told: Scene) -> None:
    await failed(told, "UNDELIV_302")
    again = Watched(told)
    async with told.database.read() as connection:
        await faults.recall(connection, again.account)

    assert again.account.fault is not None
    await again.watch(60)
    assert await rung(told) == [(RAISED, "fault")]


async def test_an_operator_may_say_that_it_is_settled(told: Scene) -> None:
    await failed(told, "UNDELIV_302")
    now = told.clock.now()

    assert await faults.release(told.database, "vudumobile", now)
    assert not await faults.release(told.database, "vudumobile", now)
    async with told.database.read() as connection:
        assert [one.lasts for one in await alarms.every(connection)] == [False]
        assert (await alarms.every(connection))[0].alarm.kind is AlarmKind.FAULT
