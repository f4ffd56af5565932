"""The rules and templates that we ship: a newcomer's first impression, so they must be right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from bot.config import load_config
from bot.content.rulebook import check, load_rulebook
from bot.content.templates import Organisation, Templates
from bot.core.segments import segments
from bot.talk import Talk, open_talk
from tests.handbook import BEGIN, Phone, fences, forget

ROOT = Path(__file__).parents[2]
TEMPLATES = Templates.load(
    ROOT / "templates",
    organisation=Organisation("Radio Exemple", "418 555-0199"),
    language="fr",
    timezone=ZoneInfo("America/Montreal"),
)
TALKS = {
    f"line {one.line}": one.text
    for one in fences(Path(__file__).with_name("shipped.md").read_text(encoding="utf-8"))
}


def test_they_have_no_fault():
    assert check(ROOT / "rules", TEMPLATES) == ()


def test_every_rule_has_an_example_or_shares_its_words_with_one():
    book = load_rulebook(ROOT / "rules", TEMPLATES, sandbox=True)
    talked = {text[2:] for talk in TALKS.values() for text in talk.splitlines()}
    met = {match.rule.id for text in talked for match in book.find(text)}

    assert {rule.id for rule in book.rules} - met == {"hours", "thumbs-up"}


def test_real_gateways_know_none_of_them():
    assert load_rulebook(ROOT / "rules", TEMPLATES, sandbox=False).rules == ()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Talk]:
    file = tmp_path_factory.mktemp("shipped") / "config.yaml"
    file.write_text(
        'organisation: {name: Radio Exemple, contact: "418 555-0199"}\n'
        f"rules: {ROOT / 'rules'}\n"
        f"templates: {ROOT / 'templates'}\n"
    )
    async with open_talk(load_config(file, {}), BEGIN, sandbox=True, offline=True) as opened:
        yield opened


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("gateway", ["vudumobile", "clever"])
@pytest.mark.parametrize("text", TALKS.values(), ids=TALKS)
async def test_a_talk_goes_as_a_newcomer_would_expect(talk: Talk, text: str, gateway: str) -> None:
    await forget(talk)

    assert await Phone(talk, "fr", gateway).play(text) == text


def test_every_reply_is_one_cheap_segment():
    replies = [
        line[2:] for text in TALKS.values() for line in text.splitlines() if line[:2] == "< "
    ]

    for reply in replies:
        assert segments(reply).encoding == "GSM-7", reply
        assert segments(reply).count == 1, reply
