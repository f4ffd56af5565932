"""What is wrong where the store cannot be used."""

from __future__ import annotations

from pathlib import Path


class StoreError(Exception):
    """The store cannot be used; the text says what to do."""


class StoreBroken(StoreError):
    """The store could not be written or read: nothing may leave until it can."""


class NoStore(StoreError):
    """There is no store yet."""

    def __init__(self, path: Path) -> None:
        kept = "what `run --sandbox` plays has one of its own"
        super().__init__(f"there is no store {path} yet; `textobot run` makes it ({kept})")


class StoreInUse(StoreError):
    """Another daemon has this store."""
