"""How answers of a type are read: whole, in French and English, and never by a guess.

A piece of text means one value, all of it, or it is not understood. What never decides is folded
away first (`bot.core.text`); courtesies may stand around an answer, and the small words that
belong to how people say its kind ("le 24 décembre", "at 2 pm"); any other word is one too many,
and a piece with two sensible readings has none.
"""

from bot.core.understanding.dividing import understand_all
from bot.core.understanding.kinds import Around, End, Expected, Kind, Value
from bot.core.understanding.reading import understand
from bot.core.understanding.stored import from_json, to_json

__all__ = [
    "Around",
    "End",
    "Expected",
    "Kind",
    "Value",
    "from_json",
    "to_json",
    "understand",
    "understand_all",
]
