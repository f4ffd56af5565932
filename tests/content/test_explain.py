"""Why it answered that: who is asked, why each but one loses, what is done and said."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.content.explain import Explanation, explain
from bot.content.rulebook import load_rulebook
from bot.core.conversation import Conversation, Subscriber
from bot.core.decision import REASONS
from bot.core.instants import milliseconds
from bot.core.robots import FEWEST, mark
from bot.core.rulebook import Rulebook
from bot.core.turn import Turn
from tests.core.deciding import ANA, NOW, OUR_NUMBER, POLICY, text_of

RULES = """
rules:
  - {id: short, keyword: {fr: météo}, reply: "Soleil {{ rest }}"}
  - {id: long, keyword: météo marine, reply: "Vagues"}
  - {id: only, exactly: météo, reply: {fr: "Météo, l’été", en: "Sun"}}
  - {id: night, keyword: météo, when: {hours: "22:00-06:00"}, reply: "Nuit"}
  - {id: sea, contains: [marine, la marine], reply: "Mer"}
  - {id: boat, contains: [marine bleue], reply: "Bateau"}
  - {id: song, pattern: '^chanson (?P<title>.+)$', reply: "{{ title }}"}
  - {id: typo, keyword: horaire, typos: true, reply: "9 h à 17 h"}
  - {id: dear, keyword: dear, reply: "{{ 'l’a' }}%s"}
  - {id: broken, keyword: broken, reply: "{%% if rest > 1 %%}x{%% endif %%}"}
  - id: vote
    keyword: vote
    expect: {choice: integer 1..5}
    invalid: "De 1 à 5."
    reply: "Vote {{ choice }}"
  - {id: vote-word, keyword: vote, expect: {choice: word}, reply: "Mot"}
  - id: plan
    keyword: plan
    expect: {size: integer}
    do:
      set: {plan: "p{{ size }}"}
      language: en
      later: {after: 10m, send: {fr: "Alors?", en: "So?"}}
      forward: {number: "+15145559999", text: "{{ number }}"}
      handover: {for: 2h}
    reply: {fr: "{{ plan }} noté", en: "{{ plan }} noted"}
  - id: town
    keyword: ville
    expect: {town: word}
    do:
      lookup:
        url: "https://api.example/w?town={{ town }}"
        expect: {sky: text}
        fallback: "Panne"
      tag: asked
    reply: "{{ sky }}"
  - id: appointment
    keyword: rdv
    steps:
      - {id: day, ask: "Quel jour?", expect: date, tries: 2}
      - {id: sure, ask: "Le {{ day|date }}?", expect: yes_no}
    reply: "Noté"
    do: {webhook: booked}
    gave_up: {reply: "Appelez-nous", do: {tag: lost}}
  - {id: loud, keyword: urgent, interrupt: true, reply: "On arrive"}
  - {id: rest, anything: true, reply: "Quoi?"}
lists:
  - {id: deals, names: [rabais]}
""" % ("b" * 75)

Explained = Callable[..., Explanation]


@pytest.fixture
def templates(load):
    return load()


@pytest.fixture
def book(write, templates, tmp_path) -> Rulebook:
    write("rules/a.yaml", RULES)
    return load_rulebook(tmp_path / "rules", templates, sandbox=False)


@pytest.fixture
def explained(book, templates) -> Explained:
    def of(said: str, after: Explanation | None = None, **change: Any) -> Explanation:
        """Explain a text, or the one that comes after another that was explained."""
        sent = text_of(said)
        conversation = Conversation(sent.conversation, sent.gateway, sent.number)
        if after is not None:
            conversation = after.decision.conversation
        turn = Turn(sent, conversation, Subscriber(sent.number), book, POLICY, NOW)
        return explain(replace(turn, **change), templates)

    return of


def lost(found: Explanation) -> dict[str, str]:
    return {one.rule.id: "" if one.answers else one.why.en for one in found.asked}


def said(found: Explanation) -> list[str]:
    return [reply.text for reply in found.replies]


KEYWORD_LATER = "exactly is asked before keyword"


@pytest.mark.parametrize(
    ("text", "told", "reply"),
    [
        pytest.param(
            "Météo!",
            {
                "only": "",
                "night": KEYWORD_LATER,
                "short": KEYWORD_LATER,
                "rest": "exactly is asked before anything",
            },
            "Météo, l’été",
            id="the order of triggers",
        ),
        pytest.param(
            "météo marine bleue",
            {
                "long": "",
                "night": "'météo marine' has more words than 'météo'",
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
            "météo demain",
            {
                "night": "its `when` does not hold: hours must be 22:00-06:00, and is 12:00",
                "short": "",
                "rest": "keyword is asked before anything",
                "only": "the text says more than its words",
            },
            "Soleil demain",
            id="a condition that does not hold",
        ),
        pytest.param(
            "la météo",
            {
                "rest": "",
                "short": "its words are not the first of the text",
                "night": "its words are not the first of the text",
                "only": "the text says more than its words",
            },
            "Quoi?",
            id="a keyword in the middle",
        ),
        pytest.param(
            "vote six",
            {
                "vote-word": "",
                "vote": "vote-word, which may pass a text on, is asked before it",
                "rest": "keyword is asked before anything",
            },
            "Mot",
            id="what passes a text on is asked before what says invalid",
        ),
        pytest.param(
            "horaires",
            {"typo": "", "rest": "keyword is asked before anything"},
            "9 h à 17 h",
            id="a typo",
        ),
        pytest.param(
            "chanson Mon pays",
            {"song": "", "rest": "pattern is asked before anything"},
            "Mon pays",
            id="a pattern",
        ),
        pytest.param(
            "ARRET",
            {"rest": "the text is the built-in word ARRET, which is asked first"},
            "Radio Exemple: vous ne recevrez plus de texto. DEBUT pour revenir.",
            id="a built-in word",
        ),
        pytest.param(
            "ville Trois Rivieres",
            {
                "town": "what follows is not what it expects (town: word): «Trois Rivieres»",
                "rest": "",
            },
            "Quoi?",
            id="what follows a keyword is not what is expected",
        ),
    ],
)
def test_who_answers_and_why(explained, text, told, reply):
    found = explained(text)

    assert lost(found) == told
    assert said(found) == [reply]
    assert all(one.why.fr for one in found.asked if one.why.en)


def test_a_rule_may_take_a_text_to_say_what_is_wrong(explained):
    found = explained("vote 1 ou 2")

    assert found.answering is not None
    assert found.answering.rule.id == "vote"
    wrong = "what follows is not what it expects (choice: integer 1..5): «1 ou 2»"
    assert found.answering.why.en == f"{wrong}; it says `invalid`"
    assert said(found) == ["De 1 à 5."]


# Conversations


def test_an_open_question_takes_the_text(explained):
    asked = explained("rdv")
    found = explained("24/12", after=asked)

    assert (asked.captured, said(asked), asked.does) == ({}, ["Quel jour?"], ())
    assert lost(found) == {
        "appointment": "",
        "rest": "a question of appointment is open, and this rule has no `interrupt: true`",
    }
    assert found.answering is not None
    assert (found.answering.by.en, found.answering.why.en) == (
        "its question day",
        "understood as 2026-12-24",
    )
    assert found.captured == {"day": "2026-12-24"}
    assert said(found) == ["Le 24 décembre 2026?"]


def test_the_last_answer_does_what_the_rule_does(explained):
    found = explained("oui", after=explained("24/12", after=explained("rdv")))

    assert [str(line) for line in found.does] == ["tell your programs: booked"]
    assert found.captured == {"day": "2026-12-24", "sure": "yes"}
    assert said(found) == ["Noté"]


def test_an_answer_that_is_not_understood(explained):
    once = explained("bof", after=explained("rdv"))
    twice = explained("bof", after=once)

    assert [one.answering.why.en for one in (once, twice)] == [
        "not understood as date: try 1 of 2",
        "not understood as date: try 2 of 2, and it gives up",
    ]
    assert (said(once), once.does) == (["Quel jour?"], ())
    assert (said(twice), [line.en for line in twice.does]) == (["Appelez-nous"], ["tag: lost"])


def test_a_rule_that_interrupts(explained):
    found = explained("urgent", after=explained("rdv"))

    assert lost(found) == {
        "loud": "",
        "appointment": "loud interrupts it",
        "rest": "a question of appointment is open, and this rule has no `interrupt: true`",
    }


def test_questions_that_changed_meanwhile(explained):
    asked = explained("rdv")
    position = replace(asked.decision.conversation.position, shape="another")
    conversation = replace(asked.decision.conversation, position=position)

    lost_to_it = explained("24/12", conversation=conversation)
    answered = explained("plan 3", conversation=conversation)

    assert lost(lost_to_it) == {
        "rest": "the questions of appointment changed meanwhile, and that is said"
    }
    assert answered.answering.rule.id == "plan"


# What is done and said


def test_what_is_done_sees_what_was_set_before(explained):
    found = explained("plan 3")

    assert [str(line) for line in found.does] == [
        "remember plan = 'p3'",
        "answer in en from now on",
        "pass on to +15145559999: +15145550001",
        "say after 10m, unless they text before: So?",
        "leave the conversation to a person for 2h",
    ]
    assert said(found) == ["p3 noted"]
    assert found.captured == {"size": "3"}


def test_an_address_is_asked_before_anything_is_said(explained):
    found = explained("ville Québec")

    assert [str(line) for line in found.does] == [
        "ask https://api.example/w?town=Qu%C3%A9bec, for 3s at most",
        "once it has answered: tag, reply",
        "if it does not answer: Panne",
    ]
    assert found.replies == ()


def test_the_reply_is_counted_and_made_cheaper(explained):
    (reply,) = explained("dear").replies

    assert (reply.cost.count, reply.cost.dear) == (2, ("’",))
    assert reply.cheaper == "l'a" + "b" * 75


def test_what_cannot_be_said_is_an_error(explained):
    found = explained("broken")

    assert found.replies == ()
    assert found.error == "the template fails with TypeError"


POLITE = "plan 3, please please please"
SAID = Conversation("a", "vudumobile", ANA, said=(mark(POLITE),))
BEAT = tuple(milliseconds(NOW) - 60_000 * before for before in range(FEWEST - 1, 0, -1))
TICKING = Conversation("a", "vudumobile", ANA, heard=BEAT)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"subscriber": Subscriber(ANA, opted_out=True)}, "opted_out", id="opted out"),
        pytest.param({"subscriber": Subscriber(ANA, blocked=True)}, "blocked", id="blocked"),
        pytest.param({"text": text_of("plan 3", age=3600)}, "late", id="late"),
        pytest.param({"text": text_of("plan 3", history=True)}, "history", id="history"),
        pytest.param({"text": text_of("plan 3", number=OUR_NUMBER)}, "of ours", id="ourselves"),
        pytest.param(
            {"text": text_of(POLITE), "conversation": SAID}, "comes back word", id="an echo"
        ),
        pytest.param({"conversation": TICKING}, "a beat that no person keeps", id="a clockwork"),
        pytest.param(
            {"policy": replace(POLICY, only_numbers=frozenset({"+1"}))},
            "only_numbers",
            id="others",
        ),
        pytest.param({"policy": replace(POLICY, per_number=())}, "", id="nothing"),
    ],
)
def test_what_is_not_answered_is_explained_as_if_it_were(explained, change, why):
    found = explained("plan 3", **change)

    told = found.silent.en if found.silent else ""
    assert REASONS.get(why, why) in told
    assert bool(told) == bool(why)
    assert found.answering.rule.id == "plan"
    assert said(found) == ["p3 noted"]


def test_a_sender_that_nobody_answers_is_not_asked_for(explained):
    found = explained("", text=text_of("plan 3", number="RADIO"))

    assert found.answering is None
    assert set(lost(found).values()) == {
        "nobody is asked: a sender that is no person: short, alphabetic, or a number of ours"
    }
    assert found.replies == ()


def test_a_stop_that_is_obeyed_in_silence(explained):
    found = explained("", text=text_of("STOP", history=True))

    assert found.silent.en == REASONS["history"]
    assert found.decision.subscriber.opted_out
    assert found.replies == ()


def test_a_word_that_leaves_a_list(explained):
    found = explained("STOP rabais")

    assert found.decision.why.reason == "left"
    assert lost(found) == {"rest": "the text is the built-in word STOP, which is asked first"}


def test_nobody_answers(load):
    sent = text_of("Ça va?")
    turn = Turn(
        sent,
        Conversation(sent.conversation, sent.gateway, ANA),
        Subscriber(ANA),
        Rulebook(),
        POLICY,
        NOW,
    )

    found = explain(turn, load())

    assert (found.words, found.asked, found.replies) == (("ca", "va"), (), ())
    assert found.reason.en == "no rule answers this text"
