"""What is taken of an answer: JSON that can be kept, and nothing that costs much."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from bot.internet import NotAnswered
from bot.internet.answer import DEEPEST, read_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("clé") | st.just("b"), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_is_json_comes_as_it_is(value):
    assert read_json(json.dumps(value).encode()) == value
    assert read_json(b"\xef\xbb\xbf" + json.dumps(value, ensure_ascii=False).encode()) == value


NESTED = b"[" * DEEPEST + b"]" * DEEPEST


def test_nesting_is_bearable_to_a_depth():
    assert read_json(NESTED)
    with pytest.raises(NotAnswered, match="nested too deeply"):
        read_json(b"[" + NESTED + b"]")


BAD = {
    "nothing": (b"", "not JSON"),
    "blanks": (b" \r\n", "not JSON"),
    "a page": (b"<!DOCTYPE html><html></html>", "not JSON"),
    "a text": (b"Sunny", "not JSON"),
    "cut off": (b'{"a": [1,', "not JSON"),
    "something behind": (b"{} {}", "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a comma too many": (b"[1,]", "not JSON"),
    "a line break in a string": (b'"a\nb"', "not JSON"),
    "Latin-1": ('{"a": "été"}'.encode("latin-1"), "not JSON"),
    "UTF-16": ('{"a": "b"}'.encode("utf-16"), "not JSON"),
    "UTF-8 that writes a surrogate": (b'"\xed\xa0\x80"', "not JSON"),
    "NaN": (b"[NaN]", "not JSON"),
    "Infinity": (b"[Infinity]", "not JSON"),
    "-Infinity": (b"[-Infinity]", "not JSON"),
    "a decimal without end": (b"[1e999]", "too large"),
    "a decimal without end, below": (b"[-1e999]", "too large"),
    "2 to the 63": (b"[9223372036854775808]", "too large"),
    "below what 64 bits hold": (b"[-9223372036854775809]", "too large"),
    "60,000 digits": (b"[" + b"9" * 60_000 + b"]", "too large"),
    "60,000 digits with a point": (b"[" + b"9" * 60_000 + b".5]", "too large"),
    "the same key twice": (b'{"a": 1, "a": 2}', "same key twice"),
    "the same key twice, deep inside": (b'[{"b": {"a": 1, "\\u0061": 1}}]', "same key twice"),
    "30,000 brackets": (b"[" * 30_000, "nested too deeply"),
    "30,000 pairs": (b"[" * 30_000 + b"]" * 30_000, "nested too deeply"),
    "10,000 objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
    "NUL": (b'{"a": "\\u0000"}', "cannot be kept"),
    "NUL in a key": (b'{"\\u0000": 1}', "cannot be kept"),
    "half a surrogate pair": (b'["\\ud83d"]', "cannot be kept"),
    "the other half in a key": (b'[{"\\ude00": 1}]', "cannot be kept"),
}


@pytest.mark.parametrize(("body", "words"), BAD.values(), ids=BAD.keys())
def test_what_is_not_gives_a_reason(body, words):
    with pytest.raises(NotAnswered, match=words) as refused:
        read_json(body)
    assert len(refused.value.reason) < 60


@given(st.binary(max_size=200))
def test_whatever_comes_is_an_answer_or_none(body):
    try:
        value = read_json(body)
    except NotAnswered:
        return
    json.dumps(value, allow_nan=False).encode()
