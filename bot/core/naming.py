"""How texts and messages are named to programs, in answers and in events alike."""

from __future__ import annotations


def id_of(which: int, *, ours: bool) -> str:
    """Name a text or a message for programs: both tables count from one."""
    return f"{'outbound' if ours else 'inbound'}-{which}"
