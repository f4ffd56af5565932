"""Files of the operator's become plain values, or faults that say where, what, and what to do."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import example, given, strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, ValidationError

from bot.validation import Wrong, faults_of
from bot.yamlfile import DEPTH_LIMIT, SIZE_LIMIT, Fault, Faults, Value, parse, read


def told(content: str | bytes) -> list[str]:
    raw = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(Faults) as caught:
        parse(raw, "f")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("true", True, id="true"),
        pytest.param("false", False, id="false"),
        pytest.param("null", None, id="null"),
        pytest.param("", None, id="nothing"),
        pytest.param("12", 12, id="an integer"),
        pytest.param("-12", -12, id="below zero"),
        pytest.param("0", 0, id="zero"),
        pytest.param("1.50", 1.5, id="a decimal"),
        pytest.param("0123", "0123", id="a leading zero"),
        pytest.param("00.5", "00.5", id="two leading zeros"),
        pytest.param("no", "no", id="Norway"),
        pytest.param("on", "on", id="on"),
        pytest.param("Yes", "Yes", id="yes"),
        pytest.param("True", "True", id="a capital"),
        pytest.param("NULL", "NULL", id="shouted"),
        pytest.param("~", "~", id="tilde"),
        pytest.param("8:00", "8:00", id="not a base of sixty"),
        pytest.param("2026-01-31", "2026-01-31", id="not a date"),
        pytest.param("1_000", "1_000", id="an underscore"),
        pytest.param("0x1F", "0x1F", id="hexadecimal"),
        pytest.param("1e3", "1e3", id="an exponent"),
        pytest.param(".5", ".5", id="a bare point"),
        pytest.param("+15145550101", "+15145550101", id="a number to call"),
        pytest.param(".inf", ".inf", id="no infinity"),
        pytest.param("9" * 19, "9" * 19, id="longer than any number of ours"),
        pytest.param("'12'", "12", id="quoted"),
        pytest.param('"true"', "true", id="double-quoted"),
        pytest.param("|-\n  12", "12", id="a block"),
        pytest.param('"\\u2028\\n"', "\u2028\n", id="escapes"),
        pytest.param("Échéance 👍", "Échéance 👍", id="letters of any kind"),
    ],
)
def test_only_a_few_words_and_plain_numbers_are_not_text(written: str, value: Value) -> None:
    found = parse(f"key: {written}\n".encode(), "f").value

    assert found == {"key": value}
    assert isinstance(found, dict)
    assert type(found["key"]) is type(value)


def test_a_key_is_always_text() -> None:
    value = parse(b"1: a\ntrue: b\nnull: c\n0.5: d\nno: e", "f").value

    assert value == {"1": "a", "true": "b", "null": "c", "0.5": "d", "no": "e"}


def test_where_words_are_expected_everything_is_text_as_typed() -> None:
    content = b"keyword: {fr: [no, on, 0123, 8:00, 1.0, ~, null, true, 'x', 1, ]}\ntries: 3"

    value = parse(content, "f", texts={"keyword"}).value

    words = ["no", "on", "0123", "8:00", "1.0", "~", "null", "true", "x", "1"]
    assert value == {"keyword": {"fr": words}, "tries": 3}


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        pytest.param("a: b: c", ["f:1:5: a colon with a blank behind it"], id="a second colon"),
        pytest.param("a:\n  b: 1\n c: 2", ["f:3:2: the indentation of"], id="indentation"),
        pytest.param("a: [1, 2\nb: 3", ["f:1:4: this list is never closed"], id="open list"),
        pytest.param("a: {b: 1\nc: 3", ["f:1:4: this mapping is never closed"], id="open mapping"),
        pytest.param(
            "x: 1\na: 'b\nc: d\n", ["f:2:4: this quote is never closed"], id="open quote"
        ),
        pytest.param(
            "a: 'We don't'\nb: c",
            [
                "f:1:11: an apostrophe within the text closes the quotes around it; put it between"
                " double quotes"
            ],
            id="an apostrophe within single quotes",
        ),
        pytest.param(
            "a: ['l'un', b]", ["f:1:7: an apostrophe within the text"], id="the same in a list"
        ),
        pytest.param(
            'a: "say "hi" now"',
            [
                "f:1:9: a quote within the text closes the quotes around it; put it between"
                " single quotes"
            ],
            id="quotes within quotes",
        ),
        pytest.param('a: "\\q"', ["f:1:5: a backslash means something"], id="backslash"),
        pytest.param("a:\n\t- b", ["f:2:1: a tab stands where YAML wants spaces"], id="tab"),
        pytest.param("a: |\n\tb", ["f:2:1: a tab stands where YAML wants"], id="tab in a block"),
        pytest.param("a: @b", ["f:1:4: a text cannot begin with '@'"], id="at sign"),
        pytest.param("a: `b`", ["f:1:4: a text cannot begin with '`'"], id="backtick"),
        pytest.param("- a\nb: c", ["f:2:1: a list is followed by"], id="list, then mapping"),
        pytest.param("a: b\nc\nd: e", ["f:2:1: this line has no key"], id="no colon"),
        pytest.param("a: - b", ["f:1:4: a text cannot begin with '-'"], id="list beside its key"),
        pytest.param("a: }", ["f:1:4: a text cannot begin with '}'"], id="closed, never opened"),
        pytest.param("a: b\n...\nc", ["f:3:1: something follows the end"], id="after the end"),
        pytest.param("a: |b\n c", ["f:1:5: a text begins beside its"], id="text beside its bar"),
        pytest.param("%NO\n", ["f:1:1: a line cannot begin with `%`"], id="a directive"),
        pytest.param("a: *b", ["f:1:4: a text cannot begin with '*'"], id="an alias"),
        pytest.param("a: *bold*", ["f:1:4: a text cannot begin with '*'"], id="emphasis"),
        pytest.param("a: &b c", ["f:1:4: a text cannot begin with '&'"], id="an anchor"),
        pytest.param("&a b: c", ["f:1:1: a text cannot begin with '&'"], id="an anchored key"),
        pytest.param("a: !b c", ["f:1:4: a text cannot begin with '!'"], id="a tag"),
        pytest.param("a: !!str 1", ["f:1:4: a text cannot begin with '!'"], id="a known tag"),
        pytest.param("a: !!python/name:os.system []", ["f:1:4: anchors (`&"], id="an attack"),
        pytest.param("<<: {a: 1}", ["f:1:1: `<<` merges nothing here"], id="a merge"),
        pytest.param("a: {{ b }}", ["f:1:4: `{` begins a mapping in YAML"], id="bare Jinja"),
        pytest.param("a: 1\n---\nb: 2", ["f:2:1: a second document"], id="two documents"),
        pytest.param("a: b\0", ["f:1:5: the character U+0000"], id="a NUL"),
        pytest.param("a: b\n\x1b[31m", ["f:2:1: the character U+001B"], id="an escape code"),
        pytest.param("a: b\u2028c", ["f:1:5: the character U+2028"], id="a hidden line break"),
        pytest.param('a: "\\0"', ["f:1:4: a backslash makes a control"], id="an escaped NUL"),
        pytest.param(b"a: 1\nb: caf\xe9", ["f:2:7: this is not UTF-8"], id="Latin-1"),
        pytest.param("a: b".encode("utf-16"), ["f:1:1: this is not UTF-8"], id="UTF-16"),
        pytest.param(
            "a: 1\nb: {c: 1, c: 2}\na: 3\na: 4",
            [
                "f:2:11: the key 'c' stands here again (first on line 2); keep one of the two",
                "f:3:1: the key 'a' stands here again (first on line 1); keep one of the two",
                "f:4:1: the key 'a' stands here again (first on line 1); keep one of the two",
            ],
            id="repeated keys, all of them",
        ),
        pytest.param(
            "a: *b\nc: 1\nc: 2\nd: [1",
            ["f:1:4: a text cannot", "f:3:1: the key 'c'", "f:4:4: this list is never"],
            id="different faults, in their order",
        ),
    ],
)
def test_a_fault_says_where_it_is_and_what_to_do(content: str | bytes, faults: list[str]) -> None:
    found = told(content)

    assert len(found) == len(faults)
    for one, beginning in zip(found, faults, strict=True):
        assert one.startswith(beginning)
        assert "; " in one, "what to do is told too"


@pytest.mark.parametrize("brackets", ["[", "{a: ", "- ", "? "])
def test_depth_is_bounded_before_it_can_do_harm(brackets: str) -> None:
    found = told(f"a:\n  {brackets * 200_000}")

    assert len(found) <= DEPTH_LIMIT + 1
    assert f"more than {DEPTH_LIMIT} lists and mappings" in found[-1]


def test_size_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_bytes(b"#" * (SIZE_LIMIT + 1))

    with pytest.raises(Faults, match="larger than 5 MiB; divide it"):
        read(file)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"gone\.yaml:1:1: the file cannot be read \(No such file"):
        read(tmp_path / "gone.yaml")


@pytest.mark.parametrize("content", [b"", b"# nothing yet\n", b"\xef\xbb\xbf", b"---\n"])
def test_an_empty_file_is_empty(content: bytes) -> None:
    assert parse(content, "f").value is None


YAMLISH = st.lists(
    st.sampled_from([*"[]{}:,-?!&*|>'\"#%@\n\t \\", ": ", "\n  ", "- ", "a", "b", "{{ x }}"])
).map("".join)


@given(st.binary(max_size=300) | st.one_of(st.text(max_size=300), YAMLISH).map(str.encode))
@example(b"!\n")
@example(b"? - a\n: b")
@example(b"[? a : b]")
@example(b"- ? ")
def test_any_bytes_are_a_value_or_faults(content: bytes) -> None:
    assert all(
        fault.line > 0 and fault.column > 0 and str(fault).isprintable()
        for fault in faults_in(content)
    )


def faults_in(content: bytes) -> tuple[Fault, ...]:
    try:
        parse(content, "f")
    except Faults as faults:
        return faults.faults
    return ()


# --- where things stand --------------------------------------------------------------------------

PLACED = b"""\
rules:
  - id: weather
    reply:
      fr: Beau
  - {id: vote, keyword: [a, bb]}
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param((), (1, 1), id="the file"),
        pytest.param(("rules",), (1, 1), id="a key"),
        pytest.param(("rules", 0), (2, 5), id="an item"),
        pytest.param(("rules", 0, "reply", "fr"), (4, 7), id="a key within"),
        pytest.param(("rules", 1, "keyword", 1), (5, 29), id="an item of a short list"),
        pytest.param(("rules", 0, "keyword"), (2, 5), id="a missing key: what lacks it"),
        pytest.param(("rules", 7), (1, 1), id="a missing item: the list"),
        pytest.param(("rules", 0, "Rule", "id"), (2, 5), id="a step of pydantic's is passed over"),
        pytest.param(("rules", 0, "id", "str", 3), (2, 5), id="beyond a scalar"),
    ],
)
def test_a_path_has_a_place(path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert parse(PLACED, "f").position(path) == place


class Cat(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["dog"]
    bark: str = ""


class Home(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pets: list[Annotated[Cat | Dog, Discriminator("kind")]]
    name: str = ""
    doors: dict[str, bool] = {}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("pets: []\nnmae: x", "f:2:1: there is no key 'nmae' here; did you mean 'name'?"),
        ("pets: []\nzzz: x", "f:2:1: there is no key 'zzz' here; known here: doors, name, pets"),
        ("name: x", "f:1:1: the key 'pets' is missing; add it"),
        ("pets: x", "f:1:1: pets should be a list; write `[a, b]`, or one item a line after `- `"),
        ("pets: []\nname: 1", "f:2:1: name should be a text; put it between quotes"),
        ("pets: []\ndoors: x", "f:2:1: doors should be a mapping; write `key: value`"),
        ("pets: []\ndoors: {a: x}", "f:2:9: a should be true or false; write one of the two"),
        (
            "pets:\n  - {kind: cat, lives: x}",
            "f:2:17: lives should be a whole number; write it in digits",
        ),
        (
            "pets:\n  - {kind: dog, lives: 9}",
            "f:2:17: there is no key 'lives' here; known here: bark, kind",
        ),
        ("pets:\n  - {bark: x}", "f:2:5: pets does not say what it is; add kind: cat or dog"),
        ("pets:\n  - {kind: s3cret}", "f:2:5: pets does not say what it is; add kind: cat or dog"),
    ],
)
def test_what_pydantic_finds_is_told_in_plain_words(content: str, fault: str) -> None:
    document = parse(content.encode(), "f")

    with pytest.raises(ValidationError) as caught:
        Home.model_validate(document.value)

    assert [str(one) for one in faults_of(caught.value, document, model=Home)] == [fault]


def test_a_validator_says_what_is_wrong_in_its_own_words() -> None:
    wrong = Wrong("this is no rate", "write it like 20/s")

    assert str(wrong) == "this is no rate; write it like 20/s"


@pytest.mark.parametrize(
    ("written", "column"),
    [
        pytest.param("a: Dial the #3", 13, id="a figure behind a number sign"),
        pytest.param("a: [b, dial the #3\n  , c]", 17, id="within a list"),
        pytest.param("a: Dial the # 3", None, id="a comment"),
        pytest.param("a: 'Dial the #3' #b", None, id="quotes"),
        pytest.param("a: Dial#3", None, id="no blank before it"),
        pytest.param("a: [b] #c", None, id="a comment behind a list"),
        pytest.param("n: Dial the #3", None, id="where no text is expected"),
    ],
)
def test_a_text_that_loses_its_end_to_a_comment_is_a_fault(
    written: str, column: int | None
) -> None:
    noted: list[Fault] = []
    parse(written.encode(), "f", texts={"a"}, noted=noted)

    assert [(one.line, one.column) for one in noted] == ([(1, column)] if column else [])
