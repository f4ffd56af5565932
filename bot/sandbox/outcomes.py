"""What becomes of a message on its way to a phone, by number.

The status words and codes are those of the VuduMobile document. Clever's document prints
numbers (2, 3, 6) and no table: 2 has no reception date, 3 has one.
"""

from dataclasses import dataclass

VUDUMOBILE_CODES = {
    "000": "DELIVRD",
    "101": "EXPIRED",
    "102": "EXPIRED",
    "103": "EXPIRED",
    "104": "UNDELIV",
    "105": "UNDELIV",
    "200": "UNDELIV",
    "201": "UNDELIV",
    "202": "UNDELIV",
    "203": "UNDELIV",
    "204": "UNDELIV",
    "205": "UNDELIV",
    "206": "UNDELIV",
    "250": "UNDELIV",
    "251": "UNDELIV",
    "252": "UNDELIV",
    "253": "UNDELIV",
    "254": "UNDELIV",
    "259": "UNDELIV",
    "300": "UNDELIV",
    "301": "UNDELIV",
    "302": "UNDELIV",
    "303": "UNDELIV",
    "304": "UNDELIV",
    "305": "UNDELIV",
    "306": "EXPIRED",
    "307": "UNDELIV",
    "399": "UNKNOWN",
}
"""Code → short_message."""

CLEVER_STATUSES = {"2": "sent", "3": "delivered", "4": "failed", "5": "failed", "6": "failed"}
"""Delivery status → what it means here; only 2 and 3 can be read out of the document."""

NUMBERS = {
    "vudumobile": {"9" + code: f"{word}_{code}" for code, word in VUDUMOBILE_CODES.items()}
    | {"9001": "ACCEPTD_000", "9009": "sent"},
    "clever": {"900" + status: status for status in CLEVER_STATUSES},
}
"""Gateway → last four digits of a number → its outcome. All others are delivered."""

USUAL = {"vudumobile": "DELIVRD_000", "clever": "3"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the gateway's word for the end; `after` world seconds, None: one or two."""

    code: str
    after: float | None = None

    @property
    def state(self) -> str:
        """One of "delivered", "failed" and "sent" (nothing more will be heard)."""
        if self.code in CLEVER_STATUSES:
            return CLEVER_STATUSES[self.code]
        word = self.code.split("_")[0]
        return {"DELIVRD": "delivered", "ACCEPTD": "delivered", "sent": "sent"}.get(word, "failed")


def outcome(gateway: str, code: str, after: float | None = None) -> Outcome:
    """An outcome by its full name ("UNDELIV_300") or its code alone ("300"); else ValueError."""
    if gateway == "vudumobile" and code in VUDUMOBILE_CODES:
        code = f"{VUDUMOBILE_CODES[code]}_{code}"
    known = set(NUMBERS[gateway].values()) | {USUAL[gateway]}
    if code not in known:
        raise ValueError(f"{gateway} has no delivery outcome {code!r}; it has {sorted(known)}.")
    return Outcome(code, after)


def usual(gateway: str, number: str) -> Outcome:
    """What happens to messages for this number when nobody said otherwise."""
    return Outcome(NUMBERS[gateway].get(number[-4:], USUAL[gateway]))
