"""Mistakes to be planted: a simulation that does not find them proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

BUGS: Mapping[str, Callable[[], None]] = {}
