"""Rules that are admitted never meet a name without a value, whatever is texted in what order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings, strategies as st

from bot.content.rulebook import load_rulebook
from bot.content.templates import Templates
from bot.content.voice import Voice
from bot.core.actions import Forward, Later, Remember, Speak
from bot.core.conversing import conclude
from bot.core.decide import decide, time_out
from bot.core.decision import Decision
from bot.core.turn import Turn
from bot.internet import names_in
from bot.yamlfile import Faults
from tests.core.talking import Talk

NAMES = ("n", "v", "own", "s1", "s2", "s3", "sky", "rest", "answers", "list")
TEXTS = ("a", "a mot", "b", "b 1", "c", "oui", "non", "zut", "annuler", "stop", "start", "…")
"""The last one: nobody texts until the time is out."""
SAID = "SAID"
"""Where something is said in a rule."""


@st.composite
def step(draw: st.DrawFn, name: str) -> str:
    targets = st.sampled_from(["s1", "s2", "s3", "done", "gave_up"])
    ways = draw(st.dictionaries(st.sampled_from(["yes", "no"]), targets, max_size=2))
    led = ", ".join(f"{answer}: {target}" for answer, target in ways.items())
    following = f", next: {{{led}}}" if led else ""
    return f"{{id: {name}, ask: {SAID}, invalid: {SAID}, expect: yes_no, tries: 2{following}}}"


VERBS = (
    f"set: {{own: {SAID}}}",
    f"set: {{v: {SAID}}}",
    f"later: {{after: 1h, send: {SAID}}}",
    f"forward: {{number: +15145550009, text: {SAID}}}",
    'language: "{{ rest }}"',
    "start: c",
    "join: deals",
    f"lookup: {{url: 'https://a.example/', expect: {{sky: text}}, fallback: {SAID}}}",
    "lookup: {url: 'https://a.example/{{ v }}', expect: {sky: text}, fallback: x}",
)
KEYS = (
    "expect: {n: word}",
    f"expect: {{n: word}}, invalid: {SAID}",
    "when: {set: {v: true}}",
    f"gave_up: {{reply: {SAID}}}",
    f"timed_out: {{reply: {SAID}, do: {{set: {{v: {SAID}}}}}}}",
)


@st.composite
def rule(draw: st.DrawFn) -> str:
    """Write a rule that says one name somewhere, as if it were surely there."""
    done = draw(st.lists(st.sampled_from(VERBS), max_size=3, unique_by=_key))
    steps = [draw(step(f"s{place}")) for place in range(1, draw(st.integers(0, 3)) + 1)]
    keys = ["id: a", "keyword: a", f"reply: {SAID}"]
    keys += draw(st.lists(st.sampled_from(KEYS), max_size=4, unique_by=_key))
    keys += [f"do: {{{', '.join(done)}}}"] if done else []
    keys += [f"steps: [{', '.join(steps)}]"] if steps else []
    pieces = f"{{{', '.join(keys)}}}".split(SAID)
    place = draw(st.integers(1, len(pieces) - 1))
    name = draw(st.sampled_from(NAMES))
    before, after = "x".join(pieces[:place]), "x".join(pieces[place:])
    return f'{before}"x {{{{ {name} }}}}"{after}'


def _key(written: str) -> str:
    return written.partition(":")[0]


OTHERS = """
  - {id: b, keyword: b, interrupt: true, do: {set: {v: "{{ rest }}"}}, reply: b}
  - {id: c, keyword: c, reply: c, steps: [{id: s1, ask: c, expect: yes_no}]}
lists: [{id: deals, confirm: true, welcome: "Bienvenue à {{ list }}"}]
"""


def say(decision: Decision, turn: Turn, templates: Templates) -> Voice:
    """Say all that a decision says; raises `RenderError` where it meets an unknown name."""
    voice = Voice(decision, turn, templates)
    for action in decision.actions:
        match action:
            case Remember(values=values):
                voice.remember(values)
            case Speak(language=language):
                voice.speak(language)
            case Later(message=message):
                voice.say(message, (voice.language,))
            case Forward(message=message) if message is not None:
                voice.pass_on(message, voice.language)
    if decision.asking is not None:
        assert set(names_in(decision.asking.lookup.url)) <= voice.seen.keys()
    for reply in decision.replies:
        voice.say(reply.message, voice.languages(reply))
    return voice


def decided(
    talk: Talk, text: str, found: Mapping[str, Any] | None
) -> Iterator[tuple[Turn, Decision]]:
    """Decide a text, or that nobody texts; and then what an address that was asked leads to."""
    turn = talk.turn("" if text == "…" else text)
    if text == "…":
        if talk.conversation.position is None:
            return
        decision = time_out(turn)
    else:
        decision = decide(turn)
    yield turn, decision
    if (asking := decision.asking) is not None:
        rule = talk.rulebook.rule(asking.rule)
        assert rule is not None
        after = talk.turn(text)
        yield after, conclude(after, rule, asking.captured, found, asking.language)


def play(
    talk: Talk, texts: Sequence[str], templates: Templates, found: Mapping[str, Any] | None
) -> None:
    for text in texts:
        for turn, decision in decided(talk, text, found):
            voice = say(decision, turn, templates)
            talk.decisions.append(decision)
            talk.conversation = decision.conversation
            talk.subscriber = replace(
                decision.subscriber, values=voice.person.values, language=voice.person.language
            )


UNHURRIED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@UNHURRIED
@given(
    rule(),
    st.lists(st.sampled_from(TEXTS), min_size=10, max_size=40),
    st.sampled_from([None, {"sky": "clair"}]),
)
@example(
    '{id: a, keyword: a, reply: "{{ v }}", when: {set: {v: true}}, '
    "steps: [{id: s1, ask: x, expect: yes_no}]}",
    ["b 1", "a", "b", "oui"],  # what `when` counts on is set to nothing in between
    None,
)
def test_no_name_is_ever_without_a_value(write, load, tmp_path: Path, rule, texts, found):
    write("rules/a.yaml", f"rules:\n  - {rule}{OTHERS}")
    templates = load()
    try:
        book = load_rulebook(tmp_path / "rules", templates, sandbox=False)
    except Faults:
        return

    play(Talk(rulebook=book), texts, templates, found)
