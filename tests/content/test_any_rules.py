"""Whatever a rule file holds, it is a rulebook, or has faults: nothing else ever happens."""

from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import BaseModel

from bot.content.conditions import WhenEntry
from bot.content.entries import RuleEntry
from bot.content.lists import ListEntry
from bot.content.steps import StepEntry
from bot.content.verbs import DoEntry, LookupEntry
from bot.yamlfile import Faults


def is_total(rules, content: str | bytes) -> None:
    """Any content is a rulebook, or has faults."""
    try:
        found = rules(content).rules
    except Faults as wrong:
        found = wrong.faults
    assert isinstance(found, tuple)


UNHURRIED = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@UNHURRIED
@given(st.binary(max_size=200))
def test_any_bytes_are_rules_or_faults(rules, content):
    is_total(rules, content)


def flow(pairs: dict[str, str]) -> str:
    """Write a mapping in one line of YAML."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"


scalars = [
    *("x", "'{{ x }}'", "'{{ text }}'", "''", "'?'", "stop", "true", "3", "~", "a b"),
    *("integer 1..3", "text", "yes_no", "deals", "done", "30m", "8-12", "mon", "12-24", "+1514"),
]
keys = st.sampled_from(
    [
        *(*RuleEntry.model_fields, *StepEntry.model_fields, *DoEntry.model_fields),
        *(*WhenEntry.model_fields, *ListEntry.model_fields, *LookupEntry.model_fields),
        *("fr", "en", "template", "matches", "not", "rules", "lists", "after", "send", "a"),
    ]
)
values = st.recursive(
    st.sampled_from(scalars),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(keys, inner, max_size=3).map(flow),
    ),
    max_leaves=6,
)


def likely(entry: type[BaseModel], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Make mappings that have the keys of an entry, some of them."""
    known = st.sampled_from([field.alias or name for name, field in entry.model_fields.items()])
    return st.dictionaries(known, inner, max_size=6).map(flow)


@UNHURRIED
@given(
    st.dictionaries(
        st.sampled_from([*RuleEntry.model_fields]),
        values | likely(WhenEntry, values) | likely(DoEntry, values | likely(LookupEntry, values)),
        max_size=6,
    ),
    st.lists(likely(StepEntry, values), max_size=3),
)
def test_any_rule_is_a_rule_or_faults(rules, rule, steps):
    usual = {"id": "a", "reply": "x", "steps": f"[{', '.join(steps)}]"}
    is_total(rules, f"rules: [{flow(usual | rule)}, {flow(rule | usual)}]")


@UNHURRIED
@given(st.lists(st.dictionaries(keys, values), max_size=3), st.dictionaries(keys, values))
def test_any_shape_is_rules_or_faults(rules, entries, head):
    is_total(rules, flow(head | {"rules": f"[{', '.join(map(flow, entries))}]"}))
