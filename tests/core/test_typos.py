"""Slips of the thumb: what is forgiven, and what is never guessed."""

import random
import string
import time
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from bot.core.builtin_words import VOCABULARY, read_builtin
from bot.core.neighbourhood import Neighbourhood
from bot.core.rulebook import Rulebook
from bot.core.rules import Phrase, Rule, Trigger
from tests.core.rulebooks import NIGHT, book_of, called, osa, rule


def forgiving(name: str, *keywords: str) -> Rule:
    return rule(name, Trigger.KEYWORD, *keywords, typos=True)


BOOK = book_of(
    forgiving("weather", "météo", "weather"),
    forgiving("coast", "météo côte"),
    forgiving("appointment", "rendez-vous"),
    forgiving("win", "concours"),
    forgiving("vote", "vote", "vote1"),
    forgiving("tea", "thé"),
    forgiving("cup", "my cup"),
    forgiving("stop", "stoppeur"),
    forgiving("russian", "погода"),
    rule("strict", Trigger.KEYWORD, "horaire"),
    rule("pattern", Trigger.PATTERN, "^xyz$"),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("meto", "weather", id="a letter missing"),
        pytest.param("metteo", "weather", id="a letter too much"),
        pytest.param("meteu", "weather", id="a wrong letter"),
        pytest.param("mteéo", "weather", id="two letters swapped"),
        pytest.param("neteo", "weather", id="the first letter"),
        pytest.param("etéo", "weather", id="the first letter missing"),
        pytest.param("meteop", "weather", id="a letter behind"),
        pytest.param("mtoe", "", id="two slips in a short word"),
        pytest.param("METO svp!", "weather", id="words behind it"),
        pytest.param("la meto", "", id="words before it"),
        pytest.param("concor", "win", id="two slips in a long word"),
        pytest.param("oncorus", "win", id="one of them at the beginning"),
        pytest.param("ocncorus", "win", id="two pairs swapped"),
        pytest.param("conkor", "", id="three slips"),
        pytest.param("wheather", "weather", id="one slip in seven letters"),
        pytest.param("wheater", "", id="two slips in seven letters"),
        pytest.param("rende vouz", "appointment", id="a slip in each of two words"),
        pytest.param("rendezvous", "", id="a blank is no letter"),
        pytest.param("meto cotte", "coast", id="a longer keyword first"),
        pytest.param("météo cotte", "weather", id="but what is typed right is asked before it"),
        pytest.param("te", "", id="a word of three letters has none"),
        pytest.param("my cup", "cup", id="it is only typed right"),
        pytest.param("my cop", "", id="also beside another"),
        pytest.param("voet1", "", id="a keyword with a digit has none"),
        pytest.param("vote2", "", id="and a typed digit is none"),
        pytest.param("vtoe", "vote", id="four letters"),
        pytest.param("пагода", "russian", id="another script"),
        pytest.param("horaires", "", id="a rule that did not ask for it"),
        pytest.param("m", "", id="one letter"),
        pytest.param("", "", id="nothing"),
        pytest.param("stopeur", "stop", id="nearer than a built-in word"),
        pytest.param("stoppe", "", id="not nearer than STOPP"),
    ],
)
def test_what_is_forgiven(text, expected):
    found = next(BOOK.find(text), None)

    assert (found.rule.id if found else "") == expected


def test_a_misspelled_keyword_says_so_and_what_follows():
    found = next(BOOK.find("Rende vouz: Demain, 8:00"))

    assert (found.misspelled, found.rest) == (True, "Demain, 8:00")
    assert found.phrase is not None
    assert found.phrase.written == "rendez-vous"


@pytest.mark.parametrize(
    ("rules", "text", "expected"),
    [
        pytest.param([forgiving("a", "note"), forgiving("b", "vote")], "dote", [], id="a tie"),
        pytest.param(
            [forgiving("a", "concerto"), forgiving("b", "concerts")],
            "concertr",
            [],
            id="a tie of long words",
        ),
        pytest.param(
            [forgiving("a", "concerto"), forgiving("b", "concours")],
            "concert",
            ["a"],
            id="nearer beats farther",
        ),
        pytest.param(
            [forgiving("a", "note"), rule("b", Trigger.KEYWORD, "vote")],
            "dote",
            ["a"],
            id="a keyword that forgives nothing is not meant",
        ),
        pytest.param(
            [forgiving("a", "note"), rule("b", Trigger.KEYWORD, "vote", when=NIGHT)],
            "vote 5",
            ["b"],
            id="what is typed right is no slip",
        ),
        pytest.param(
            [forgiving("a", "note"), rule("b", Trigger.EXACTLY, "vote oui")],
            "vote oui",
            ["b"],
            id="nor is a whole text",
        ),
        pytest.param(
            [forgiving("a", "metro"), forgiving("b", "meteo cote")],
            "meteo cote",
            ["b"],
            id="nor a part of what is typed right",
        ),
        pytest.param(
            [rule("a", Trigger.KEYWORD, "vote"), forgiving("b", "vote rouge")],
            "vote ruoge",
            ["a", "b"],
            id="a longer one may be meant beside a shorter one",
        ),
        pytest.param(
            [forgiving("a", "vote rouge"), forgiving("b", "vote rogne"), forgiving("c", "vote")],
            "vtoe rouqe",
            ["a", "c"],
            id="then what its first words mean",
        ),
        pytest.param(
            [forgiving("a", "vote rouge"), forgiving("b", "vote bouge"), forgiving("c", "vote")],
            "vtoe gouge",
            ["c"],
            id="also where the longer ones tie",
        ),
        pytest.param(
            [forgiving("a", "vote"), rule("b", Trigger.KEYWORD, "vote", typos=True, when=NIGHT)],
            "vtoe",
            ["b", "a"],
            id="equal words are no tie",
        ),
        pytest.param(
            [forgiving("a", "vote", "note")], "dote", ["a"], id="two words of a rule are no tie"
        ),
        pytest.param(
            [forgiving("a", "vote", "note"), forgiving("b", "note")],
            "dote",
            [],
            id="unless one is another rule's, too",
        ),
        pytest.param(
            [forgiving("a", "vote"), rule("b", Trigger.KEYWORD, "vote")],
            "vtoe",
            ["a"],
            id="of equal words only the rule that forgives",
        ),
    ],
)
def test_nothing_is_guessed(rules, text, expected):
    assert called(text, Rulebook(tuple(rules))) == expected


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        pytest.param("listt", "", id="as near to both words"),
        pytest.param("lisste", "fr", id="nearer to one"),
    ],
)
def test_a_language_is_not_guessed_either(typed, language):
    plain = forgiving("news", "x")
    phrases = (
        Phrase("liste", ("liste",), frozenset({"fr"})),
        Phrase("lists", ("lists",), frozenset({"en"})),
    )
    [found] = book_of(replace(plain, phrases=phrases)).find(typed)

    assert found.language == language


@pytest.mark.parametrize(
    ("keyword", "typed", "answers"),
    [
        pytest.param("shop", "sop", False, id="as near to STOP"),
        pytest.param("shop", "stop", False, id="STOP itself"),
        pytest.param("shop", "sthop", False, id="a letter too much in either"),
        pytest.param("shop", "shoop", False, id="doubled letters count as one in STOP"),
        pytest.param("shop", "stoop", False, id="STOP with a doubled letter"),
        pytest.param("shop", "ship", True, id="two slips from STOP"),
        pytest.param("shop", "hsop", True, id="swapped: two slips from STOP"),
        pytest.param("stage", "satge", True, id="not near any"),
        pytest.param("stage", "stare", False, id="a slip from START"),
        pytest.param("starts", "strat", False, id="START with a slip"),
        pytest.param("arrets", "aret", False, id="ARRET with its letter once"),
        pytest.param(
            "arrets", "arretss", False, id="ARRET with one letter doubled, another too much"
        ),
        pytest.param("fines", "finees", True, id="nearer to the keyword"),
        pytest.param("finn", "fin", False, id="FIN"),
        pytest.param("finir", "finr", False, id="a slip from FIN"),
        pytest.param("infos", "inofs", True, id="two slips from INFO"),
        pytest.param("infos", "info", False, id="INFO that no rule claims"),
        pytest.param("infos", "nfo", False, id="a slip from INFO"),
        pytest.param("aider", "aidr", False, id="a slip from AIDE"),
        pytest.param("helpers", "helppers", True, id="far from HELP"),
        pytest.param("shop rouge", "sop rouge", False, id="STOP and the name of a list"),
        pytest.param("radio shop", "radio sop", False, id="in another place, too"),
        pytest.param("radio shop", "raadio shop", True, id="beside a word that looks like one"),
        pytest.param("opt outre", "opt oute", False, id="OPT OUT with a letter too much"),
        pytest.param("opte tout", "opt tout", False, id="OPT OUT with another"),
    ],
)
def test_no_slip_leads_to_a_built_in_word_nor_away_from_one(keyword, typed, answers):
    """INV-12: who slips on STOP is not answered as if another word was meant."""
    assert called(typed, book_of(forgiving("it", keyword))) == (["it"] if answers else [])


@pytest.mark.parametrize("word", sorted(VOCABULARY))
def test_one_slip_from_a_built_in_word_is_never_answered_as_another_word(word):
    """INV-12, with every keyword that is as near as can be."""
    near = [one for one in _one_slip_from(word.replace(" ", "")) if read_builtin([one]) is None]
    book = book_of(*(forgiving(keyword, keyword) for keyword in near))

    for typed in near[::7]:
        assert [name for name in called(typed, book) if name != typed] == []


def _one_slip_from(word: str) -> list[str]:
    letters, cuts = string.ascii_lowercase, range(len(word) + 1)
    return sorted(
        {word[:cut] + letter + word[cut:] for cut in cuts for letter in letters}
        | {word[:cut] + letter + word[cut + 1 :] for cut in cuts[:-1] for letter in letters}
        | {word[:cut] + word[cut + 1 :] for cut in cuts[:-1]}
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([forgiving("info", "info")], ["info"], id="claimed with slips"),
        pytest.param(
            [rule("own", Trigger.EXACTLY, "info"), forgiving("infos", "infos")],
            ["infos"],
            id="claimed as a whole text",
        ),
        pytest.param([forgiving("infos", "infos")], [], id="not claimed"),
    ],
)
def test_a_claimed_info_is_a_word_like_others(rules, expected):
    assert called("infs", Rulebook(tuple(rules))) == expected


def test_a_slip_costs_the_same_among_ten_keywords_and_among_three_thousand():
    chance = random.Random(4)
    listed = sorted({"".join(chance.choices(string.ascii_lowercase, k=9)) for _ in range(3_000)})
    texts = [f"{word[1:]} svp" for word in listed[:10]]
    books = [book_of(*(forgiving(one, one) for one in listed[:size])) for size in (10, 3_000)]

    spent = []
    for book in books:
        begun = time.process_time()
        for text in texts * 20:
            assert len(called(text, book)) == 1
        spent.append(time.process_time() - begun)

    assert spent[1] < 10 * spent[0] + 0.05


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 10_000, id="a long word"),
        pytest.param("ab" * 5_000 + " meto", id="a long word first"),
        pytest.param("meto " * 10_000, id="many words"),
        pytest.param("s t o p " * 5_000, id="many letters"),
        pytest.param("क" * 10_000, id="another script"),
    ],
)
def test_hostile_texts_cost_little(text):
    begun = time.process_time()

    list(BOOK.find(text))

    assert time.process_time() - begun < 0.2


letters = st.text("ab", min_size=1, max_size=12)


@given(st.dictionaries(letters, st.integers(0, 2), max_size=8), letters)
def test_a_neighbourhood_has_all_that_are_near(forgiven, typed):
    near = {
        word: osa(word, typed) for word, slips in forgiven.items() if osa(word, typed) <= slips
    }

    assert Neighbourhood(forgiven).of(typed, 2) == {
        word: slips for word, slips in near.items() if forgiven[word]
    }
