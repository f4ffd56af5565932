"""Why things are as they are, in people's words, in the two languages that our pages speak."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.config.notation import write_duration
from bot.content.voice import Voice, as_texts
from bot.core.actions import (
    VERBS,
    Action,
    Emit,
    Forward,
    HandOver,
    Join,
    Later,
    Leave,
    Lookup,
    Remember,
    Speak,
    Start,
    Tag,
    Verify,
)
from bot.core.conditions import DAYS, YEARLY, Circumstances, Dates, Minutes, When
from bot.core.decision import REASONS, Why
from bot.core.turn import Turn
from bot.internet import NotAnswered, filled


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, or a part of one, in both languages. The command line speaks English."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.en


def plain(text: str) -> Told:
    """Give what is the same in both: names, numbers, what somebody typed."""
    return Told(text, text)


def told(en: str, fr: str, **parts: object) -> Told:
    """Fill in a sentence; a part that is told in two languages goes into each in its own."""
    return Told(
        en.format(**{name: _in(part, "en") for name, part in parts.items()}),
        fr.format(**{name: _in(part, "fr") for name, part in parts.items()}),
    )


def _in(part: object, language: str) -> object:
    return getattr(part, language) if isinstance(part, Told) else part


def listed(parts: Iterable[Told], en: str = " or ", fr: str = " ou ") -> Told:
    """Join parts by a word."""
    every = tuple(parts)
    return Told(en.join(part.en for part in every), fr.join(part.fr for part in every))


NONE = Told("none", "rien")

# --- reasons -------------------------------------------------------------------------------------

REASONS_IN_FRENCH: Mapping[str, str] = {
    "stop": "un mot de désabonnement",
    "start": "un mot de retour",
    "help": "un mot d'aide",
    "unsure": "ne veut sans doute plus de messages ; c'est demandé, et rien n'est envoyé d'ici là",
    "left": "un mot de désabonnement et le nom d'une liste",
    "ended": "un mot qui met fin à la conversation",
    "rule": "une règle a répondu",
    "invalid": "une règle a été appelée, et la suite n'est pas ce qu'elle attend",
    "asked": "la question d'une règle a été posée",
    "gave_up": "trop de réponses à la question d'une règle n'ont pas été comprises",
    "timed_out": "aucune réponse n'est venue à temps",
    "changed": "les questions de la règle ont changé entre-temps; la conversation a pris fin",
    "lookup": "une règle interroge une adresse avant de répondre",
    "code": "une règle envoie un code, et poursuit quand il revient par texto",
    "approved": "le code qui était attendu",
    "wrong_code": "un code, et pas un qui soit attendu",
    "nobody": "aucune règle ne répond à ce texto",
    "forgotten": "la personne a été oubliée ; il ne reste rien du texto",
    "carrier": "l'opérateur le confirme lui-même (confirm_stop)",
    "history": "plus ancien que la première relève; jamais répondu",
    "late": "plus vieux que replies.max_age quand il a été lu",
    "opted_out": "le numéro est désabonné",
    "blocked": "le numéro est bloqué, par une règle ou par l'opérateur",
    "taken_over": "une personne a pris cette conversation en main",
    "reaction": "la réaction d'un téléphone à ce que nous avions dit",
    "joined": "lu avec les textos qui l'ont suivi aussitôt, comme un seul",
    "loop": "le numéro a atteint replies.per_number",
    "only_numbers": "replies.only_numbers en nomme d'autres",
    "robot": "un expéditeur qui n'est personne (court, en lettres, des nôtres, écho, horloge)",
    "too_long": "la passerelle ne prend pas une réponse de cette longueur",
    "error": "la décision ou la mise en mots a échoué; mis de côté",
    "died": "le programme est mort trois fois sur ce texto; mis de côté",
}
"""What `bot.core.decision.REASONS` says."""


def reason(name: str) -> Told:
    """Say why something was decided."""
    return Told(REASONS[name], REASONS_IN_FRENCH[name])


def reason_of(why: Why) -> Told:
    """Say why something was decided, as precisely as is known."""
    return _ROBOTS[why.detail.get("robot", "")] if why.reason == "robot" else reason(why.reason)


_ROBOTS: Mapping[object, Told] = {
    "": Told(
        "a sender that is no person: short, alphabetic, or a number of ours",
        "un expéditeur qui n'est personne : court, en lettres, ou un numéro à nous",
    ),
    "echo": Told(
        "a text of ours that comes back word for word",
        "un texto à nous qui revient mot pour mot",
    ),
    "rhythm": Told(
        "a clockwork: texts come at a beat that no person keeps",
        "une horloge : des textos à un rythme que personne ne tient",
    ),
}

# --- `when` --------------------------------------------------------------------------------------


def why_not_now(when: When, around: Circumstances) -> Told:
    """Say which key of a `when` that fails does not hold, what it wants, and what is the case."""
    key = when.failing(around)
    wanted, present = _LOOKS[key](when, around)
    return told(
        "its `when` does not hold: {key} must be {wanted}, and is {present}",
        "son `when` ne tient pas : {key} doit être {wanted}, et c'est {present}",
        key=key,
        wanted=wanted,
        present=present,
    )


Look = tuple[Told, Told]
"""What is wanted, and what is the case."""


def _any_of(values: Iterable[str]) -> Told:
    return listed(map(plain, values))


def _lists(when: When, around: Circumstances) -> Look:
    wanted = []
    if when.on_lists:
        wanted.append(_any_of(sorted(when.on_lists)))
    if when.off_lists:
        off = _any_of(sorted(when.off_lists))
        wanted.append(told("not {off}", "pas {off}", off=off))
    on = [plain(name) for name in sorted(around.lists)]
    return listed(wanted, ", ", ", "), listed(on, " and ", " et ") if on else NONE


def _tags(when: When, around: Circumstances) -> Look:
    has = [plain(tag) for tag in sorted(around.tags)]
    return _any_of(sorted(when.tags)), listed(has, " and ", " et ") if has else NONE


def _values(when: When, around: Circumstances) -> Look:
    for name, wanted in when.values.items():
        value = around.values.get(name)
        if value is None or (wanted and value not in wanted):
            asked = _any_of(sorted(wanted)) if wanted else Told("anything", "quelque chose")
            there = _NOT_SET if value is None else plain(value)
            return told("{name} = {asked}", "{name} = {asked}", name=name, asked=asked), there
    name = min(when.unset & around.values.keys())
    return told("{name} not set", "{name} absent", name=name), plain(around.values[name])


_NOT_SET = Told("not set", "absent")


def _hour(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _span(span: Minutes) -> str:
    return f"{_hour(span[0])}-{_hour(span[1])}"


def _dates(dates: Dates) -> str:
    form = "%m-%d" if dates.first.year == YEARLY else "%Y-%m-%d"
    first, last = f"{dates.first:{form}}", f"{dates.last:{form}}"
    return first if first == last else f"{first}..{last}"


_LOOKS: Mapping[str, Callable[[When, Circumstances], Look]] = {
    "gateway": lambda when, now: (_any_of(sorted(when.gateways)), plain(now.gateway)),
    "language": lambda when, now: (_any_of(sorted(when.languages)), plain(now.language)),
    "list": _lists,
    "tag": _tags,
    "hours": lambda when, now: (_any_of(map(_span, when.hours)), plain(f"{now.now:%H:%M}")),
    "days": lambda when, now: (
        _any_of(DAYS[day] for day in sorted(when.days)),
        plain(DAYS[now.now.weekday()]),
    ),
    "dates": lambda when, now: (
        _any_of(map(_dates, when.dates)),
        plain(now.now.date().isoformat()),
    ),
    "country": lambda when, now: (
        _any_of(sorted(when.countries)),
        plain(now.country) if now.country else NONE,
    ),
    "prefix": lambda when, now: (_any_of(when.prefixes), plain(now.number)),
    "set": _values,
}
"""By the keys that `When.failing` gives."""

# --- `do` ----------------------------------------------------------------------------------------


def deed(action: Action, voice: Voice, turn: Turn) -> Told:
    """Do a verb as far as what follows can see it, and say what it does. Raises `RenderError`."""
    match action:
        case Lookup():
            return _lookup(action, voice)
        case Remember(values=values):
            kept = ", ".join(f"{name} = {text!r}" for name, text in voice.remember(values).items())
            return told("remember {kept}", "retenir {kept}", kept=kept)
        case Speak(language=language):
            return _language(voice.speak(language))
        case Forward():
            return _forward(action, voice.say(action.message, (turn.policy.language,)))
        case Later(after=after, message=message):
            return _later(after, voice.say(message, (voice.language,)))
        case _:
            return _small_deed(action, turn)


def _small_deed(action: Action, turn: Turn) -> Told:
    """Say what a verb does that has nothing to say itself."""
    match action:
        case Tag(names=names):
            return told("tag: {names}", "étiqueter : {names}", names=", ".join(names))
        case Join(list=name) | Leave(list=name):
            return _listing(name, joins=isinstance(action, Join))
        case Emit(event=event):
            return told(
                "tell your programs: {event}", "avertir vos programmes : {event}", event=event
            )
        case HandOver(silent_for=silent_for):
            return _handover(silent_for or turn.policy.silent_for)
        case Start() | Verify():
            return _going_on(action)
        case _:
            return Told("answer this number no more", "ne plus répondre à ce numéro")


def _going_on(action: Start | Verify) -> Told:
    if isinstance(action, Start):
        it = action.rule
        return told("go on with the rule {rule}", "poursuivre par la règle {rule}", rule=it)
    return told(
        "send a code for {purpose}; the rest follows when it is texted back",
        "envoyer un code pour {purpose} ; la suite vient quand il revient par texto",
        purpose=action.purpose,
    )


def _lookup(action: Lookup, voice: Voice) -> Told:
    try:
        url = filled(action.url, as_texts(voice.seen))
    except NotAnswered as refused:
        return told("ask nobody: {why}", "n'interroger personne : {why}", why=refused.reason)
    return told(
        "ask {url}, for {time} at most",
        "interroger {url}, pendant {time} au plus",
        url=url,
        time=write_duration(action.within),
    )


def _later(after: timedelta, said: str) -> Told:
    return told(
        "say after {time}, unless they text before: {said}",
        "dire après {time}, à moins qu'un texto n'arrive avant : {said}",
        time=write_duration(after),
        said=said,
    )


def _handover(silent_for: timedelta) -> Told:
    return told(
        "leave the conversation to a person for {time}",
        "laisser la conversation à une personne pendant {time}",
        time=write_duration(silent_for),
    )


def _listing(name: str, *, joins: bool) -> Told:
    if joins:
        return told("put them on the list {name}", "inscrire à la liste {name}", name=name)
    return told("take them off the list {name}", "retirer de la liste {name}", name=name)


def _language(chosen: str) -> Told:
    if not chosen:
        return Told("choose no language: it is not two letters", "ne choisir aucune langue")
    return told("answer in {it} from now on", "répondre désormais en {it}", it=chosen)


def _forward(action: Forward, said: str) -> Told:
    to = action.number or action.email
    return told("pass on to {to}: {said}", "transmettre à {to} : {said}", to=to, said=said)


def verbs(actions: Iterable[Action]) -> str:
    """Name the verbs that do these."""
    names = {kind: name for name, kind in VERBS.items()}
    return ", ".join(names[type(action)] for action in actions)
