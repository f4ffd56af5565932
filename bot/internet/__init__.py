"""Asks addresses that the operator wrote, with parts that a stranger texted.

Two things could go wrong: what was texted changes where we ask, or what we ask for (`url`); or the
name that was written leads into the operator's own network (`public`). What comes back is judged
before anybody sees it (`answer`).
"""

from bot.internet.asking import Internet, Resolve
from bot.internet.failure import NotAnswered
from bot.internet.url import filled, names_in, refusal

__all__ = ["Internet", "NotAnswered", "Resolve", "filled", "names_in", "refusal"]
