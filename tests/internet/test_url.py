"""What an operator may write as an address, and what a text can be in it: a value, no more."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import example, given, strategies as st

from bot.internet import NotAnswered, filled, names_in, refusal
from bot.internet.url import LONGEST

FINE = [
    "https://api.example",
    "https://api.example/",
    "https://API.Example/weather",
    "https://api.example:8443/weather?town=Laval&days=3",
    "https://api.example?town={{ rest }}",
    "https://api.example/{{ town }}/{{day}}?x={{ été }}",
    "https://api.example/towns/{{ town }}.json?a=1&b={{ x }}-{{ y }}",
    "https://api.example/météo?ville=Montréal",
    "https://api.example/a%2Fb?x=%25",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]:443/",
    "https://xn--mto-bmab.example/",
    "https://api.example/a..b/...?x=..",
]


@pytest.mark.parametrize("url", FINE)
def test_it_may_be_asked(url):
    assert refusal(url) == ""


REFUSED = {
    "nothing": ("", "no address"),
    "no scheme": ("api.example/x", "no address"),
    "no host": ("https:///x", "no host"),
    "a path": ("/etc/passwd", "no address"),
    "a file": ("file:///etc/passwd", "no host"),
    "gopher": ("gopher://api.example/_x", "open to all"),
    "ftp": ("ftp://api.example/x", "open to all"),
    "a socket": ("unix:///run/x.sock", "no host"),
    "plain": ("http://api.example/", "open to all"),
    "plain, public address": ("http://8.8.8.8/", "open to all"),
    "plain localhost, which is a name": ("http://localhost:5000/", "open to all"),
    "capital scheme": ("HTTPS://api.example/", "open to all"),
    "a blank before": (" https://api.example/", "no address"),
    "credentials": ("https://user:secret@api.example/", "credentials"),
    "a user": ("https://user@api.example/", "credentials"),
    "an empty user": ("https://@api.example/", "credentials"),
    "a fragment": ("https://api.example/#x", "#"),
    "a fragment after a query": ("https://api.example/?x={{ y }}#z", "#"),
    "a backslash before a user": ("https://api.example\\@evil.example/", "character"),
    "a backslash": ("https://api.example/a\\b", "character"),
    "a port that is none": ("https://api.example:0/", "no host"),
    "a port too high": ("https://api.example:65536/", "no host"),
    "an empty port": ("https://api.example:/", "no host"),
    "a port in words": ("https://api.example:http/", "no host"),
    "a dot at the end": ("https://api.example./", "no host"),
    "two dots": ("https://api..example/", "no host"),
    "a label too long": (f"https://{'x' * 64}.example/", "no host"),
    "a name too long": (f"https://{'x.' * 124}example/", "no host"),
    "accents in the host": ("https://météo.example/", "no host"),
    "the sign for kelvin": ("https://\u212aapi.example/", "no host"),
    "a long s": ("https://api.\u017fexample/", "no host"),
    "percent in the host": ("https://api%2eexample/", "no host"),
    "a line break in the host": ("https://api.example\n.evil.example/", "no host"),
    "a line break at the end of it": ("https://api.example\n/", "no host"),
    "brackets around nothing": ("https://[]/", "no host"),
    "no IPv6": ("https://[1:2]/", "no IP address"),
    "a zone": ("https://[fe80::1%25eth0]/", "no host"),
    "decimal": ("https://2130706433/", "no IP address"),
    "hexadecimal": ("https://0x7f000001/", "no IP address"),
    "bare 0x": ("https://api.0x/", "no IP address"),
    "octal": ("https://0177.0.0.1/", "no IP address"),
    "private": (
        "https://10.0.0.1/",
        "not public; if it is meant, write `lookups: {private_hosts: [10.0.0.1]}` in config.yaml",
    ),
    "private, plain": ("http://10.0.0.1/", "not public"),
    "loopback": ("https://127.0.0.1/", "private_hosts: [127.0.0.1]}"),
    "loopback, plain": ("http://127.8.9.10:5000/weather", "private_hosts: [127.8.9.10]}"),
    "loopback of IPv6": ("https://[::1]:5000/", 'private_hosts: ["::1"]}'),
    "metadata": ("https://169.254.169.254/latest/meta-data/", "not public"),
    "loopback, mapped": ("https://[::ffff:127.0.0.1]/", "not public"),
    "unspecified": ("https://0.0.0.0/", "not public"),
    "a value as host": ("https://{{ rest }}/", "whom we ask"),
    "a value in the host": ("https://{{ rest }}.api.example/", "whom we ask"),
    "a value at the host's end": ("https://api.example{{ rest }}/x", "whom we ask"),
    "a value as port": ("https://api.example:{{ rest }}/", "whom we ask"),
    "a value as scheme": ("{{ rest }}://api.example/", "no address"),
    "a value as everything": ("{{ rest }}", "no address"),
    "a filter": ("https://api.example/?x={{ rest|upper }}", "bare names"),
    "a part of a name": ("https://api.example/?x={{ subscriber.number }}", "bare names"),
    "a statement": ("https://api.example/?x={% if y %}", "bare names"),
    "half a placeholder": ("https://api.example/?x={{ rest }", "bare names"),
    "three brackets": ("https://api.example/?x={{{ rest }}}", "bare names"),
    "no name": ("https://api.example/?x={{ 1 }}", "bare names"),
    "a blank": ("https://api.example/a b", "character"),
    "a tab": ("https://api.example/?x=\t", "character"),
    "a line break": ("https://api.example/\r\nX: y", "character"),
    "a line break at the end": ("https://api.example/\n", "character"),
    "NUL": ("https://api.example/\0", "character"),
    "a quote": ('https://api.example/?x="', "character"),
    "a lone percent": ("https://api.example/?x=100%", "character"),
    "a percent that a value would complete": ("https://api.example/%{{ x }}", "character"),
    "half an escape": ("https://api.example/%2{{ x }}", "character"),
    "up": ("https://api.example/a/../b", "goes up"),
    "up, encoded": ("https://api.example/a/%2E%2e/b", "goes up"),
    "up, behind a value": ("https://api.example/{{ x }}/..", "goes up"),
    "here": ("https://api.example/./b", "goes up"),
    "a value as a query": ("https://api.example/?{{ rest }}", "behind the ="),
    "a value as a key": ("https://api.example/?a=1&{{ rest }}=2", "behind the ="),
    "too long": ("https://api.example/" + "x" * LONGEST, "longer"),
}


@pytest.mark.parametrize(("url", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_with_a_remedy(url, word):
    said = refusal(url)
    assert word in said
    assert said.count("; ") == 1
    assert "secret" not in said


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://intranet:5000/x", "intranet"),
        ("http://Printer.Local/x", "printer.local"),
        ("https://10.0.0.1/", "10.0.0.1"),
        ("http://[FD00:0::1]/", "fd00::1"),
        ("http://localhost/", "localhost"),
        ("http://127.0.0.1:5000/weather", "127.0.0.1"),
        ("https://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]:5000/", "::1"),
    ],
)
def test_a_private_host_may_be_asked_without_tls_where_it_is_allowed(url, host):
    assert refusal(url)
    assert refusal(url, {host}) == ""
    assert refusal(url, {f"x{host}", "x", ""})


@pytest.mark.parametrize(
    "url",
    ["http://printer.local.evil.example/", "http://evil.printer.local/", "http://printer/"],
)
def test_what_only_resembles_a_private_host_is_not_one(url):
    assert refusal(url, {"printer.local"})


def test_the_names_in_an_address_are_told_once_and_in_order():
    url = "https://api.example/{{ town }}/{{day}}?x={{ été_2 }}&y={{  day  }}"
    assert names_in(url) == ("town", "day", "été_2")
    assert names_in("https://api.example/") == ()


HOSTILE = [
    "/",
    "a/b",
    "?",
    "#",
    "&x=1",
    "=",
    ";",
    "+",
    " ",
    "%2e%2e%2f",
    "%00",
    "\r\nHost: evil.example\r\n\r\n",
    "\0",
    "\ud800",
    "été 🎉",
    "{{ secret }}",
    "{% raw %}",
    "@evil.example",
    "//evil.example/",
    "\\\\evil.example",
    "http://evil.example/",
    "'; DROP TABLE texts; --",
    "\u202egnp.exe",
    "",
    ".",
    "..",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_in_a_query_every_text_stays_the_value_that_it_is(text):
    """INV-31: what was texted is neither an address, nor a part of one, nor a header."""
    url = filled("https://api.example/x?a={{ rest }}&b=2", {"rest": text})
    parts = urlsplit(url)
    assert url.isascii()
    assert url.isprintable()
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "api.example", "/x")
    assert parts.fragment == ""
    # No character of a text that UTF-8 can write is lost; half a surrogate pair is no character.
    expected = text.replace("\ud800", "?")
    assert parse_qsl(parts.query, True, True) == [("a", expected), ("b", "2")]
    assert refusal(url) == ""


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("Laval", "Laval"),
        ("Trois-Rivières", "Trois-Rivi%C3%A8res"),
        ("a b", "a%20b"),
        ("?x=1", "%3Fx%3D1"),
        ("#", "%23"),
        ("a;b", "a%3Bb"),
        ("..%2f", "..%252f"),
        ("...", "..."),
        ("@:&+=", "%40%3A%26%2B%3D"),
        ("{{ x }}", "%7B%7B%20x%20%7D%7D"),
        ("🎉", "%F0%9F%8E%89"),
        ("\ud800", "%3F"),
    ],
    ids=ascii,
)
def test_in_a_path_a_text_is_one_segment(text, segment):
    """INV-31."""
    url = filled("https://api.example/towns/{{ rest }}/today", {"rest": text})
    assert url == f"https://api.example/towns/{segment}/today"
    assert refusal(url) == ""


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "/", "a/b", "../x", "..\\x", "a\0b", "a\r\nb", "\x7f", "．．", "a／b", "a＼b"],
    ids=ascii,
)
def test_what_could_leave_its_segment_is_not_asked(text):
    """INV-31: many servers undo %2F before they look where segments end."""
    with pytest.raises(NotAnswered, match="cannot stand in the path") as refused:
        filled("https://api.example/towns/{{ rest }}/today", {"rest": text})
    assert refused.value.reason == "what was texted cannot stand in the path of the address"


@pytest.mark.parametrize(
    ("url", "values"),
    [
        ("https://api.example/{{ a }}{{ b }}/x", {"a": ".", "b": "."}),
        ("https://api.example/.{{ a }}", {"a": "."}),
        ("https://api.example/%2e{{ a }}", {"a": "."}),
        ("https://api.example/.{{ a }}", {"a": ""}),
        ("https://api.example/{{ a }}{{ b }}", {"a": "", "b": ""}),
    ],
)
def test_values_cannot_leave_their_segment_together(url, values):
    assert refusal(url) == ""
    with pytest.raises(NotAnswered):
        filled(url, values)


def test_what_the_operator_wrote_stays_as_it_is_but_in_ascii():
    url = filled("https://API.example:8443/météo/a%2Fb?q=à,%20é&x={{ x }}", {"x": "é"})
    assert url == "https://API.example:8443/m%C3%A9t%C3%A9o/a%2Fb?q=%C3%A0,%20%C3%A9&x=%C3%A9"


def test_a_value_is_never_read_as_a_placeholder():
    url = filled("https://api.example/?a={{ a }}&b={{ b }}", {"a": "{{ b }}", "b": "secret"})
    assert url == "https://api.example/?a=%7B%7B%20b%20%7D%7D&b=secret"


def test_a_value_that_is_not_there_is_named():
    with pytest.raises(NotAnswered, match="no value for town"):
        filled("https://api.example/{{ town }}", {"rest": "x"})


def test_an_address_does_not_grow_without_end():
    with pytest.raises(NotAnswered, match="too long"):
        filled("https://api.example/?x={{ rest }}", {"rest": "🎉" * 1600})


@given(st.text(), st.text())
@example("..", "../..")
def test_whatever_is_texted_the_address_asks_the_same_place(segment, value):
    """INV-31."""
    template = "https://api.example:8443/a/{{ s }}/b?k={{ v }}&l=1"
    try:
        url = filled(template, {"s": segment, "v": value})
    except NotAnswered:
        return
    parts = urlsplit(url)
    assert parts.netloc == "api.example:8443"
    assert [unquote(part) for part in parts.path.split("/")][1::2] == ["a", "b"]
    assert parts.path.count("/") == unquote(parts.path).count("/") == 3
    assert [name for name, _ in parse_qsl(parts.query, True, True)] == ["k", "l"]
    assert refusal(url) == ""


@given(st.text(alphabet="htps:/[]@.0x1{} %\\?#a&=\r\n\ud800é", max_size=30))
def test_whatever_an_operator_writes_is_judged(text):
    for url in (text, f"https://{text}", f"https://api.example/{text}"):
        said = refusal(url)
        assert said == "" or said.count("; ") == 1
