"""People answer in VuduMobile's web application, as the sandbox plays it, while we answer, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import looking
from bot.config import Rate
from bot.config.settings import VuduMobileSection
from bot.core.messages import Mail
from bot.gateways.http import Transport
from bot.services.takeover import Takeover
from bot.services.timeouts import Timeouts
from bot.storage import subscribers
from tests.services.installation import (
    ANA,
    BEN,
    CONFIG,
    Installation,
    assemble,
    open_installation,
)

FAIR, CALL = "Il fait beau.", "Bonjour Ana, je vous appelle."
RULES = """
rules:
  - id: weather
    keyword: {fr: [météo], en: [weather]}
    reply: {fr: "Il fait beau.", en: "The sun shines."}
  - id: song
    keyword: [chanson]
    reply: "Vous voulez {{ rest }}"
  - id: appointment
    keyword: [rdv]
    timeout: 5m
    steps:
      - {id: day, ask: "Quel jour?", expect: date}
    reply: "C'est note."
    timed_out: {reply: "Trop tard."}
"""


@dataclass
class Watched:
    """An installation that looks whether people answer."""

    installation: Installation
    takeover: Takeover
    taken: int = 0

    async def rounds(self, seconds: float, every: float = 5.0) -> None:
        for _ in range(int(seconds / every)):
            await self.installation.rounds(every, every=every)
            self.taken += await self.takeover.tick()

    def text(self, text: str, number: str = ANA) -> None:
        self.installation.sandbox.text("vudumobile", number, text)

    def answer(self, text: str = CALL, number: str = ANA) -> None:
        """Somebody answers in the vendor's web application."""
        self.installation.sandbox.send_by_hand(number, text)

    def heard(self, number: str = ANA) -> list[str]:
        return self.installation.heard("vudumobile", number)

    async def silent(self, *numbers: str) -> list[str]:
        keys = {f"vudumobile:{number}" for number in numbers or (ANA, BEN)}
        async with self.installation.database.read() as connection:
            known = await subscribers.load_conversations(connection, keys)
        return [one.number for one in known.values() if one.silent_until is not None]


async def begun(installation: Installation) -> Watched:
    account = installation.accounts["vudumobile"]
    section = installation.config.gateways["vudumobile"]
    takeover = Takeover(account, timedelta(minutes=30), looking(section))
    await takeover.begin()
    return Watched(installation, takeover)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    async with open_installation(tmp_path, config=CONFIG, rules=RULES) as installation:
        yield await begun(installation)


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [(Rate(20, 1), 5), (Rate(2, 1), 10), (Rate(6, 60), 200)],
    ids=["usual", "slow", "very slow"],
)
def test_looking_takes_a_small_share_of_the_rate(rate: Rate, seconds: float) -> None:
    """INV-25: a quarter of what is kept for reading, which is a fifth."""
    assert looking(VuduMobileSection(rate=rate)).total_seconds() == pytest.approx(seconds)


async def test_a_talk_that_a_person_joins_and_leaves(watched: Watched) -> None:
    watched.text("meteo")
    await watched.rounds(20)
    watched.answer()
    await watched.rounds(20)
    watched.text("meteo")
    watched.text("meteo", BEN)
    await watched.rounds(20)

    assert watched.heard() == [FAIR, CALL]
    assert watched.heard(BEN) == [FAIR]
    assert (await watched.silent(), watched.taken) == ([ANA], 1)

    watched.installation.wait(1800)
    watched.text("meteo")
    await watched.rounds(20)
    assert watched.heard() == [FAIR, CALL, FAIR]


async def test_stop_is_obeyed_and_confirmed_all_the_same(watched: Watched) -> None:
    """INV-12."""
    watched.text("Bonjour?")
    await watched.rounds(10)
    watched.answer()
    await watched.rounds(20)
    watched.text("STOP")
    await watched.rounds(20)

    assert len(watched.heard()) == 2
    assert "START" in watched.heard()[-1].upper()


async def test_a_question_that_is_open_ends_in_silence(watched: Watched) -> None:
    """A person looks after it: nobody wants to read that it is too late."""
    for number in (ANA, BEN):
        watched.text("rdv", number)
    await watched.rounds(20)
    watched.answer("Demain a 9 h?")
    await watched.rounds(20)
    installation = watched.installation
    installation.wait(600)
    await watched.rounds(10)
    timeouts = Timeouts(
        installation.database,
        installation.responder._speech,
        installation.clock,
        wake=lambda _: None,
    )

    assert await timeouts.tick() == 2
    await watched.rounds(10)

    assert watched.heard() == ["Quel jour?", "Demain a 9 h?"]
    assert watched.heard(BEN) == ["Quel jour?", "Trop tard."]


async def test_a_broadcast_is_nobodys_answer(watched: Watched) -> None:
    numbers = [ANA, BEN, *(f"+1514555{place:04}" for place in range(100, 110))]
    for number in numbers:
        watched.text("Bonjour?", number)
    await watched.rounds(10)
    for number in numbers:
        watched.answer("Congé lundi.", number)
        watched.installation.wait(0.5)
    await watched.rounds(60)

    assert watched.taken == 0
    assert await watched.silent(*numbers) == []


async def test_who_never_texted_was_not_answered(watched: Watched) -> None:
    watched.text("Bonjour?", BEN)
    watched.answer()
    await watched.rounds(30)

    assert (watched.taken, await watched.silent()) == (0, [])


async def test_a_mail_of_ours_is_nobodys_answer(watched: Watched) -> None:
    watched.text("Bonjour?")
    await watched.rounds(10)
    mail = Mail("rdv@clinique.example", "Texto", "Bonjour?")
    await watched.installation.accounts["vudumobile"].gateway.mail(mail)
    await watched.rounds(30)

    assert watched.taken == 0


SENDING = {"operation": "send"}
ALWAYS = {"times": None}
OFTEN = {"times": None, "probability": 0.4}
FAULTS: list[dict[str, dict[str, Any]]] = [
    {"answer_lost": SENDING},
    {"answer_lost": SENDING, "mt_late": ALWAYS},
    {"answer_lost": SENDING, "mt_hidden": ALWAYS},
    {"answer_lost": SENDING, "text_not_gsm": ALWAYS, "text_trimmed": ALWAYS},
    {"answer_lost": SENDING, "renumbered": OFTEN},
    {"garbled": SENDING, "foreign_mt": ALWAYS},
    {"refused": SENDING, "rows_lost": OFTEN},
    {"http_400": SENDING | {"accepted": True}},
    {"http_503": SENDING | {"accepted": True}},
    {"http_429": SENDING | {"times": 3}},
    {"accepted_late": SENDING, "row_repeated": ALWAYS},
    {"renumbered": OFTEN, "text_entities": ALWAYS},
    {"ids_as_strings": OFTEN, "mobile_in_from": OFTEN},
    {"bare_rows": ALWAYS},
    {"date_wrong": OFTEN},
    {"date_missing": ALWAYS},
]


@pytest.mark.parametrize("faults", FAULTS, ids=" and ".join)
async def test_however_a_gateway_misbehaves_ours_is_ours(
    watched: Watched, faults: dict[str, dict[str, Any]]
) -> None:
    """INV-4 is another matter: here nobody may be silenced by what we said ourselves."""
    for fault, how in faults.items():
        watched.installation.sandbox.break_("vudumobile", fault, **how)
    for song in range(3):
        watched.text(f"chanson {song} « Été »  & cie ")
        watched.text(f"chanson {song}", BEN)
        await watched.rounds(70, every=10)

    assert len(await watched.installation.outbox()) == 6
    assert (watched.taken, await watched.silent()) == (0, [])


@pytest.mark.parametrize("ours", [True, False], ids=["we send it", "a person sends it"])
async def test_what_is_said_at_once_is_told_apart(watched: Watched, ours: bool) -> None:
    """The same scene, one sender apart."""
    watched.text("meteo" if ours else "Bonjour?")
    await watched.rounds(15)
    if not ours:
        watched.answer(FAIR)
    await watched.rounds(30)

    assert watched.heard() == [FAIR]
    assert await watched.silent() == ([] if ours else [ANA])


async def test_a_death_between_sending_and_settling_silences_nobody(watched: Watched) -> None:
    """INV-3, INV-5: it is looked at each step on the way to its verdict, by one life or two."""
    watched.text("meteo")
    await watched.rounds(10)
    installation = watched.installation
    watched.text("chanson Mon pays")
    await installation.poll()
    await installation.responder.tick()
    account = installation.accounts["vudumobile"]
    async with installation.database.write() as connection:
        (batch,) = await installation.senders["vudumobile"]._claim(
            connection, installation.clock.now()
        )
    await account.gateway.send(batch)
    looks = []
    for _ in range(2):
        installation.wait(10)
        looks.append(await watched.takeover.tick())

    async with Transport(installation.clock) as transport:
        again = await begun(
            await assemble(
                installation.sandbox, installation.config, installation.database, transport
            )
        )
        installation.wait(10)
        looks += [await again.takeover.tick(), await watched.takeover.tick()]
        unclear = (await installation.outbox())[1]["status"]
        await again.rounds(60)

    assert unclear == "unconfirmed"
    assert [row["status"] for row in await installation.outbox()] == ["delivered"] * 2
    assert (looks, again.taken, await watched.silent()) == ([0] * 4, 0, [])
