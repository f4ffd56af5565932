"""How answers of a type are read: whole, in French and English, and never by a guess."""

from bot.core.understanding.kinds import Around, Expected, Kind, Value

__all__ = ["Around", "Expected", "Kind", "Value"]
