"""Reactions and quotations: texts in which a phone says our own words back to us.

To whoever has no iMessage or RCS, a phone tells of a reaction in a text of its own: `Liked “…”`,
`A aimé « … »`, with the words that were reacted to. To us those are words that we sent, and may
hold a keyword, a code or STOP. So the quotation is compared with what we said to that number: no
wording makes a reaction of words that we never sent, and where the wording is that of no phone we
know, our words are a quotation all the same. Only a reaction to a picture quotes nothing; it is
known by its wording.

Compared are letters, digits and emoji alone. Blanks, quotes, dashes and accents come back other
than they went, and emoji are lost on some ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.text import rest, words

Reading = Literal["reaction", "quotation"]

_OPENINGS = """
    Liked | Loved | Disliked | Laughed at | Emphasized | Emphasised | Questioned
    Reacted NAME to | Removed NAME from | EMOJI to
    A aimé | A adoré | N'a pas aimé | A détesté | Aimé | Adoré | N'aime pas
    A ri de | A ri à | A rigolé de | A trouvé drôle | Rit de
    A mis en évidence | A mis l'accent sur | A insisté sur | A souligné | A accentué
    S'est exclamé sur | S'est exclamée sur | S'est exclamé(e) sur | S'est exclamé à
    A questionné | A interrogé | A posé une question sur | A mis en doute | A remis en question
    S'est interrogé sur | S'est interrogée sur | S'est interrogé(e) sur | S'interroge sur
    A réagi NAME à | A réagi NAME au message | Réaction NAME à | EMOJI à
    A mis NAME à | A mis NAME sur | A ajouté NAME à | A ajouté NAME sur | A attribué NAME à
    A retiré NAME de | A retiré NAME du message | A retiré NAME à | A retiré NAME sur
    A supprimé NAME de | A supprimé NAME du message | A supprimé NAME à | A supprimé NAME depuis
    A enlevé NAME de | A enlevé NAME à | A annulé NAME à | A annulé NAME sur
"""
"""What phones write before our words, in French and English. NAME is whatever they call it: a few
words, an emoji, or nothing where that was lost."""

_OF_PICTURES = """
    Liked | Loved | Disliked | Laughed at | Emphasized | Emphasised | Questioned
    Reacted EMOJI to | Reacted with a sticker to | EMOJI to
    Removed EMOJI from | Removed a like from | Removed a heart from | Removed a dislike from
    Removed a laugh from | Removed an exclamation from | Removed an exclamation mark from
    Removed a question mark from | Removed a reaction from | Removed a sticker from
    A aimé | A adoré | Aimé | Adoré | N'a pas aimé | A ri de | A ri à | A ri d'
    A mis en évidence | A mis l'accent sur | A souligné | A insisté sur
    A questionné | A posé une question sur | S'est interrogé sur
    A réagi EMOJI à | A réagi avec EMOJI à | A réagi par EMOJI à | EMOJI à
    A retiré EMOJI d' | A retiré un cœur d' | A retiré un j'aime d' | A retiré un je n'aime pas d'
    A retiré un rire d' | A retiré un point d'exclamation d' | A retiré un point d'interrogation d'
    A retiré une réaction d' | A supprimé EMOJI d' | A supprimé un cœur d'
"""
_PICTURES = """
    an image | a picture | a photo | a video | a movie | an attachment | a file | a sticker | a GIF
    an audio message | a voice message | a link | a location | a contact
    une image | une photo | une vidéo | un film | une pièce jointe | un fichier | un autocollant
    un GIF | un message audio | un message vocal | un lien | un contact
"""
"""Nothing is compared here, hence no NAME."""

_LONGEST_NAME = 6
_LONGEST_OPENING = 12
"""Words."""
_UNMARKED = 20
"""Letters of ours that make a reaction where no quote stands before them: quotes get lost too."""
_CUT = 4
"""Letters of ours that make one where an ellipsis says that more was cut off."""
_CUT_SILENTLY = 12
_SHORTEST = 8
"""Letters of ours that make a quotation: anybody may put `OK` between quotes."""
_ADDED = 24
"""Letters that an operator may have added to ours, such as `STOP au 36111`."""
_MARKS_TRIED = 8
"""Quotes after which our words are looked for: hostile texts consist of quotes."""
_QUOTATIONS_TRIED = 4

_BLANKS = " \t\r\n\u00a0\u2002\u2003\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u202f\u2060\ufeff"
_DOUBLE = '"“”„‟«»❝❞〝〞「」『』＂'
_SINGLE = "'‘’‚‛‹›`"
_QUOTES = _DOUBLE + _SINGLE
_CLOSE_TOO = "“«"
"""What opens in English or French, and closes elsewhere."""
_TAIL = _BLANKS + _QUOTES + ".…!?,;:)]"
_ELLIPSIS = re.compile(r"…|\.\.+")
_MARK = re.compile(rf"[{_QUOTES}>＞](?<!\w['‘’`])[{_QUOTES}>＞{_BLANKS}]*")  # `l'arrêt` has none
_LONG_QUOTATION = re.compile(rf"[{_QUOTES}>＞](?<!\w['‘’`])[\s\S]{{{_SHORTEST}}}")


def looks_quoted(text: str) -> bool:
    """Say cheaply whether a text may be a reaction or a quotation at all.

    Asked of every text, so that what we said need not be looked up for most of them.
    """
    return bool(_BEGINNING.match(text) or _LONG_QUOTATION.search(text))


def read_reaction(text: str, said: Sequence[str]) -> Reading | None:
    """Say whether a text reacts to, or quotes, what we lately `said` to that number.

    A quotation may have own words beside it (`own_words`); a reaction has none.
    """
    if not looks_quoted(text):
        return None
    spoken = words(text)
    if _reacts_to_picture(spoken):
        return "reaction"
    ours = _letters_of(said)
    if _reacts(text, spoken, ours):
        return "reaction"
    return "quotation" if _find(text, ours) else None


def own_words(text: str, said: Sequence[str]) -> str:
    """Give what the person added to a quotation of ours, as typed; a text without one is theirs.

    Empty: nothing was added.
    """
    if read_reaction(text, said) == "reaction":
        return ""
    ours = _letters_of(said)
    for _ in range(_QUOTATIONS_TRIED):
        found = _find(text, ours)
        if found is None:
            break
        text = f"{found.before} {found.after}".strip()
    return text


@dataclass(frozen=True, slots=True)
class _Quotation:
    """What stands around words of ours."""

    before: str
    after: str


def _letters_of(said: Iterable[str]) -> tuple[str, ...]:
    """Write what we said without its blanks, with its emoji and without them, longest first.

    One text of ours may be the beginning of another.
    """
    forms = set()
    for text in said:
        spoken = words(text)
        forms |= {"".join(spoken), "".join(word for word in spoken if word[0].isalnum())}
    return tuple(sorted(forms - {""}, key=len, reverse=True))


def _reacts_to_picture(spoken: Sequence[str]) -> bool:
    return len(spoken) <= _LONGEST_OPENING and bool(_OF_PICTURE.fullmatch(_opening(spoken)))


def _opening(spoken: Sequence[str]) -> str:
    return "".join(f"{word if word[0].isalnum() else '*'} " for word in spoken)


def _reacts(text: str, spoken: Sequence[str], ours: Sequence[str]) -> bool:
    """Tell whether a text is an opening and then our words alone."""
    whole = "".join(spoken)
    length = 0
    for count, word in enumerate(spoken[:_LONGEST_OPENING], 1):
        length += len(word)
        if length > len(whole) - 1 or length > 99:
            break
        if _OPENING.fullmatch(_opening(spoken[:count])) and _all_ours(whole[length:], text, ours):
            return True
    return False


def _all_ours(quoted: str, text: str, ours: Sequence[str]) -> bool:
    """Tell whether these letters, with which a text ends, are those of a text of ours."""
    tail = text[len(text.rstrip(_TAIL)) :]
    closed = any(sign in tail for sign in _QUOTES)
    if not closed and not _MARK.search(text):
        whole = part = _UNMARKED
    else:
        whole, part = 1, _CUT if _ELLIPSIS.search(tail) else _CUT_SILENTLY
    return any(
        (quoted == form and len(form) >= whole)
        or (form.startswith(quoted) and len(quoted) >= part)
        or (closed and _with_notice(quoted, form))
        for form in ours
    )


def _with_notice(quoted: str, form: str) -> bool:
    """Tell whether our letters are followed by what an operator added, which names a number."""
    added = quoted[len(form) :]
    return (
        len(form) >= _UNMARKED
        and len(added) <= _ADDED
        and any(sign.isdigit() for sign in added)
        and quoted.startswith(form)
    )


def _find(text: str, ours: Sequence[str]) -> _Quotation | None:
    """Find words of ours after a quote, whole or cut with an ellipsis."""
    for mark in _marks(text):
        quoted = text[mark.end() :]
        after = _after_whole(quoted, ours, needs_close=not {">", "＞"} & {*mark[0]})
        if after is None:
            after = _after_cut(quoted, ours)
        if after is not None:
            return _Quotation(_before(text[: mark.start()]), after)
    return None


def _marks(text: str) -> Iterator[re.Match[str]]:
    for count, mark in enumerate(_MARK.finditer(text)):
        if count == _MARKS_TRIED:
            return
        yield mark


def _after_whole(quoted: str, ours: Sequence[str], *, needs_close: bool) -> str | None:
    """Give what follows one of our texts, if that is what the quotation begins with."""
    spoken = words(quoted)
    whole = "".join(spoken)
    for form in ours:
        if len(form) < _SHORTEST or not whole.startswith(form):
            continue
        length, count = 0, 0
        while length < len(form):
            length += len(spoken[count])
            count += 1
        after = rest(quoted, count)
        if length == len(form):
            closed = not after or not needs_close or _closed(quoted, after)
            if closed or after[0] in _CLOSE_TOO:
                return after if closed else after[1:].lstrip()
    return None


def _closed(quoted: str, after: str) -> bool:
    """Tell whether a quotation ends before what follows it."""
    quotation = quoted.rstrip()[: -len(after)]
    gap = quotation[len(quotation.rstrip(_TAIL)) :]
    return any(sign in gap for sign in _QUOTES)


def _after_cut(quoted: str, ours: Sequence[str]) -> str | None:
    """Give what follows the beginning of one of our texts and an ellipsis."""
    found = None
    for count, ellipsis in enumerate(_ELLIPSIS.finditer(quoted)):
        if count == _QUOTATIONS_TRIED:
            break
        letters = "".join(words(quoted[: ellipsis.start()]))
        if len(letters) >= _SHORTEST and any(form.startswith(letters) for form in ours):
            found = quoted[ellipsis.end() :].lstrip(_TAIL).rstrip()
    return found


def _before(text: str) -> str:
    """Give what precedes a quotation, without the line that says whose words follow."""
    text = text.rstrip(_BLANKS + ":,;")
    lines = text.splitlines()
    if lines and words(lines[-1])[-1:] in {("ecrit",), ("wrote",)}:
        lines.pop()
    return "\n".join(lines).strip()


def _rows(table: str) -> list[str]:
    return [row.strip() for row in re.split(r"[|\n]", table.strip())]


def _wording(row: str) -> str:
    """Write a wording as an expression over words in normal form, emoji being `*`."""
    emoji = r"(?:\* )+" if row.startswith("EMOJI") else r"(?:\* )*"  # normal form has no `‼️`
    places = {"NAME": rf"(?:\S+ ){{0,{_LONGEST_NAME}}}", "EMOJI": emoji}
    pieces = re.split(r"(NAME|EMOJI)", row)
    return "".join(places.get(piece) or "".join(f"{w} " for w in words(piece)) for piece in pieces)


def _beginnings(rows: Iterable[str]) -> str:
    """Write how wordings begin as an expression over texts as typed: one or two words of each."""
    after: dict[str, list[str]] = {}
    emoji = []
    for row in rows:
        first, *others = (word for piece in row.split() for word in words(piece))
        if first == "emoji":
            emoji.append(_typed(others[0]))
            continue
        alone = not others or others[0] == "name"
        begun = f"[{first[0].upper()}{first[0]}]{_typed(first[1:])}"
        after.setdefault(begun, []).append("" if alone else rf"\W+{_typed(others[0])}")
    pairs = "|".join(f"{begun}(?:{'|'.join(dict.fromkeys(after[begun]))})" for begun in after)
    return rf"\W*+(?:{pairs})|\W++(?:{'|'.join(emoji)})\b"


def _typed(word: str) -> str:
    """Allow the accents that normal form folds, composed or apart."""
    return word.replace("e", "[eé]\u0301?").replace("a", "[aà]\u0300?")


_OPENING = re.compile("|".join(map(_wording, _rows(_OPENINGS))))
_OF_PICTURE = re.compile(
    f"(?:{'|'.join(map(_wording, _rows(_OF_PICTURES)))})"
    f"(?:{'|'.join(map(_wording, _rows(_PICTURES)))})"
)
_BEGINNING = re.compile(_beginnings(_rows(_OPENINGS)))
