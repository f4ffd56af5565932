"""The rules and templates in force. A reload that finds faults keeps those that were."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bot import metrics
from bot.content.templates import RenderError, Templates
from bot.core.conversation import Subscriber
from bot.core.messages import Inbound
from bot.core.rulebook import Rulebook
from bot.core.sayings import Message
from bot.log import logger
from bot.yamlfile import Fault, Faults

LOG = logger(__name__)
Load = Callable[[], tuple[Rulebook, Templates]]
"""Reads the operator's files. Raises `Faults` with all of them."""


class Library:
    """What the installation says, and when."""

    speech_errors: ClassVar[tuple[type[Exception], ...]] = (RenderError,)
    """Errors whose words are about our own templates, never about somebody's text."""

    def __init__(self, load: Load) -> None:
        """Read the files for the first time. Raises `Faults`."""
        self._load = load
        self.faults: tuple[Fault, ...] = ()
        """What is wrong with the files on disk, while older ones are in force."""
        self.rulebook, self.templates = load()
        metrics.RULES_REFUSED.set(0)

    def reload(self) -> bool:
        """Read the files again; say whether they are in force now."""
        try:
            self.rulebook, self.templates = self._load()
        except Faults as faults:
            self.faults = tuple(faults.faults)
            metrics.RULES_REFUSED.set(1)
            LOG.error(
                "The rules on disk have faults; those that were read before stay in force",
                action="rules.refused",
                faults=[str(fault) for fault in self.faults[:10]],
                more=max(0, len(self.faults) - 10),
            )
            return False
        self.faults = ()
        metrics.RULES_REFUSED.set(0)
        LOG.info(
            "The rules were read",
            action="rules.read",
            rules=len(self.rulebook.rules),
            digest=self.rulebook.digest,
        )
        return True

    def say(self, message: Message, languages: Sequence[str], seen: Mapping[str, Any]) -> str:
        """Render a message, in each of these languages. Raises `RenderError`."""
        said = [self.templates.render(message, language, seen) for language in languages]
        return "\n".join(dict.fromkeys(said))

    def fill(self, text: str, language: str, seen: Mapping[str, Any]) -> str:
        """Render what is kept or passed on, and may come out empty. Raises `RenderError`."""
        return self.templates.fill(Message({"": text}), language, seen)


def seen_by_templates(
    text: Inbound, subscriber: Subscriber, names: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Give what every message sees about a text, and what a decision adds to it."""
    return {
        "text": text.text,
        "number": text.number,
        "our_number": text.our_number,
        "gateway": text.gateway,
        "now": now,
        "subscriber": {"number": subscriber.number, "opted_out": subscriber.opted_out},
        "rest": "",
        **names,
    }
