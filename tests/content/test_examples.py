"""The examples of a rule: answered where it may answer, and not where it must not."""

import pytest

RULES = """
rules:
  - {id: exact, exactly: [à moi], reply: x}
  - {id: vote, keyword: vote, expect: {choice: integer 1..5}, invalid: VOTE 1, reply: x}
  - {id: date, keyword: quand, expect: {day: date}, reply: x}
  - {id: else, keyword: quand, reply: x}
  - {id: song, pattern: "^chanson (?P<n>.+)$", expect: {n: integer}, reply: x}
  - {id: night, keyword: nuit, when: {hours: 22-6}, reply: x}
  - {id: any, anything: true, reply: x}
"""


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param("vote", "Vote trois!", id="a typed answer"),
        pytest.param("date", "quand vendredi", id="an answer that is understood on some days"),
        pytest.param("date", "quand demain", id="a day that depends on today"),
        pytest.param("else", "quand", id="what another rule does not understand"),
        pytest.param("song", "Chanson 12", id="a group"),
        pytest.param("any", "chanson douce", id="a group that is not understood"),
        pytest.param("night", "nuit", id="in its hours"),
        pytest.param("any", "nuit", id="outside of another rule's hours"),
        pytest.param("any", "quoi?", id="anything"),
    ],
)
def test_an_example_may_be_answered(told, rule, text):
    examples = f"{{matches: ['{text}']}}"

    assert told(RULES.replace(f"id: {rule},", f"id: {rule}, examples: {examples},")) == []


@pytest.mark.parametrize(
    ("rule", "text", "fault"),
    [
        pytest.param(
            "vote",
            "vote 9",
            "'vote 9' calls the rule 'vote', and is not understood; change what it expects "
            "(choice: integer 1..5), or the example",
            id="out of range",
        ),
        pytest.param("date", "quand", "'quand' is answered by the rule 'else' (", id="no answer"),
        pytest.param("any", "vote 9", "'vote 9' is answered by the rule 'vote'", id="invalid"),
        pytest.param("any", "quand x", "'quand x' is answered by the rule 'else'", id="the next"),
        pytest.param(
            "song", "chanson douce", "'chanson douce' is answered by the rule 'any'", id="g"
        ),
        pytest.param("any", "Aide!", "'Aide!' is answered by the built-in word AIDE, not", id="b"),
        pytest.param("exact", "x", "'x' is answered by the rule 'any'", id="anything"),
    ],
)
def test_an_example_that_is_not_answered_is_told(told, rule, text, fault):
    examples = f"{{matches: ['{text}']}}"

    found = told(RULES.replace(f"id: {rule},", f"id: {rule}, examples: {examples},"))

    assert [one.partition(": ")[2][: len(fault)] for one in found] == [fault]


@pytest.mark.parametrize(
    ("rule", "text", "answered"),
    [
        pytest.param("vote", "vote 9", False, id="not understood, and told so"),
        pytest.param("vote", "vote 5", True, id="understood"),
        pytest.param("night", "nuit", True, id="at night"),
        pytest.param("any", "nuit", True, id="by day"),
        pytest.param("any", "STOP", False, id="a built-in word"),
    ],
)
def test_what_must_not_be_answered(told, rule, text, answered):
    examples = f"{{not: ['{text}']}}"

    found = told(RULES.replace(f"id: {rule},", f"id: {rule}, examples: {examples},"))

    what = f"{text!r} is answered by the rule {rule!r}, and should not be; change the rule's wo"
    assert [one.partition(": ")[2][: len(what)] for one in found] == ([what] if answered else [])


def test_examples_of_the_sandbox_give_way_to_rules_of_one_s_own(rules):
    theirs = "only: sandbox\nrules: [{id: a, keyword: x, reply: y, examples: {matches: x}}]\n"

    assert len(rules(theirs, sandbox=True, z="rules: [{id: b, exactly: x, reply: y}]").rules) == 2


def test_examples_wait_until_every_rule_can_be_read(told):
    found = told(
        "rules:\n  - {id: a, keyword: x, reply: y, examples: {matches: x y, not: x z}}\n"
        "  - {id: b, exactly: x z, rply: y}\n"
    )

    assert [one[:34] for one in found] == ["3:27: there is no key 'rply' here;"]


def test_a_rule_that_waits_for_its_list_has_examples_too(rules):
    book = rules(
        "rules: [{id: a, keyword: x, do: {join: deals}, examples: {matches: x}}]\n"
        "lists: [{id: deals, confirm: true}]\n"
    )

    assert book.rules[0].flow is not None
