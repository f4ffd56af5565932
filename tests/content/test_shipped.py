"""The rules and templates that we ship: a newcomer's first impression, so they must be right."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.explain import explain
from bot.content.rulebook import check, load_rulebook
from bot.content.templates import Organisation, Templates
from bot.core.conversation import Conversation, Subscriber
from bot.core.segments import segments
from bot.core.turn import Turn
from tests.core.deciding import POLICY, text_of

ROOT = Path(__file__).parents[2]
TEMPLATES = Templates.load(
    ROOT / "templates",
    organisation=Organisation("Radio Exemple", "418 555-0199"),
    language="fr",
    timezone=ZoneInfo("America/Montreal"),
)
NOW = datetime(2026, 8, 1, 16, tzinfo=UTC)


def test_they_have_no_fault():
    assert check(ROOT / "rules", TEMPLATES) == ()


def test_real_gateways_know_none_of_them():
    assert load_rulebook(ROOT / "rules", TEMPLATES, sandbox=False).rules == ()


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("METEO", "Météo du 1er aout 2026, 12 h: ensoleillé, 21 degrés. Cette nuit: ciel clair"),
        ("weather", "Weather for August 1, 2026, 12:00 p.m.: sunny, 21 degrees."),
        ("Chanson", "Écrivez CHANSON et le titre"),
        ("chanson: Mon pays", "Merci! Votre demande est notée: Mon pays"),
        ("song Hallelujah", "Thank you! We noted your request: Hallelujah"),
        ("Gros bouchon sur la 20", "Merci du signalement!"),
        ("bonjour", "Nous n'avons pas compris."),
        (
            "STOP",
            "Radio Exemple: vous ne recevrez plus de texto. START pour revenir.",
        ),
        ("AIDE", "Radio Exemple: 418 555-0199. ARRET pour"),
    ],
)
def test_a_first_text_is_answered_from_either_gateway(text, reply):
    book = load_rulebook(ROOT / "rules", TEMPLATES, sandbox=True)

    for gateway in ("vudumobile", "clever"):
        sent = replace(text_of(text), gateway=gateway, sent_at=NOW)
        conversation = Conversation(sent.conversation, gateway, sent.number)
        turn = Turn(sent, conversation, Subscriber(sent.number), book, POLICY, NOW)
        (said,) = explain(turn, TEMPLATES).replies
        assert said.text.startswith(reply)


def test_every_reply_is_cheap():
    for rule in load_rulebook(ROOT / "rules", TEMPLATES, sandbox=True).rules:
        assert rule.reply is not None
        for language in ("fr", "en") if rule.id != "thumbs-up" else ():
            said = TEMPLATES.render(rule.reply, language, {"now": NOW, "rest": "Mon pays"})
            assert segments(said).encoding == "GSM-7", said
            assert segments(said).count == 1, said
