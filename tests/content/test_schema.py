"""The JSON Schema of rule files: what an editor completes, and what it marks."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.content.conditions import WhenEntry
from bot.content.entries import FileEntry, RuleEntry, json_schema
from bot.content.lists import ListEntry
from bot.content.steps import EndingEntry, StepEntry
from bot.content.verbs import DoEntry
from bot.yamlfile import parse

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every key of a rule file with what is said of it."""
    for name, shape in {"file": schema, **schema["$defs"]}.items():
        for key, described in shape.get("properties", {}).items():
            yield f"{name}.{key}", described


@pytest.mark.parametrize(
    ("key", "described"), [*properties(SCHEMA)], ids=lambda one: str(one)[:40]
)
def test_every_key_is_described_in_one_sentence(key, described):
    said = described.get("description", "")

    assert said.endswith(".")
    assert said[0].isupper()
    assert "\n" not in said


def test_every_key_that_is_read_is_in_the_schema():
    assert set(SCHEMA["properties"]) == set(FileEntry.model_fields)
    for entry in (RuleEntry, StepEntry, EndingEntry, WhenEntry, DoEntry, ListEntry):
        known = {one.alias or name for name, one in entry.model_fields.items()}
        assert set(SCHEMA["$defs"][entry.__name__]["properties"]) == known


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert SCHEMA["title"] == "Textobot rules"


def test_what_is_left_out_is_never_completed_as_null():
    assert [
        key for key, described in properties(SCHEMA) if described.get("default", 0) is None
    ] == []


GOOD = """
only: sandbox
rules:
  - id: vote
    keyword: {fr: [vote, 1], en: vote}
    typos: true
    expect: {choice: integer 1..5, when: {am: [matin, 1], pm: {fr: soir, en: [night]}}}
    invalid: {fr: Non, en: "No"}
    reply: Vote {{ choice }}
    once: number
    when:
      gateway: clever
      language: [fr, en]
      list: [deals, {not: news}]
      tag: vip
      hours: [22:00-06:00]
      days: mon-fri
      dates: 12-24..01-02
      country: [CA, FR]
      prefix: "+1514"
      set: {vote: true, other: [a, 1], third: false}
    do:
      set: {vote: "{{ choice }}", n: 5}
      language: fr
      tag: [vip, crew]
      join: deals
      leave: news
      forward: {email: a@b.example, text: {template: forwarded}}
      webhook: vote
      lookup: {url: https://a.example/, expect: {w.sky: text}, fallback: Rien, within: 3s}
      later: {after: 2h, send: Alors}
      start: ask
      handover: {for: 2h}
      block: true
    examples: {matches: [vote 1, 2], not: vote}
    delivery: at_least_once
    only: sandbox
  - {id: ask, pattern: {fr: a, en: b}, interrupt: true, timeout: 30m, gave_up: {}, timed_out: {},
     steps: [{id: a, ask: x, expect: yes_no, invalid: y, tries: 2, next: {no: a, yes: done}}]}
  - {id: any, anything: true, do: {handover: true, forward: "+15145550001"}}
  - {id: other, exactly: 5, reply: {template: help}}
  - {id: more, contains: [a, b], reply: 5}
lists:
  - {id: deals, names: {fr: rabais}, confirm: true, welcome: Oui}
  - {id: news}
"""


def test_a_good_file_is_valid():
    assert list(VALIDATOR.iter_errors(parse(GOOD.encode(), "f").value)) == []


@pytest.mark.parametrize(
    "bad",
    [
        "rule: []",
        "rules: {}",
        "rules: [{keyword: x}]",
        "rules: [{id: Été, keyword: x, reply: y}]",
        "rules: [{id: a, keyword: [], reply: y}]",
        "rules: [{id: a, keyword: {french: x}, reply: y}]",
        "rules: [{id: a, keyword: x, reply: {fr: }}]",
        "rules: [{id: a, keyword: x, reply: {template: a, fr: b}}]",
        "rules: [{id: a, keyword: x, reply: }]",
        "rules: [{id: a, anything: false, reply: y}]",
        "rules: [{id: a, keyword: x, typos: yes, reply: y}]",
        "rules: [{id: a, keyword: x, once: day, reply: y}]",
        "rules: [{id: a, keyword: x, expect: integer, reply: y}]",
        "rules: [{id: a, keyword: x, expect: {a: intger}, reply: y}]",
        "rules: [{id: a, keyword: x, expect: {A: integer}, reply: y}]",
        "rules: [{id: a, keyword: x, when: {hour: 5}, reply: y}]",
        "rules: [{id: a, keyword: x, when: {list: {nt: a}}, reply: y}]",
        "rules: [{id: a, keyword: x, when: {country: Canada}, reply: y}]",
        "rules: [{id: a, keyword: x, do: {block: yes}}]",
        "rules: [{id: a, keyword: x, do: {handover: no}}]",
        "rules: [{id: a, keyword: x, do: {forward: [a]}}]",
        "rules: [{id: a, keyword: x, do: {later: {after: 2h}}}]",
        "rules: [{id: a, keyword: x, steps: [{id: a, ask: x}]}]",
        "rules: [{id: a, keyword: x, steps: [{id: a, ask: x, expect: text, tries: 0}]}]",
        "rules: [{id: a, keyword: x, reply: y, delivery: soon}]",
        "lists: [{id: a, confirm: maybe}]",
        "lists: [{names: a}]",
        "only: real",
    ],
)
def test_a_bad_file_is_marked(bad):
    assert list(VALIDATOR.iter_errors(parse(bad.encode(), "f").value))
