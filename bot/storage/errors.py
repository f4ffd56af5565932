"""What is wrong where the store cannot be used."""

from __future__ import annotations


class StoreError(Exception):
    """The store cannot be used; the text says what to do."""


class StoreBroken(StoreError):
    """The store could not be written or read: nothing may leave until it can."""


class StoreInUse(StoreError):
    """Another daemon has this store."""
