"""The account at Clever: what can be set of it, whom it knows, and what it says of itself."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.paris import OFFSET_TIME, PARIS, TIME

UNITS = {"sms": 7, "tts": 9, "voice": 9}
"""Units a part (sms) or a call, from the samples: 14 for two numbers, 9 for a tts."""
MAIL_UNITS = 2
"""Units a mail, from the samples: 4 for two addresses."""

COMPANY = {
    "company_name": "Clever Technologies - IS",
    "address": "52 rue d'emeraïnvill",
    "country": "France",
    "city": "Croissy",
    "zip_code": 77183,
}


@dataclass(slots=True)
class CleverAccount:
    """The account, and how its gateway behaves where the document leaves it open.

    `unknown_reference`: 404, 400, 500, or 200 with nothing in it. `same_second`: what a second
    push within one second meets, "conflict" (409) or "share" (the same reference for both).
    `answers`: a phone answers its "newest" campaign or "any". `mo_in_two`: answers are listed
    under the two newest. `duplicates_mean`: with duplicates 0, a number twice in one "list" is
    one, or an equal text to a number that "history" has is dropped, so that a campaign of nothing
    else is refused (409), or is "silent"ly none. `not_latin`: what encodage
    3 cannot write is "replace"d by ? or makes the gateway "refuse". `offset_times`: +0200 behind
    times. `account_path`: "account", "accounts" or "both". `mail_path`: "pushsmails", "pushmails"
    or "both". `authorization`: "basic", "bare" (the word Basic missing, as one page prints it) or
    "either". `contact_names`: lastName and gsmPrimary as in the "sample" of a contact, lastname
    and gsm_primary as in the "table", or "either". `contact_shape`: a contact that is asked for
    is answered as in the "text" or as in its "picture". `manager`: the account may list the
    contacts of others. `mail_deliveries_path`: whether deliveries of mails are found under
    "pushmails", as the text of that chapter alone has it, "pushsmails" or "both".
    `pictures`: campaigns and the account are answered as the pictures show them. `coming`: what
    a function gets that is "à venir": 200 (it is there), 404 or 501. `user_fields`: of a user
    is required what the "table" says, or what the "sample" has. `user_shape`: its parameters
    stand "nested", as in the sample, "flat", or "either". `user_ids`: a new user is answered
    with its id, as chapter 2.3 has it and the sample has not. `list_required`: campaigns by
    criteria and to all need a list of numbers or addresses, too, as their tables have it.
    `reference_shape`: campaigns of messages by criteria and to all have a tail of 33 signs as in
    the "sample", or all are "plain", or all are "suffixed". `empty_campaign`: 400 or 201 where
    nobody is meant. `broadcast_counts`: nb_destination of a campaign to all is not the sample's
    0. `refunds`: who deletes a campaign gets its units back. `feed_lag`: seconds until an answer
    is listed. `echo`: texts are listed "exact", or "trimmed" of the blanks around them.
    `landlines_called`: in campaigns to contacts a landline is called, as in the
    sample where six numbers cost 44.
    """

    login: str = "sandbox"
    password: str = "sandbox"  # noqa: S105 - of a played account
    credit: int = 999_733
    expires: str = "2033-02-10 09:49:21"
    unknown_reference: int = 404
    same_second: str = "conflict"
    answers: str = "newest"
    mo_in_two: bool = False
    duplicates_mean: str = "list"
    not_latin: str = "replace"
    offset_times: bool = False
    expired_blocks_reading: bool = False
    account_path: str = "account"
    mail_path: str = "pushsmails"
    authorization: str = "basic"
    contact_names: str = "either"
    contact_shape: str = "text"
    manager: bool = True
    skew: float = 0.0
    mail_deliveries_path: str = "both"
    pictures: bool = False
    coming: int = 200
    user_fields: str = "table"
    user_shape: str = "either"
    user_ids: bool = True
    list_required: bool = False
    reference_shape: str = "sample"
    empty_campaign: int = 400
    broadcast_counts: bool = False
    refunds: bool = True
    feed_lag: float = 0.0
    echo: str = "exact"
    landlines_called: bool = True

    def knows(self, authorization: str) -> bool:
        """Whether a request that says this comes from whom the account belongs to."""
        word, _, rest = authorization.partition(" ")
        if rest:
            token = rest if word.lower() == "basic" and self.authorization != "bare" else ""
        else:
            token = word if self.authorization != "basic" else ""
        try:
            text = base64.b64decode(token.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return False
        return text == f"{self.login}:{self.password}"

    def local(self, time: datetime) -> datetime:
        """A world time by the gateway's clock, in Paris."""
        return (time + timedelta(seconds=self.skew)).astimezone(PARIS)

    def printed(self, time: datetime) -> str:
        """A time in Paris, as it stands in answers."""
        return time.strftime(OFFSET_TIME if self.offset_times else TIME)

    def echoed(self, text: str) -> str:
        """A text as it is listed."""
        return text.strip() if self.echo == "trimmed" else text

    def expired(self, now: datetime) -> bool:
        """Whether it has ended; `now` by the gateway's clock."""
        return now > datetime.strptime(self.expires, TIME).replace(tzinfo=PARIS)

    def shown(self) -> dict[str, object]:
        """What account/me says."""
        control: dict[str, object] = {"tocontrol": 0} if self.pictures else {}
        return {
            "name": "Clever",
            "lastname": "Tec",
            "email": "support@clever.fr",
            **control,
            "telephone": "+33160536053",
            "credit": self.credit,
            "date_expiration": self.expires,
            "company": COMPANY,
        }
