"""What the operator must know while it lasts: judged by figures, told once, and when over."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

LASTING = timedelta(seconds=20)
"""An account must be held for so long, two trials, before anybody is rung up for it."""
EASED = 1.25
"""What was too little is enough again at so many times the limit: a figure that goes up and down
around it rings once."""


class AlarmKind(StrEnum):
    """What it is about."""

    HELD = "held"
    CREDIT = "credit"
    EXPIRY = "expiry"
    SILENT = "silent"
    """A gateway could not be read for a while."""
    FAULT = "fault"
    """The network says of messages that the account is at fault: see `bot.core.receipts`."""
    RULES = "rules"
    """The rules on disk are faulty, and older ones are in force."""
    DISK = "disk"


Key = tuple[AlarmKind, str]
"""A kind, and a gateway; empty: the installation."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One of them."""

    kind: AlarmKind
    gateway: str
    told: Mapping[str, str]
    """A sentence that says what to do, by language."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """JSON: what its kind needs to know."""

    @property
    def key(self) -> Key:
        """What it is known by: while it lasts there is one of them."""
        return self.kind, self.gateway


@dataclass(frozen=True, slots=True)
class Limits:
    """When it is time to tell."""

    credit: timedelta = timedelta(days=7)
    """The credit lasts for less, at the pace of the last week; 0: never told."""
    units: float = 0.0
    """Or there is less of it than this; 0: never told."""
    expiry: timedelta = timedelta(days=14)
    silence: timedelta = timedelta(minutes=10)
    disk: int = 500_000_000
    """Bytes that must be free."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How one gateway is doing."""

    gateway: str
    held: str = ""
    """The word of what holds it."""
    held_for: timedelta = timedelta(0)
    credit: float | None = None
    """In its own units; None: it does not say."""
    pace: float = 0.0
    """Units that a day costs."""
    expires_at: datetime | None = None
    silent_for: timedelta = timedelta(0)
    """Since when nothing could be read."""

    @property
    def lasts(self) -> timedelta | None:
        """For how long the credit lasts; None: nobody can tell."""
        if self.credit is None or self.pace <= 0:
            return None
        return timedelta(days=min(self.credit / self.pace, 36_500))


@dataclass(frozen=True, slots=True)
class House:
    """How the installation is doing."""

    faults: int = 0
    """Of the rules on disk, while older ones are in force."""
    first_fault: str = ""
    free: int | None = None
    """Bytes on the disk of the store; None: it cannot be told."""


def read_expiry(written: str) -> datetime | None:
    """Read when an account expires, as its vendor writes it; None: that cannot be read.

    A day more or less is no matter here: what has no zone is read as UTC.
    """
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def due(
    gateways: Sequence[Figures],
    house: House,
    limits: Limits,
    now: datetime,
    raised: Collection[Key] = (),
) -> list[Alarm]:
    """Say what is to be told now; `raised`: what lasts already."""
    found = [one for figures in gateways for one in _of(figures, limits, now, raised)]
    return [*found, *_of_house(house, limits, raised)]


def _of(
    figures: Figures, limits: Limits, now: datetime, raised: Collection[Key]
) -> Iterator[Alarm]:
    name = figures.gateway

    def more(kind: AlarmKind) -> float:
        return EASED if (kind, name) in raised else 1.0

    was_held = (AlarmKind.HELD, name) in raised
    if figures.held and (was_held or figures.held_for >= LASTING):
        yield _held(name, figures.held)
    elif limits.silence <= figures.silent_for:
        yield _silent(name, figures.silent_for)
    lasts, ease = figures.lasts, more(AlarmKind.CREDIT)
    short = lasts is not None and lasts < limits.credit * ease
    if figures.credit is not None and (short or figures.credit < limits.units * ease):
        yield _credit(name, figures.credit, lasts)
    if figures.expires_at is not None and figures.expires_at - now < limits.expiry:
        yield _expiry(name, figures.expires_at)


def _of_house(house: House, limits: Limits, raised: Collection[Key]) -> Iterator[Alarm]:
    if house.faults:
        yield _rules(house.faults, house.first_fault)
    ease = EASED if (AlarmKind.DISK, "") in raised else 1.0
    if house.free is not None and house.free < limits.disk * ease:
        yield _disk(house.free)


# What is said


HELD: Mapping[str, tuple[str, str]] = {
    "firewall": (
        "le pare-feu du fournisseur refuse cette machine: demandez-lui d'admettre son adresse",
        "the vendor's firewall refuses this machine: ask the vendor to admit its address",
    ),
    "key": (
        "la clé, ou le mot de passe, est refusée: vérifiez-la dans l'environnement",
        "the key, or the password, is refused: check it in the environment",
    ),
    "credit": (
        "il n'y a plus de crédit: achetez-en; les réponses attendent le temps de replies.life",
        "there is no credit left: buy some; replies wait for as long as replies.life",
    ),
    "expired": (
        "le compte a expiré: renouvelez-le auprès du fournisseur",
        "the account has expired: renew it with the vendor",
    ),
    "address": (
        "l'adresse de l'API ne répond pas comme elle doit: vérifiez `url` dans config.yaml",
        "the API's address does not answer as it should: check `url` in config.yaml",
    ),
}
"""What each word of a held account means, and what to do: in French and in English."""


def _held(gateway: str, word: str) -> Alarm:
    fr, en = HELD.get(word, (word, word))
    told = {
        "fr": f"{gateway} est bloqué et rien n'en est perdu; {fr}",
        "en": f"{gateway} is held and nothing of it is lost; {en}",
    }
    return Alarm(AlarmKind.HELD, gateway, told, {"word": word})


def _silent(gateway: str, since: timedelta) -> Alarm:
    minutes = int(since.total_seconds() // 60)
    told = {
        "fr": f"{gateway} ne peut pas être lu depuis {minutes} minutes: `textobot doctor` en dit "
        "la raison; aucun texto n'est perdu, mais personne n'a de réponse",
        "en": f"{gateway} could not be read for {minutes} minutes: `textobot doctor` says why; "
        "no text is lost, but nobody is answered",
    }
    return Alarm(AlarmKind.SILENT, gateway, told)


def _credit(gateway: str, credit: float, lasts: timedelta | None) -> Alarm:
    fr = en = ""
    if lasts is not None:
        days = f"{lasts / timedelta(days=1):.1f}"
        fr = f", soit {days} jours au rythme de la dernière semaine"
        en = f", which is {days} days at the pace of the last week"
    told = {
        "fr": f"{gateway} n'a plus que {credit:g} unités de crédit{fr}: achetez-en",
        "en": f"{gateway} has {credit:g} units of credit left{en}: buy some",
    }
    return Alarm(AlarmKind.CREDIT, gateway, told, {"credit": credit})


def _expiry(gateway: str, at: datetime) -> Alarm:
    told = {
        "fr": f"le compte {gateway} expire le {at:%Y-%m-%d}: renouvelez-le auprès du fournisseur",
        "en": f"the account {gateway} expires on {at:%Y-%m-%d}: renew it with the vendor",
    }
    return Alarm(AlarmKind.EXPIRY, gateway, told, {"expires_at": at.isoformat()})


def _rules(faults: int, first: str) -> Alarm:
    told = {
        "fr": f"les règles sur le disque ont {faults} fautes, et celles d'avant restent en "
        f"vigueur; `textobot check` les nomme: {first}",
        "en": f"the rules on disk have {faults} faults, and those of before stay in force; "
        f"`textobot check` names them: {first}",
    }
    return Alarm(AlarmKind.RULES, "", told, {"faults": faults})


def _disk(free: int) -> Alarm:
    megabytes = free // 1_000_000
    told = {
        "fr": f"il reste {megabytes} Mo sur le disque: sans place, Textobot s'arrêtera",
        "en": f"{megabytes} MB are left on the disk: without room, Textobot will end",
    }
    return Alarm(AlarmKind.DISK, "", told, {"free": free})


def fault(gateway: str, code: str, since: datetime) -> Alarm:
    """Say that a message, handed over then, did not arrive by a fault of the account."""
    told = {
        "fr": f"{gateway}: des messages échouent par la faute du compte ou du fournisseur "
        f"({code}): demandez au fournisseur; ce que nous commençons attend, les réponses partent",
        "en": f"{gateway}: messages fail by a fault of the account or the vendor ({code}): ask "
        "the vendor; what we start is held back, and replies go on",
    }
    return Alarm(AlarmKind.FAULT, gateway, told, {"code": code, "since": since.isoformat()})


OVER: Mapping[str, str] = {"fr": "Fini depuis {at}: {told}", "en": "Over since {at}: {told}"}
SUBJECT: Mapping[str, tuple[str, str]] = {
    "fr": ("Textobot: alerte", "Textobot: fin d'alerte"),
    "en": ("Textobot: alarm", "Textobot: alarm over"),
}
"""Of an e-mail: that it begins, and that it is over."""


def in_language(told: Mapping[str, str], language: str) -> str:
    """Give what is told in a language; in English where it is neither of ours."""
    return told.get(language) or told.get("en", "")
