"""STOP and the name of a list: that list is left, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.core.policy import Limit
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase
from tests.core.deciding import ANA
from tests.core.talking import DEALS, GENEROUS, Talk


@pytest.mark.parametrize(
    ("text", "reason", "said", "lists", "opted_out"),
    [
        pytest.param("STOP RABAIS", "left", "left", set(), False, id="a list"),
        pytest.param("arrêt rabais!", "left", "left", set(), False, id="in French"),
        pytest.param("STOP autre", "stop", "stopped", {"deals"}, True, id="an unknown list"),
        pytest.param("stop rabais svp", "left", "left", set(), False, id="a polite tail"),
        pytest.param("please stop rabais!", "left", "left", set(), False, id="a polite front"),
        pytest.param("fin rabais", "rule", "Pardon?", {"deals"}, False, id="FIN names no list"),
    ],
)
def test_stop_and_a_name(
    text: str, reason: str, said: str, lists: set[str], *, opted_out: bool
) -> None:
    talk = Talk(subscriber=Subscriber(ANA, lists=frozenset({"deals"})))

    assert talk.text(text) == said
    assert talk.last.why.reason == reason
    assert talk.subscriber.lists == frozenset(lists)
    assert talk.subscriber.opted_out is opted_out


def test_who_left_a_list_is_told_even_at_the_limit_of_replies() -> None:
    """INV-29: who was not on it is told within the limit alone."""
    talk = Talk(policy=replace(GENEROUS, per_number=(Limit(1, timedelta(days=1)),)))
    talk.subscriber = replace(talk.subscriber, lists=frozenset({"deals"}))
    talk.text("météo")
    talk.text("stop rabais")

    assert talk.last.replies[0].message_class is MessageClass.OPT_OUT
    assert talk.last.names == {"list": "rabais"}
    talk.text("stop rabais")
    assert (talk.last.why.reason, talk.last.replies) == ("loop", ())


@pytest.mark.parametrize(
    ("text", "chosen", "languages"),
    [
        pytest.param("stop rabais", "", ("fr",), id="the name tells the language"),
        pytest.param("stop deals", "", ("en",), id="in English"),
        pytest.param("stop radio", "", ("fr", "en"), id="the name is in both"),
        pytest.param("stop rabais", "en", ("en", "fr"), id="a language was chosen"),
    ],
)
def test_the_language_in_which_a_list_is_left(
    text: str, chosen: str, languages: tuple[str, ...]
) -> None:
    names = tuple(
        Phrase(name, (name,), frozenset(told))
        for name, told in (("rabais", {"fr"}), ("deals", {"en"}), ("radio", {"fr", "en"}))
    )
    lists = {"deals": replace(DEALS, names=names)}
    talk = Talk(rulebook=Rulebook((), lists=lists), subscriber=Subscriber(ANA, language=chosen))
    talk.text(text)

    assert talk.last.replies[0].languages == languages
