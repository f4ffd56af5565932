"""INV-31, INV-32: what an installation says, bounded, and never what somebody texted as code."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bot.content import templates
from bot.content.dialect import Problem
from bot.content.seen import Names, Spoken, Unseen, faults, unseen_in
from bot.content.templates import BUILT_IN, RenderError, Templates
from bot.core.sayings import Message
from bot.core.segments import segments
from bot.yamlfile import Fault

DATA = {
    "text": "Chanson Mon pays",
    "rest": "Mon pays",
    "number": "+15145550001",
    "our_number": "+15149541234",
    "gateway": "vudumobile",
    "now": datetime(2026, 12, 24, 19, 5, tzinfo=UTC),
    "subscriber": {"number": "+15145550001", "opted_out": False},
}


def problems(templates: Templates, source: str) -> list[Problem | Fault]:
    """Give what is wrong with a text that sees no more than every message does."""
    found, uses = templates.read(source)
    said = Spoken((), text(source), Names())
    unseen = [Unseen(use, Names(), "f", use.line, use.column) for use in unseen_in(said, uses)]
    return [*found, *faults(unseen, ())]


def text(said: str) -> Message:
    return Message({"": said})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param("Bonjour!", "Bonjour!", id="plain text"),
        pytest.param("{{ rest }} / {{ number }}", "Mon pays / +15145550001", id="names"),
        pytest.param("{{ organisation.name }}", "Radio Exemple", id="the organisation's name"),
        pytest.param("{{ organisation }}", "Radio Exemple", id="or the organisation itself"),
        pytest.param("{{ organisation.contact }}", "418 555-0199", id="its contact"),
        pytest.param("{{ subscriber.number }}", "+15145550001", id="the subscriber's number"),
        pytest.param("{{ now|date }} {{ now|time }}", "24 décembre 2026 14 h 05", id="filters"),
        pytest.param("{{ language }}", "fr", id="the reply's language"),
        pytest.param("{{ rest|trim|default('?') }}", "Mon pays", id="what is there stays"),
        pytest.param("{{ ''|default('?') }}", "?", id="nothing at all is missing too"),
        pytest.param("{{ rest|upper }} {{ 'A'|lower }}", "MON PAYS a", id="case"),
        pytest.param("{% if rest %}oui{% else %}non{% endif %}", "oui", id="a condition"),
        pytest.param("{% if gateway in ['clever', 'x'] %}a{% endif %}b", "b", id="one of a list"),
        pytest.param("{{ 'a' if rest == 'Mon pays' else 'b' }}", "a", id="a short condition"),
        pytest.param("{% if rest is defined and not text is none %}x{% endif %}", "x", id="tests"),
        pytest.param("{# a note #}x{% raw %}{{ x }}{% endraw %}", "x{{ x }}", id="notes and raw"),
        pytest.param(" \n a \n\n b \n ", "a \n\n b", id="outer blanks go, inner ones stay"),
        pytest.param(
            "{% if rest %}\na\n{% endif %}\nb", "a\nb", id="lines of tags leave no trace"
        ),
        pytest.param("e\u0301te\u0301", "été", id="accents are composed, which is cheaper"),
        pytest.param("a\u202eb\u2066c\ud800d\x00e\x1bf\x85g\r\nh", "abcdefg\nh", id="inert"),
        pytest.param("a\tb", "a b", id="a tab is a blank"),
    ],
)
def test_a_text_is_said(load, source, said):
    templates = load()

    assert problems(templates, source) == []
    assert templates.render(text(source), "fr", DATA) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({}, "rien", id="nothing"),
        pytest.param({"n": ""}, "rien", id="an empty text"),
        pytest.param({"n": 0}, "0", id="zero is something"),
        pytest.param({"n": Decimal("0.0")}, "0.0", id="so is a decimal zero"),
        pytest.param({"n": "x"}, "x", id="a text"),
    ],
)
def test_a_default_is_said_for_what_is_missing_or_empty(load, value, said):
    source = text("{{ n|default('rien') }}")

    assert load().render(source, "fr", DATA | value) == said


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("{{ 7*7 }}", id="an expression"),
        pytest.param("{% for x in range(9) %}x{% endfor %}", id="a loop"),
        pytest.param("{{ organisation.__class__.__mro__ }}", id="the way to Python"),
        pytest.param("{# x #}${7*7}<%= 7*7 %>#{7*7}", id="other languages"),
        pytest.param("<script>alert(1)</script>", id="a page's script"),
    ],
)
def test_what_somebody_texted_is_never_a_template(load, typed):
    said = load().render(text("Vous: {{ rest }}"), "fr", DATA | {"rest": typed})

    assert said == f"Vous: {typed}"


@pytest.mark.parametrize(
    ("source", "line", "column", "what", "remedy"),
    [
        ("Bonjour {{ numbr }}", 1, 12, "there is no name 'numbr' here", "did you mean number?"),
        ("Merci {rest}", 1, 7, "{rest} would be said as it stands", "write {{ rest }}"),
        ("a\n{{ rest }} { number }", 2, 12, "{ number } would be said", "write {{ number }}"),
        ("{% if rest %}{rest}{% endif %}", 1, 14, "{rest} would be said", "write {{ rest }}"),
        ("a\nb {{ rest }} {{ rst }}", 2, 17, "no name 'rst'", "did you mean rest?"),
        ("{{ zzzzz }}", 1, 4, "no name 'zzzzz'", "known here: answers, gateway, language"),
        ("{{ organisation.nam }}", 1, 17, "'organisation.nam'", "did you mean organisation.name?"),
        ("{{ text.__class__ }}", 1, 9, "'text.__class__'", "known here: organisation.contact"),
        ("{{ text['x'] }}", 1, 1, "have no '['", "write a name"),
        ("{{ 7*7 }}", 1, 1, "have no '*'", "write the number itself"),
        ("{{ -7 }}", 1, 1, "have no '-'", "write the number itself"),
        ("{% if rest %}x", 1, 1, "{% if %} is never closed", "write {% endif %} where it ends"),
        ("x{% endif %}", 1, 2, "{% endif %} stands without its {% if %}", "take it out"),
        ("{% iff rest %}", 1, 1, "there is no {% iff %} here", "known here: elif, else"),
        ("{{ subscriber }}", 1, 4, "a subscriber is no text", "write subscriber.number"),
        ("{{ rest|uper }}", 1, 9, "no filter 'uper'", "did you mean upper?"),
        ("{{ rest|replace('a', 'b') }}", 1, 9, "no filter 'replace'", "known here: capitalize"),
        ("{{ rest|default }}", 1, 9, "not written with these arguments", 'write default("…")'),
        ("{% if rest is odd %}{% endif %}", 1, 15, "no test 'odd'", "known here: defined"),
        ("{% for x in text %}{% endfor %}", 1, 4, "have no 'for'", "write the words out"),
        ("{% set a = text %}", 1, 4, "have no 'set'", "where it is needed"),
        ("{{ lipsum(9) }}", 1, 1, "have no '('", "write a name"),
        ("{{ text ~ text }}", 1, 9, "have no '~'", "write {{ a }}{{ b }}"),
        ("{{ 'a' * 999999999 }}", 1, 8, "have no '*'", "write the number"),
        ("{{ 9 ** 999 }}", 1, 6, "have no '**'", "write the number"),
        ("{% macro a() %}{% endmacro %}", 1, 4, "have no 'macro'", "simpler words"),
        ("{% include 'x.j2' %}", 1, 4, "no template of this name", "files beside them"),
        ("Bonjour {{ rest ", 1, 9, "this is no template", "check the brackets"),
        ("a\n{% if %}", 2, 1, "this is no template", "check the brackets"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", 1, 1, "too long", "check the brackets"),
        ("{{ " + "9" * 5000 + " }}", 1, 1, "too long", "check the brackets"),
        ("{{ " + "a or " * 99 + "a }}", 1, 1, "nested too deeply", "divide it"),
        ("{{ rest" + "|upper" * 99 + " }}", 1, 1, "nested too deeply", "divide it"),
        ("{{ rest }}" * 500, 1, 1, "does too much", "divide it"),
        ("a" * 1601, 1, 1, "longer than 1600 characters", "shorten it"),
        ("a" * 20000 + "{{ rest }}", 1, 1, "longer than 16384 characters", "shorten it"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(load, source, line, column, what, remedy):
    problem = problems(load(), source)[0]

    assert (problem.line, problem.column) == (line, column)
    assert what in problem.what
    assert remedy in problem.remedy


def test_every_problem_is_told(load):
    found = problems(load(), "{{ a }}\n{{ b|c }}")

    assert [(one.line, one.column) for one in found] == [(2, 6), (1, 4), (2, 4)]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("{{ rest }}", "'rest' is undefined", id="a name that is not there"),
        pytest.param("{{ text }}{{ text }}", "longer than 1600 characters", id="too long"),
        pytest.param("a" * 1601, "longer than 1600 characters", id="too long without Jinja"),
        pytest.param("{% if text == 'a' %}x{% endif %}", "the message is empty", id="empty"),
        pytest.param("\u202e\x00 {# #}", "the message is empty", id="nothing that shows"),
        pytest.param("{% if text > 1 %}x{% endif %}", "fails with TypeError", id="no order"),
        pytest.param("{{ 'a' * 9 }}", "have no '*'", id="never checked, and not admitted"),
    ],
)
def test_a_message_that_cannot_be_said_raises_without_quoting_the_text(load, source, words):
    with pytest.raises(RenderError, match=words) as raised:
        load().render(text(source), "fr", {"text": "secret" * 200})

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("texts", "asked", "said"),
    [
        pytest.param({"fr": "f", "en": "e"}, "en", "e", id="the language asked for"),
        pytest.param({"fr": "f", "en": "e"}, "es", "f", id="else the installation's"),
        pytest.param({"en": "e", "": "x"}, "es", "x", id="else the text for every language"),
        pytest.param({"en": "e", "de": "d"}, "es", "e", id="else any"),
        pytest.param({"en": "{{ language }}"}, "es", "en", id="and its dates are in its language"),
        pytest.param({"": "{{ language }}"}, "es", "es", id="a text for every language takes any"),
    ],
)
def test_the_language_of_a_message(load, texts, asked, said):
    assert load().render(Message(texts), asked, DATA) == said


def test_files_replace_the_built_in_texts_language_by_language(load, write):
    write("templates/fr/stopped.j2", "Fini, {{ number }}.")
    stopped = Message(template="stopped")

    assert load().render(stopped, "fr", DATA) == "Fini, +15145550001."
    assert load().render(stopped, "en", DATA).startswith("Radio Exemple: you will")


def test_a_template_includes_the_one_beside_it(load, write):
    write("templates/fr/a.j2", "{% if rest %}a, {% include 'footer.j2' %}{% endif %}")
    write("templates/fr/footer.j2", "{{ organisation.name }}\n")
    write("templates/en/a.j2", "a, {% include 'footer.j2' %}")
    write("templates/en/footer.j2", "from {{ number }}")
    templates = load()

    assert templates.faults == ()
    assert templates.render(Message(template="a"), "fr", DATA) == "a, Radio Exemple"
    assert templates.render(Message(template="a"), "en", DATA) == "a, from +15145550001"


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        pytest.param(
            {"fr/a.j2": "x\n  {{ rest|uper }}"},
            "fr/a.j2:2:11: there is no filter 'uper' here; did you mean upper?",
            id="an unknown filter",
        ),
        pytest.param(
            {"fr/a.j2": "{% include 'a.j2' %}"},
            "fr/a.j2:1:4: a.j2 includes another template; let only one of the two include",
            id="a template that includes itself",
        ),
        pytest.param(
            {"fr/a.j2": "{% include 'b.j2' %}" * 9, "fr/b.j2": "{{ rest }}" * 50},
            "fr/a.j2:1:1: the template does too much; write it in simpler words, or divide it",
            id="too much by inclusion",
        ),
        pytest.param(
            {"french/a.j2": "x"},
            "french/a.j2:1:1: 'french' is no language; name the folder by two letters, like fr",
            id="a folder that is no language",
        ),
        pytest.param(
            {"fr/a.j2": b"\xff"},
            "fr/a.j2:1:1: the template cannot be read (it is not UTF-8); "
            "check the file, and save it as UTF-8",
            id="not UTF-8",
        ),
    ],
)
def test_a_fault_in_a_file_is_told_with_its_place(load, write, tmp_path, files, fault):
    for name, content in files.items():
        write(f"templates/{name}", content)

    assert str(load().faults[0]) == f"{tmp_path}/templates/{fault}"


def test_a_digest_tells_templates_apart(load, write):
    before = load().digest
    assert load().digest == before

    write("templates/fr/a.j2", "x")
    assert load().digest != before


NAMELESS = {"wrong_code", "forwarded"}
SEEN = {
    "code": "123456",
    "minutes": 10,
    "list": "bons rabais du jour",
    "number": "+15145550001",
    "text": "Bonjour",
    "answers": "",
}


@pytest.mark.parametrize("name", sorted(BUILT_IN))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_built_in_text_is_one_cheap_segment_for_any_organisation(load, name, language):
    templates = load("O" * 60)

    said = templates.render(Message(template=name), language, SEEN)

    assert segments(said).encoding == "GSM-7"
    assert segments(said).count == 1
    assert ("O" * 60 in said) is (name not in NAMELESS)


def test_every_built_in_text_is_there_in_both_languages():
    files = (Path(templates.__file__).parent / "builtin").glob("*/*.j2")

    assert {(file.parent.name, file.stem) for file in files} == set(
        product(("fr", "en"), BUILT_IN)
    )


@pytest.mark.parametrize("name", ["stopped", "unsure"])
@pytest.mark.parametrize("languages", [("fr", "en"), ("en", "fr")])
def test_what_is_said_in_both_languages_is_one_segment_for_any_organisation(load, name, languages):
    templates = load("O" * 60)
    said = "\n".join(
        templates.render(Message(template=name), language, {"named": place > 0})
        for place, language in enumerate(languages)
    )

    assert segments(said).count == 1
    assert said.count("O" * 60) == 1


fragments = st.sampled_from(
    [
        *(
            "{{ ",
            " }}",
            "{% ",
            " %}",
            "{# ",
            " #}",
            "if ",
            "else",
            "endif",
            "elif ",
            "for ",
            "in ",
        ),
        *(
            "text",
            "rest",
            "organisation",
            ".name",
            ".__class__",
            "|upper",
            "|default('x')",
            "|date",
        ),
        *("(", ")", "[", "]", "'a'", "9", " or ", " ~ ", " * ", " ** ", " == ", " not ", " is "),
        *("defined", "{% include 'footer.j2' %}", "{% raw %}", "{% endraw %}", "\n", "é", "\x00"),
        *("{% if text %}", "{% endif %}", "{{ rest }}", "\ud800", "\u202e", "-%}", "{%-"),
    ]
)
sources = st.lists(fragments, max_size=30).map("".join) | st.text(max_size=200)
texts = st.text(st.characters(exclude_categories=()), max_size=300) | st.sampled_from(
    ["{{ 7*7 }}", "ﷺ" * 10_000, "\u0301\u0316" * 5_000, "ŉ" * 10_000]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sources, texts)
def test_any_template_with_any_text_is_bounded_or_a_fault(load, source, typed):
    templates = load()
    found = problems(templates, source)
    begun = time.process_time()

    try:
        said = templates.render(text(source), "fr", DATA | {"text": typed, "rest": typed})
    except RenderError:
        said = "x"

    assert time.process_time() - begun < 0.5  # compiling included
    assert said == said.strip() != ""
    assert len(said) <= 1600
    assert said.isprintable() or not set(said) & set("\x00\x1b\u202e\ud800")
    assert all("\n" not in problem.what for problem in found)


def test_the_slowest_admitted_template_is_fast(load):
    source = "{% if rest|upper|lower|upper == rest %}a{% endif %}" * 36 + "."
    templates = load()
    assert problems(templates, source) == []
    rest = "ŉ" * 100_000
    templates.render(text(source), "fr", DATA | {"rest": rest})

    begun = time.process_time()
    templates.render(text(source), "fr", DATA | {"rest": rest})

    assert time.process_time() - begun < 0.05
