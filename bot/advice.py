"""What `check` advises on: nothing is wrong, and somebody would be sorry."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import CleverSection, Config
from bot.content.templates import RenderError, Templates
from bot.core.policy import Confirming
from bot.core.sayings import Message
from bot.core.segments import segments
from bot.internet import refusal

CONFIRMATION = "stopped"
LANGUAGES = ("fr", "en")
LONGEST_CONFIRMATION = 160
"""Signs of GSM 03.38: what an operator has to confirm is one segment."""


def advice(config: Config, templates: Templates) -> Iterator[str]:
    """Say what may surprise about opting out and webhooks, a sentence each."""
    for name, section in config.gateways.items():
        if isinstance(section, CleverSection) and not section.sender.isdecimal():
            yield from _unanswerable(name, section)
        if section.confirm_stop is Confirming.NEVER:
            yield (
                f"gateways.{name}.confirm_stop is false: STOP is obeyed and not confirmed; "
                "that is right where your carrier confirms it"
            )
    yield from _long(templates)
    for place, webhook in enumerate(config.webhooks):
        hosts = webhook.private_hosts(config.lookups.private_hosts)
        if not webhook.on:
            yield f"webhooks[{place}].secret is empty: nobody is told of anything there"
        elif why := refusal(webhook.url, hosts):
            yield f"webhooks[{place}].url: nothing can be sent there: {why}"


def _unanswerable(name: str, section: CleverSection) -> Iterator[str]:
    if section.sender and not section.stop_mention:
        yield (
            f"gateways.{name}.sender has letters: nobody can answer it, nor text STOP to it. "
            "Leave it empty, or ask your operator for a short number and give it as "
            "stop_mention: STOP au 36111"
        )


def _long(templates: Templates) -> Iterator[str]:
    """Measure the confirmation of STOP in both languages, which is its longest form."""
    said = []
    for place, language in enumerate(LANGUAGES):
        seen = {"named": place > 0, "subscriber": {"number": "", "opted_out": True}}
        try:
            said.append(templates.render(Message(template=CONFIRMATION), language, seen))
        except RenderError:
            return  # it sees what only a text has; `check` has looked at its names
    cost = segments("\n".join(said))
    if cost.count > 1:
        dear = f", with {' '.join(cost.dear)}" if cost.dear else ""
        yield (
            f"the confirmation of STOP takes {cost.count} segments{dear}; one of "
            f"{LONGEST_CONFIRMATION} plain signs is usual: shorten organisation.name, or write "
            "templates/fr/stopped.j2 and templates/en/stopped.j2"
        )
