"""How a command that asks a vendor was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Asked:
    """Which account, and how its answer is shown."""

    config_path: Path
    gateway: str
    """Its name in the configuration; empty: the only one of its kind."""
    as_json: bool
    sure: Callable[[str], bool]
    """Asks whoever types the command before something costs money, or is lost."""
