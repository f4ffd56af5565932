"""`do`: each verb, what it means, and what is wrong with it."""

from datetime import timedelta

import pytest

from bot.content.verbs import DoEntry
from bot.core.actions import (
    VERBS,
    Block,
    Emit,
    Forward,
    HandOver,
    Join,
    Later,
    Leave,
    Lookup,
    Remember,
    Speak,
    Start,
    Tag,
    Verify,
)
from bot.core.sayings import Message
from bot.core.understanding import Expected, Kind

FORWARDED = Message(template="forwarded")
URL = "https://api.example/w?town={{ rest }}"
EXAMPLES = [
    ("verify: sign-in", Verify("sign-in")),
    (
        f'lookup: {{url: "{URL}", expect: {{w.sky: text, degrees: integer}}, fallback: Rien}}',
        Lookup(
            URL,
            (
                ("w.sky", Expected(Kind.TEXT)),
                ("degrees", Expected(Kind.INTEGER)),
            ),
            Message({"": "Rien"}),
            timedelta(seconds=3),
        ),
    ),
    ('set: {vip: yes, last: "{{ rest }}"}', Remember({"vip": "yes", "last": "{{ rest }}"})),
    ("set: {zero: 007}", Remember({"zero": "007"})),
    ("language: no", Speak("no")),
    ('language: "{{ rest }}"', Speak("{{ rest }}")),
    ("tag: vip", Tag(("vip",))),
    ("tag: [vip, crew]", Tag(("vip", "crew"))),
    ("join: deals", Join("deals")),
    ("leave: deals", Leave("deals")),
    ("forward: +1 418 555-0199", Forward(FORWARDED, number="+14185550199")),
    ("forward: rdv@clinique.example", Forward(FORWARDED, email="rdv@clinique.example")),
    (
        "forward: {number: +14185550199, text: {fr: Oui, en: Yes}}",
        Forward(Message({"fr": "Oui", "en": "Yes"}), number="+14185550199"),
    ),
    ("webhook: vote.cast", Emit("vote.cast")),
    ("later: {after: 2h, send: Alors?}", Later(timedelta(hours=2), Message({"": "Alors?"}))),
    ("start: other", Start("other")),
    ("handover: true", HandOver(None)),
    ("handover: {for: 2h}", HandOver(timedelta(hours=2))),
    ("block: true", Block()),
]
OTHERS = """
  - {id: other, keyword: other, steps: [{id: who, ask: Qui?, expect: text}]}
lists: [{id: deals}]
"""


@pytest.mark.parametrize(("written", "meant"), EXAMPLES)
def test_a_verb_is_read(rules, written, meant):
    book = rules(f"rules:\n  - {{id: a, keyword: x, do: {{{written}}}}}{OTHERS}")

    assert book.rules[0].actions == (meant,)


def test_every_verb_has_an_example():
    assert set(VERBS) == set(DoEntry.model_fields)
    assert {type(meant) for _, meant in EXAMPLES} == set(VERBS.values())


def test_verbs_are_done_in_their_order_whatever_is_written_first(rules):
    one_of_each = {type(meant): written for written, meant in EXAMPLES if type(meant) is not Leave}
    backwards = ", ".join(reversed(one_of_each.values()))

    book = rules(f"rules:\n  - {{id: a, keyword: x, do: {{{backwards}}}}}{OTHERS}")

    assert [type(action) for action in book.rules[0].actions] == [
        verb for verb in VERBS.values() if verb is not Leave
    ]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", "3:5: do: nothing stands here; write it, or leave the key out"),
        ("join", "3:5: do should be a mapping; write `key: value`"),
        ("{jion: deals}", "3:10: there is no key 'jion' here; did you mean 'join'?"),
        ("{join: dels}", "3:10: there is no list 'dels'; did you mean deals?"),
        ("{leave: dels}", "3:10: there is no list 'dels'; did you mean deals?"),
        ("{join: deals, leave: deals}", "3:23: who joins a list cannot leave it at once; keep"),
        ("{verify: Sign in}", "3:10: verify: this is no purpose of a code; write small letters,"),
        ("{set: vip}", "3:10: set: this is no mapping of names; write {name: text}"),
        ("{set: {Vip: yes}}", "3:16: set: this is no name that a template can use; use small"),
        ("{set: {text: yes}}", "3:16: set: every template has a name 'text' already; choose"),
        ("{set: {vip: }}", "3:16: set: a text is missing or empty; write it between quotes"),
        ("{set: {vip: false}}", "3:16: set: `when` takes 'false' for no value; keep a word, like"),
        ("{language: french}", "3:10: language: this is no language; write two small letters"),
        ("{language: es}", "3:10: language: there is no language 'es'; known here: en, fr"),
        ("{tag: VIP}", "3:10: tag: this is no id; use small letters"),
        ("{forward: rdv}", "3:10: forward: this is neither a number nor an e-mail address; wr"),
        ("{forward: +1}", "3:10: number: this is no number; write `+`, the country and the"),
        ("{forward: a@b}", "3:10: email: this is no e-mail address; write it like"),
        ("{forward: {text: x}}", "3:10: forward: this is no place to pass a text on to; write"),
        ("{forward: {number: 4185550199}}", "3:20: number: this is no number; write `+`"),
        ("{webhook: Vote!}", "3:10: webhook: this is no name of an event; use small letters"),
        ("{webhook: list.joined}", "3:10: webhook: 'list.joined' is an event of ours; give yours"),
        ("{later: {after: 2h}}", "3:10: the key 'send' is missing; add it"),
        ("{later: {after: 0s, send: x}}", "3:18: after: this duration is out of bounds; write"),
        ("{later: {after: soon, send: x}}", "3:18: after: this is no duration; write it like"),
        ("{start: othr}", "3:10: there is no rule 'othr'; did you mean other?"),
        (
            "{start: zzz}",
            "3:10: there is no rule 'zzz'; known here: fields, groups, other, values",
        ),
        ("{start: plain}", "3:10: the rule 'plain' asks nothing that could be started; give it"),
        ("{start: fields}", "3:10: the rule 'fields' takes answers from the text that calls it"),
        ("{start: groups}", "3:10: the rule 'groups' takes answers from the text that calls it"),
        ("{start: values}", "3:10: the rule 'values' counts on values of its `when`, which is"),
        ("{handover: 2h}", "3:10: handover: this is neither `true` nor {for: 2h}; write one of"),
        ("{handover: {for: 1s}}", "3:21: for: this duration is out of bounds; write one from 1m"),
        ("{block: yes}", "3:10: block: this is not `true`; write `true`, or leave the key out"),
    ],
)
def test_a_fault_of_a_verb_is_told_with_its_place(told, written, fault):
    ask = "steps: [{id: who, ask: Qui?, expect: text}]"
    content = (
        f"rules:\n  - id: a\n    do: {written}\n    keyword: x\n    reply: y\n"
        f"  - {{id: other, keyword: other, {ask}}}\n"
        "  - {id: plain, keyword: plain, reply: x, do: {set: {vip: yes}}}\n"
        f"  - {{id: fields, keyword: fields, expect: {{n: word}}, {ask}}}\n"
        f"  - {{id: groups, pattern: 'a(?P<n>.)', {ask}}}\n"
        f"  - {{id: values, keyword: values, when: {{set: {{vip: yes}}}}, {ask}}}\n"
        "lists: [{id: deals}]\n"
    )

    found = told(content, languages=["fr", "en"])

    assert [one[: len(fault)] for one in found] == [fault]


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("url: http://api.example", "url: what people text would be open to all on the way"),
        ("url: https://10.0.0.1/", "url: this address is not public; if it is meant, write"),
        ("url: http://127.0.0.1/", "url: this address is not public; if it is meant, write"),
        ('url: "https://a.example/{{ rest|upper }}"', "url: only bare names can be filled in"),
        ('url: "https://a.example/{{ town }}"', "there is no name 'town' here; known here"),
        ('url: "https://a.example/{{ now }}"', "there is no name 'now' here; did you mean"),
        (
            'url: "https://a.example/{{ vip }}"',
            "'vip' may have no value here; let the rule",
        ),
        ("within: 20s", "within: this duration is out of bounds; write one from 100ms to 10s"),
        ("expect: text", "expect: this is no mapping of names to types; write {sky: text"),
        ("expect: {a b: text}", "expect: 'a b' is no key of an answer; write it like sky"),
        ("expect: {w.Sky: text}", "expect: this is no name that a template can use; use small"),
        (
            "expect: {a.sky: text, b.sky: text}",
            "expect: 'sky' is seen already, from 'a.sky'",
        ),
        ("expect: {sky: txt}", "expect: there is no type 'txt'; did you mean text?"),
        ("expect: {n: text}", "there is a name 'n' already, from `expect`; give the step or the"),
        ("expect: {who: text}", "there is a name 'who' already, from the step 'who'; give"),
        ('fallback: "{{ sky }}"', "there is no name 'sky' here; known here"),
    ],
)
def test_a_fault_of_a_lookup_is_told(told, written, fault):
    whole = {"url": "https://a.example/", "expect": "{sky: text}", "fallback": "Rien"}
    key, _, value = written.partition(": ")
    lookup = ", ".join(f"{one}: {said}" for one, said in (whole | {key: value}).items())

    found = told(
        "rules:\n  - id: a\n    keyword: x\n    reply: y\n    expect: {n: word}\n"
        f"    do: {{lookup: {{{lookup}}}}}\n"
        "    steps: [{id: who, ask: Qui?, expect: text}]\n"
        "  - {id: b, keyword: b, do: {set: {vip: yes}}}\n"
    )

    assert [one.partition(": ")[2][: len(fault)] for one in found] == [fault]


def test_a_lookup_says_something_where_nobody_answers(told):
    content = (
        "rules:\n  - {id: a, keyword: x, reply: '{{ sky }}', "
        "do: {lookup: {url: 'https://a.example/', expect: {sky: text}}}}\n"
    )

    assert told(content) == ["2:50: the key 'fallback' is missing; add it"]


def test_private_hosts_may_be_asked_where_the_configuration_says_so(told):
    content = (
        "rules:\n  - {id: a, keyword: x, reply: '{{ sky }}', "
        "do: {lookup: {url: 'http://10.0.0.1/', expect: {sky: text}, fallback: z}}}\n"
    )

    assert len(told(content)) == 1
    assert told(content, private_hosts=["10.0.0.1"]) == []


def test_an_address_may_have_values_that_the_rule_surely_has(told):
    assert (
        told(
            "rules:\n  - id: a\n    keyword: x\n    expect: {n: word}\n    reply: '{{ sky }}'\n"
            "    when: {set: {vip: true}}\n"
            "    do: {lookup: {url: 'https://a.example/{{ n }}?v={{ vip }}&q={{ rest }}', "
            "expect: {sky: text}, fallback: z}}\n"
            "  - {id: b, keyword: b, do: {set: {vip: yes}}}\n"
        )
        == []
    )


@pytest.mark.parametrize("key", ["gave_up", "timed_out"])
def test_no_address_is_asked_when_a_conversation_ends_early(told, key):
    found = told(
        "rules:\n  - id: a\n    keyword: x\n    steps: [{id: who, ask: Qui?, expect: text}]\n"
        f"    {key}: {{do: {{lookup: {{url: 'https://a.example/', expect: {{sky: text}},"
        " fallback: z}}}\n"
    )

    assert [one.partition(": ")[2] for one in found] == [
        "an address is asked before the rule's reply alone; move it into the rule's own `do`"
    ]


def test_rules_that_start_each_other_for_ever_are_a_fault(told):
    ask = "steps: [{id: who, ask: Qui?, expect: text}]"

    found = told(
        f"rules:\n  - {{id: a, keyword: a, do: {{start: b}}, {ask}}}\n"
        f"  - {{id: b, keyword: b, timed_out: {{do: {{start: c}}}}, {ask}}}\n"
        f"  - {{id: c, keyword: c, do: {{start: a}}, {ask}}}\n"
        f"  - {{id: d, keyword: d, do: {{start: a}}, {ask}}}\n"
    )

    assert [one.partition(";")[0] for one in found] == [
        "2:30: the rules start each other for ever: a, b, c, a",
        "3:42: the rules start each other for ever: b, c, a, b",
        "4:30: the rules start each other for ever: c, a, b, c",
    ]
