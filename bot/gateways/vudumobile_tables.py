"""VuduMobile's tables as data: what became of a message, and what the vendor says to do then.

From "API pour réception de nouveaux messages", `status_mt`, in the vendor's document of 14 January
2019. The field is coarse (`sent`) or detailed (`UNDELIV_300`: the network's word, then a code).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.messages import Status
from bot.gateways.book import EXISTS, UNKNOWN


class Action(StrEnum):
    """What the vendor suggests for a code."""

    STOP = "stop"
    """Never write to this number again."""
    LATER = "later"
    """Once more, later, within the message's life."""
    PAUSE = "pause"
    """Leave this number alone until its next billing period."""
    SHORTEN = "shorten"
    """The network takes shorter texts only."""
    HOLD = "hold"
    """Ours or the vendor's fault: tell the operator."""
    REPORT = "report"
    """Show it; the sender decides."""


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the vendor's table."""

    status: Status
    meaning: str
    """The vendor's name for it, in the vendor's words."""
    action: Action | None = None
    times: int = 1
    """At the how-manieth occurrence for a number the action is due."""


COARSE: Mapping[str, Status] = {
    "queued": Status.SENT,  # on its way to the carrier; taken
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,  # to the carrier: see `status_of`
    "failed": Status.UNDELIVERED,
}

WORDS: Mapping[str, Status] = {
    "delivrd": Status.DELIVERED,
    "delivered": Status.DELIVERED,
    "expired": Status.EXPIRED,
    "undeliv": Status.UNDELIVERED,
    "undeliverable": Status.UNDELIVERED,
    # "Probably delivered", and nothing more precise will come.
    "acceptd": Status.SENT,
    "accepted": Status.SENT,
    # "Should generally be treated as a negative notification of delivery."
    "unknown": Status.UNDELIVERED,
}
"""The network's word, by either of the two names that the vendor's tables give it."""

_GONE, _LATE, _OVER = Status.UNDELIVERED, Status.EXPIRED, Status.DELIVERED

CODES: Mapping[str, Code] = {
    "000": Code(_OVER, "Livré"),
    "101": Code(_LATE, "Nombre de tentatives épuisées", Action.LATER),
    "102": Code(_LATE, "Période de validité expirée", Action.LATER),
    "103": Code(_LATE, "Arrêté d'attendre une notification", Action.REPORT),
    "104": Code(_GONE, "Erreur de configuration", Action.HOLD),
    "105": Code(_GONE, "Erreur de système", Action.HOLD),
    "200": Code(_GONE, "Service non permis", Action.STOP),
    "201": Code(_GONE, "Compte fermé", Action.STOP),
    "202": Code(_GONE, "Non facturable", Action.STOP),
    "203": Code(_GONE, "Temporairement non facturable", Action.LATER),
    "204": Code(_GONE, "Compte bloqué", Action.STOP, times=2),
    "205": Code(_GONE, "Limite de dépenses atteinte", Action.PAUSE),
    "206": Code(_GONE, "Erreur de système de facturation", Action.REPORT),
    "250": Code(_GONE, "Abonnement existe déjà", Action.REPORT),
    "251": Code(_GONE, "Abonnement n'existe pas", Action.REPORT),
    "252": Code(_GONE, "Abonnement inactif", Action.STOP),
    "253": Code(_GONE, "Facturation précédente en cours", Action.HOLD),
    "254": Code(_GONE, "Duplicata de demande de renouvellement", Action.REPORT),
    "259": Code(_GONE, "Erreur d'abonnement divers", Action.REPORT),
    "300": Code(_GONE, "Non livrable", Action.REPORT),
    "301": Code(_GONE, "Longueur du message invalide", Action.SHORTEN),
    "302": Code(_GONE, "Numéro source invalide", Action.HOLD),
    "303": Code(_GONE, "Numéro de destination invalide", Action.STOP),
    "304": Code(_GONE, "Adresse de destination blacklistée", Action.STOP),
    "305": Code(_GONE, "Échec message livraison", Action.LATER),
    "306": Code(_LATE, "Expiré", Action.REPORT),
    "307": Code(_GONE, "Erreur de système de l'opérateur", Action.REPORT),
    "399": Code(_GONE, "Inconnu", Action.REPORT),
}


def is_detailed(status_mt: str) -> bool:
    """Tell whether the account shows the networks' words, not only the four coarse ones."""
    return status_mt.strip().lower() not in COARSE


def status_of(status_mt: str, *, detailed: bool) -> Status:
    """Translate. What is in no table is `SENT`: the message was taken, no more is known.

    `detailed`: this account has shown the networks' words. The coarse `delivered`, which the
    vendor explains as "reached the carrier", is then not a delivery.
    """
    word = status_mt.strip().lower()
    if word in COARSE:
        return Status.SENT if word == "delivered" and detailed else COARSE[word]
    name, _, code = word.rpartition("_")
    if (name or word) in WORDS:
        return WORDS[name or word]
    return CODES[code].status if code in CODES and name else Status.SENT


HOLDING_WORDS: Mapping[str, str] = {
    r"\bIP\b": "firewall",  # "The API is not accessible from your IP (…) using API key …"
    r"(?i)\bAPI\b.*\bkey\b": "key",  # "API Key parameter is missing"
}
"""What in the text of a refusal tells that the account is meant, not the message; first wins.

The vendor gives a wrong key no error of its own, nor any number to tell refusals apart."""

INCOMPLETE, UNFIT, SYSTEM, STARTED, NOBODY = "incomplete", "unfit", "system", "started", "nobody"
"""Codes of `Rejected`, beside `UNKNOWN` and `EXISTS`: something is missing; something has not the
form that it must have; a group of the system; a broadcast that began; one for nobody."""

REFUSALS: Mapping[str, str] = {
    r"(?i)(?<!method )not found|doesn't exist": UNKNOWN,
    r"(?i)already exists": EXISTS,
    r"(?i)system groups? can't": SYSTEM,
    r"(?i)already been sent": STARTED,
    r"(?i)no valid recipients": NOBODY,
    r"(?i)\b(missing|required)\b": INCOMPLETE,
    r"(?i)\bnot a valid\b|\binvalid\b|\bmust be associated\b": UNFIT,
    r"(?i)\bwrong delimiters\b|\bmalformed\b|\bcould not be read\b": UNFIT,
}
"""What the words of an error mean, as the document prints them; the first that fits counts.

Refusals have no numbers to tell them apart."""
