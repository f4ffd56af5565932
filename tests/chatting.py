"""Somebody's configuration and rules, and talks with them through a pipe."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from bot.cli import main

RULES = """
rules:
  - {id: weather, keyword: {fr: [météo], en: [weather]}, reply: {fr: "Beau, %s", en: "Fair."}}
  - {id: night, keyword: [nuit], when: {hours: "22:00-06:00"}, reply: "Il fait nuit"}
  - {id: long, keyword: [long], reply: "l’été %s"}
  - id: vote
    keyword: [vote]
    expect: {choice: integer 1..5}
    reply: "Vote {{ choice }}\\nMerci"
    do: {set: {last: "{{ choice }}"}, tag: voter, webhook: vote}
  - id: appointment
    keyword: [rdv]
    timeout: 30m
    steps: [{id: day, ask: "Quel jour?", expect: date}]
    reply: "Noté"
    do: {forward: {email: rdv@clinique.example, text: "{{ day }}"}}
    timed_out: {reply: "Trop tard"}
  - {id: later, keyword: [later], do: {later: {after: 10m, send: "Encore?"}}, reply: "Oui"}
  - {id: pass, keyword: [patron], do: {forward: "+15145559999"}, reply: "Transmis"}
lists:
  - {id: deals, names: [rabais]}
"""
Chat = Callable[..., Result]


def write_rules(folder: Path) -> None:
    (folder / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\ntimezone: UTC\n"
        "gateways: {vudumobile: {our_number: '+15149541234'}, clever: {}}\n"
        "lookups: {private_hosts: [127.0.0.1]}\n"
    )
    (folder / "rules").mkdir()
    (folder / "rules" / "a.yaml").write_text(RULES % ("dit-on", "x" * 80))


def chatted(*lines: str, options: tuple[str, ...] = (), code: int = 0) -> Result:
    """Type lines, and look how it ended."""
    at = () if "--at" in options else ("--at", "2026-03-02 12:00")
    typed = "".join(f"{line}\n" for line in lines)
    result = CliRunner().invoke(main, ["chat", *at, *options], input=typed)
    assert (result.exit_code, "Traceback" in result.output) == (code, False), result.output
    return result


def after(result: Result, typed: str) -> list[str]:
    """What is shown after a line that was typed, up to the next one."""
    lines = result.stdout.splitlines()
    begin = lines.index(f"> {typed}") + 1
    end = next((n for n in range(begin, len(lines)) if lines[n].startswith("> ")), len(lines))
    return lines[begin:end]
