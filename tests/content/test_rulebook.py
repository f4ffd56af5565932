"""Rule files: read as typed, and every fault at once with its place and what to do."""

import gc
from pathlib import Path

import pytest

from bot.content.rulebook import load_rulebook
from bot.core.messages import Delivery
from bot.core.rulebook import Rulebook
from bot.core.rules import Trigger
from bot.yamlfile import Faults


def called(book: Rulebook, text: str) -> str:
    return next((match.rule.id for match in book.find(text)), "")


EVERYTHING = """
rules:
  - id: weather
    keyword: {fr: [météo], en: [weather, meteo]}
    reply: {fr: "Soleil", en: "Sun"}
    examples: {matches: [MÉTÉO svp], not: [météorite]}
    delivery: at_least_once
  - id: no
    exactly: [no, on, 0123, 8:00, 1.0, null]
    reply: 0123
  - id: bus
    contains: bus
    reply: {template: help}
  - id: rest
    anything: true
    reply: "?"
"""


def test_a_file_is_read(rules):
    weather, no, bus, anything = rules(EVERYTHING).rules

    assert weather.trigger is Trigger.KEYWORD
    assert {phrase.written: set(phrase.languages) for phrase in weather.phrases} == {
        "météo": {"fr", "en"},  # in both languages, whatever the accents
        "weather": {"en"},
    }
    assert weather.reply.texts == {"fr": "Soleil", "en": "Sun"}
    assert weather.delivery is Delivery.AT_LEAST_ONCE
    assert (weather.source.line, weather.source.column) == (3, 5)
    assert [phrase.written for phrase in no.phrases] == [
        *("no", "on", "0123", "8:00", "1.0", "null"),
    ]
    assert no.reply.texts == {"": "0123"}
    assert bus.reply.template == "help"
    assert anything.phrases == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param("Météo demain", "weather", id="a keyword"),
        pytest.param("No!", "no", id="a word that YAML takes for false"),
        pytest.param("0123", "no", id="a number with its zero"),
        pytest.param("8:00", "no", id="a time that YAML takes for a number"),
        pytest.param("le bus", "bus", id="one word in place of a list"),
        pytest.param("???", "rest", id="anything"),
    ],
)
def test_what_was_written_is_what_is_called(rules, text, rule):
    assert called(rules(EVERYTHING), text) == rule


ONE = "rules:\n  - {id: a, keyword: [x], reply: y}\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param("", "", id="an empty file"),
        pytest.param("# nothing yet\n", "", id="a comment"),
        pytest.param("rules: []\n", "", id="no rules"),
        pytest.param("- a\n", "1:1: rules stand here, and no `rules:` above", id="a list"),
        pytest.param("id: a\nreply: b\n", "1:1: rules stand here, and no", id="a rule"),
        pytest.param("rules: 3\n", "1:1: rules should be a list; write `[", id="no list"),
        pytest.param("rules: [x]\n", "1:9: this should be a mapping; write", id="no mapping"),
        pytest.param("rules: [a\n", "1:8: this list is never closed; add the", id="no YAML"),
        pytest.param(
            "rules:\n  - {id: a, keyword: [a], reply: b}\nrules:\n  - {id: b}\n",
            "3:1: the key 'rules' stands here again (first on line 1); leave this line out, and",
            id="what was pasted below",
        ),
        pytest.param(
            "rules: []\n\u00a0\u00a0- id: a\n",
            "2:1: a no-break space stands here",
            id="pasted blanks",
        ),
        pytest.param(
            "règles: []\n",
            "1:1: there is no key 'règles' here; did you mean 'rules'?",
            id="in French",
        ),
        pytest.param("rule: []\n", "1:1: there is no key 'rule' here; did you mean", id="a key"),
        pytest.param("only: real\n", "1:1: only should be 'sandbox'; change it", id="only"),
        pytest.param("lists: [x]\n", "1:9: this should be a mapping; write", id="no list of it"),
    ],
)
def test_a_fault_of_a_file_is_told_with_its_place(told, content, fault):
    assert [one[: len(fault)] for one in told(content)] == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("keyword: x", ["2:5: the key 'id' is missing"]),
        ("id: a, keyword: x", ["2:5: the rule 'a' does nothing; give it a reply, or do, or"]),
        ("id: a, replly: y, reply: y", ["2:13: there is no key 'replly' here; did you mean"]),
        ("id: Météo, keyword: x, reply: y", ["2:6: id: this is no id; use small letters a to z"]),
        (
            "id: Ma météo, keyword: x, reply: y",
            ["2:6: id: this is no id; use small letters a to z, digits, - and _, as in ma-meteo"],
        ),
        (
            "id: a, mot-clé: [x], réponse: y",
            [
                "2:13: there is no key 'mot-clé' here; did you mean 'keyword'?",
                "2:27: there is no key 'réponse' here; did you mean 'reply'?",
            ],
        ),
        (
            "id: a, keyword: 'song, chanson', reply: y",
            ["2:13: keyword: without brackets 'song, chanson' is one phrase; write [song,"],
        ),
        (
            "id: a, contains: {fr: 'perdu; trouvé'}, reply: y",
            ["2:24: contains: without brackets 'perdu; trouvé' is one phrase; write [perdu,"],
        ),
        ("id: a, keyword: '12,5', reply: y", []),
        ("id: a, exactly: ['oui, merci'], reply: y", []),
        ("id: a, reply: y", ["2:5: the rule 'a' has 0 triggers; give it exactly one of exactly"]),
        ("id: a, keyword: x, anything: true, reply: y", ["2:5: the rule 'a' has 2 triggers"]),
        ("id: a, anything: false, reply: y", ["2:13: anything: this is not `true`; write"]),
        ("id: a, keyword: {french: x}, reply: y", ["2:23: keyword: 'french' is no language"]),
        (
            "id: a, keyword: x, reply: {fr: Oui, merci}",
            ["2:42: reply: 'merci' stands after a comma"],
        ),
        ("id: a, keyword: [[x]], reply: y", ["2:23: keyword: this is no list of words; write"]),
        ("id: a, keyword: [], reply: y", ["2:13: keyword: this is no list of words; write"]),
        ("id: a, keyword: {fr: x, es: }, reply: y", ["2:30: keyword: nothing stands behind 'es'"]),
        (
            "id: a, keyword: x, reply: {fr: Oui, ok}",
            ["2:42: reply: nothing stands behind 'ok';"],
        ),
        (
            "id: a, keyword: x, do: join",
            ["2:25: do should be a mapping; write `key: value`; k"],
        ),
        ("id: a, keyword: {}, reply: y", ["2:13: keyword: this is no list of words; write"]),
        ("id: a, keyword: ['?', x], reply: y", ["2:23: '?' has no word in it; write a word"]),
        ("id: a, keyword: x, reply: {}", ["2:25: reply: this is no message; write a text"]),
        ("id: a, keyword: x, reply: {fr: ' '}", ["2:33: reply: a text is missing or empty"]),
        ("id: a, keyword: x, reply: {template: a, fr: b}", ["2:25: reply: this is no message"]),
        ("id: a, keyword: x, reply: {template: hlep}", ["2:33: there is no template 'hlep'; did"]),
        ("id: a, keyword: x, reply: {fr: '{{ txt }}'}", ["2:33: there is no name 'txt' here;"]),
        ("id: a, keyword: x, reply: '{{ text }'", ["2:25: this is no template (unexpected '}')"]),
        ("id: a, keyword: x, reply: y, delivery: no", ["2:35: delivery should be 'at_most_once'"]),
        ("id: a, keyword: x, reply: y, examples: {match: x}", ["2:46: there is no key 'match'"]),
        (
            "id: a, keyword: x, gave_up: {do: {verify: b}}, "
            "steps: [{id: w, ask: Y?, expect: text}]",
            ["2:40: a code is sent by the rule itself alone; move it into the rule's own `do`"],
        ),
        (
            "id: a, keyword: [Arrêt!, help, stop pub], reply: y",
            [
                "2:23: 'Arrêt!' is never asked: it is the built-in word 'arret'; choose other",
                "2:31: 'help' is never asked: it is the built-in word 'help'; choose other words",
                "2:37: 'stop pub' is never asked: it is the built-in word 'stop'; choose other",
            ],
        ),
        ("id: a, exactly: {en: fin}, reply: y", ["2:23: 'fin' is never asked: it is the"]),
        ("id: a, pattern: '(', reply: y", ["2:13: pattern: a ( is never closed; write its ), or"]),
        (
            "id: a, pattern: {fr: 'a*', en: [b, c], es: 'b', }, reply: y",
            [
                "2:23: pattern: the pattern is found in every text, even in an empty one; make",
                "2:33: pattern: a rule has one pattern; write the others behind a |, or as rules",
            ],
        ),
        (
            'id: a, pattern: "\\bmot", reply: y',
            ["2:22: a backslash makes a control character here (U+0008); write it twice, or use"],
        ),
        (
            'id: a, pattern: "\\PL", reply: y',
            ["2:13: pattern: a backslash means something between double quotes; put the pattern"],
        ),
        (
            "id: a, anything: true, interrupt: true, reply: y",
            ["2:29: `anything` would take every answer of the conversations that it interrupts"],
        ),
        ("id: a, keyword: x, typos: true, reply: y", ["2:25: no word here is long enough to be"]),
        (
            "id: a, exactly: meteo, typos: true, reply: y",
            ["2:29: only keywords can be misspelled"],
        ),
        ("id: a, keyword: meteo, typos: yes, reply: y", ["2:29: typos should be true or false"]),
        ("id: a, keyword: x, once: day, reply: y", ["2:25: once should be 'number'; change it"]),
        ("id: a, keyword: x, invalid: z, reply: y", ["2:25: nothing is expected that could be"]),
        (
            "id: a, keyword: x, expect: {a: text, b: word, c: text, d: text}, reply: y",
            [
                "2:52: two texts cannot be told apart; ask for one of the two in a step, or",
                "2:61: two texts cannot be told apart; ask for one of the two in a step, or",
            ],
        ),
        (
            "id: a, contains: x, expect: {a: text}, reply: y",
            ["2:26: nothing follows the words of `contains`; use keyword, or pattern with"],
        ),
        (
            "id: a, exactly: x, expect: {a: text}, reply: y",
            ["2:25: nothing follows the words of `exactly`; use keyword, or pattern with groups"],
        ),
        ("id: a, keyword: x, expect: text, reply: y", ["2:25: expect: this is no mapping of"]),
        (
            "id: a, keyword: x, expect: {A: text, b: txt}, reply: y",
            [
                "2:34: expect: this is no name that a template can use; use small letters",
                "2:43: expect: there is no type 'txt'; did you mean text?",
            ],
        ),
    ],
)
def test_a_fault_of_a_rule_is_told_with_its_place(told, rule, faults):
    found = told(f"rules:\n  - {{{rule}}}\n")

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ("id: b, keyword: [X!], reply: y", ["3:5: the rule 'b' never answers to keyword 'X!'"]),
        ("id: b, keyword: [X!], when: {days: mon}, reply: y", []),
        ("id: b, keyword: [X!], expect: {a: word}, reply: y", []),
        ("id: a, keyword: [z], reply: y", ["3:5: the rule 'a' is already at"]),
        (
            "id: b, exactly: x y, reply: y, examples: {matches: [x y, x y z, STOP]}",
            [
                "3:63: 'x y z' is answered by the rule 'a' (",
                "3:70: 'STOP' is answered by the built-in word STOP, not by the rule 'b'; change",
            ],
        ),
        (
            "id: b, exactly: x y, reply: y, examples: {matches: w, not: [x, 'X y!']}",
            [
                "3:48: 'w' does not call the rule 'b'; change the rule's words, or the example",
                "3:69: 'X y!' is answered by the rule 'b', and should not be; change the rule's",
            ],
        ),
    ],
)
def test_a_fault_between_rules_is_told_with_its_place(told, rule, faults):
    found = told(f"{ONE}  - {{{rule}}}\n")

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("when: {hours: 8-12}", ""),
        (
            "when: {hours: 6-9}",
            "4:5: nothing says which of 'b' and 'c' answers to keyword 'x'; let",
        ),
        (
            "expect: {a: word}",
            "4:5: nothing says which of 'a' and 'c' answers to keyword 'x'; let",
        ),
    ],
)
def test_who_answers_is_never_by_chance(told, keys, fault):
    found = told(
        "rules:\n  - {id: a, keyword: x, expect: {a: integer}, reply: y}\n"
        "  - {id: b, keyword: x, when: {hours: 22-8}, reply: y}\n"
        f"  - {{id: c, keyword: x, {keys}, reply: y}}\n"
    )

    assert [one[: len(fault)] for one in found] == ([fault] if fault else [])


def test_contains_and_info_may_use_built_in_words(rules):
    book = rules(
        "rules:\n  - {id: a, contains: arrêt, reply: y, examples: {matches: l'arrêt de bus}}\n"
        "  - {id: b, keyword: info, reply: y, examples: {matches: [INFO]}}\n"
    )

    assert book.claims_info


def test_faults_of_all_files_and_templates_are_told_together(rules, write):
    write("templates/fr/t.j2", "{{ x")

    with pytest.raises(Faults) as raised:
        rules("rules: [{}]\n", b="rules:\n - {id: B}\n", c=ONE, d=ONE.replace("[x]", "[z]"))

    assert {Path(fault.file).name for fault in raised.value.faults} == {
        *("a.yaml", "b.yaml", "d.yaml", "t.j2")
    }


def test_a_missing_folder_is_an_empty_rulebook(load, tmp_path):
    assert load_rulebook(tmp_path / "nowhere", load(), sandbox=True).rules == ()


def test_stories_and_hidden_files_are_not_read(rules, write):
    write("rules/stories/s.yaml", "- they: x\n")
    write("rules/.hidden.yaml", "]\n")
    write("rules/deep/er.yaml", "rules: [{id: deep, keyword: deep, reply: y}]\n")

    assert [rule.id for rule in rules(ONE).rules] == ["a", "deep"]


SANDBOX = "only: sandbox\n"


def test_real_gateways_do_not_know_the_rules_of_the_sandbox(rules):
    mixed = ONE + "  - {id: b, keyword: b, reply: y, only: sandbox}\n"

    assert [rule.id for rule in rules(mixed).rules] == ["a"]
    assert [rule.id for rule in rules(mixed, sandbox=True).rules] == ["a", "b"]
    assert rules(SANDBOX + ONE).rules == ()


def test_an_example_gives_way_to_a_rule_of_one_s_own(rules):
    example = SANDBOX + (
        "rules:\n  - {id: mine, keyword: x, reply: theirs, examples: {matches: [x]}}\n"
        "  - {id: rest, anything: true, reply: theirs}\n"
    )
    own = ONE + "  - {id: mine, anything: true, reply: mine}\n"

    book = rules(example, sandbox=True, z=own)

    assert called(book, "x") == "a"
    assert called(book, "other") == "mine"


def test_garbage_is_looked_for_again_once_the_rules_are_read(rules):
    rules(ONE)
    assert gc.isenabled()

    with pytest.raises(Faults):
        rules("rules: [x]")
    assert gc.isenabled()


def test_the_rules_of_the_sandbox_are_checked_always(rules):
    with pytest.raises(Faults, match="never answers"):
        rules(SANDBOX + ONE + "  - {id: b, keyword: x, reply: y}\n")


def test_a_digest_tells_what_is_in_force(rules, write):
    before = rules(ONE).digest
    assert rules(ONE).digest == before

    assert rules(ONE.replace("reply: y", "reply: z")).digest != before
    write("templates/fr/a.j2", "x")
    assert rules(ONE).digest != before


def test_what_follows_from_a_trap_of_yaml_is_not_told_beside_it(told):
    found = told(
        "rules:\n  - id: a\n    keyword: x\n    reply: |\n  - id: b\n    reply: {{ nam }}\n"
    )

    assert [one.partition(";")[0] for one in found] == [
        "4:12: no text stands below this `|`",
        "5:5: the rule 'b' has 0 triggers",
        "6:12: `{` begins a mapping in YAML",
    ]
