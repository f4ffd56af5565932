"""`textobot check`: what is wrong with the files, before anybody texts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from bot.advice import advice
from bot.app import load_content, load_templates, near
from bot.books import groupless
from bot.config import Config, load_config
from bot.content.dearness import Note
from bot.content.entries import json_schema
from bot.content.explain import explain
from bot.content.rulebook import check as check_content, dear_messages
from bot.content.templates import Templates
from bot.playing import play
from bot.terminal import DONE, count, faults, show
from bot.who import Who, turn_of
from bot.yamlfile import Faults

EXAMPLES = 5
"""Of a rule that are answered to see what it costs."""


def check(config_path: Path) -> int:
    """Print every fault of configuration, rules, templates and stories; 1 if there is any.

    Where there is none, what is dear is noted: that fails nothing.
    """
    try:
        config = load_config(config_path)
    except Faults as wrong:
        return faults(wrong)
    templates = load_templates(config)
    rules = near(config.rules_folder)
    known: Mapping[str, Collection[str]] = {
        "gateways": config.gateways,
        "private_hosts": config.lookups.private_hosts,
        "groupless": groupless(config),
    }
    if found := check_content(rules, templates, **known):
        return faults(Faults(found))
    stories, astray = play(config, rules)
    if astray:
        return faults(Faults(astray))
    own, played = (len(load_content(config, sandbox=each)[0].rules) for each in (False, True))
    show(f"All is well: {count(own, 'rule')} of your own, {played - own} for the sandbox alone.")
    if stories:
        show(f"{stories} {'story' if stories == 1 else 'stories'} played: each went as written.")
    if not own:
        show("Without a rule of your own, only STOP, START and HELP are answered.")
    for advised in advice(config, templates):
        show(f"Note: {advised}.")
    for note in dear_messages(rules, templates, config_path, **known):
        show(str(_answered(note, config, templates)))
    return DONE


def _answered(note: Note, config: Config, templates: Templates) -> Note:
    """Take the dearest answer to the rule's examples, where that costs more than is known."""
    if not (note.filled and note.examples):
        return note
    rulebook, _ = load_content(config, sandbox=True)
    dearest = note
    for text in note.examples[:EXAMPLES]:
        found = explain(turn_of(text, Who(), config, rulebook), templates)
        if found.answering is not None and found.answering.rule.id == note.rule:
            dearest = max(
                (dearest, *(replace(note, text=one.text, example=text) for one in found.replies)),
                key=lambda one: one.cost.count,
            )
    return dearest


def schema() -> int:
    """Print the JSON Schema of rule files."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))  # noqa: T201 - the output itself
    return DONE
