"""The rules and templates in force. A reload that finds faults keeps those that were."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from bot import metrics
from bot.content.templates import RenderError, Templates
from bot.core.rulebook import Rulebook
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
