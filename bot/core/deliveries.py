"""An event on its way to one of the operator's programs."""

from __future__ import annotations

from enum import StrEnum


class DeliveryStatus(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """Given up, three days after it happened; it can be sent once more by hand."""
