"""Reading what comes from the network: cheap, and never mistaken for something else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from bot.gateways.numbers import e164
from bot.gateways.payload import (
    UnreadableError,
    clean,
    decimal,
    how_many,
    read_json,
    rows_of,
    whole_number,
)
from bot.gateways.redact import HIDDEN, LONGEST, Redactor

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(values)
def test_json_reads_as_json(value):
    """INV-30: the guard against depth takes nothing else for depth, whatever the strings hold."""
    for written in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert read_json(written.encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=200))
def test_anything_else_is_unreadable_and_no_more(body):
    """INV-30"""
    try:
        read_json(body)
    except UnreadableError:
        return


@pytest.mark.parametrize("depth", [1, 64])
def test_bearable_depth_is_read(depth):
    read_json(b"[" * depth + b"]" * depth)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'["]",' * 65 + b"1" + b"]" * 65,
        b'["\\"",' * 65 + b"1" + b"]" * 65,
        b'["\\\\",' * 65 + b"1" + b"]" * 65,
        b"[" * 1_000_000,
    ],
)
def test_unbearable_depth_is_not_parsed(body):
    """INV-30"""
    with pytest.raises(UnreadableError, match="deep"):
        read_json(body)


def test_brackets_in_a_text_are_no_depth():
    texts = ["[" * 5000, '"[{' * 100, "\\"]
    assert read_json(json.dumps(texts).encode()) == texts


def test_what_is_no_number_is_nothing():
    assert read_json(b'{"a": NaN, "b": Infinity, "a": 1}') == {"a": 1, "b": None}


@pytest.mark.parametrize("value", [{}, None, "", 0, {"a": [], "b": []}, ["x"], {"errors": ["x"]}])
def test_what_is_no_listing_has_no_rows_to_give(value):
    """INV-30"""
    with pytest.raises(UnreadableError):
        rows_of(value)


@pytest.mark.parametrize("value", [[], {"rows": []}, {"status": True, "rows": []}])
def test_an_empty_list_is_a_listing(value):
    assert rows_of(value) == []


@given(st.text(st.characters()))
def test_a_cleaned_text_can_be_stored_and_printed(text):
    """INV-30"""
    cleaned = clean(text)
    cleaned.encode()
    assert "\0" not in cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("value", "whole", "figure"),
    [
        (7, 7, 7.0),
        ("7", 7, 7.0),
        (7.0, 7, 7.0),
        (7.5, None, 7.5),
        ("7.5", None, 7.5),
        (True, None, None),
        (None, None, None),
        ("", None, None),
        ("seven", None, None),
        ("9" * 40, None, None),
        (float("inf"), None, None),
        ("nan", None, None),
        ([], None, None),
    ],
)
def test_figures_come_as_they_like(value, whole, figure):
    assert (whole_number(value), decimal(value)) == (whole, figure)


@pytest.mark.parametrize(
    ("value", "count"),
    [(0, 0), ("2", 2), (32_767, 32_767), (32_768, None), (-1, None), (10**30, None), ("x", None)],
)
def test_a_figure_that_nobody_can_have_counted_is_none(value, count):
    """INV-30: a row that the store cannot keep would be settled again and again."""
    assert how_many(value) == count


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("15145555555", "1", "+15145555555"),
        ("5145555555", "1", "+15145555555"),
        ("+1 (514) 555-5555", "1", "+15145555555"),
        ("514.555.5555", "1", "+15145555555"),
        ("33600000001", "1", "+33600000001"),
        ("0033600000001", "1", "+33600000001"),
        ("+33600000001", "33", "+33600000001"),
        ("0600000001", "33", "+33600000001"),
        ("600000001", "33", "+33600000001"),
        ("06 00 00 00 01", "33", "+33600000001"),
        ("38200", "1", "38200"),
        ("38200", "33", "38200"),
        ("+38200", "33", "+38200"),
        ("RADIO X", "1", "RADIO X"),
        ("RADIO\x00\u202eX", "1", "RADIOX"),
        ("x" * 99, "1", "x" * 32),
        ("٠٦٠٠٠٠٠٠٠١", "33", "٠٦٠٠٠٠٠٠٠١"),
        ("", "1", ""),
    ],
)
def test_numbers_are_ours_whoever_wrote_them(written, country, number):
    assert e164(written, country) == number


SECRET = "25cKYqABCDEFGHIJ36wDAY/+="


@pytest.mark.parametrize(
    "said",
    [
        f"using API key {SECRET}",
        f"key={SECRET.lower()}",
        "key=25cKYqABCDEFGHIJ36wDAY%2F%2B%3D",
        "the beginning is 25cKYqAB and so on",
        {"error": f"it is {SECRET}!"},
        [SECRET],
        f"<b title='{SECRET}'>{SECRET}</b>",
        "x" * (LONGEST - 5) + SECRET,
    ],
)
def test_our_secret_is_hidden_however_it_is_quoted(said):
    """INV-33"""
    shown = Redactor(SECRET)(said)
    assert "25ckyqab" not in shown.lower()
    assert len(shown) <= LONGEST


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "The API is not accessible from your IP (192.168.0.1) using API key 25cKYq*****36wDAY",
            f"The API is not accessible from your IP (192.168.0.1) using API key {HIDDEN}",
        ),
        ("API Key parameter is missing", "API Key parameter is missing"),
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {HIDDEN}"),
        ("a\r\nb\x1b[31m\u202ec", "a b [31m c"),
        ("<html><p>Maintenance</p></html>", "Maintenance"),
        ("", ""),
    ],
)
def test_what_people_need_is_still_said(said, shown):
    assert Redactor("nothing-of-this")(said) == shown


def test_without_a_secret_nothing_is_a_secret():
    assert Redactor("")("abc") == "abc"
