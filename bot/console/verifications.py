"""Verifications over HTTP: a code is given out, and compared with what the person typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Annotated

from pydantic import Field

from bot import metrics
from bot.clock import Clock
from bot.console.problems import Problem
from bot.console.requests import known
from bot.console.routes import VISIBLE, Asked, Given, Route, Shown, Strict
from bot.core.tokens import Scope
from bot.core.verification import Channel, State, Verification
from bot.log import logger
from bot.services.code_caps import LATER, UNREADABLE, NotSent, Why
from bot.services.code_wording import Wanted
from bot.services.verifier import Begun, Verifier
from bot.storage import requests
from bot.storage.database import Connection, Database
from bot.storage.requests import Answered, Request
from bot.validation import Wrong

LOG = logger(__name__)
ALARMING = frozenset({Why.CAP, Why.CONVERSION, Why.WRONG_CODES, Why.CEILING})
"""What may be an attack, or a cap that is too low: the operator is told."""
LONGEST_WAIT = 7 * 86400
"""Seconds that are told in `Retry-After` at most."""
PURPOSE = "^[a-z0-9][a-z0-9_.-]{0,63}$"
ReadNumber = Callable[[str], str]
"""Gives a number as E.164. Raises `Wrong`."""


class Verifying(Strict):
    """A number that is to be verified."""

    to: Annotated[str, Field(min_length=1, max_length=40, pattern=VISIBLE)]
    """As E.164, or as it is dialled here."""
    purpose: Annotated[str, Field(pattern=PURPOSE)] = "sign-in"
    """What the code is good for; each token has its own purposes."""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""
    """Empty: the person's, else the installation's."""
    channel: Channel = Channel.AUTO
    client: Annotated[str, Field(max_length=200, pattern=VISIBLE)] = ""
    """The end user's address, as your server sees it; a keyed hash of it is kept."""


class Checking(Strict):
    """What the person typed."""

    code: Annotated[str, Field(min_length=1, max_length=64, pattern=VISIBLE)]
    """Blanks and dashes do not matter."""


class VerificationShown(Shown):
    """How a verification stands."""

    id: str
    status: State
    number: str
    purpose: str
    channel: Channel
    language: str
    gateway: str
    created_at: datetime
    expires_at: datetime
    status_at: datetime | None
    """When it was settled; null: it is pending."""
    attempts_left: int
    sends_left: int


class VerificationBegun(Shown):
    """A verification whose code was given out. It names nobody."""

    id: str
    status: State
    channel: Channel
    expires_at: datetime
    attempts_left: int
    sends_left: int
    our_number: str | None = None
    """With `inbound`: where the person texts the code to."""
    code: str | None = None
    """With `inbound`: what the person texts there; show it to nobody else."""


class Checked(Shown):
    """What a check came to."""

    status: State
    attempts_left: int


@dataclass(frozen=True, slots=True)
class Verifications:
    """Answers what is asked about verifications; a token sees its own alone."""

    database: Database
    clock: Clock
    verifier: Verifier
    number: ReadNumber

    def routes(self) -> tuple[Route, ...]:
        """Give the routes of `/verifications`."""
        scope, every, one = Scope.VERIFICATIONS, "/verifications", "/verifications/{verification}"
        return (
            Route(
                *("POST", every, scope, self.start, "Send a code, or the same once more."),
                body=Verifying,
                gives=VerificationBegun,
                statuses=(200, 201),
                refuses=(409, 429),
                once=True,
            ),
            Route(
                *("GET", one, scope, self.look, "How a verification stands."),
                gives=VerificationShown,
            ),
            Route(
                *("DELETE", one, scope, self.cancel, "Call a verification off."),
                gives=VerificationShown,
            ),
            Route(
                *("POST", f"{one}/check", scope, self.check, "Compare what the person typed."),
                body=Checking,
                gives=Checked,
                refuses=(409, 429),
                once=True,
            ),
        )

    async def start(self, asked: Asked) -> Given:
        """Begin one, or give the code of a live one out again."""
        wanted: Verifying = asked.body
        content = f"POST /verifications {wanted.model_dump_json()}"
        request = Request(asked.caller, asked.key, content) if asked.key else None
        async with self.database.write() as connection:
            if request and (answered := await known(connection, request, self.clock.now())):
                return await self._as_before(connection, answered, asked)
            try:
                begun = await self.verifier.start(connection, self._wanted(wanted, asked))
            except NotSent as refused:
                raise self._problem(refused) from refused
            given = Given(_begun(begun), 201 if begun.is_new else 200)
            if request:  # the code is not kept: it is made again
                kept = given.body.model_copy(update={"code": None}).model_dump_json()
                await requests.settle(connection, request, Answered(given.status, kept))
        return given

    async def _as_before(self, connection: Connection, answered: Answered, asked: Asked) -> Given:
        """Answer as the first time; the code alone is rendered anew, if it lives."""
        told = VerificationBegun.model_validate_json(answered.body)
        if told.channel is Channel.INBOUND:
            one = await self.verifier.look(connection, told.id, _caller(asked))
            if one is not None and one.status is State.PENDING:
                told = told.model_copy(update={"code": self.verifier.signs(one)})
        return Given(told, answered.status)

    async def look(self, asked: Asked) -> Given:
        """Say how one stands."""
        async with self.database.read() as connection:
            one = await self.verifier.look(connection, asked.path["verification"], _caller(asked))
        return Given(_shown(_found(one)))

    async def cancel(self, asked: Asked) -> Given:
        """Call one off, if it is pending, and say how it stands."""
        async with self.database.write() as connection:
            one = await self.verifier.cancel(
                connection, asked.path["verification"], _caller(asked)
            )
        return Given(_shown(_found(one)))

    async def check(self, asked: Asked) -> Given:
        """Compare a code, once for each key."""
        typed: Checking = asked.body
        which = asked.path["verification"]
        content = f"POST /verifications/{which}/check {typed.model_dump_json()}"
        request = Request(asked.caller, asked.key, content) if asked.key else None
        async with self.database.write() as connection:
            if request and (answered := await known(connection, request, self.clock.now())):
                return Given(Checked.model_validate_json(answered.body), answered.status)
            try:
                one = await self.verifier.check(connection, which, _caller(asked), typed.code)
            except NotSent as refused:
                raise self._problem(refused) from refused
            found = _found(one)
            told = Checked(status=found.status, attempts_left=found.attempts_left)
            if request:
                kept = Answered(200, told.model_dump_json())
                await requests.settle(connection, request, kept)
        return Given(told)

    def _wanted(self, wanted: Verifying, asked: Asked) -> Wanted:
        try:
            number = self.number(wanted.to)
        except Wrong as wrong:
            raise Problem(422, f"to: {wrong.what}; {wrong.remedy}") from wrong
        return Wanted(
            number,
            wanted.purpose,
            _caller(asked),
            wanted.channel,
            wanted.language,
            wanted.client,
        )

    def _problem(self, refused: NotSent) -> Problem:
        """Say why not: 422 what cannot be, 429 what may be asked again, 409 the rest."""
        metrics.CODES_REFUSED.labels(refused.why.value).inc()
        if refused.why in ALARMING:
            LOG.warning(
                "A program is given no code",
                action="verification.refused",
                why=refused.why.value,
                because=str(refused),
            )
        if refused.why in UNREADABLE:
            return Problem(422, str(refused), reason=refused.why.value)
        if refused.why not in LATER:
            return Problem(409, str(refused), reason=refused.why.value)
        wait = (refused.until - self.clock.now()).total_seconds() if refused.until else 60.0
        seconds = str(min(max(ceil(wait), 1), LONGEST_WAIT))
        return Problem(
            429, str(refused), reason=refused.why.value, headers={"Retry-After": seconds}
        )


def _caller(asked: Asked) -> str:
    return f"token {asked.caller}"


def _found(one: Verification | None) -> Verification:
    """Expect one. Another token's is told to be missing, as one that never was."""
    if one is None:
        raise Problem(404, "there is no such verification")
    return one


def _begun(begun: Begun) -> VerificationBegun:
    one = begun.verification
    return VerificationBegun(
        id=one.id,
        status=one.status,
        channel=one.channel,
        expires_at=one.expires_at,
        attempts_left=one.attempts_left,
        sends_left=one.sends_left,
        our_number=one.our_number if begun.code else None,
        code=begun.code or None,
    )


def _shown(one: Verification) -> VerificationShown:
    return VerificationShown(
        id=one.id,
        status=one.status,
        number=one.number,
        purpose=one.purpose,
        channel=one.channel,
        language=one.language,
        gateway=one.gateway,
        created_at=one.created_at,
        expires_at=one.expires_at,
        status_at=one.status_at,
        attempts_left=one.attempts_left,
        sends_left=one.sends_left,
    )
