"""What makes a message dear is noted: where it stands, what it costs, what is free instead."""

from pathlib import Path

import pytest

from bot.content.rulebook import check, dear_messages
from bot.core.segments import segments
from tests.content.conftest import Load, Write

LONG = "b" * 75


def notes(load: Load, write: Write, folder: Path, rules: str, *, name: str = "Radio") -> list[str]:
    config = write("config.yaml", f"organisation: {{name: {name}}}\n")
    write("rules/a.yaml", f"rules:\n{rules}")
    found = dear_messages(folder / "rules", load(name), config)
    return [str(one).removeprefix(f"{folder}/") for one in found]


@pytest.mark.parametrize(
    ("message", "note"),
    [
        pytest.param(f"l'été {LONG}", None, id="nothing dear"),
        pytest.param("C’est la fête", None, id="dear, and one segment either way"),
        pytest.param(
            f"l’{LONG}",
            "2:36: note: the reply of 'a' costs 2 segments because of ’ (free: '); "
            "with what is free instead, 1",
            id="a free one",
        ),
        pytest.param(
            f"ç{LONG}",
            "2:35: note: the reply of 'a' costs 2 segments because of ç (nothing free); "
            "without them, 1",
            id="nothing is free",
        ),
        pytest.param(
            "«\\u202f" + LONG,
            "2:35: note: the reply of 'a' costs 2 segments because of « (free: \"), "
            "narrow no-break space (free: a blank); with what is free instead, 1",
            id="a sign that nobody sees",
        ),
        pytest.param(
            "{{ rest }}’",
            "2:45: note: the reply of 'a' costs at least 1 segment because of ’ (free: '); "
            "a segment has 70 characters so, and not 160",
            id="who knows how long",
        ),
        pytest.param(
            "{% if rest %}œ{% else %}ê" + LONG + "{% endif %}",
            "2:59: note: the reply of 'a' costs 2 segments because of ê (nothing free); "
            "without them, 1",
            id="the dearest way through it",
        ),
        pytest.param(
            "{{ rest|default('œ" + LONG + "') }}",
            "2:52: note: the reply of 'a' costs at least 2 segments because of œ (free: oe); "
            "with what is free instead, 1",
            id="what stands in place of nothing",
        ),
        pytest.param("{{ rest }} {% if rest == '’' %}a{% endif %}", None, id="not said at all"),
    ],
)
def test_a_reply_is_noted(
    load: Load, write: Write, tmp_path: Path, message: str, note: str | None
) -> None:
    found = notes(load, write, tmp_path, f'  - {{id: a, keyword: [a], reply: "{message}"}}\n')

    assert [one.removeprefix("rules/a.yaml:") for one in found] == ([note] if note else [])


def test_every_message_that_is_sent_is_noted_and_nothing_else(
    load: Load, write: Write, tmp_path: Path
) -> None:
    dear = f'"’{LONG}"'
    rules = f"""
  - id: a
    keyword: [a]
    do: {{set: {{x: {dear}}}, later: {{after: 1h, send: {dear}}}}}
    steps: [{{id: s, ask: {{fr: {dear}, en: "ok"}}, expect: yes_no, invalid: {dear}}}]
    gave_up: {{reply: {dear}}}
    reply: {{en: {dear}}}
"""
    found = notes(load, write, tmp_path, rules)
    assert check(tmp_path / "rules", load()) == ()

    told = [one.partition("note: ")[2].partition(" costs")[0] for one in found]
    assert told == [
        "the follow-up of 'a'",
        "the question of 'a' (fr)",
        "what is said to other answers of 'a'",
        "the reply of 'a'",
        "the reply of 'a' (en)",
    ]


def test_templates_and_the_organisation_are_noted(
    load: Load, write: Write, tmp_path: Path
) -> None:
    """Of all the built-in texts, which say its name, one stands for them."""
    write("templates/fr/bye.j2", f"Au revoir…\n{LONG}")

    found = notes(load, write, tmp_path, "  []", name="L’Écho")

    assert found[0].startswith("config.yaml:1:23: note: the built-in text '")
    assert found[1:] == [
        "templates/fr/bye.j2:1:10: note: the template 'bye' (fr) costs 2 segments because of "
        "… (free: ...); with what is free instead, 1"
    ]


def test_the_worst_way_is_the_worst_of_many(load: Load) -> None:
    """However many ways there are, it is soon known, and never dearer than what may be said."""
    source = "{% if a %}ê{% else %}bb{% endif %}" * 60
    said, filled = load().variants(source, "fr")

    assert not filled
    worst = max(said, key=lambda one: segments(one).units)
    assert 100 < segments(worst).units <= 120
    assert segments(worst).encoding == "UCS-2"
