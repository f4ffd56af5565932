"""The normal form of a text: its words, with everything gone that must not decide a match.

Case, accents, width, punctuation, blanks, typographic quotes, zero-width characters, emoji
variations and skin tones are folded away, one character at a time, so that any string at all is
read in time linear in its length. A word is a run of letters, marks and digits of any script
(the vowel signs of Indic scripts belong to their word); an emoji is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import category, decimal, normalize


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text in normal form: `"L'ARRÊT, svp!"` has `l`, `arret`, `svp`."""
    return tuple(text.translate(_FORMS).split())


def marked(text: str) -> str:
    """Fold like `words`, but keep the signs that figures are written with: `−12,5 €` is `-12,5 €`.

    Dashes (long ones `--`) and apostrophes are plain, quotes `"`, blanks single; a ² or ½ stays.
    """
    return " ".join(text.translate(_MARKED).split())


def rest(text: str, count: int) -> str:
    """Give what follows the first `count` words, as typed, without the punctuation between."""
    begun, inside = 0, False
    for position, character in enumerate(text):
        form = _FORMS[ord(character)]
        if not form:
            continue
        if begun == count and (form[0] == " " or not inside):
            return _LEADING.sub("", text[position:]).rstrip()
        for piece in form:
            begun += piece != " " and not inside
            inside = piece != " "
    return ""


_LEADING = re.compile(
    r"""\A["']?(?:              # a quote that touches the keyword ends a quotation
        [\s\u200b-\u200f\u2060\ufeff;:!?…’”»)\]}/|]
        | (?<!\s)[.,] | [.,](?!\d)  # after a blank and before a digit it may begin a figure
        | ["'](?!\S)            # one that touches the next word begins one
        | [-–—=](?![.,]?\d)     # a dash; before a figure it may be a sign
    )*""",
    re.VERBOSE,
)

_SPELLED = {
    **dict(zip("œæøłđħŧı", ("oe", "ae", "o", "l", "d", "h", "t", "i"), strict=True)),
    **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋ", " "),  # letters to Unicode, apostrophes to those who type them
    **dict.fromkeys("ـ\u115f\u1160\u17b4\u17b5", ""),  # letters and marks without a shape
}
_ACCENTS = re.compile(
    "[\u0300-\u0344\u0346-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
    "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # which of its shapes is meant
    "\U0001f3fb-\U0001f3ff]"  # skin tones
)


def _folded(character: str) -> str:
    return normalize("NFKD", normalize("NFKD", character).casefold())


def _form(character: str) -> str:
    """Fold one character: letters to their plain form, separators to a blank, the rest away."""
    return "".join(map(_piece, _folded(character)))


def _piece(piece: str) -> str:
    if piece in _SPELLED:
        return _SPELLED[piece]
    kind = category(piece)
    if kind == "Cf" or _ACCENTS.match(piece) or (kind == "Cc" and not piece.isspace()):
        return ""
    if kind == "Nd":
        return str(decimal(piece))
    if kind in {"So", "Co", "Cn"} and piece > "ÿ":  # newer emoji are unassigned in older tables
        return f" {piece} "
    return piece if kind[0] in "LMN" else " "


def _marked_form(character: str) -> str:
    """Fold one character like `_form`, but for separators that are no blank."""
    return character if category(character) == "No" else "".join(map(_mark, _folded(character)))


def _mark(piece: str) -> str:
    form = _SIGNS.get(piece) or _piece(piece)
    if form != " " or piece.isspace():
        return form
    return _SIGNS_BY_KIND.get(category(piece), piece)


_SIGNS = {
    **dict.fromkeys("ʹʺʻʼʽʾʿˈˊˋ‘’‛`′", "'"),
    **dict.fromkeys("—―", "--"),  # nobody's minus
    "\u2212": "-",
}
_SIGNS_BY_KIND = {"Pd": "-", "Pi": '"', "Pf": '"'}


class _Forms(dict[int, str]):
    """Each character's form, worked out when it is first met; what `str.translate` asks."""

    def __init__(self, form: Callable[[str], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, code: int) -> str:
        form = self._form(chr(code))
        if len(self) < 0x4000:  # who texts us all of Unicode does not fill our memory
            self[code] = form
        return form


_FORMS = _Forms(_form)
_MARKED = _Forms(_marked_form)
