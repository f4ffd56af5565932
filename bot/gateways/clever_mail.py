"""Clever's e-mails: "Effectuer une campagne de mails", chapter 3.12, one campaign for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Mail
from bot.gateways import clever_forms as forms
from bot.gateways.clever_api import Api, Spelling
from bot.gateways.clever_pushes import MailPush
from bot.gateways.http import Answer
from bot.gateways.mails import as_html

MAILS = ("pushsmails", "pushmails")
"""The text has the one, a picture the other."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What an accepted campaign of mails was answered with."""

    reference: str
    """Empty where it was taken (202) without being named."""
    units: float | None
    answered_at: datetime


class Mailer:
    """Posts mails to whichever of the two addresses there is. `path` is the one to begin with."""

    def __init__(self, api: Api, path: object = None) -> None:
        self._spelling = Spelling(*MAILS, path)
        self._api = api

    @property
    def path(self) -> str:
        """The address that there was last."""
        return self._spelling.path

    async def post(self, mail: Mail) -> Posted:
        """Send one mail. Raises `GatewayError`.

        A page, as in all samples: whoever took an escaped text for raw would show more signs than
        were written, and whoever took a raw one for a page would carry out what is in it.
        """
        # With duplicates, so that a second equal mail is not swallowed.
        page = as_html(mail.text)
        datas = forms.mail(page, mail.subject, addresses=[mail.to], format="html", duplicates=True)
        return await self._spelling.ask(lambda path: self._posted(path, datas))

    async def _posted(self, path: str, datas: forms.Datas) -> Posted:
        def created(answer: Answer) -> Posted:
            # An account without mails is no reason to hold its texts.
            failure = self._api.failures.of(answer, one_of_many=True)
            if failure is not None:
                raise failure
            if answer.status == 202:
                return Posted("", None, answer.ended_at)
            push = self._api.taken(MailPush, answer)
            return Posted(push.reference, push.units, answer.ended_at)

        return await self._api.post(path, datas, created)
