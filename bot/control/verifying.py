"""Verifications, asked of the daemon: what an operator does by hand."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.config import Config, Rate
from bot.control.verbs import Number, Offer, Offers, Told
from bot.core.ceilings import Purpose
from bot.core.code_limits import CodePolicy, Counted
from bot.core.messages import Way
from bot.core.policy import Limit, Policy
from bot.core.verification import OPERATOR, Channel, Verification, at
from bot.services.account import Account
from bot.services.code_caps import NotSent
from bot.services.code_wording import CodeOutlet, Wanted
from bot.services.desk import NotDone
from bot.services.library import Library
from bot.services.spending import Spending
from bot.services.verifier import Verifier
from bot.storage import verifications
from bot.storage.database import Database

SHOWN = 50
"""Verifications that are listed."""
VerificationId = Annotated[str, Field(pattern="^verification-[0-9a-f]{1,64}$")]


class _Verb(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ListVerifications(_Verb):
    """Say what was verified lately."""

    verb: Literal["verifications"] = "verifications"
    number: Number | None = None
    pending: bool = False


class OneVerification(_Verb):
    """Show one, or call it off."""

    verb: Literal["verification-show", "verification-cancel"]
    id: VerificationId


class StartVerification(_Verb):
    """Send a code to somebody who is on the phone."""

    verb: Literal["verification-start"] = "verification-start"
    number: Number
    purpose: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_.-]{0,63}$")]
    channel: Literal["auto", "sms", "voice", "inbound"]
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""


class CheckVerification(_Verb):
    """Compare what somebody reads out."""

    verb: Literal["verification-check"] = "verification-check"
    id: VerificationId
    code: Annotated[str, Field(min_length=1, max_length=64)]


class Unlock(_Verb):
    """Forget the wrong codes of a number."""

    verb: Literal["verification-unlock"] = "verification-unlock"
    number: Number


# --- the parts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeWays:
    """What is known of a gateway that is on."""

    ways: tuple[Way, ...]
    refuses: Callable[[str], str]
    is_held: Callable[[], bool] = lambda: False


def ways_of(accounts: Sequence[Account]) -> Mapping[str, CodeWays]:
    """Say how codes are sent by accounts that are open."""
    return {
        one.name: CodeWays(one.gateway.traits.ways, one.gateway.refuses, partial(_is_held, one))
        for one in accounts
    }


def _is_held(account: Account) -> bool:
    return bool(account.gateway.condition.held)


def verifier_of(
    config: Config,
    library: Library,
    spending: Spending,
    clock: Clock,
    *,
    policy: Policy,
    known: Mapping[str, CodeWays],
    database: Database | None = None,
    observing: bool = False,
) -> Verifier:
    """Make what verifies numbers, by the gateways that are on.

    `database`: where several instances verify, a store under no lease; the ceilings' is another.
    """
    return Verifier(
        database or spending.database,
        library,
        {
            name: CodeOutlet(
                str(getattr(config.gateways[name], "our_number", "")),
                one.ways,
                one.refuses,
                one.is_held,
            )
            for name, one in known.items()
        },
        clock,
        policy=policy,
        codes=code_policy(config),
        draw=secrets.token_hex,
        ceiling=lambda: spending.verdict(Purpose.REPLY),
        observing=observing,
    )


def code_policy(config: Config) -> CodePolicy:
    """Say how codes are made, and how many are sent."""
    wanted = config.verification
    rates = {
        Counted.NUMBER: wanted.per_number,
        Counted.PREFIX: wanted.per_prefix,
        Counted.CLIENT: wanted.per_client,
        Counted.CALLER: wanted.per_token,
        Counted.COUNTRY: wanted.per_country,
        Counted.EVERYTHING: wanted.in_all,
    }
    return CodePolicy(
        length=wanted.length,
        life=wanted.life,
        attempts=wanted.attempts,
        sends=wanted.sends,
        countries=frozenset(wanted.countries),
        caps=[(counted, _limit(rate)) for counted, every in rates.items() for rate in every],
        conversion=wanted.conversion,
    )


def _limit(rate: Rate) -> Limit:
    return Limit(rate.count, timedelta(seconds=rate.seconds))


# --- what is offered -----------------------------------------------------------------------------


def verifying_offers(verifier: Verifier, clock: Clock) -> Offers:
    """Give the verbs. `NotDone` says why something is not done."""
    doing = _Doing(verifier, clock)
    return {
        "verifications": Offer(ListVerifications, doing.all),
        "verification-show": Offer(OneVerification, doing.show),
        "verification-cancel": Offer(OneVerification, doing.cancel),
        "verification-start": Offer(StartVerification, doing.start),
        "verification-check": Offer(CheckVerification, doing.check),
        "verification-unlock": Offer(Unlock, doing.unlock),
    }


@dataclass(frozen=True, slots=True)
class _Doing:
    verifier: Verifier
    clock: Clock

    async def all(self, asked: ListVerifications) -> Told:
        async with self.verifier.database.read() as connection:
            found = await verifications.newest(
                connection, SHOWN, number=asked.number or "", pending=asked.pending
            )
        now = self.clock.now()
        return {"verifications": [_told(at(one, now)) for one in found]}

    async def show(self, asked: OneVerification) -> Told:
        async with self.verifier.database.read() as connection:
            return _found(await self.verifier.look(connection, asked.id, None), asked.id)

    async def cancel(self, asked: OneVerification) -> Told:
        async with self.verifier.database.write() as connection:
            return _found(await self.verifier.cancel(connection, asked.id, None), asked.id)

    async def start(self, asked: StartVerification) -> Told:
        wanted = Wanted(
            asked.number, asked.purpose, OPERATOR, Channel(asked.channel), asked.language
        )
        try:
            async with self.verifier.database.write() as connection:
                begun = await self.verifier.start(connection, wanted)
        except NotSent as refused:
            raise NotDone(str(refused)) from refused
        return {"verification": _told(begun.verification), "code": begun.code}

    async def check(self, asked: CheckVerification) -> Told:
        try:
            async with self.verifier.database.write() as connection:
                one = await self.verifier.check(connection, asked.id, OPERATOR, asked.code)
        except NotSent as refused:
            raise NotDone(str(refused)) from refused
        return _found(one, asked.id)

    async def unlock(self, asked: Unlock) -> Told:
        async with self.verifier.database.write() as connection:
            done = await verifications.clear_failures(connection, asked.number)
        return {"done": done}


def _found(one: Verification | None, which: str) -> Told:
    if one is None:
        raise NotDone(f"there is no {which}; `textobot verifications` lists them")
    return {"verification": _told(one)}


def _told(one: Verification) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status.value,
        "number": one.number,
        "purpose": one.purpose,
        "whose": one.caller,
        "channel": one.channel.value,
        "gateway": one.gateway,
        "our_number": one.our_number,
        "language": one.language,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "status_at": one.status_at,
        "attempts_left": one.attempts_left,
        "sends": one.sends,
        "sends_left": one.sends_left,
    }
