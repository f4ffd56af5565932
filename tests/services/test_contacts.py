"""The language of a contact at the gateway is that of a reply, where nothing better is known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.core.conversation import Subscriber
from bot.core.messages import Page
from bot.core.rules import Phrase
from bot.core.sayings import Message
from bot.core.text import words
from bot.gateways.base import GatewayError, Unreachable
from bot.gateways.book import Members, NoBook, Person
from bot.services.contacts import EVERY, FIRST_LOOK, ContactLanguages
from bot.services.responder import Responder
from bot.services.speaking import Languages
from bot.storage import subscribers
from tests.services.played import ANA, BEN, Scene, listed, rule

BOTH = Message({"fr": "Bonjour.", "en": "Hello."})
RULES = (
    replace(rule("any"), reply=BOTH),
    replace(
        rule("meteo", "météo"),
        reply=BOTH,
        phrases=(Phrase("météo", words("météo"), frozenset({"fr"})),),
    ),
)


@dataclass(frozen=True, slots=True)
class Contacts(NoBook):
    """Ana is written to in English, Ben in French; how often that was asked."""

    everybody: str = "Tous"
    error: GatewayError | None = None
    asked: list[str] = field(default_factory=list)

    async def members(self, group: str) -> Members:
        self.asked.append(group)
        if self.error is not None:
            raise self.error
        return Members({ANA: Person("1", "en"), BEN: Person("2", "fr"), "+1514": Person("3")})


async def replied(scene: Scene, languages: Languages, text: str, number: str = ANA) -> str:
    speech = replace(scene.speech(*RULES), languages=languages)
    await scene.receive(text, number=number)
    await Responder(scene.database, speech, scene.clock, wake=lambda _name: None).tick()
    return str((await scene.outbox())[-1]["text"])


@pytest.mark.parametrize(
    ("chosen", "contact", "text", "said"),
    [
        pytest.param("fr", "en", "x", "Bonjour.", id="chosen by the person"),
        pytest.param("", "en", "météo", "Bonjour.", id="of the word"),
        pytest.param("", "en", "x", "Hello.", id="of the contact"),
        pytest.param("", "", "x", "Bonjour.", id="usual here"),
    ],
)
async def test_whose_language_counts(
    scene: Scene, chosen: str, contact: str, text: str, said: str
) -> None:
    """Promised: in this order."""
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [Subscriber(ANA, language=chosen)])
    languages = {"vudumobile": {ANA: contact}} if contact else {}
    assert await replied(scene, languages, text) == said


async def test_an_instance_that_does_not_read_the_contacts_knows_it_too(scene: Scene) -> None:
    """It decides what another has read, which has the account in hand."""
    known: Languages = {"vudumobile": {ANA: "en"}}
    poller, now = scene.poller(languages=known), scene.clock.now()
    await poller.begin()
    await poller.tick()
    scene.gateway.pages[""] = Page(
        [listed("1", "x", now, ANA), listed("2", "x", now, BEN)], {"after": 2}, now
    )
    scene.clock.advance(3)
    await poller.tick()
    elsewhere = replace(scene.speech(*RULES), languages={})
    await Responder(scene.database, elsewhere, scene.clock, wake=lambda _name: None).tick()

    said = {row["number"]: row["text"] for row in await scene.outbox()}
    assert said == {ANA: "Hello.", BEN: "Bonjour."}
    assert all("contact" not in (row["detail"] or {}) for row in await scene.inbox())


async def test_help_is_said_in_it_too(scene: Scene) -> None:
    french = await replied(scene, {}, "info")
    english = await replied(scene, {"vudumobile": {BEN: "en"}}, "info", BEN)
    assert french != english


async def test_they_are_read_hourly_for_all_at_once(scene: Scene) -> None:
    """And only those who differ are kept, in memory."""
    book = Contacts()
    scene.gateway.book = book
    known: Languages = {}
    service = ContactLanguages(scene.account, known, "fr")
    await service.tick()
    assert book.asked == []

    scene.clock.advance(FIRST_LOOK.total_seconds())
    for _ in range(3):
        await service.tick()
    assert (book.asked, known) == (["Tous"], {"vudumobile": {ANA: "en"}})

    scene.clock.advance(EVERY.total_seconds())
    await service.tick()
    assert book.asked == ["Tous", "Tous"]


async def test_a_reading_that_fails_forgets_nothing(scene: Scene) -> None:
    scene.gateway.book = Contacts(error=Unreachable("no route"))
    known: Languages = {"vudumobile": {ANA: "en"}}
    service = ContactLanguages(scene.account, known, "fr")
    scene.clock.advance(FIRST_LOOK.total_seconds())
    await service.tick()
    assert known == {"vudumobile": {ANA: "en"}}


async def test_contacts_without_a_language_are_not_read(scene: Scene) -> None:
    book = Contacts(everybody="")
    scene.gateway.book = book
    scene.clock.advance(3600)
    await ContactLanguages(scene.account, {}, "fr").tick()
    assert book.asked == []
