"""Yes or no, as people really say them. Who says both, or anything else beside, says neither."""

from __future__ import annotations

from bot.core.courtesies import phrases, single
from bot.core.understanding.pieces import Piece

MOST_WORDS = 5
"""Of a phrase."""


def read_yes_no(piece: Piece) -> str | None:
    """Read phrases that all say yes, or all no: `oui`, `ok parfait`, `non, pas du tout`."""
    spoken = [word if word == "noon" else single(word) for word in piece.words]
    answers, at = set(), 0
    while at < len(spoken):
        size, answer = next(
            (
                (size, answer)
                for size in range(min(MOST_WORDS, len(spoken) - at), 0, -1)
                if (answer := _ANSWERS.get(" ".join(spoken[at : at + size])))
            ),
            (0, None),
        )
        if answer is None:
            return None
        answers.add(answer)
        at += size
    if answers == {"yes", _AGREES}:
        return "yes"
    return answers.pop() if answers in ({"yes"}, {"no"}) else None


_YES = phrases(
    "oui, ui, ouais, ouai, ouaip, ouep, o, ok, o k, okay, oke, oki, okey, d accord, daccord, "
    "d ac, d acc, dac, dak, bien sur, bien sur que oui, mais oui, ben oui, certainement, "
    "absolument, parfait, confirme, je confirme, c est confirme, j accepte, entendu, volontiers, "
    "avec plaisir, tout a fait, exact, exactement, affirmatif, c est bon, c bon, c est beau, "
    "c est ok, c est oui, c est d accord, c est parfait, c est correct, ca marche, ca me va, "
    "correct, bah oui, euh oui, heu oui, "
    "yes, yep, yeah, yea, yeh, yup, y, sure, sure thing, certainly, absolutely, of course, "
    "definitely, confirm, confirmed, i confirm, i agree, agreed, i accept, affirmative, perfect, "
    "sounds good, that works, works for me, right, ya, k, okidoki, oki doki, okie dokie, i do, "
    "i will, go, "
    "👍, ✅, ✔, ☑, 👌, 🆗"
)
_NO = phrases(
    "non, nan, n, pas du tout, absolument pas, certainement pas, surtout pas, bien sur que non, "
    "mais non, ben non, jamais, jamais de la vie, c est non, pas question, hors de question, "
    "aucunement, pantoute, negatif, je refuse, bah non, euh non, heu non, pas vraiment, pas ok, "
    "pas d accord, je {ne veux|veux|ne peux|peux} pas, "
    "no, nope, nop, nah, naw, not at all, no way, never, of course not, certainly not, "
    "absolutely not, negative, i refuse, i decline, not really, not ok, "
    "i {dont|don t|do not} want {to|it|}, i {cant|can t|cannot}, i {wont|won t|will not}, "
    "👎, ❌, ✖, 🚫"
)
_AGREEING = phrases(
    "{pas de|sans|aucun} {probleme|problemes|souci|soucis}, no {problem|problems|worries}"
)
_AGREES = "agrees"
"""Beside yes it says so again; alone it says no to who asks whether there is a problem."""
_ANSWERS = (
    dict.fromkeys(_YES, "yes") | dict.fromkeys(_NO, "no") | dict.fromkeys(_AGREEING, _AGREES)
)
