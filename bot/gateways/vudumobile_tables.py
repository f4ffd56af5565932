"""VuduMobile's tables as data: what became of a message, and what the vendor says to do then.

From "API pour réception de nouveaux messages", `status_mt`, in the vendor's document of 14 January
2019. The field is coarse (`sent`) or detailed (`UNDELIV_300`: the network's word, then a code).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.messages import Status
from bot.core.network import Action, Advice
from bot.gateways.book import EXISTS, UNKNOWN


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the vendor's table."""

    status: Status
    advice: Advice | None
    """None: there is nothing to do."""
    fr: str
    en: str
    """What it means to an operator, in both languages."""


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

_CODES = """
000 delivered   -       livré au téléphone, ou presque sûrement | delivered, or almost surely
101 expired     again   le transporteur a essayé en vain | the carrier tried in vain
102 expired     again   trop tard pour le transporteur | too late for the carrier
103 expired     report  le transporteur n'a plus rien dit | the carrier said nothing more
104 undelivered hold    VuduMobile est mal configuré | VuduMobile is set up wrongly
105 undelivered hold    panne chez VuduMobile | a fault at VuduMobile
200 undelivered stop    le service est interdit à ce numéro | the service is barred for this number
201 undelivered stop    le numéro n'est plus en service | the number is no longer in service
202 undelivered stop    le numéro ne peut pas être facturé | the number cannot be billed
203 undelivered again   le numéro n'a plus de crédit | the number has no credit left
204 undelivered stop/2  le numéro est verrouillé | the number is locked
205 undelivered pause   le numéro a atteint sa limite de dépenses | its spending limit is reached
206 undelivered report  panne de la facturation | the billing failed
250 undelivered report  le numéro est déjà abonné | the number is subscribed already
251 undelivered report  le numéro n'est pas abonné | the number is not subscribed
252 undelivered stop    le numéro n'est plus abonné | the number is no longer subscribed
253 undelivered hold    une facturation est encore en cours | an earlier billing is under way
254 undelivered report  l'abonnement est renouvelé deux fois | the subscription is renewed twice
259 undelivered report  l'abonnement a échoué | the subscription failed
300 undelivered report  éteint, hors de portée, plein… | off, out of reach, full, or other
301 undelivered shorten trop long pour ce transporteur | too long for this carrier
302 undelivered hold    notre numéro est refusé | our number is refused
303 undelivered stop    le numéro n'existe pas | the number does not exist
304 undelivered stop    sur la liste noire du transporteur | on the carrier's blacklist
305 undelivered again   le transporteur n'a pas pu livrer | the carrier could not deliver
306 expired     report  expiré chez le transporteur | expired at the carrier
307 undelivered report  panne du transporteur | a fault at the carrier
399 undelivered report  le transporteur ne sait pas | the carrier does not know
"""
"""A line is `CODE STATUS ADVICE FRENCH | ENGLISH`; `stop/2`: at the second time."""


def _read(line: str) -> tuple[str, Code]:
    code, status, told, meaning = line.split(maxsplit=3)
    action, _, times = told.partition("/")
    advice = None if action == "-" else Advice(Action(action), int(times or 1))
    fr, _, en = meaning.partition(" | ")
    return code, Code(Status(status), advice, fr, en)


CODES: Mapping[str, Code] = dict(map(_read, _CODES.strip().splitlines()))
"""Every code of the vendor's document; `docs/receipts.md` is this table, for people."""


def code_of(status_mt: str) -> Code | None:
    """Find the row of a detailed status; None: the document has no such code."""
    name, _, code = status_mt.strip().rpartition("_")
    return CODES.get(code) if name else None


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
    name = word.rpartition("_")[0] or word
    if name in WORDS:
        return WORDS[name]
    known = code_of(word)
    return known.status if known else Status.SENT


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
