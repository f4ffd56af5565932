"""What YAML does to people's texts is told in their words, at the very sign, with what to do."""

import pytest
from hypothesis import given, strategies as st

from bot.yamlfile import Fault, Faults, Value, parse

TEXTS = {"keyword", "examples", "template"}
PROSE = {"reply"}


def read(content: str) -> tuple[Value, list[Fault]]:
    """Give what a file says, as far as it can be read, and what is wrong in it."""
    noted: list[Fault] = []
    try:
        value = parse(content.encode(), "f", texts=TEXTS, prose=PROSE, noted=noted).value
    except Faults as wrong:
        return None, list(wrong.faults)
    return value, sorted(noted)


@pytest.mark.parametrize(
    ("content", "place", "what", "remedy", "meant"),
    [
        pytest.param(
            "reply: Composez le #3",
            *((1, 20), "the text ends before it", "otherwise write a blank behind the `#`"),
            "Composez le",
            id="a number sign",
        ),
        pytest.param(
            "reply: Composez #été maintenant",
            *((1, 17), "the text ends before it", "otherwise write a blank behind the `#`"),
            "Composez",
            id="a hashtag within a text",
        ),
        pytest.param(
            "reply: #3 maintenant",
            *((1, 8), "what begins with `#` is a comment", "otherwise write a blank behind"),
            "#3 maintenant",
            id="a number sign at the beginning",
        ),
        pytest.param(
            "keyword: radio #1", *((1, 16), "is a comment", "quotes"), "radio", id="in a word"
        ),
        pytest.param(
            "reply: {{ rest }}",
            *((1, 8), "`{` begins a mapping", "quotes"),
            "{{ rest }}",
            id="name",
        ),
        pytest.param(
            "reply: {{ rest }} merci",
            *((1, 8), "`{` begins a mapping", '"{{ rest }} merci"'),
            "{{ rest }} merci",
            id="a name and more",
        ),
        pytest.param(
            "reply: {% if rest %}a{% endif %}",
            *((1, 8), "`{` begins a mapping", '"{% if rest'),
            "{% if rest %}a{% endif %}",
            id="a condition",
        ),
        pytest.param(
            'keyword: "\\s+\\d"', *((1, 11), "backslash", "single quotes"), "\\s+\\d", id="\\s"
        ),
        pytest.param(
            'keyword: "\\bmot"', *((1, 10), "control character", "single"), "\x08mot", id="\\b"
        ),
        pytest.param(
            "reply: Bonjour: à demain",
            *((1, 15), "a colon with a blank", '"Bonjour: à demain"'),
            "Bonjour: à demain",
            id="a colon",
        ),
        pytest.param(
            "reply: “Bonjour: à demain”",
            *((1, 16), "a colon with a blank", 'straight quotes (")'),
            "“Bonjour: à demain”",
            id="a colon between typographic quotes",
        ),
        *(
            pytest.param(
                f"reply: {sign}bientôt à tous",
                *((1, 8), f"cannot begin with {sign!r}", f'"{sign}bientôt à tous"'),
                f"{sign}bientôt à tous",
                id=f"a leading {sign}",
            )
            for sign in "*@!&%`>|,]}"
        ),
        pytest.param(
            "reply: * texte", *((1, 8), "cannot begin with '*'", "quotes"), "* texte", id="star"
        ),
        pytest.param(
            "reply: - texte", *((1, 8), "cannot begin with '-'", "[a, b]"), "- texte", id="dash"
        ),
        pytest.param(
            "reply: ? quoi",
            *((1, 8), "cannot begin with '?'", "quotes"),
            "? quoi",
            id="a question",
        ),
        pytest.param(
            "reply: [Promo] 2 pour 1",
            *((1, 8), "cannot begin with '['", '"[Promo] 2 pour 1"'),
            "[Promo] 2 pour 1",
            id="a word in brackets",
        ),
        pytest.param(
            "reply: 'C'est moi'",
            *((1, 10), "an apostrophe within the text", "double quotes"),
            "C'est moi",
            id="an apostrophe between apostrophes",
        ),
        pytest.param(
            "reply: 'L'été: promo'",
            *((1, 10), "an apostrophe within the text", "double quotes"),
            "L'été: promo",
            id="an apostrophe and a colon",
        ),
        pytest.param(
            'reply: "Dites "oui" fort"',
            *((1, 15), "a quote within the text", "single quotes"),
            'Dites "oui" fort',
            id="a quote between quotes",
        ),
        pytest.param(
            "reply: 'Bonjour\nnext: x",
            *((1, 8), "this quote is never closed", "add the quote"),
            "Bonjour",
            id="a quote that is not closed",
        ),
        pytest.param(
            'reply: "Bonjour\nnext: "x"',
            *((1, 8), "this quote is never closed", "add the quote"),
            "Bonjour",
            id="a quote that the next one closes",
        ),
        pytest.param(
            "reply: |\nBonjour à tous\nnext: x",
            *((1, 8), "no text stands below this `|`", "indent each line"),
            "",
            id="no indentation below a bar",
        ),
        pytest.param(
            "reply: |\n  \nnext: x",
            *((1, 8), "no text stands below this `|`", "indent each line"),
            "",
            id="nothing below a bar",
        ),
        pytest.param(
            "reply: |\n    Bonjour\n  à tous\nnext: x",
            *((3, 3), "indented less than the text", "indent all lines of a text alike"),
            "Bonjour\n",
            id="less indentation below a bar",
        ),
        pytest.param(
            "reply: | Bonjour\n  à tous",
            *((1, 10), "a text begins beside its `|`", "on the next line"),
            None,
            id="a text beside its bar",
        ),
        pytest.param(
            "reply: Bonjour\n  - un\n  - deux",
            *((2, 3), "goes on the text above it, without a line break", "put `|`"),
            "Bonjour - un - deux",
            id="a list within a text",
        ),
        pytest.param(
            "keyword:\n  - oui\n  - non\n    si\n",
            *((4, 5), "this line goes on the text above it", "begin it with `- `"),
            ["oui", "non si"],
            id="a word that goes on",
        ),
        pytest.param(
            "reply:\u00a0Bonjour\nnext: x",
            *((1, 7), "a no-break space", "Alt"),
            "Bonjour",
            id="no-break space",
        ),
        pytest.param(
            "reply:Bonjour\nnext: x",
            *((1, 6), "a blank is missing behind this colon", "`reply: Bonjour`"),
            "Bonjour",
            id="no blank behind a colon",
        ),
        pytest.param(
            "reply: Bonjour\nà tous\nnext: x",
            *((2, 1), "this line has no key", "indented further than its key"),
            "Bonjour",
            id="a text that goes on without indentation",
        ),
    ],
)
def test_a_trap_is_told_at_its_sign_and_read_as_it_was_meant(content, place, what, remedy, meant):
    value, faults = read(content)

    assert [(one.line, one.column) for one in faults] == [place]
    assert what in faults[0].what
    assert remedy in faults[0].remedy
    assert meant is None or (isinstance(value, dict) and next(iter(value.values())) == meant)


@pytest.mark.parametrize(
    ("content", "place", "what", "remedy"),
    [
        pytest.param(
            "reply: {fr: Composez le #3, en: Dial 3}",
            *((1, 25), "is a comment", "quotes"),
            id="a number sign between braces",
        ),
        pytest.param(
            "keyword: [radio, #1]", *((1, 18), "is a comment", "quotes"), id="and brackets"
        ),
        pytest.param(
            "keyword: [#1, b]", *((1, 11), "what begins with `#` is", "quotes"), id="a bracket"
        ),
        pytest.param(
            "keyword: [a,#1]\nnext: x", *((1, 13), "begins with `#`", "quotes"), id="a comma"
        ),
        pytest.param(
            "reply: {fr: Oui {{ rest }}, en: x}", *((1, 17), "`{` begins", "quotes"), id="a name"
        ),
        pytest.param(
            "reply: {fr: Bonjour: toi}", *((1, 20), "a colon with a blank", "quotes"), id="a colon"
        ),
        pytest.param(
            "reply: {fr: 'C'est moi'}", *((1, 15), "an apostrophe", "double"), id="an apostrophe"
        ),
        pytest.param(
            "keyword: [a, b\nnext: x", *((1, 10), "this list is never closed", "`]`"), id="a list"
        ),
        pytest.param("rules:\n\t- a", *((2, 1), "a tab", "spaces"), id="a tab"),
        pytest.param("a:\n  b: 1\n\tc: 2", *((3, 1), "a tab", "spaces"), id="a tab below spaces"),
        pytest.param(
            "rules:\n  - id: a\n   reply: x",
            *((3, 4), "fits nothing above it", "column 5, like line 2"),
            id="a key before its column",
        ),
        pytest.param(
            "rules:\n  - id: a\n     reply: x",
            *((3, 6), "further than the one above", "column 5, like line 2"),
            id="a key behind its column",
        ),
        pytest.param(
            "rules:\n  - id: a\n    reply: x\n   - id: b",
            *((4, 4), "fits nothing above it", "column 3, like line 2"),
            id="an item behind its column",
        ),
        pytest.param(
            "rules:\n  - id: a\n - id: b",
            *((3, 2), "fits nothing above it", "column 3, like line 2"),
            id="an item before its column",
        ),
        pytest.param(
            "rules:\n  - id: a\n    reply: x\n      - id: b",
            *((4, 7), "goes on its text", "column 3, like line 2"),
            id="an item in a text",
        ),
        pytest.param(
            "rules:\n  - id: a\n  reply: x",
            *((3, 3), "something that is no item", "`- `, or begin it in column 5"),
            id="a key in a list",
        ),
        pytest.param("%x: 1", *((1, 1), "cannot begin with `%`", "quotes"), id="a directive"),
    ],
)
def test_where_it_cannot_be_told_what_was_meant_the_place_is(content, place, what, remedy):
    _, faults = read(content)

    assert [(one.line, one.column) for one in faults] == [place]
    assert what in faults[0].what
    assert remedy in faults[0].remedy


@pytest.mark.parametrize(
    ("content", "value"),
    [
        pytest.param("reply: “Bonjour”", "“Bonjour”", id="typographic quotes"),
        pytest.param("reply: Bonjour {{ rest }}", "Bonjour {{ rest }}", id="a name further on"),
        pytest.param("reply: C'est moi", "C'est moi", id="an apostrophe without quotes"),
        pytest.param("reply: 'C''est moi'", "C'est moi", id="an apostrophe written twice"),
        pytest.param('reply: "a\\\\s" # note', "a\\s", id="a comment behind quotes"),
        pytest.param("reply: Bonjour\n  à tous", "Bonjour à tous", id="a text that goes on"),
        pytest.param("reply: |-\n  a #3\n  b: c", "a #3\nb: c", id="anything below a bar"),
        pytest.param("reply: |\r\n  a\r\n  b\r\nnext: x\r\n", "a\nb\n", id="Windows line ends"),
        pytest.param("reply: 8:00-17:00", "8:00-17:00", id="a colon without a blank"),
        pytest.param("reply: n#3", "n#3", id="a number sign without a blank"),
        pytest.param("keyword: vote # note", "vote", id="a comment behind a word"),
        pytest.param("reply:\n  template: a # note", {"template": "a"}, id="behind a name"),
        pytest.param("reply: hi # my comment", "hi", id="a comment behind what is said"),
        pytest.param("reply: hi #\nnext: x", "hi", id="a number sign behind which is nothing"),
        pytest.param("reply: hi ####", "hi", id="number signs"),
        pytest.param("reply: {fr: hi} # my comment", {"fr": "hi"}, id="behind braces"),
        pytest.param("keyword: [a, # note\n  b]", ["a", "b"], id="within brackets"),
    ],
)
def test_what_is_harmless_is_read(content, value):
    said, faults = read(content)

    assert faults == []
    assert isinstance(said, dict)
    assert next(iter(said.values())) == value


MANY = """\
rules:
  - id: a
    reply: Composez le #3
  - id: b
    reply: Bonjour: à demain
  - id: c
    reply: 'C'est moi'
  - id: d
    reply: @radio
    keyword: "\\s"
  - id:e
    reply: {{ rest }}
    reply: x
"""


def test_all_traps_of_a_file_are_told_at_once_and_line_ends_do_not_matter():
    for content in (MANY, MANY.replace("\n", "\r\n"), MANY.replace("\n", "\r")):
        value, faults = read(content)

        assert [(one.line, one.column) for one in faults] == [
            *((3, 24), (5, 19), (7, 14), (9, 12), (10, 15), (11, 7), (12, 12), (13, 5)),
        ]
        assert isinstance(value, dict)
        assert value["rules"] == [
            {"id": "a", "reply": "Composez le"},
            {"id": "b", "reply": "Bonjour: à demain"},
            {"id": "c", "reply": "C'est moi"},
            {"id": "d", "reply": "@radio", "keyword": "\\s"},
            {"id": "e", "reply": "{{ rest }}"},
        ]


def test_what_stands_behind_a_mended_text_keeps_its_place():
    _, faults = read('a: {keyword: "\\s", b: 1, b: 2}')

    assert [(one.line, one.column) for one in faults] == [(1, 15), (1, 26)]


PIECES = st.sampled_from(
    [*"[]{}:,-?!&*|>'\"#%@`\n\t \\", ": ", "\n  ", "- ", "a", "reply: ", "{{ x }}", "\u00a0", "\r"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_mending_comes_to_an_end_and_invents_no_place(content):
    _, faults = read(content)

    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in faults:
        assert 1 <= one.line <= len(lines) + 1
        assert one.column >= 1
        assert str(one).isprintable()
