"""`steps`: the questions of a rule, where their answers lead, and what is wrong with the ways."""

from datetime import timedelta

import pytest

from bot.core.actions import Tag
from bot.core.flows import DONE, GAVE_UP, TIMEOUT, TRIES, Ending, Step
from bot.core.sayings import Message
from bot.core.understanding import Expected, Kind

APPOINTMENT = """
rules:
  - id: appointment
    keyword: rdv
    timeout: 30m
    steps:
      - {id: day, ask: {fr: Quel jour?, en: Which?}, expect: date, tries: 2, invalid: 24}
      - {id: part, ask: "Matin?", expect: {am: [matin, 1], pm: [soir, 2]}, next: {am: sure}}
      - {id: why, ask: "Pourquoi?", expect: text}
      - {id: sure, ask: "OUI ou NON?", expect: yes_no, next: {no: day, yes: done}}
    reply: Noté
    gave_up: {reply: Appelez-nous}
    timed_out: {do: {tag: slow}}
"""
YES_NO = Expected(Kind.YES_NO)


def test_steps_are_read(rules):
    [rule] = rules(APPOINTMENT).rules

    assert rule.flow is not None
    day, part, why, sure = rule.flow.steps
    assert day == Step(
        "day",
        Message({"fr": "Quel jour?", "en": "Which?"}),
        Expected(Kind.DATE),
        invalid=Message({"": "24"}),
        tries=2,
    )
    assert part.next == {"am": "sure"}
    assert (why.tries, why.invalid) == (TRIES, None)
    assert (rule.flow.after(part, "pm"), rule.flow.after(sure, "yes")) == ("why", DONE)
    assert rule.flow.timeout == timedelta(minutes=30)
    assert rule.flow.gave_up == Ending(Message({"": "Appelez-nous"}))
    assert rule.flow.timed_out == Ending(actions=(Tag(("slow",)),))


def test_what_is_left_out_has_a_default(rules):
    [rule] = rules("rules: [{id: a, keyword: x, steps: [{id: b, ask: c, expect: word}]}]").rules

    assert rule.flow is not None
    assert rule.flow.timeout == TIMEOUT
    assert rule.flow.gave_up == rule.flow.timed_out == Ending()


SHAPES = [
    pytest.param("Quel jour?", "Pour quand?", True, id="other words"),
    pytest.param("timeout: 30m", "timeout: 40m", True, id="another time-out"),
    pytest.param("tries: 2", "tries: 3", True, id="more tries"),
    pytest.param("expect: date", "expect: time", False, id="another type"),
    pytest.param("soir", "midi", False, id="another choice"),
    pytest.param("expect: date", "expect: date today..", False, id="a range"),
    pytest.param("id: why", "id: how", False, id="another name"),
    pytest.param("no: day", "no: part", False, id="another way"),
]


@pytest.mark.parametrize(("before", "after", "same"), SHAPES)
def test_the_shape_tells_whether_a_conversation_can_go_on(rules, before, after, same):
    [old] = rules(APPOINTMENT).rules
    assert before in APPOINTMENT
    [new] = rules(APPOINTMENT.replace(before, after)).rules

    assert (old.flow.shape == new.flow.shape) is same


FAULTS = [
    ("- {id: a, ask: x, expect: word, next: b}", "5:39: there is no step 'b'; known here: a,"),
    ("- {id: a, ask: x, expect: word, next: zzz}", "5:39: there is no step 'zzz'; known here: a"),
    ("- {id: a, ask: x, expect: word, next: don}", "5:39: there is no step 'don'; did you mean"),
    ("- {id: a, ask: x, expect: word, next: []}", "5:39: next: this is no way to a step; write"),
    (
        "- {id: a, ask: x, expect: yes_no, next: {no: [a]}}",
        "5:48: next: this is no step; write the id of a step, done or gave_up",
    ),
    ("- {id: done, ask: x, expect: word}", "5:10: 'done' is where steps end; give the step"),
    ("- {id: text, ask: x, expect: word}", "5:10: id: every template has a name 'text' already"),
    ("- {id: A, ask: x, expect: word}", "5:10: id: this is no name that a template can use"),
    ("- {id: a, expect: word}", "5:9: the key 'ask' is missing; add it"),
    ("- {id: a, ask: x}", "5:9: the key 'expect' is missing; add it"),
    ("- {id: a, ask: x, expect: word, tries: 0}", "5:39: tries should be greater than or equal"),
    ("- {id: a, ask: x, expect: word, trys: 2}", "5:39: there is no key 'trys' here; did you"),
    (
        "- {id: a, ask: x, expect: word}\n      - {id: a, ask: x, expect: word}",
        "6:10: there is a step 'a' already; give each step an id of its own",
    ),
    (
        "- {id: a, ask: x, expect: word, next: done}\n      - {id: b, ask: x, expect: word}",
        "6:9: the step 'b' is never asked; let a `next` lead to it, or take it out",
    ),
    (
        "- {id: a, ask: x, expect: yes_no, next: {yes: a, no: a}}",
        "5:9: from the step 'a' no way leads to the end; let a `next` lead to done",
    ),
    (
        "- {id: a, ask: x, expect: {v: [v], w: [w]}, next: {v: b, w: b}}\n"
        "      - {id: b, ask: x, expect: integer 1..2, next: {1: b, 2: b}}\n"
        "      - {id: c, ask: x, expect: word}",
        "5:9: from the step 'a' no way leads to the end",
    ),
    (
        "- {id: a, ask: x, expect: word, next: gave_up}",
        "4:5: no way leads to done; let the last answer lead there",
    ),
    (
        "- {id: a, ask: x, expect: yes_no, next: {non: a}}",
        "5:48: no answer of this step is 'non'; write yes or no",
    ),
    (
        "- {id: a, ask: x, expect: {morning: [am]}, next: {mornin: a}}",
        "5:57: no answer of this step is 'mornin'; did you mean morning?",
    ),
    (
        "- {id: a, ask: x, expect: integer 1..3, next: {4: a}}",
        "5:54: no answer of this step is '4'; write an integer as integer 1..3 gives it",
    ),
    (
        "- {id: a, ask: x, expect: integer, next: {01: a}}",
        "5:49: no answer of this step is '01'; write an integer as integer gives it, like 3",
    ),
    (
        "- {id: a, ask: x, expect: date, next: {demain: a}}",
        "5:46: answers of the type date lead nowhere by name; expect yes_no, integer or a",
    ),
]


@pytest.mark.parametrize(("steps", "fault"), FAULTS)
def test_a_fault_of_steps_is_told_with_its_place(told, steps, fault):
    found = told(f"rules:\n  - id: a\n    keyword: x\n    steps:\n      {steps}\n")

    assert found[0][: len(fault)] == fault


@pytest.mark.parametrize(
    ("keys", "faults"),
    [
        ("steps: []", ["4:5: there is no step here; write one, or leave the key out"]),
        ("steps: x", ["4:5: steps should be a list; write `[a, b]`"]),
        (
            "reply: y\n    timeout: 5m",
            ["5:5: the rule asks nothing; write steps, or leave `timeout`"],
        ),
        (
            "reply: y\n    gave_up: {}",
            ["5:5: the rule asks nothing; write steps, or leave `gave_up`"],
        ),
        ("reply: y\n    timed_out: {}", ["5:5: the rule asks nothing; write steps, or leave"]),
        ("reply: y\n    timeout: 1s", ["5:5: timeout: this duration is out of bounds; write one"]),
        (
            "expect: {day: date}\n    steps: [{id: day, ask: x, expect: date}]",
            ["5:14: there is a name 'day' already, from `expect`; give the step another id"],
        ),
        (
            "steps: [{id: a, ask: x, expect: word}]\n    gave_up: {say: x}",
            ["5:15: there is no key"],
        ),
    ],
)
def test_a_fault_of_a_conversation_is_told_with_its_place(told, keys, faults):
    found = told(f"rules:\n  - id: a\n    keyword: x\n    {keys}\n")

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


# --- lists, whose question every way to the end has to pass --------------------------------------

LIST = """
lists:
  - id: deals
    names: {fr: [Rabais, rabais!], en: [deals]}
    confirm: true
    welcome: {fr: "Bienvenue à {{ list }}", en: "Welcome"}
"""


def test_a_list_is_read(rules):
    deals = rules(LIST).lists["deals"]

    assert {name.written: set(name.languages) for name in deals.names} == {
        "Rabais": {"fr"},
        "deals": {"en"},
    }
    assert (deals.confirm, deals.welcome) == (
        True,
        Message({"fr": "Bienvenue à {{ list }}", "en": "Welcome"}),
    )
    assert (deals.source.line, deals.source.column) == (3, 5)


def test_the_id_of_a_list_is_one_of_its_names(rules):
    [name] = rules("lists: [{id: deals}]").lists["deals"].names

    assert (name.written, name.words, name.languages) == ("deals", ("deals",), frozenset())


def test_whoever_joins_is_welcomed_and_asked_first(rules):
    [rule] = rules(f"rules:\n  - {{id: join, keyword: rabais, do: {{join: deals}}}}\n{LIST}").rules

    assert rule.reply == Message({"fr": "Bienvenue à {{ list }}", "en": "Welcome"})
    assert rule.flow is not None
    assert rule.flow.steps == (
        Step(
            "confirmed",
            Message(template="confirm"),
            YES_NO,
            next={"no": GAVE_UP},
            unless_in="deals",
        ),
    )


def test_a_reply_of_its_own_comes_before_the_welcome(rules):
    [rule] = rules(
        f"rules:\n  - {{id: join, keyword: rabais, do: {{join: deals}}, reply: Oui}}\n{LIST}"
    ).rules

    assert rule.reply == Message({"": "Oui"})


def test_no_way_goes_around_the_question(rules):
    [rule] = rules(
        "rules:\n  - id: join\n    keyword: rabais\n    do: {join: deals}\n    timeout: 5m\n"
        "    steps:\n      - {id: age, ask: x, expect: integer, next: done}\n"
        "      - {id: sure, ask: x, expect: yes_no, next: {no: age, yes: done}}\n"
        f"{LIST}".replace("integer, next: done", "yes_no, next: {yes: done, no: sure}")
    ).rules

    assert rule.flow is not None
    leads = {
        rule.flow.after(step, answer)
        for step in rule.flow.steps[:-1]
        for answer in ("yes", "no", "")
    }
    assert DONE not in leads
    assert rule.flow.after(rule.flow.steps[-1], "yes") == DONE
    assert rule.flow.timeout == timedelta(minutes=5)


def test_a_list_without_a_question_asks_none(rules):
    [rule] = rules(
        "rules: [{id: a, keyword: rabais, do: {join: deals}}]\nlists: [{id: deals, welcome: Oui}]"
    ).rules

    assert (rule.flow, rule.reply) == (None, Message({"": "Oui"}))


@pytest.mark.parametrize(
    ("one", "faults"),
    [
        ("id: Deals", ["7:9: id: this is no id; use small letters"]),
        ("names: deals", ["7:8: the key 'id' is missing; add it"]),
        ("id: deals, names: a b c d", ["7:20: 'a b c d' has too many words; write three at"]),
        ("id: deals, names: les rabais", ["7:20: STOP LES RABAIS is read as STOP RABAIS; write"]),
        (
            "id: deals, names: [tout, all]",
            [
                "7:28: STOP TOUT stops everything; choose another",
                "7:34: STOP ALL stops everything; choose another",
            ],
        ),
        ("id: deals, names: merci", ["7:20: STOP MERCI stops everything; choose another"]),
        ("id: deals, confirm: yes", ["7:20: confirm should be true or false; write one of"]),
        ("id: deals, schedule: []", ["7:20: 'schedule' is not supported yet in this"]),
        ("id: deals, welcome: '{{ rest }} {{ nam }}'", ["7:20: there is no name 'nam' here; kno"]),
        ("id: news", ["7:8: the list 'news' is already at"]),
        ("id: deals, names: nouvelles", ["7:8: STOP NOUVELLES leaves the list 'news' already"]),
    ],
)
def test_a_fault_of_a_list_is_told_with_its_place(told, one, faults):
    found = told(
        "rules:\n  - id: a\n    keyword: x\n    reply: y\n"
        f"lists:\n  -    {{id: news, names: [nouvelles]}}\n  -    {{{one}}}\n"
    )

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            "steps: [{id: confirmed, ask: x, expect: word}], do: {join: deals}",
            "2:5: the list 'deals' asks a question of its own, whose name is 'confirmed'; give",
        ),
        (
            "timeout: 5m, do: {join: news}",
            "2:5: the rule 'a' asks nothing, and has a time-out or an ending; write steps, or",
        ),
        (
            "steps: [{id: b, ask: x, expect: word}], gave_up: {do: {join: deals}}",
            "2:80: whoever joins 'deals' is asked first, and no question fits here; join it in",
        ),
    ],
)
def test_a_list_that_asks_needs_room_for_its_question(told, rule, fault):
    found = told(f"rules:\n  - {{id: a, keyword: x, {rule}}}\n{LIST}  - id: news\n")

    assert [one[: len(fault)] for one in found] == [fault]


def test_lists_of_the_sandbox_are_known_to_its_rules_alone(rules, told):
    own = "rules:\n  - {id: a, keyword: a, reply: x, when: {list: deals}}\n"
    theirs = (
        "only: sandbox\nrules: [{id: b, keyword: b, do: {join: deals}}]\nlists: [{id: deals}]\n"
    )

    assert rules(theirs, sandbox=True).lists.keys() == {"deals"}
    assert rules(theirs).lists == {}
    assert [one[:42] for one in told(own)] == ["2:42: there is no list 'deals'; make it, u"]
    with pytest.raises(Exception, match="there is no list 'deals'"):
        rules(own, z=theirs)
