"""What messages see: a name that may have no value on a phone is written so that it may."""

import pytest

ANY = '{set: {own: "{{ rest }}"}}'
FIRST = "{id: first, ask: x, expect: word}"
SECOND = "{id: second, ask: x, expect: yes_no, next: {no: fourth}}"
THIRD = "{id: third, ask: x, expect: word}"
LOOKUP = "lookup: {url: https://a.example/, expect: {w.sky: text}, fallback: "
STEPS = f"steps: [{FIRST}, {SECOND}, {THIRD}, {{id: fourth, ask: %s, expect: word}}]"


def file(*keys: str) -> str:
    """Write a file whose first rule has these keys; another one sets `vip`."""
    lines = "\n    ".join(("- id: a", *(f"  {key}" for key in keys)))
    return (
        f"rules:\n    {lines}\n"
        "    - {id: b, keyword: y, do: {set: {vip: yes}}}\n"
        "lists: [{id: deals}]\n"
    )


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(['reply: "{{ text }} {{ now|date }}"'], id="what every message sees"),
        pytest.param(["expect: {n: word}", 'reply: "{{ n }}"'], id="what is captured"),
        pytest.param([f"do: {ANY}", 'reply: "{{ own }}"'], id="what the rule itself sets"),
        pytest.param(
            ['do: {set: {own: x}, later: {after: 1h, send: "{{ own }}"}}'], id="by later verbs too"
        ),
        pytest.param(["when: {set: {vip: true}}", 'reply: "{{ vip }}"'], id="what `when` wants"),
        pytest.param(
            ["when: {set: {vip: a}}", "expect: {n: word}", 'invalid: "{{ vip }}"', "reply: x"],
            id="also where the text is not understood",
        ),
        pytest.param(["reply: \"{{ vip|default('?') }}\""], id="a default"),
        pytest.param(['reply: "a{% if vip is defined %}{{ vip }}{% endif %}"'], id="a test"),
        pytest.param(['reply: "{{ vip if vip is defined else 1 }}"'], id="a short test"),
        pytest.param(
            ['reply: "a{% if vip is undefined %}b{% else %}{{ vip }}{% endif %}"'], id="else"
        ),
        pytest.param(
            ['reply: "a{% if not vip is defined %}b{% elif vip == 1 %}{{ vip }}{% endif %}"'],
            id="else if",
        ),
        pytest.param(['reply: "a{% if vip is defined and vip == 1 %}b{% endif %}"'], id="and"),
        pytest.param(['reply: "a{% if vip is undefined or vip == 1 %}b{% endif %}"'], id="or"),
        pytest.param(
            [f"do: {{{LOOKUP}Rien}}, set: {{own: '{{{{ sky }}}}'}}}}", 'reply: "{{ sky }}"'],
            id="what an address answers",
        ),
        pytest.param(
            [STEPS % '"{{ first }} {{ second }}"', 'reply: "{{ fourth }}"'],
            id="what all ways have asked",
        ),
        pytest.param(
            [
                "expect: {n: word}",
                'steps: [{id: s, ask: "{{ n }}", expect: word, invalid: "{{ n }}"}]',
            ],
            id="captures in steps",
        ),
        pytest.param([STEPS % "\"{{ third|default('?') }}\""], id="what some ways have asked"),
        pytest.param(
            [STEPS % "x", "timed_out: {reply: \"{{ first|default('?') }}\"}"],
            id="what may be answered when time is out",
        ),
        pytest.param(["do: {join: deals}", 'reply: "{{ list }}"'], id="the list that is joined"),
        pytest.param(["do: {leave: deals}", 'reply: "{{ list }}"'], id="the list that is left"),
    ],
)
def test_what_is_there_may_be_said(told, keys):
    assert told(file("keyword: x", *keys)) == []


MAY_BE_MISSING = "may have no value here; write {{"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        pytest.param(
            ['reply: "{{ vip }}"'],
            "4:7: 'vip' may have no value here; write {{ vip|default(\"…\") }}, or "
            "{% if vip is defined %}…{% endif %}",
            id="what another rule sets",
        ),
        pytest.param(
            ["reply: {fr: x, en: '{{ vip|upper }}'}"],
            f"4:22: 'vip' {MAY_BE_MISSING}",
            id="filtered",
        ),
        pytest.param(
            ["reply: \"{{ vip|upper|default('') }}\""],
            f"4:7: 'vip' {MAY_BE_MISSING}",
            id="too late",
        ),
        pytest.param(
            ['reply: "a{% if vip %}b{% endif %}"'],
            f"4:7: 'vip' {MAY_BE_MISSING}",
            id="tested bare",
        ),
        pytest.param(
            ['reply: "a{% if vip is defined %}b{% endif %}{{ vip }}"'],
            f"4:7: 'vip' {MAY_BE_MISSING}",
            id="behind its test",
        ),
        pytest.param(
            ['reply: "a{% if vip is defined or text %}{{ vip }}{% endif %}"'],
            f"4:7: 'vip' {MAY_BE_MISSING}",
            id="or else",
        ),
        pytest.param(
            ["when: {set: {vip: false}}", 'reply: "{{ vip }}"'],
            f"5:7: 'vip' {MAY_BE_MISSING}",
            id="what `when` says is not set",
        ),
        pytest.param(
            ['do: {set: {own: "{{ own }}"}}'],
            f"4:18: 'own' {MAY_BE_MISSING}",
            id="before it is set",
        ),
        pytest.param(
            [
                "when: {set: {vip: true}}",
                "steps: [{id: s, ask: x, expect: word}]",
                'reply: "{{ vip }}"',
            ],
            f"6:7: 'vip' {MAY_BE_MISSING}",
            id="what `when` says, once questions were asked",
        ),
        pytest.param(
            ["when: {set: {vip: true}}", f"do: {{{LOOKUP}Rien}}}}", 'reply: "{{ vip }}"'],
            f"6:7: 'vip' {MAY_BE_MISSING}",
            id="what `when` says, once an address was asked",
        ),
        pytest.param(
            ["expect: {n: word}", 'invalid: "{{ n }}"', "reply: x"],
            "5:7: there is no name 'n' here; known here",
            id="what was not understood",
        ),
        pytest.param(
            [f'do: {{{LOOKUP}"{{{{ sky }}}}"}}}}'],
            "4:69: there is no name 'sky' here; known here",
            id="what was not answered",
        ),
        pytest.param(
            [STEPS % '"{{ third }}"'], f"4:156: 'third' {MAY_BE_MISSING}", id="what some ways ask"
        ),
        pytest.param(
            [STEPS.replace("ask: x", 'ask: "{{ fourth }}"', 1) % "x"],
            "4:27: 'fourth' is not answered yet here; ask for it in a step that comes before",
            id="what is asked later",
        ),
        pytest.param(
            [STEPS % "x", 'gave_up: {reply: "{{ first }}"}'],
            f"5:17: 'first' {MAY_BE_MISSING}",
            id="what is missing when it gives up",
        ),
        pytest.param(
            [STEPS % "x", 'timed_out: {do: {tag: t, set: {own: "{{ first }}"}}}'],
            f"5:38: 'first' {MAY_BE_MISSING}",
            id="what is missing when time is out",
        ),
        pytest.param(
            ['do: {language: "{{ lang }}"}'],
            "4:12: there is no name 'lang' here; did",
            id="a verb",
        ),
        pytest.param(
            ["reply: '{{ list }}'"], "4:7: there is no name 'list' here; kn", id="no list"
        ),
        pytest.param(
            ["reply: {template: verification}"],
            "4:7: there is no name 'code' here; known here",
            id="a built-in template that sees more",
        ),
    ],
)
def test_what_may_be_missing_is_told_with_the_remedy(told, keys, fault):
    assert told(file("keyword: x", *keys))[0][: len(fault)] == fault


@pytest.mark.parametrize(
    ("keys", "faults"),
    [
        pytest.param(["pattern: 'a (?P<n>.)'", 'reply: "{{ n }}"'], [], id="a group"),
        pytest.param(
            ["pattern: {fr: 'a (?P<n>.)', en: 'b (?P<n>.)'}", 'reply: "{{ n }}"'],
            [],
            id="a group in every language",
        ),
        pytest.param(
            ["pattern: {fr: 'a (?P<n>.)', en: 'b'}", 'reply: "{{ n }}"'],
            [f"4:7: 'n' {MAY_BE_MISSING}"],
            id="a group in one language",
        ),
        pytest.param(
            ["pattern: 'a (?P<Text>.)(?P<text>.)'", "reply: x"],
            [
                "3:7: every template has a name 'text' already",
                "3:7: this is no name that a template can use",
            ],
            id="names of groups",
        ),
        pytest.param(
            ["pattern: 'a (?P<n>.)'", "expect: {m: word, n: integer}", "reply: x"],
            ["4:16: the pattern has no group 'm'; write it into the pattern: (?P<m>…)"],
            id="a type for what is no group",
        ),
    ],
)
def test_groups_of_a_pattern_are_seen(told, keys, faults):
    found = told(file(*keys))

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


# --- templates, which are checked for each rule that says them -----------------------------------


def test_a_template_sees_what_its_rule_sees(told, write):
    write("templates/fr/vote.j2", "Vote {{ choice }}{% include 'footer.j2' %}")
    write("templates/fr/footer.j2", "{{ choice }}")

    assert told(file("keyword: x", "expect: {choice: word}", "reply: {template: vote}")) == []


@pytest.mark.parametrize(
    ("templates", "faults"),
    [
        pytest.param(
            {"vote": "a\n {{ choise }}"},
            ["templates/fr/vote.j2:2:5: there is no name 'choise' in the rule 'a'; did you mean"],
            id="a name that is misspelled",
        ),
        pytest.param(
            {"vote": "{{ vip }} {{ nam }}"},
            [
                "templates/fr/vote.j2:1:4: 'vip' may have no value in the rule 'a'; write {{ vip|",
                "templates/fr/vote.j2:1:14: there is no name 'nam' in the rule 'a'; known here",
            ],
            id="every name",
        ),
        pytest.param(
            {"vote": "a\n{% include 'footer.j2' %}", "footer": "{{ nam }}"},
            ["templates/fr/vote.j2:2:1: there is no name 'nam' in the rule 'a'; known here"],
            id="a name in what it includes",
        ),
        pytest.param(
            {"vote": "x", "spare": "{{ numbr }}"},
            [],
            id="a template that no rule says is not judged",
        ),
        pytest.param(
            {"vote": "x", "confirm": "{{ list }} {{ choice }}"},
            ["templates/fr/confirm.j2:1:15: there is no name 'choice' here; known here"],
            id="one that we say ourselves",
        ),
        pytest.param(
            {"vot": "x"},
            ["4:15: there is no template 'vote'; did you mean vot?"],
            id="no such template",
        ),
    ],
)
def test_a_fault_of_a_template_is_told_where_it_stands(told, write, templates, faults):
    for name, source in templates.items():
        write(f"templates/fr/{name}.j2", source)

    found = told(file("expect: {choice: word}", "reply: {template: vote}", "keyword: x"))

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults
