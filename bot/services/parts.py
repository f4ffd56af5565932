"""Where a gateway counts other segments than we do: told once of each kind, and counted."""

from __future__ import annotations

from bot import metrics
from bot.core.segments import segments
from bot.log import logger

LOG = logger(__name__)


class Parts:
    """What one gateway was seen to count otherwise."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def compare(self, gateway: str, text: str, counted: int | None) -> None:
        """Look at one message's count, as the gateway says it; None or no text tells nothing."""
        if counted is None or not text:
            return
        ours = segments(text)
        if counted == ours.count:
            return
        how = f"{ours.encoding} {'more' if counted > ours.count else 'fewer'}"
        metrics.PARTS_DIFFER.labels(gateway, how).inc()
        if how not in self._told:
            self._told.add(how)
            LOG.warning(
                "A gateway counts other segments than we do; this kind is not told again",
                action="parts.differ",
                gateway=gateway,
                how=how,
                counted=counted,
                ours=ours.count,
            )
