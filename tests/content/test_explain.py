"""Why it answered that: each rule that a text calls or nearly calls, and why it lost."""

import pytest

from bot.content.explain import explain
from bot.content.rulebook import load_rulebook

RULES = """
rules:
  - {id: short, keyword: {fr: météo}, reply: "Soleil {{ rest }}"}
  - {id: long, keyword: météo marine, reply: "Vagues"}
  - {id: only, exactly: météo, reply: {fr: "Météo, l’été", en: "Sun"}}
  - {id: sea, contains: [marine, la marine], reply: "Mer"}
  - {id: boat, contains: [marine bleue], reply: "Bateau"}
  - {id: dear, keyword: dear, reply: "{{ 'l’a' }}%s"}
  - {id: broken, keyword: broken, reply: "{% if rest > 1 %}x{% endif %}"}
  - {id: rest, anything: true, reply: "Quoi?"}
""".replace("%s", "b" * 75)


@pytest.fixture
def explained(write, load, tmp_path):
    write("rules/a.yaml", RULES)
    templates = load()
    book = load_rulebook(tmp_path / "rules", templates, sandbox=False)
    return lambda text: explain(text, book, templates, language="fr", data={"number": "+1"})


@pytest.mark.parametrize(
    ("text", "lost", "reply"),
    [
        pytest.param(
            "Météo!",
            {
                "only": "",
                "short": "exactly is asked before keyword",
                "rest": "exactly is asked before anything",
            },
            "Météo, l’été",
            id="the order of triggers",
        ),
        pytest.param(
            "météo marine bleue",
            {
                "long": "",
                "short": "'météo marine' has more words than 'météo'",
                "boat": "keyword is asked before contains",
                "sea": "keyword is asked before contains",
                "rest": "keyword is asked before anything",
                "only": "the text says more than its words",
            },
            "Vagues",
            id="longer words, and rules that are not called",
        ),
        pytest.param(
            "la météo",
            {
                "rest": "",
                "short": "its words are not the first of the text",
                "only": "the text says more than its words",
            },
            "Quoi?",
            id="a keyword in the middle",
        ),
        pytest.param(
            "ARRET",
            {"rest": "the text is the built-in word ARRET, which is asked first"},
            "Radio Exemple: vous ne recevrez plus de texto. START pour revenir.",
            id="a built-in word",
        ),
    ],
)
def test_who_answers_and_why(explained, text, lost, reply):
    found = explained(text)

    assert {one.rule.id: one.lost for one in found.candidates} == lost
    assert found.reply == reply


def test_the_reply_is_counted_and_made_cheaper(explained):
    found = explained("dear")

    assert found.segments.count == 2
    assert found.segments.dear == ("’",)
    assert found.cheaper == "l'a" + "b" * 75


def test_what_cannot_be_said_is_an_error(explained):
    found = explained("broken")

    assert found.reply == ""
    assert found.error == "the template fails with TypeError"


def test_nobody_answers(write, load, tmp_path):
    book = load_rulebook(tmp_path / "rules", load(), sandbox=False)

    found = explain("Ça va?", book, load(), language="fr", data={})

    assert (found.words, found.candidates, found.reply) == (("ca", "va"), (), "")
