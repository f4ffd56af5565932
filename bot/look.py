"""`textobot check`: what is wrong with the files, before anybody texts."""

from __future__ import annotations

import json
from pathlib import Path

from bot.app import load_content, load_templates, near
from bot.config import load_config
from bot.content.entries import json_schema
from bot.content.rulebook import check as check_content
from bot.terminal import DONE, count, faults, show
from bot.yamlfile import Faults


def check(config_path: Path) -> int:
    """Print every fault of configuration, rules and templates; 1 if there is any."""
    try:
        config = load_config(config_path)
    except Faults as wrong:
        return faults(wrong)
    templates = load_templates(config)
    rules = near(config.rules_folder)
    hosts = config.lookups.private_hosts
    if found := check_content(rules, templates, gateways=config.gateways, private_hosts=hosts):
        return faults(Faults(found))
    own, played = (len(load_content(config, sandbox=each)[0].rules) for each in (False, True))
    show(f"All is well: {count(own, 'rule')} of your own, {played - own} for the sandbox alone.")
    if not own:
        show("Without a rule of your own, only STOP, START and HELP are answered.")
    return DONE


def schema() -> int:
    """Print the JSON Schema of rule files."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))  # noqa: T201 - the output itself
    return DONE
