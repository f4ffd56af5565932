"""The words that always work: opt out, opt in, help.

A text is such a word when it says nothing else: the word in any spelling that `bot.core.text`
folds, with letters doubled, repeated, spelled out, with courtesies around it, as somebody copies
the instruction (`répondre STOP au 36111`), or said in a few words (`remove me from your list`).
Few words after an opt-out word name a list; of a sentence that merely contains the word, nothing
is read. What says it in other words is `bot.core.unsure`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from bot.core.courtesies import (
    AROUND,
    AROUND_STOP,
    LONGEST,
    TELLS_ENGLISH,
    TELLS_FRENCH,
    phrases,
    single,
    without_courtesies,
)
from bot.core.slips import one_slip


class WordClass(StrEnum):
    """What a built-in word asks for."""

    OUT = "out"
    OUT_OR_END = "out_or_end"
    """Opt out; but inside a conversation it ends that conversation alone."""
    IN = "in"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A text that is a built-in word."""

    word_class: WordClass
    word: str
    """Its plain form: `arret`. A rule may claim `info`, see `Rulebook.claims_info`."""
    languages: frozenset[str]
    """Those that the word belongs to; the confirmation is said in each."""
    about: tuple[str, ...] = ()
    """What stands after an opt-out word, in normal form, without articles: the name of a list."""
    certain: bool = True
    """It opts out of everything also where no list has that name."""


def read_builtin(said: Sequence[str]) -> BuiltIn | None:
    """Read words in normal form (`bot.core.text.words`) as a built-in word, if they are one."""
    spoken = _joined_letters([word for word in said if word[0].isalnum()])
    spoken = [word for word, _ in groupby(spoken)] if set(spoken) <= _KNOWN.keys() else spoken
    plain = [_corrected(single(word)) for word in spoken]
    if _TELLING.isdisjoint(plain):
        return None
    unsure = None
    for polite in (AROUND, AROUND_STOP):
        begin, end = without_courtesies(plain, polite)
        begin, end = _without_instruction(plain, spoken, begin, end)
        if end - begin > _LONGEST:
            return None
        found = _asked(plain[begin:end], spoken[begin:end])
        if found is None or (polite is AROUND_STOP and found.word_class is not WordClass.OUT):
            continue
        around = [*plain[:begin], *plain[end:]] or plain
        found = replace(found, languages=_told(found.languages, around))
        if found.certain:
            return found
        unsure = unsure or found
    return unsure


def _asked(plain: list[str], spoken: list[str]) -> BuiltIn | None:
    """Read words, or what they politely ask for: `can you unsubscribe me`."""
    found = _read(plain, spoken)
    if found is not None:
        return found
    size = leading(plain, _LEADS)
    wish = _read(plain[size:], spoken[size:]) if size else None
    asks = wish is not None and wish.word_class is WordClass.OUT and wish.word not in _HALTING
    return wish if asks else None


def leading(plain: Sequence[str], known: Collection[str]) -> int:
    """Say with how many words a phrase of these begins; 0 for none."""
    sizes = range(min(LONGEST, len(plain)), 0, -1)
    return next((n for n in sizes if " ".join(plain[:n]) in known), 0)


def _read(plain: list[str], spoken: list[str]) -> BuiltIn | None:
    known = _KNOWN.get(" ".join(plain)) or _KNOWN.get("".join(plain[:_PARTS]))
    if known is not None and (len(plain) <= _PARTS or " ".join(plain) in _KNOWN):
        return known
    size, known = _leading(plain)
    if known is None:
        return None
    rest = plain[size:]
    said = [word for word in plain if word not in _OR]
    if all(word in _KNOWN for word in said):
        return _repeated(said)
    if known.word_class in {WordClass.OUT, WordClass.IN} and " ".join(rest) in _TEXTS:
        return known
    if known.word_class is not WordClass.OUT:
        return None
    return _about(known, rest, spoken[size:])


def _corrected(word: str) -> str:
    """Read `stopstop`, and a long word with one slip of the thumb, as what it is: no other."""
    if word in _KNOWN:
        return word
    if (again := _AGAIN.fullmatch(word)) is not None:
        return again[1]
    if len(word) < _LONG - 1:
        return word
    return next((one for one in _LONG_WORDS if one_slip(word, one)), word)


def _leading(plain: list[str]) -> tuple[int, BuiltIn | None]:
    """Find the longest phrase that words begin with."""
    for size in range(min(len(plain), _LONGEST_PHRASE), 0, -1):
        known = _KNOWN.get(" ".join(plain[:size]))
        if known is not None:
            return size, known
    return 0, None


def _about(known: BuiltIn, rest: list[str], spoken: list[str]) -> BuiltIn | None:
    """Read what follows an opt-out word: the name of a list, or of nothing that we know."""
    begin, end = without_courtesies(rest, AROUND)
    if " ".join(rest[begin:end]) in _LISTS:
        return known
    inner = leading(rest[begin:end], _ARTICLES)
    about, name = tuple(spoken[begin + inner : end]), " ".join(rest[begin + inner : end])
    if name in _LISTS or (name in _TEXTS and (not inner or known.word not in _HALTING)):
        return known
    if not about:
        return None if inner and known.word in _HALTING else known
    if _names_everything(rest[begin + inner : end]):
        return known
    if name.endswith(_OF_A_LIST):
        about = about[:-1]
    if len(about) > _LONGEST_ABOUT:
        return None
    named = set(rest[begin:end])
    a_name = not inner and len(about) <= _LONGEST_UNKNOWN
    if known.word in _HALTING and known.word != "stop":
        a_name = a_name and len(about) == 1 and not name.isdecimal()
    certain = a_name and named.isdisjoint(_SENTENCE) and not any(map(_is_doing, named))
    signed = begin > 0 and len(about) <= _LONGEST_SIGNATURE  # STOP, merci. Mme Leroy
    return replace(known, about=about, certain=certain or signed)


def _names_everything(plain: Sequence[str]) -> bool:
    """Read a row of things, one of which is all that we send: `rabais et tout`."""
    parts = " ".join(plain).replace(" and ", " et ").split(" et ")
    short = all(len(part.split()) <= _LONGEST_UNKNOWN for part in parts)
    return len(parts) > 1 and short and any(part in _TEXTS for part in parts)


def _is_doing(word: str) -> bool:
    """Tell whether a word says what somebody does: `stop smoking` is about smoking."""
    return word.endswith("ing") and len(word) > len("king") and word not in _THINGS


def _without_instruction(
    plain: Sequence[str], spoken: Sequence[str], begin: int, end: int
) -> tuple[int, int]:
    """Leave out what people copy around the word (`textez STOP au 36111`), and below."""
    for size in (3, 2, 1):
        if begin + size < end and " ".join(plain[begin : begin + size]) in _INSTRUCTIONS:
            begin += size
            break
    place = end
    while place - 1 > begin and plain[place - 1].isdecimal():
        place -= 1
    digits, before = sum(map(len, spoken[place:end])), plain[place - 1] if place else ""
    if place - 1 > begin and before in _TO and digits >= _TO[before]:
        return begin, place - 1
    return begin, place if place - 1 > begin and digits >= _WHOLE_NUMBER else end


def _joined_letters(spoken: list[str]) -> list[str]:
    """Read `s t o p` as `stop`."""
    return ["".join(spoken)] if len(spoken) > 2 and max(map(len, spoken)) == 1 else spoken


def _repeated(plain: Sequence[str]) -> BuiltIn | None:
    """Read words that all ask for the same, be it in two languages, as one word."""
    first, languages = _KNOWN[plain[0]], frozenset[str]()
    word_class = first.word_class
    for word in plain:
        other = _KNOWN[word]
        if _ASKS[other.word_class] is not _ASKS[first.word_class]:
            return None
        languages |= other.languages
        if other.word_class is WordClass.OUT:
            word_class = WordClass.OUT
    return BuiltIn(word_class, first.word, languages)


def _told(languages: frozenset[str], around: Sequence[str]) -> frozenset[str]:
    """Let what stands around a word of both languages tell which one is meant."""
    if len(languages) < len(BOTH):
        return languages
    near = {
        " ".join(around[begin : begin + size])
        for begin in range(min(len(around), _LONGEST))
        for size in range(1, LONGEST + 1)
    }
    french = not near.isdisjoint(TELLS_FRENCH | _FRENCH_WORDS)
    english = not near.isdisjoint(TELLS_ENGLISH | _ENGLISH_WORDS)
    if french == english:
        return languages
    return frozenset({"fr"}) if french else frozenset({"en"})


_ASKS = {word_class: word_class for word_class in WordClass} | {
    WordClass.OUT_OR_END: WordClass.OUT
}
BOTH = frozenset({"fr", "en"})

_VOCABULARY = [
    (WordClass.OUT, BOTH, "stop"),
    (WordClass.OUT, {"en"}, "stopall, unsubscribe, unsub, optout, revoke, removal"),
    (WordClass.OUT, {"fr"}, "arret, arrete, arreter, arretez, desabonner, desabonne, desabonnez"),
    (WordClass.OUT, {"fr"}, "desabonnement, desinscrire, desinscription, desinscrivez"),
    (WordClass.OUT_OR_END, {"en"}, "cancel, end, quit"),
    (WordClass.OUT_OR_END, {"fr"}, "annuler, fin, quitter"),
    (WordClass.IN, {"en"}, "start, unstop, un stop"),
    (WordClass.IN, {"fr"}, "debut, reprendre"),
    (WordClass.HELP, {"en"}, "help, help me, i need help"),
    (WordClass.HELP, {"fr"}, "aide, aidez moi, aide moi, a l aide, a laide, besoin d aide"),
    (WordClass.HELP, BOTH, "info"),
]
"""The word that is shown is the first of its row; what means the same follows."""
_MISSPELLED = [
    ({"en"}, "unscribe, unsubscribed, un subscribe, un sub"),
    ({"fr"}, "desabonnee, desinscrit"),
]
_SAID = [
    (
        {"en"},
        """stop all, opt out, opt me out
        {i want to|i wanna|i would like to|i d like to|id like to|i wish to|} {unsubscribe|opt out}
        {i want to|i would like to|i d like to|id like to|i wish to|} be removed
        {unsubscribe|unsub|remove|delete|opt} me {out|}, {unsubscribe|unsub} {this|my} number
        {remove|delete} {my|this} {number|phone number|phone|cell|name}
        take {me|my number|my phone number|this number|my name} off
        {remove|take off} from list""",
    ),
    (
        {"fr"},
        """stop tout, arret tout, {arreter|arretez|arrete} tout
        {de|veuillez|} {me|se} {desabonner|desinscrire|retirer|enlever|rayer|supprimer|effacer}
        je {veux|voudrais|souhaite|desire} {me|etre} {desabonner|desinscrire|retirer|enlever}
        je {veux|voudrais|souhaite} etre {desabonne|desinscrit|retire|enleve}
        je me {desabonne|desinscris}
        {desabonnez|desabonne|desabonner|desinscrivez|desinscris|desinscrire} moi
        {retirez|retire|retirer|enlevez|enleve|enlever|rayez|raye|supprimez|otez|effacez} moi
        {veuillez|} {retirez|enlevez|retirer|enlever} {mon|ce} {numero|nom}
        {veuillez|} {supprimer|supprimez|rayer} {mon|ce} {numero|nom}
        veuillez {desabonner|desinscrire} {mon|ce} numero""",
    ),
]
"""Wishes in a few words that can be meant in one way."""


def _known() -> dict[str, BuiltIn]:
    known: dict[str, BuiltIn] = {}
    for word_class, languages, listed in _VOCABULARY:
        for phrase in listed.split(", "):
            plain = " ".join(map(single, phrase.split()))
            known[plain] = BuiltIn(word_class, phrase, frozenset(languages))
    for languages, listed in (*_MISSPELLED, *_SAID):
        for phrase in phrases(listed):
            known.setdefault(phrase, BuiltIn(WordClass.OUT, phrase, frozenset(languages)))
    return known


_KNOWN = _known()
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in _KNOWN)
_COMMON = phrases(
    """i, a, l, d, be, to, me, my, this, from, off, out, all, want, wanna, would, like, id, wish
    need, take, list, number, phone, cell, name, je, de, moi, mon, ce, nom, numero, tout, etre
    veux, voudrais, souhaite, desire, un, besoin, veuillez"""
)
_AGAIN = re.compile(r"(stop|aret|start)\1+")
_LONG = 9
_LONG_WORDS = [
    word for word in _KNOWN if len(word) >= _LONG and word.startswith(("unsub", "desab", "desins"))
]
_TELLING = frozenset(word for phrase in _KNOWN for word in phrase.split()) - _COMMON | {"take"}
"""One of these stands in whatever is a built-in word."""
VOCABULARY = frozenset(phrase for _, _, listed in _VOCABULARY for phrase in listed.split(", ")) | {
    "stop all",
    "opt out",
}
"""The words that people are told, in plain form: `arret`, `stop all`."""

_TEXTS = phrases(
    """{tout|tous|all|} {sms|texto|textos|texte|textes|text|texts|message|messages|msg|msgs|mms}
    pub, pubs, publicite, publicites, spam, spams, notification, notifications, tout, all
    everything, tous"""
)
"""What a bare word after STOP says of everything that we send."""
_LISTS = phrases(
    """{texting|mailing|contact|distribution|phone|text|sms|call|} {list|lists}, liste, listes
    liste {d envoi|de diffusion|de contacts|d appel}, base, fichier, systeme, system, database"""
)
_LEADS = phrases(
    """{can|could|would|will} {you|u} {please|}, i {need|want|would like|d like} {you|u} to
    i {need|have} to, i need, id like to, {pouvez|pourriez|pouriez|voulez} vous {svp|}
    {peux|peut|pourrais} tu, est ce {que vous pouvez|possible de}, j aimerais, jaimerais, de, d
    je {veux|voudrais|souhaite|souhaiterais|demande} {que vous|a|de|}, i am asking you to"""
)
"""What a wish may politely begin with."""
_THINGS = phrases(
    "marketing, advertising, mailing, mailings, everything, evening, morning, parking"
)
"""They end like what somebody does, and are none."""
_ARTICLES = phrases(
    """{de la|des|vos|votre|la|} {liste|listes} {|des|de|de la|d}, from the list {of|}, list {of|},
    from, le, la, les, l, du, des, de, d, de {la|l|votre|vos|cette|ces|mes|ma}, au, aux, vos,
    votre, cette, ces, mes, mon, ma, the, your, from {the|your|ur|this|these|my|all|all the|},
    this, these, off {the|your|this|}, my, of {the|your|}, a la, to {the|your|}"""
)
_SENTENCE = phrases(
    """it, that, this, by, at, in, on, off, up, the, and, or, is, be, me, you, i, we, us, they, he
    she, my, your, his, her, if, when, where, what, why, how, who, so, too, not, now, then, here
    there, for, with, lol, haha, hahaha, mdr, ptdr, sign, signs, light, watch, over, bus, motion
    loss, guys, him
    ou, et, a, c, ca, y, donc, en, la, le, les, un, une, de, des, du, au, aux, ce, est, il
    elle, on, je, prefectoral, municipal, ministeriel
    tu, vous, nous, moi, toi, pas, que, qui, quoi, si, pour, par, sur, dans, avec, encore, trop
    maladie, autobus, metro, tram, tramway, train, travail, cardiaque, court, stage, complet
    obligatoire, toi, immediat, fumer, manger, boire, covid, bill, loi, pandemie, guerre, war"""
)
"""Words that make of what follows STOP a sentence, or a thing that has STOP in its name."""
_OR = frozenset({"ou", "or", "et", "and"})
"""What stands between the words that we tell people: `STOP ou ARRET`."""
_INSTRUCTIONS = phrases(
    """{reply|text|send|type|txt|answer|write} {with|the word|}
    {repondre|repondez|repond|reponds|texter|textez|texte|envoyer|envoyez|envoie|ecrire|ecrivez}
    {repondre|repondez|envoyer|envoyez|texter|textez} {par|le mot}"""
)
_TO = {"au": 4, "to": 4, "a": 5, "at": 5}
"""What stands before our number in them, and how many digits it has at least: who writes
`start at 8` or `arrêt à 1830` speaks of an hour."""
_FRENCH_WORDS = phrases(
    "pub, pubs, publicite, publicites, texto, textos, texte, textes, tout, tous, au, repondre"
    ", repondez, texter, textez, envoyez, envoyer, envoie, ecrire"
)
_WHOLE_NUMBER = 10
"""Digits of the telephone number by which somebody signs."""
_ENGLISH_WORDS = phrases("text, texts, all, to, reply, send, type, everything, offers")
_HALTING = frozenset({"stop", "arret", "arrete", "arreter", "arretez"})
"""Who says these of our texts may be angry at one alone; `bot.core.unsure` asks."""
_OF_A_LIST = (" list", " liste")
LONGEST_NAME = 3
"""Words of a list's name."""
_LONGEST_ABOUT = 8
"""Words after STOP that may name lists."""
_LONGEST_UNKNOWN = 2
"""Words after STOP that say nothing to us, and keep nobody from opting out."""
_PARTS = 3
"""Pieces into which a word may fall: `un-subscribe`."""
_LONGEST_SIGNATURE = 4
_LONGEST = 24
"""Words of a text that can be a built-in word, without what is polite around it."""
