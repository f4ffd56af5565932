"""Patterns: what never decides, what is captured as typed, and what is refused in plain words."""

import re
import time

import pytest
from hypothesis import assume, given, strategies as st

from bot.core.pattern_source import LONGEST, fold_pattern, pattern_problem
from bot.core.patterns import LONGEST_TEXT
from bot.core.plain import Typed, plain, within_punctuation
from bot.core.rules import Match, Trigger
from tests.core.rulebooks import book_of, called, rule


def found(pattern: str, text: str) -> Match | None:
    assert pattern_problem(pattern) is None
    return next(book_of(rule("it", Trigger.PATTERN, pattern)).find(text), None)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("^chanson (.+)$", "CHANSON Mon pays", id="case of the text"),
        pytest.param("^CHANSON ÉTÉ$", "chanson été", id="case of the pattern"),
        pytest.param("^été$", "ete", id="accents of the pattern"),
        pytest.param("^ete$", "Été", id="accents of the text"),
        pytest.param("^e\u0301te\u0301$", "été", id="accents typed apart in the pattern"),
        pytest.param("^été$", "e\u0301te\u0301", id="accents typed apart in the text"),
        pytest.param("^[éè]t[àâ]$", "ETA", id="accents in brackets"),
        pytest.param("^[^é]$", "a", id="another letter"),
        pytest.param("^œuf+$", "oeufff", id="a ligature in the pattern"),
        pytest.param("^oeuf$", "Œuf", id="a ligature in the text"),
        pytest.param("^œ+$", "oeoe", id="a ligature is repeated as a whole"),
        pytest.param("^straße$", "STRASSE", id="one letter that is two"),
        pytest.param("^vote 1$", "ＶＯＴＥ　１", id="full width in the text"),
        pytest.param("^ＶＯＴＥ　１$", "vote 1", id="full width in the pattern"),
        pytest.param("^（x）$", "(x)", id="full-width brackets are no syntax"),
        pytest.param("^l'heure$", "l’heure", id="typographic apostrophe in the text"),
        pytest.param("^l’heure$", "l'heure", id="typographic apostrophe in the pattern"),
        pytest.param("^l´heure$", "l`heure", id="accents typed as apostrophes"),
        pytest.param('^dis "oui"$', "dis «oui»", id="quotes in the text"),
        pytest.param("^dis “oui”$", 'dis "oui"', id="quotes in the pattern"),
        pytest.param("^a-b$", "a–b", id="a dash in the text"),
        pytest.param("^a[–—]b$", "a-b", id="dashes in brackets"),
        pytest.param("^a b$", "a  \t\n b", id="repeated blanks in the text"),
        pytest.param("^a   b$", "a b", id="repeated blanks in the pattern"),
        pytest.param(r"^a \s+b$", "a b", id="blanks written in two ways"),
        pytest.param(r"^a\s{2,}b$", "a b", id="a blank that must be repeated"),
        pytest.param(r"^a\s* ?b$", "ab", id="blanks that may be missing"),
        pytest.param(r"^a\nb$", "a\r\nb", id="a new line"),
        pytest.param(r"^a[\r\n]+b$", "a\nb", id="a new line in brackets"),
        pytest.param(r"^[^\n]+$", "a b", id="anything but a new line"),
        pytest.param("^a\u00a0b$", "a b", id="a no-break space"),
        pytest.param("^ab$", "a\u200bb\ufeff", id="zero-width characters in the text"),
        pytest.param("^a\u200bb$", "ab", id="zero-width characters in the pattern"),
        pytest.param("^ok 👍+$", "ok 👍🏽👍🏿", id="skin tones"),
        pytest.param("^👍🏽$", "👍", id="a skin tone in the pattern"),
        pytest.param("^[👍❤️]$", "❤", id="emoji in brackets"),
        pytest.param("^ok👍$", "OK👍", id="an emoji that touches a word"),
        pytest.param("^[а-яё]+$", "Ёлка", id="a range of Cyrillic letters"),
        pytest.param("^[А-Я]+$", "елка", id="a range of capitals"),
        pytest.param(r"^\pL+$", "éß", id="any letters"),
        pytest.param(r"^\p{Greek}+$", "Ὀδυσσεύς", id="letters of a script"),
        pytest.param(r"^\p{Lu}+$", "abc", id="case does not decide there either"),
        pytest.param(r"^\w+$", "Étéœ", id="word characters after folding"),
        pytest.param(r"\bété\b", "un été chaud", id="word borders after folding"),
        pytest.param(r"^\D+\S+$", "abc", id="escapes in capitals stay what they are"),
        pytest.param(r"^\x41\x{62}$", "ab", id="letters by number"),
        pytest.param(r"^[[:alpha:]é]+$", "été", id="a set by name"),
        pytest.param(r"^[]é]+$", "]e", id="a bracket in brackets"),
        pytest.param(r"^[a\]é-]+$", "a]e-", id="signs in brackets"),
        pytest.param("(?i)^oui$", "OUI", id="case as a flag"),
        pytest.param("^ok$", " ok\n", id="blanks around the text"),
        pytest.param("^ok$", "« OK! »", id="punctuation around the text"),
        pytest.param("^ok!$", "ok!", id="unless the pattern wants it"),
        pytest.param("ok", "that is ok then", id="in the middle"),
        pytest.param("^a.b$", "a\ud800b", id="a lone surrogate is a blank"),
        pytest.param("^ab$", "a\x00b", id="NUL is nothing"),
        pytest.param("^a\\.b$", "a.b", id="an escaped sign"),
        pytest.param("^d'été à l’œil$", "D’ETE A L'ŒIL", id="all at once"),
    ],
)
def test_what_never_decides(pattern, text):
    assert found(pattern, text) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        pytest.param("^ok$", "ok 👍", id="an emoji is no punctuation"),
        pytest.param("^ok$", "ok then", id="more words"),
        pytest.param(r"^\D$", "5", id="no figure"),
        pytest.param(r"^[^é]$", "E", id="not this letter, however it is typed"),
        pytest.param(r"^\S+$", "a b", id="no blank"),
        pytest.param("^a b$", "ab", id="a blank is needed"),
        pytest.param("^a.b$", "a\x00b", id="NUL is not one character"),
        pytest.param("x", "", id="an empty text"),
        pytest.param("x", " \n", id="a blank text"),
        pytest.param("!", "ok", id="punctuation that is not there"),
    ],
)
def test_what_does_decide(pattern, text):
    assert found(pattern, text) is None


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        pytest.param(
            r"^(?:chanson|song)\s+(?P<title>.+)$",
            "  CHANSON   L’Été  indien! ",
            {"title": "L’Été  indien!"},
            id="as typed, with its punctuation",
        ),
        pytest.param("^(?P<a>ok)$", "OK!", {"a": "OK"}, id="without what was in the way"),
        pytest.param("^(?P<a>.)(?P<b>.)$", "e\u0301e", {"a": "e\u0301", "b": "e"}, id="accents"),
        pytest.param("^(?P<a>.)(?P<b>.)$", "œ", {"a": "œ", "b": "œ"}, id="half a character"),
        pytest.param("^(?P<a>👍+)", "👍🏽👍🏿 ok", {"a": "👍🏽👍🏿"}, id="with skin tones"),
        pytest.param(
            "^(?P<a>a|)(?P<b>b)?c$", "c", {"a": "", "b": ""}, id="empty and missing groups"
        ),
        pytest.param(
            r"(?P<h>\d{1,2})h(?P<m>\d\d)?", "à 14h30", {"h": "14", "m": "30"}, id="in the middle"
        ),
        pytest.param("(?<a>x)", "X", {"a": "X"}, id="named in the other way"),
        pytest.param("(x)(y)", "xy", {}, id="groups without a name"),
        pytest.param("^(?P<a>.+) (?P<b>.+)$", "a\n \nb", {"a": "a", "b": "b"}, id="lines"),
        pytest.param(
            "^(?P<a>b)$", "a\u0301\u200b…b?!", None, id="what is before it is no punctuation"
        ),
        pytest.param("^(?P<a>b)$", "\u200b…\u0301b\u200b?!", {"a": "b"}, id="invisible around it"),
        pytest.param("(?P<a>.)$", "x\ud83d", {"a": "x"}, id="a lone surrogate at the end"),
    ],
)
def test_what_is_captured_is_as_typed(pattern, text, groups):
    match = found(pattern, text)

    assert (match and match.groups) == groups
    assert match is None or match.rest == ""


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        pytest.param("(?=a)b", "(?= looks ahead or behind", id="look-ahead"),
        pytest.param("a(?!b)", "(?! looks ahead or behind", id="negative look-ahead"),
        pytest.param("(?<=a)b", "(?<= looks ahead or behind", id="look-behind"),
        pytest.param("(?<!a)b", "(?<! looks ahead or behind", id="negative look-behind"),
        pytest.param(r"(a)\1", "refer to what it has captured", id="back-reference"),
        pytest.param("(?P<a>x)(?P=a)", "refer to what it has captured", id="by name"),
        pytest.param(r"(?P<a>x)\k<a>", "refer to what it has captured", id="in another way"),
        pytest.param("(a", "a ( is never closed", id="an open group"),
        pytest.param("a)", "a ) closes nothing", id="a group that was never opened"),
        pytest.param("[a", "a [ is never closed", id="open brackets"),
        pytest.param("a{1001}", "a repetition is above 1000", id="a large repetition"),
        pytest.param("(?:a{100}){100}", "a repetition is above 1000", id="two that multiply"),
        pytest.param("a{3,2}", "a repetition is above 1000, or", id="its ends reversed"),
        pytest.param("*a", "has nothing before it", id="nothing is repeated"),
        pytest.param("a**", "two repetitions follow each other", id="repeated twice"),
        pytest.param("a++", "two repetitions follow each other", id="possessive"),
        pytest.param("a\\", "a \\ stands at the end", id="a last backslash"),
        pytest.param("a*", "found in every text", id="it may be empty"),
        pytest.param("", "found in every text", id="it is empty"),
        pytest.param("^$", "found in every text, even in an empty one", id="nothing but ends"),
        pytest.param("\u200b", "found in every text", id="it has nothing visible"),
        pytest.param("(?P<é>a)", "the name of a group is no name", id="a name with an accent"),
        pytest.param(
            "(?P<1st>a)", "the name of a group is no name", id="a name with a digit first"
        ),
        pytest.param("(?P<a b>a)", "the name of a group is no name", id="a name of two words"),
        pytest.param("(?P<a", "the name of a group is no name", id="a name without an end"),
        pytest.param("(?P<a>x)|(?P<a>y)", "two groups have the name 'a'", id="a name twice"),
        pytest.param("(?>a)", "(?> means nothing here", id="an atomic group"),
        pytest.param("(?#a)b", "(?# means nothing here", id="a comment"),
        pytest.param("(?x)a", "(?x means nothing here", id="verbose"),
        pytest.param("(?-i)A", "case, which never decides here", id="case turned on"),
        pytest.param("(?s-i:A)", "case, which never decides here", id="in a group"),
        pytest.param(r"\Qa.b\E", r"\Q is not read here", id="quoting"),
        pytest.param(r"\C", r"\C would cut characters in two", id="bytes"),
        pytest.param(r"a\Z", r"\Z means nothing here", id="Python's end"),
        pytest.param(r"\h", r"\h means nothing here", id="another language's escape"),
        pytest.param(r"\é", r"\é means nothing here", id="an escaped letter"),
        pytest.param("[z-a]", "z-a means nothing here", id="a range upside down"),
        pytest.param(r"\p{Klingon}", r"\p{Klingon} means nothing here", id="an unknown script"),
        pytest.param("[[:letter:]]", "[:letter:] means nothing here", id="an unknown set"),
        pytest.param("[a-zà-ÿ]", "the range with 'à' would be another", id="a range of accents"),
        pytest.param(r"[à\-é-z]", "the range with 'é' would be another", id="one end of a range"),
        pytest.param("[œ]", "'œ' is read as 'oe'", id="a ligature in brackets"),
        pytest.param("[\u200b\u0301]", "nothing is left of", id="nothing visible in brackets"),
        pytest.param(r"\xe9", r"\xe9 is a character that folded texts do not", id="é by number"),
        pytest.param(r"\x{00E9}", r"\x{00E9} is a character that", id="with braces"),
        pytest.param(r"[^\x00-\x7f]", r"\x00 is a character that", id="all that is not ASCII"),
        pytest.param(r"\x{110000}", r"\x{110000} is a character that", id="beyond Unicode"),
        pytest.param("(?", "(? means nothing here", id="half a group"),
        pytest.param("a" * (LONGEST + 1), "1,000 characters at most", id="a long pattern"),
        pytest.param(r"\pL{1000}", "the pattern is too large", id="a large pattern"),
    ],
)
def test_what_is_refused_in_plain_words(pattern, what):
    problem = pattern_problem(pattern)

    assert problem is not None
    assert what in problem[0]
    assert problem[1]


def test_a_pattern_with_a_problem_calls_nobody_and_disturbs_no_other():
    book = book_of(rule("bad", Trigger.PATTERN, "(?=a)"), rule("good", Trigger.PATTERN, "a"))

    assert called("a", book) == ["good"]


def test_all_patterns_that_a_text_has_are_asked_in_their_order():
    patterns = ["c!$", "^a", "zzz", "b", "^a b c$", r"\d"]
    book = book_of(*(rule(pattern, Trigger.PATTERN, pattern) for pattern in patterns))

    assert called("a b c!", book) == ["c!$", "^a", "b", "^a b c$"]


def test_each_pattern_of_a_rule_tells_its_language():
    book = book_of(
        rule("song", Trigger.PATTERN, "^chanson", languages=["fr"]),
        rule("both", Trigger.PATTERN, "^song|^chanson", languages=["fr", "en"]),
    )

    assert [match.language for match in book.find("chanson")] == ["fr", ""]
    assert [match.phrase and match.phrase.written for match in book.find("song")] == [
        "^song|^chanson"
    ]


def test_patterns_see_the_beginning_of_a_long_text():
    assert found("b$", "a" * (LONGEST_TEXT - 1) + "b" + "c" * 10) is not None
    assert found("b", "a" * LONGEST_TEXT + "b") is None


def test_more_patterns_than_one_set_can_hold():
    book = book_of(
        *(
            rule(f"r{n}", Trigger.PATTERN, rf"^concours numero {n} (?P<x>\w+)$")
            for n in range(9_000)
        )
    )

    for number in (0, 4_321, 8_999):
        [match] = book.find(f"Concours numéro {number} été")
        assert (match.rule.id, match.groups) == (f"r{number}", {"x": "été"})


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(a+)+$", id="nested repetitions"),
        pytest.param("(a|aa)+b$", id="ambiguous choices"),
        pytest.param("(.*)*x", id="anything, repeated"),
        pytest.param("(?:a?){100}a{100}b", id="optional letters"),
        pytest.param(".{500}b.{400}c", id="counted characters"),
    ],
)
@pytest.mark.parametrize("text", ["a" * LONGEST_TEXT, "ab" * 50_000, "\x00\ud800é" * 33_000])
def test_hostile_texts_cost_little(pattern, text):
    book = book_of(rule("it", Trigger.PATTERN, f"x|{pattern}"))
    begun = time.process_time()

    list(book.find(text))

    assert time.process_time() - begun < 1


anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(anything)
def test_what_is_folded_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)


@given(anything, st.integers(0, 60), st.integers(0, 60))
def test_what_was_typed_for_a_part_is_folded_to_that_part(text, begin, size):
    folded = plain(text)
    part = folded[begin : begin + size]
    assume(all(len(plain(character)) <= 1 for character in text))

    typed = Typed(text).between(begin, begin + len(part))

    assert typed in text
    assert plain(typed) == part.strip()


@given(anything)
def test_within_punctuation_are_all_words(text):
    folded = plain(text)
    begin, end = within_punctuation(folded)

    assert 0 <= begin <= end <= len(folded)
    assert not re.search(r"[^\W_]", folded[:begin] + folded[end:])


@given(st.text("aé([{?P<n>*\\.|^$-]œ 0,}:x’", max_size=12), anything)
def test_any_pattern_is_folded_or_refused(pattern, text):
    if pattern_problem(pattern) is None:
        folded = fold_pattern(pattern)
        assert fold_pattern(folded) == folded
        list(book_of(rule("it", Trigger.PATTERN, pattern)).find(text))


pieces = st.sampled_from(
    [
        "a",
        "b",
        "é",
        "’",
        " ",
        r"\s+",
        "[ab]",
        "[^é]",
        ".",
        r"\d",
        "(a|b)",
        "(?P<n>.+)",
        "x?",
        "^",
        "$",
    ]
)


@given(st.lists(pieces, min_size=1, max_size=5), st.text("abéE’'  1!👍\u0301", max_size=8))
def test_re2_and_python_agree_about_folded_patterns_and_texts(drawn, text):
    pattern = "".join(drawn)
    assume(pattern.count("?P<n>") <= 1 and pattern_problem(pattern) is None)
    folded = plain(text)
    begin, end = within_punctuation(folded)
    source = re.compile(fold_pattern(pattern).replace("$", r"\Z"), re.IGNORECASE)

    seen = [one for one in (folded, folded[begin:end]) if one and source.search(one)]
    match = found(pattern, text)

    assert (match is not None) is bool(seen)
    if match and match.groups:
        expected = source.search(seen[0])
        assert expected is not None
        assert plain(match.groups["n"]) == plain(expected["n"])
