"""Rules that ask questions, one after the other: every way through, and every way out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.actions import (
    Block,
    Emit,
    HandOver,
    Later,
    Leave,
    Lookup,
    Remember,
    Start,
    Tag,
)
from bot.core.conversation import Subscriber
from bot.core.decide import conclude
from bot.core.messages import InboundStatus
from bot.core.rulebook import Rulebook
from bot.core.rules import Rule
from bot.core.understanding import Kind
from tests.core.deciding import ANA, POLICY
from tests.core.talking import (
    APPOINTMENT,
    BOOK,
    MENU,
    VOTE,
    Talk,
    book,
    expecting,
    flow,
    rule,
    say,
    step,
)

EVE = "24/12/2026"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        pytest.param(
            ["rdv", EVE, "matin", "oui"], ["day?", "part?", "sure?", "Noté."], id="straight"
        ),
        pytest.param(
            ["rdv", EVE, "soir", "non", "25/12", "1", "yes"],
            ["day?", "part?", "sure?", "day?", "part?", "sure?", "Noté."],
            id="a no goes back",
        ),
        pytest.param(
            ["rdv", "jamais", "jamais", EVE],
            ["day?", "Ex.: 24/12", "Ex.: 24/12", "part?"],
            id="an answer is asked again",
        ),
        pytest.param(
            ["rdv", "a", "b", "c", EVE],
            ["day?", "Ex.: 24/12", "Ex.: 24/12", "Appelez-nous.", "Pardon?"],
            id="the third misunderstanding is the last",
        ),
        pytest.param(
            ["rdv", EVE, "midi", "nuit"],
            ["day?", "part?", "part?", "Appelez-nous."],
            id="without `invalid` the question is put again",
        ),
        pytest.param(
            ["rdv", "x", "x", EVE, "x", "matin"],
            ["day?", "Ex.: 24/12", "Ex.: 24/12", "part?", "part?", "sure?"],
            id="each question counts its own misunderstandings",
        ),
        pytest.param(["rdv", "vote 3"], ["day?", "Ex.: 24/12"], id="other rules wait"),
        pytest.param(
            ["rdv", "menu", EVE], ["day?", "RDV ou VOTE.", "part?"], id="a rule that interrupts"
        ),
        pytest.param(
            ["rdv", EVE, "recommencer", EVE],
            ["day?", "part?", "day?", "part?"],
            id="a conversation that interrupts takes its place",
        ),
        pytest.param(["rdv", "fin", EVE], ["day?", "ended", "Pardon?"], id="FIN ends it"),
        pytest.param(["rdv", "cancel"], ["day?", "ended"], id="CANCEL ends it"),
        pytest.param(["fin"], ["stopped"], id="FIN outside of one opts out"),
        pytest.param(["rdv", "fin", "fin"], ["day?", "ended", "stopped"], id="FIN, then FIN"),
        pytest.param(
            ["rdv", "stop", "start", EVE],
            ["day?", "stopped", "started", "Pardon?"],
            id="STOP ends it with everything",
        ),
        pytest.param(["rdv", "aide", EVE], ["day?", "help", "part?"], id="HELP leaves it open"),
        pytest.param(
            ["vote 3", "vote", "vote 9", "vote trois svp"],
            ["Compté.", "1 à 5.", "1 à 5.", "Compté."],
            id="what follows a keyword",
        ),
        pytest.param(
            ["rabais", "oui", "rabais"],
            ["confirmed?", "Bienvenue.", "Bienvenue."],
            id="who is on the list is not asked",
        ),
        pytest.param(
            ["rabais", "non"], ["confirmed?", "(gave_up)"], id="who says no is left alone"
        ),
    ],
)
def test_a_talk(texts: list[str], said: list[str]) -> None:
    assert Talk().all(texts) == said


def test_what_was_answered_is_kept_and_seen() -> None:
    talk = Talk()
    talk.all(["rdv", EVE, "soir", "oui"])

    captured = {"day": date(2026, 12, 24), "part": "evening", "sure": "yes"}
    assert talk.last.answer is not None
    assert talk.last.answer.captured == captured
    assert captured.items() <= talk.last.names.items()
    assert talk.conversation.position is None


def test_a_question_sees_what_was_answered_before() -> None:
    talk = Talk()
    talk.all(["rdv", EVE])

    assert talk.last.names["day"] == date(2026, 12, 24)


def test_a_vote_counts_once() -> None:
    talk = Talk()
    talk.text("VOTE 3!")

    assert talk.last.answer is not None
    assert (talk.last.answer.rule, talk.last.answer.captured) == ("vote", {"choice": 3})
    assert talk.last.answer.once


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(29, ""), (30, "Trop tard.")],
)
def test_an_answer_is_waited_for_so_long(minutes: int, said: str) -> None:
    talk = Talk()
    talk.text("rdv")

    assert talk.wait(minutes=minutes) == said
    assert talk.text(EVE) == ("Pardon?" if said else "part?")


def test_each_answer_begins_the_time_anew() -> None:
    talk = Talk()
    talk.text("rdv")
    talk.wait(minutes=20)
    talk.text("nonsense")

    assert talk.wait(minutes=20) == ""
    assert talk.wait(minutes=10) == "Trop tard."


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(Subscriber(ANA, opted_out=True), id="opted out"),
        pytest.param(Subscriber(ANA, blocked=True), id="blocked"),
    ],
)
def test_who_is_not_answered_is_not_told_that_it_is_too_late(person: Subscriber) -> None:
    talk = Talk()
    talk.text("rdv")
    talk.subscriber = person

    assert talk.wait(hours=1) == "(timed_out)"
    assert talk.conversation.position is None


def edited(rule: Rule) -> Rulebook:
    return Rulebook((rule, *(one for one in BOOK.rules if one.id != rule.id)), lists=BOOK.lists)


@pytest.mark.parametrize(
    ("rulebook", "text", "said"),
    [
        pytest.param(
            edited(replace(APPOINTMENT, flow=flow(step("who", expecting(Kind.TEXT))))),
            EVE,
            "changed",
            id="other questions",
        ),
        pytest.param(edited(replace(APPOINTMENT, flow=None)), EVE, "changed", id="no questions"),
        pytest.param(book(VOTE), EVE, "changed", id="the rule is gone"),
        pytest.param(book(VOTE), "vote 2", "Compté.", id="a rule answers the text"),
        pytest.param(
            edited(replace(APPOINTMENT, reply=say("Réservé."))), EVE, "part?", id="other words"
        ),
    ],
)
def test_a_conversation_that_began_under_older_steps(
    rulebook: Rulebook, text: str, said: str
) -> None:
    talk = Talk()
    talk.text("rdv")
    talk.rulebook = rulebook

    assert talk.text(text) == said


def test_a_late_answer_leaves_the_question_open() -> None:
    talk = Talk()
    talk.text("rdv")

    assert talk.text(EVE, age=3600) == "(late)"
    assert talk.text(EVE) == "part?"


def test_at_the_limit_of_replies_a_question_stays_where_it_was() -> None:
    """INV-29."""
    talk = Talk(policy=POLICY)
    talk.all(["rdv", "x", "x", EVE])
    talk.all(["menu", "menu", "menu"])

    assert talk.text("matin") == "(loop)"
    talk.now += timedelta(minutes=2)
    assert talk.text("matin") == "sure?"


@pytest.mark.parametrize(
    ("hour", "said"),
    [(23, "Bonne nuit."), (3, "Bonne nuit."), (12, "Soleil.")],
)
def test_a_condition_that_fails_leaves_it_to_the_next_rule(hour: int, said: str) -> None:
    talk = Talk(now=datetime(2026, 3, 2, hour, 0, tzinfo=UTC))

    assert talk.text("météo") == said


def test_what_does_not_follow_leaves_it_to_the_next_rule() -> None:
    silent = replace(VOTE, invalid=None)
    talk = Talk(rulebook=book(silent, rule("how", "vote", reply="VOTE 1 à 5.")))

    assert talk.all(["vote 2", "vote", "vote 7"]) == ["Compté.", "VOTE 1 à 5.", "VOTE 1 à 5."]


@pytest.mark.parametrize(
    ("action", "person"),
    [
        (Tag(("vip",)), {"tags": frozenset({"vip"})}),
        (Block(), {"blocked": True}),
        (Leave("deals"), {"lists": frozenset()}),
    ],
)
def test_a_verb_that_changes_the_person(action: Block, person: dict[str, object]) -> None:
    doing = rule("doing", "fais", reply="Fait.", actions=(action,))
    talk = Talk(rulebook=book(doing), subscriber=Subscriber(ANA, lists=frozenset({"deals"})))

    assert talk.text("fais") == "Fait."
    assert {name: getattr(talk.subscriber, name) for name in person} == person
    assert talk.last.actions == ()


@pytest.mark.parametrize(
    "action",
    [Remember({"last": "{{ rest }}"}), Emit("voted"), Later(timedelta(hours=1), say("Alors?"))],
)
def test_a_verb_that_is_left_to_who_carries_it_out(action: Emit) -> None:
    talk = Talk(rulebook=book(rule("doing", "fais", reply="Fait.", actions=(action,))))
    talk.text("fais")

    assert talk.last.actions == (action,)


def test_a_blocked_number_is_not_answered_but_its_stop_counts() -> None:
    talk = Talk(subscriber=Subscriber(ANA, blocked=True))

    assert talk.all(["météo", "aide", "stop"]) == ["(blocked)", "(help)", "(stop)"]
    assert talk.subscriber.opted_out


def test_a_person_takes_over() -> None:
    handing = rule("human", "humain", reply="Un instant.", actions=(HandOver(None),))
    talk = Talk(rulebook=book(handing, MENU))

    assert talk.all(["humain", "menu"]) == ["Un instant.", "(taken_over)"]
    talk.now += timedelta(minutes=31)
    assert talk.text("menu") == "RDV ou VOTE."


def test_a_rule_goes_on_with_another() -> None:
    starting = rule("starting", "bonjour", reply="Bienvenue.", actions=(Start("appointment"),))
    talk = Talk(rulebook=book(starting, APPOINTMENT))

    assert talk.all(["bonjour", EVE]) == ["Bienvenue. + day?", "part?"]


def test_an_address_is_asked_first() -> None:
    lookup = Lookup(
        "https://api.example/?q={{ town }}",
        (("sky", expecting(Kind.TEXT)),),
        say("Plus tard."),
        timedelta(seconds=3),
    )
    asking = replace(
        rule("sky", "ciel", reply="{{ sky }}", actions=(lookup, Tag(("sky",)))),
        fields=(rule_field := VOTE.fields[0],),
    )
    talk = Talk(rulebook=book(asking))

    assert talk.text("ciel 3") == "(lookup)"
    told = talk.last.asking
    assert told is not None
    assert (told.lookup, told.captured) == (lookup, {rule_field.name: 3})
    turn = talk.turn("ciel 3")
    found = conclude(turn, "sky", told.captured, {"sky": "bleu"}, told.language)
    silent = conclude(turn, "sky", told.captured, None, told.language)
    assert found.replies[0].message == say("{{ sky }}")
    assert found.names["sky"] == "bleu"
    assert found.subscriber.tags == {"sky"}
    assert found.answer is not None
    assert silent.replies[0].message == say("Plus tard.")
    assert silent.subscriber.tags == frozenset()
    assert silent.answer is None


def test_nobody_else_learns_what_one_person_answered() -> None:
    talk = Talk()
    talk.all(["rdv", EVE])
    other = Talk()
    other.text("rdv")

    assert "day" not in other.last.names
    assert other.conversation.position is not None
    assert other.conversation.position.answers == {}


def test_a_clockwork_is_no_person() -> None:
    talk = Talk()
    said = []
    for _ in range(10):
        said.append(talk.text("menu"))
        talk.now += timedelta(minutes=1)

    assert said[0] == "RDV ou VOTE."
    assert said[-1] == "(robot)"
    first = [one.why.detail.get("first") for one in talk.decisions if one.why.reason == "robot"]
    assert first[0] is True
    assert not any(first[1:])
    assert talk.last.status is InboundStatus.IGNORED


def test_what_an_address_said_is_not_passed_on_once_a_person_answers() -> None:
    talk = Talk(rulebook=book(MENU))
    talk.conversation = replace(talk.conversation, silent_until=talk.now + timedelta(minutes=5))

    assert conclude(talk.turn("menu"), "menu", {}, {"sky": "bleu"}, "fr").replies == ()
