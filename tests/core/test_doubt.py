"""INV-12: who probably wants no more messages is asked once; what is answered, holds."""

from dataclasses import replace

import pytest

from bot.core.policy import Confirming
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase
from tests.core.talking import DEALS, GENEROUS, Talk, rule

UNSURE, LEFT = "arrêtez de m'écrire", "stopped"


@pytest.mark.parametrize(
    ("texts", "said", "opted_out", "unsure"),
    [
        pytest.param([UNSURE], ["unsure"], False, True, id="it is asked back"),
        pytest.param([UNSURE, "oui"], ["unsure", LEFT], True, False, id="yes"),
        pytest.param([UNSURE, "Oui svp"], ["unsure", LEFT], True, False, id="yes, politely"),
        pytest.param([UNSURE, "STOP"], ["unsure", LEFT], True, False, id="the word"),
        pytest.param([UNSURE, "fin"], ["unsure", LEFT], True, False, id="another word"),
        pytest.param(
            [UNSURE, "leave me alone!!"], ["unsure", LEFT], True, False, id="said again: it is so"
        ),
        pytest.param([UNSURE, "non"], ["unsure", "kept"], False, False, id="no"),
        pytest.param([UNSURE, "START"], ["unsure", "started"], False, False, id="START"),
        pytest.param([UNSURE, "vote 3"], ["unsure", "Compté."], False, True, id="something else"),
        pytest.param(
            [UNSURE, "vote 3", "oui"],
            ["unsure", "Compté.", "Pardon?"],
            False,
            True,
            id="a later yes answers something else",
        ),
    ],
)
def test_a_doubt(texts: list[str], said: list[str], *, opted_out: bool, unsure: bool) -> None:
    talk = Talk()

    for text, answer in zip(texts, said, strict=True):
        assert talk.text(text) == answer
        talk.wait(minutes=1)
    assert talk.subscriber.opted_out is opted_out
    assert (talk.subscriber.unsure_at is not None) is unsure


def test_the_operator_is_told() -> None:
    talk = Talk()
    talk.text(UNSURE)

    assert talk.last.why.reason == "unsure"
    assert talk.last.why.detail["first"]


@pytest.mark.parametrize(
    ("asking", "answer", "languages"),
    [
        pytest.param("stop texting me", "yes", {"en"}, id="yes"),
        pytest.param("stop texting me", "no", {"en"}, id="no"),
        pytest.param(UNSURE, "oui", {"fr"}, id="oui"),
        pytest.param(UNSURE, "ok", {"fr"}, id="what is in both, in the usual one"),
        pytest.param("stop texting me", "leave me alone", {"en"}, id="once more"),
    ],
)
def test_the_language_of_an_answer(asking: str, answer: str, languages: set[str]) -> None:
    talk = Talk()
    talk.text(asking)
    talk.text(answer)

    assert set(talk.last.replies[0].languages) == languages


@pytest.mark.parametrize(
    "text",
    ["STOP rabais et nouvelles", "stop nouvelles rabais meteo", "stop le rabais du jour"],
)
def test_more_than_the_name_of_a_list_is_asked_about(text: str) -> None:
    talk = Talk()

    assert talk.text(text) == "unsure"


@pytest.mark.parametrize("text", ["STOP PUB ET INFOS", "stop rabais et tout"])
def test_a_row_of_things_with_everything_in_it(text: str) -> None:
    talk = Talk()

    assert talk.text(text) == "stopped"


@pytest.mark.parametrize("age", [3600.0, 86400.0 * 20])
def test_it_counts_also_where_it_is_read_too_late_to_be_asked_back(age: float) -> None:
    talk = Talk()
    talk.text(UNSURE, age=age)

    assert talk.subscriber.unsure_at is not None
    assert talk.last.replies == ()


def test_a_question_that_is_open_stays_open() -> None:
    talk = Talk()

    assert talk.all(["rdv", UNSURE, "non", "24/12"]) == ["day?", "unsure", "kept", "part?"]


def test_a_rule_that_knows_the_very_words_answers() -> None:
    talk = Talk(Rulebook((rule("song", "leave me alone", reply="Michael Jackson."),)))

    assert talk.text("Leave me alone!") == "Michael Jackson."
    assert talk.text("leave me alone please now") == "unsure"


def test_who_is_opted_out_already_is_not_asked() -> None:
    talk = Talk()

    assert talk.all(["STOP", UNSURE]) == ["stopped", "(stop)"]


@pytest.mark.parametrize(
    ("confirming", "said"),
    [
        pytest.param(Confirming.ONCE, ["stopped", "(stop)", "(stop)"], id="once"),
        pytest.param(Confirming.EACH, ["stopped", "stopped", "stopped"], id="each, short codes"),
        pytest.param(Confirming.NEVER, ["(stop)", "(stop)", "(stop)"], id="the carrier does it"),
    ],
)
def test_how_often_an_opt_out_is_confirmed(confirming: Confirming, said: list[str]) -> None:
    talk = Talk(policy=replace(GENEROUS, confirm_stop={"vudumobile": confirming}))

    assert talk.all(["STOP", "arrêt", "unsubscribe"]) == said
    assert talk.subscriber.opted_out


def test_the_beginning_of_a_lists_name_calls_it_where_there_is_one() -> None:
    names = (Phrase("weather alerts", ("weather", "alerts")),)
    weather = replace(DEALS, id="weather", names=names)
    talk = Talk(Rulebook((), lists={"deals": DEALS, "weather": weather}))
    talk.subscriber = replace(talk.subscriber, lists=frozenset({"deals", "weather"}))

    assert talk.text("stop weather") == "left"
    assert talk.subscriber.lists == {"deals"}
