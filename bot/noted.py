"""In words: at which gateways it is noted who opted out, or cannot be reached, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from bot.config import Config, GatewaySection
from bot.gateways import meaning

WORDS = {
    "waiting": "waits to be noted at {gateway}, {at}",
    "under_way": "is being noted at {gateway}",
    "done": "is noted at {gateway} since {at}",
    "failed": "could not be noted at {gateway}, {at}",
    "cancelled": "is not noted at {gateway} any more: the number has chosen otherwise since",
}
OPTS = {"out": "the opt-out", "in": "the end of the opt-out"}


def noted(state: Mapping[str, Any], config: Config) -> Iterator[str]:
    """Say what became of an opt-out at each gateway, and who blocked the number there."""
    told = {one["gateway"]: one for one in state["carried"]}
    for name, section in config.gateways.items():
        if name in told:
            yield _line(told[name], config.timezone)
        elif state["opted_out"] and section.on:
            yield f"the opt-out is not noted at {name}: {_why_not(section)}"
    for name in state["blocked_there"]:
        if told.get(name, {}).get("opt") != "out":
            yield f"blocked at {name}, by somebody there: nothing is started to it"
    for one in state["unreachable"]:
        yield f"nothing is started to it at {one['gateway']}: {unreachable(one, config)}"


def unreachable(one: Mapping[str, Any], config: Config) -> str:
    """Say why a number is left alone at a gateway, and until when."""
    why = in_words(one["gateway"], one["code"], config)
    until = f"until {_at(one['until'], config.timezone)}, or" if one["until"] else "until"
    return f"{why}; {until} it texts"


def in_words(gateway: str, code: str, config: Config) -> str:
    """Give a gateway's code, with what it means where the vendor's document says so."""
    section = config.gateways.get(gateway)
    known = meaning(section.kind, code) if section else None
    return f"{known.en} ({code})" if known else code


def _line(one: Mapping[str, Any], zone: tzinfo) -> str:
    at = _at(one["at"], zone)
    error = f" ({one['error']})" if one["error"] else ""
    became = WORDS[one["status"]].format(gateway=one["gateway"], at=at)
    return f"{OPTS[one['opt']]} {became}{error}"


def _why_not(section: GatewaySection) -> str:
    if section.kind == "clever":
        return "it has no place for opt-outs"
    if not section.carry_opt_outs:
        return "carry_opt_outs is false"
    return "nobody asked for it when the number opted out"


def _at(instant: str, zone: tzinfo) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone):%Y-%m-%d %H:%M:%S}"
