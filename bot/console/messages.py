"""Messages over HTTP: what is begun, what was said either way, and what became of it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from bot.clock import Clock
from bot.console.problems import Problem
from bot.console.requests import known
from bot.console.routes import VISIBLE, Asked, Given, Route, Shown, Strict
from bot.console.spoken import MessageShown, read_id, shown
from bot.content.notation import name as template_name
from bot.content.templates import TEXT_LIMIT
from bot.core.consent import LONGEST_WORDING, ConsentKind, How
from bot.core.conversation import conversation_key
from bot.core.naming import id_of
from bot.core.sayings import Message
from bot.core.starting import Deferred, Hindrance, Refused
from bot.core.tokens import Scope
from bot.log import logger, mask
from bot.services.library import Library
from bot.services.starter import Grant, Start, Started, Starter
from bot.storage import messages, outbox, requests
from bot.storage.database import Connection, Database
from bot.storage.messages import Place, Wanted
from bot.storage.requests import Answered, Request
from bot.validation import Wrong

LOG = logger(__name__)
PAGE, MOST = 100, 1000
"""Messages in one answer: usually, and at most."""
LATEST = timedelta(days=366)
"""From now: what is to leave later is not written down."""
UNREADABLE = frozenset(
    {Hindrance.NO_NUMBER, Hindrance.NO_GATEWAY, Hindrance.UNSAID, Hindrance.OURS}
)
"""What was asked is wrong in itself; the rest may change."""
_START = Place()
_PLACE = r"^([0-9]{1,18}\.[0-9]{1,18})?$"
Short = Annotated[str, Field(max_length=200, pattern=VISIBLE)]
Text = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT, pattern=VISIBLE)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
Whole = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
ReadNumber = Callable[[str], str]
"""Gives a number as E.164. Raises `Wrong`."""


class Consented(Strict):
    """A consent that was given elsewhere; it goes into the ledger."""

    kind: ConsentKind
    wording: Annotated[str, Field(min_length=1, max_length=LONGEST_WORDING, pattern=VISIBLE)]
    """What the person agreed to, when and how."""


class TemplateNamed(Strict):
    """A message that stands in a file."""

    template: Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE)]


class Sending(Strict):
    """A message that is to be begun: one of `text`, `template` and `message`."""

    to: Annotated[str, Field(min_length=1, max_length=40, pattern=VISIBLE)]
    """As E.164, or as it is dialled here."""
    text: Text | None = None
    """Jinja, as in rules."""
    template: Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE)] | None = None
    message: Text | TemplateNamed | Annotated[dict[Language, Text], Field(min_length=1)] | None = (
        None
    )
    """As in rules: a text, a text by language, or `{"template": NAME}`."""
    data: dict[Short, Annotated[str, Field(max_length=TEXT_LIMIT, pattern=VISIBLE)] | Whole] = (
        Field(default_factory=dict, max_length=100)
    )
    """What the message sees, by name."""
    gateway: Short = ""
    """Empty: where the number texted last, else one of its country."""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""
    """Empty: the person's, else the installation's."""
    list: Short = ""
    """What it is about: a consent to that list is enough."""
    not_before: AwareDatetime | None = None
    """Within a year."""
    consent: Consented | None = None

    @model_validator(mode="after")
    def _one_message(self) -> Self:
        if sum(one is not None for one in (self.text, self.template, self.message)) != 1:
            raise ValueError("give one of text, template and message")
        return self

    @property
    def said(self) -> Message:
        """What is to be said."""
        told = self.text if self.text is not None else self.message
        if isinstance(told, TemplateNamed):
            return Message(template=told.template)
        if isinstance(told, dict):
            return Message(told)
        return Message({"": told}) if told is not None else Message(template=self.template or "")


class Begun(Shown):
    """A message that was begun. It names nobody: it is kept for as long as its key."""

    id: str
    status: str
    gateway: str
    language: str
    segments: int
    encoding: str
    dear: list[str]
    """The signs for which it costs more."""
    basis: ConsentKind | None
    """The consent by which it may leave."""
    leaves_at: datetime
    """Not before."""
    because: str
    """Why it waits, if it does."""


class Which(Strict):
    """Which messages are asked for."""

    direction: Literal["", "in", "out"] = ""
    number: Annotated[str, Field(max_length=40)] = ""
    since: AwareDatetime | None = None
    """By our clock."""
    after: Annotated[str, Field(pattern=_PLACE)] = ""
    """The `next` of an earlier answer."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE


class MessagesShown(Shown):
    """Some of them, oldest first."""

    messages: list[MessageShown]
    next: str
    """Give it as `after` for what follows, at once or when something new is expected."""
    more: bool
    """There is more already."""


class MessageWhole(MessageShown):
    """One, with what came of it."""

    replies: list[str]
    """The messages that answer a text."""


@dataclass(frozen=True, slots=True)
class Messages:
    """Answers what is asked about messages."""

    database: Database
    clock: Clock
    library: Library
    starter: Starter
    number: ReadNumber
    gateways: Collection[str]

    def routes(self) -> tuple[Route, ...]:
        """Give the routes of `/messages`."""
        scope, every = Scope.MESSAGES, "/messages"
        return (
            Route(
                *("POST", every, scope, self.begin, "Write to a number."),
                body=Sending,
                gives=Begun,
                statuses=(202,),
                refuses=(409,),
                once=True,
            ),
            Route(
                *("GET", every, scope, self.page, "What was said, either way."),
                query=Which,
                gives=MessagesShown,
            ),
            Route(
                *("GET", "/messages/{id}", scope, self.look, "One message, and its receipt."),
                gives=MessageWhole,
            ),
        )

    async def page(self, asked: Asked) -> Given:
        """Read a page."""
        which: Which = asked.query
        theirs, _, ours = which.after.partition(".")
        wanted = Wanted(
            theirs=which.direction != "out",
            ours=which.direction != "in",
            conversations=self._conversations(which.number),
            since=which.since,
            after=Place(int(theirs), int(ours)) if which.after else _START,
        )
        async with self.database.read() as connection:
            found = await messages.page(connection, wanted, which.limit)
        following = f"{found.next.theirs}.{found.next.ours}"
        told = [shown(one) for one in found.said]
        return Given(MessagesShown(messages=told, next=following, more=found.more))

    async def look(self, asked: Asked) -> Given:
        """Read one."""
        named = read_id(asked.path["id"])
        missing = Problem(404, f"there is no message {asked.path['id']!r}")
        if named is None:
            raise missing
        ours, which = named
        async with self.database.read() as connection:
            found = await messages.find(connection, which, ours=ours)
            if found is None:
                raise missing
            talk = found.row["conversation"]
            answers = [] if ours else await outbox.replies_to(connection, talk, which)
        replies = [id_of(one["id"], ours=True) for one in answers]
        return Given(MessageWhole(**shown(found).model_dump(), replies=replies))

    async def begin(self, asked: Asked) -> Given:
        """Write a message down, once for each key."""
        sending: Sending = asked.body
        start = self._start(sending, asked.caller)
        content = f"POST /messages {sending.model_dump_json()}"
        request = Request(asked.caller, asked.key, content) if asked.key else None
        async with self.database.write() as connection:
            if request and (answered := await known(connection, request, self.clock.now())):
                return Given(Begun.model_validate_json(answered.body), answered.status)
            (one,) = await self.starter.start(connection, [start])
            if isinstance(one.verdict, Refused):
                raise _refusal(one.verdict)  # and nothing is kept: it may be asked again
            begun = await _begun(connection, one)
            if request:
                await requests.settle(connection, request, Answered(202, begun.model_dump_json()))
        LOG.info(
            "A program began a message",
            action="start.queued",
            token=asked.caller,
            number=mask(start.number),
            gateway=one.gateway,
            segments=one.cost.count,
            waits=isinstance(one.verdict, Deferred),
        )
        return Given(begun, 202)

    def _start(self, sending: Sending, caller: str) -> Start:
        """Read what is asked. Raises `Problem` for what there is not."""
        said = sending.said
        if sending.list and sending.list not in self.library.rulebook.lists:
            raise Problem(422, f"list: no rule file has a list {sending.list!r}")
        if said.template and said.template not in self.library.templates.names:
            raise Problem(422, f"template: there is no template {said.template!r}")
        if sending.not_before and sending.not_before > self.clock.now() + LATEST:
            raise Problem(422, "not_before: give an instant within a year")
        told = sending.consent
        return Start(
            number=self._number(sending.to, "to"),
            message=said,
            cause=f"token {caller} {secrets.token_hex(8)}/0",
            gateway=sending.gateway,
            language=sending.language,
            values=_values(sending.data),
            of_list=sending.list,
            not_before=sending.not_before,
            grant=Grant(told.kind, told.wording, How.API) if told else None,
            rule=said.template or "program",
        )

    def _number(self, written: str, where: str) -> str:
        try:
            return self.number(written)
        except Wrong as wrong:
            raise Problem(422, f"{where}: {wrong.what}; {wrong.remedy}") from wrong

    def _conversations(self, written: str) -> list[str] | None:
        # In a query, a plus sign that is not written %2B is a blank.
        bare = re.sub("^ (?=[0-9])", "+", written)
        if not bare:
            return None
        number = self._number(bare, "number")
        return [conversation_key(gateway, number) for gateway in self.gateways]


def _refusal(verdict: Refused) -> Problem:
    status = 422 if verdict.why in UNREADABLE else 409
    return Problem(status, verdict.because, reason=verdict.why.value)


async def _begun(connection: Connection, one: Started) -> Begun:
    assert one.leaves_at is not None
    assert not isinstance(one.verdict, Refused)
    talk = conversation_key(one.gateway, one.start.number)
    which, status = await messages.caused(connection, talk, one.start.cause)
    return Begun(
        id=id_of(which, ours=True),
        status=status,
        gateway=one.gateway,
        language=one.language,
        segments=one.cost.count,
        encoding=one.cost.encoding,
        dear=list(one.cost.dear),
        basis=one.verdict.basis,
        leaves_at=one.leaves_at,
        because=one.verdict.because if isinstance(one.verdict, Deferred) else "",
    )


def _values(told: Mapping[str, str | int]) -> dict[str, str]:
    """Give what the message sees. Raises `Problem` for a name that no template can use."""
    try:
        return {template_name(name): str(value) for name, value in told.items()}
    except Wrong as wrong:
        raise Problem(422, f"data: {wrong.what}; {wrong.remedy}") from wrong
