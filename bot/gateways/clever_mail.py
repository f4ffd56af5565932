"""Clever's e-mails: "Effectuer une campagne de mails", chapter 3.12, one campaign for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Mail
from bot.gateways.base import Rejected
from bot.gateways.clever_api import Api
from bot.gateways.clever_rows import read_push
from bot.gateways.http import Answer
from bot.gateways.mails import as_html

MAILS, MAILS_TOO = "pushsmails", "pushmails"
"""The text has the one, a picture the other."""


@dataclass(frozen=True, slots=True)
class MailPush:
    """What an accepted campaign of mails was answered with."""

    reference: str
    """Empty where it was taken (202) without being named."""
    units: float | None
    answered_at: datetime


class Mailer:
    """Posts mails to whichever of the two addresses there is. `path` is the one to begin with."""

    def __init__(self, api: Api, path: object) -> None:
        self.path = MAILS_TOO if path == MAILS_TOO else MAILS
        self._api = api

    async def post(self, mail: Mail) -> MailPush:
        """Send one mail. Raises `GatewayError`.

        A page, as in all samples: whoever took an escaped text for raw would show more signs than
        were written, and whoever took a raw one for a page would carry out what is in it.
        """
        datas = {
            "text": as_html(mail.text),
            "email_list": mail.to,
            "email_subject": mail.subject,
            "open_tag": 0,
            "type_mail": "html",
            "duplicates": 1,  # so that a second equal mail is not swallowed
        }
        try:
            return await self._api.post(self.path, datas, self._created)
        except Rejected as error:
            if error.code != "404":
                raise
        other = MAILS if self.path == MAILS_TOO else MAILS_TOO
        made = await self._api.post(other, datas, self._created)
        self.path = other
        return made

    def _created(self, answer: Answer) -> MailPush:
        # An account without mails is no reason to hold its texts.
        failure = self._api.failures.of(answer, one_of_many=True)
        if failure is not None:
            raise failure
        if answer.status == 202:
            return MailPush("", None, answer.ended_at)
        push = read_push(self._api.object(answer))
        if push is None:
            raise self._api.failures.unreadable(answer, "without the campaign's reference")
        return MailPush(push.reference, push.units, answer.ended_at)
