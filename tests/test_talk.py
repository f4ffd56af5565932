"""What is explained is what is done: every text of a talk, explained and really answered."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import log
from bot.config import load_config
from bot.core.messages import Mail
from bot.talk import OFFLINE, Heard, Message, Question, Talk, open_talk

ANA, BEN, OTHER = "+15145550001", "+15145550002", "+15145559999"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RULES = """
rules:
  - {id: weather, keyword: {fr: météo, en: weather}, reply: {fr: "Beau.", en: "Fair."}}
  - {id: plan, keyword: plan, do: {set: {plan: "p{{ rest }}"}, language: en}, reply: "{{ plan }}"}
  - {id: gold, keyword: mine, when: {set: {plan: pgold}}, reply: "Gold"}
  - {id: mine, keyword: mine, reply: "None"}
  - id: vote
    keyword: vote
    expect: {choice: integer 1..5}
    invalid: "De 1 à 5."
    once: number
    reply: "Vote {{ choice }}"
  - id: appointment
    keyword: rdv
    timeout: 30m
    steps:
      - {id: day, ask: "Quel jour?", expect: date, tries: 2}
      - {id: sure, ask: "Le {{ day|date }}?", expect: yes_no, next: {no: day}}
    reply: "Noté"
    do: {forward: {email: rdv@clinique.example, text: "{{ number }} {{ day }}"}}
    gave_up: {reply: "Appelez-nous"}
    timed_out: {reply: "Trop tard", do: {later: {after: 10m, send: "Encore?"}}}
  - id: first
    keyword: first
    do: {later: {after: 50m, send: "Plus tard"}, start: appointment}
    reply: "D'abord"
  - {id: loud, keyword: urgent, interrupt: true, do: {handover: {for: 2h}}, reply: "On arrive"}
  - {id: pass, keyword: patron, do: {forward: "+15145559999"}, reply: "Transmis"}
  - {id: broken, keyword: broken, reply: "{% if rest > 1 %}x{% endif %}"}
  - id: town
    keyword: ville
    do:
      lookup:
        url: "https://api.example/?t={{ rest }}"
        expect: {sky: text}
        fallback: "Panne"
    reply: "{{ sky }}"
lists:
  - {id: deals, names: [rabais]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("organisation: {name: Radio, contact: '418'}\n")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES)
    log.mute()
    return tmp_path


async def heard(talk: Talk, *texts: str, number: str = ANA) -> list[Heard]:
    return [await talk.hear("vudumobile", number, text) for text in texts]


def said(came: Sequence[object], number: str = ANA) -> list[str]:
    return [one.text for one in came if isinstance(one, Message) and one.number == number]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(("meteo", "weather", "bonjour", ""), id="keywords, and nobody"),
        pytest.param(("plan gold", "mine", "weather", "plan x", "mine"), id="what was set"),
        pytest.param(("vote 3", "vote 9", "vote", "vote trois"), id="what follows a keyword"),
        pytest.param(("rdv", "24/12", "non", "25/12", "oui", "oui"), id="a conversation"),
        pytest.param(("rdv", "bof", "bof", "rdv", "annuler", "meteo"), id="given up, and ended"),
        pytest.param(("rdv", "urgent", "24/12", "meteo", "STOP"), id="interrupted, taken over"),
        pytest.param(("STOP", "meteo", "STOP", "AIDE", "START", "meteo"), id="built-in words"),
        pytest.param(("STOP rabais", "INFO"), id="a list"),
        pytest.param(("first", "24/12", "oui"), id="a rule that starts another"),
        pytest.param(("Liked “Beau.”", "meteo", "Liked “Beau.”", "A aimé « Beau. »"), id="liked"),
        pytest.param(("patron bonjour",), id="passed on"),
    ],
)
async def test_what_is_explained_is_what_is_done(folder: Path, texts: tuple[str, ...]) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        for text in texts:
            (found,) = await heard(talk, text)

            assert found.explanation is not None
            why = found.explanation.decision.why
            spoken = [reply.text for reply in found.explanation.replies]
            if found.explanation.silent is None:
                assert (found.stored["reason"], found.stored["rule"]) == (why.reason, why.rule)
                assert said(found.came) == spoken
            else:
                assert said(found.came) == []


async def test_what_cannot_be_said_is_parked(folder: Path) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        (found,) = await heard(talk, "broken")

    assert found.stored["status"] == "parked"
    assert found.explanation is not None
    assert found.explanation.error == found.stored["detail"]["what"]


async def test_mails_and_forwards_are_told_and_go_nowhere(folder: Path) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        *_, booked = await heard(talk, "rdv", "24/12", "oui")
        (passed,) = await heard(talk, "patron bonjour")

    mail = Mail("rdv@clinique.example", f"SMS {ANA} (appointment)", f"{ANA} 2026-12-24")
    assert [one for one in booked.came if isinstance(one, Mail)] == [mail]
    assert said(passed.came, OTHER) == [f"De {ANA}: patron bonjour"]


async def test_nobody_is_asked_offline(folder: Path) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        (found,) = await heard(talk, "ville Québec")

    question = Question("https://api.example/?t=Qu%C3%A9bec", OFFLINE)
    assert list(found.came) == [question, Message(ANA, "Panne")]


async def waited(talk: Talk, minutes: int) -> list[tuple[int, str]]:
    """What comes while time passes: after how many minutes, and what."""
    since, end = talk.clock.now(), timedelta(minutes=minutes)
    came = [(at, text) async for at, some in talk.wait(end) for text in said(some)]
    assert talk.clock.now() == since + end
    return [((at - since) // timedelta(minutes=1), text) for at, text in came]


async def test_time_outs_and_follow_ups_come_at_their_time(folder: Path) -> None:
    """One text asks for a follow-up itself, and its time-out for another: both are said."""
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        await heard(talk, "first")
        assert await waited(talk, 29) == []
        assert await waited(talk, 31) == [(1, "Trop tard"), (11, "Encore?"), (21, "Plus tard")]
        assert await waited(talk, 600) == []


async def test_a_text_cancels_a_follow_up(folder: Path) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        await heard(talk, "first", "24/12", "oui")
        standing = await talk.standing("vudumobile", ANA)

        assert (standing.conversation.position, list(standing.follow_ups)) == (None, [])
        assert await waited(talk, 60) == []


async def test_nobody_hears_what_another_was_told(folder: Path) -> None:
    config = load_config(folder / "config.yaml", {})
    async with open_talk(config, START, sandbox=False, offline=True) as talk:
        await heard(talk, "rdv", "24/12")
        (other,) = await heard(talk, "24/12", number=BEN)

        assert other.stored["reason"] == "nobody"
        assert (await talk.standing("vudumobile", BEN)).conversation.position is None
        await talk.choose(BEN, "en")
        assert said((await heard(talk, "weather", number=ANA))[0].came) == ["Le 24 décembre 2026?"]
        assert (await talk.standing("vudumobile", BEN)).person.language == "en"


def test_talks_leave_nothing_behind(folder: Path) -> None:
    async def talked() -> Path:
        config = load_config(folder / "config.yaml", {})
        async with open_talk(config, START, sandbox=False, offline=True) as talk:
            await heard(talk, "meteo")
            assert talk.database.path is not None
            return talk.database.path

    path = asyncio.run(talked())

    assert not path.parent.exists()
    assert not (folder / "data").exists()
