"""The adapters against the sandbox, which others wrote from the same documents.

Whatever goes wrong there: what an adapter says of a send must be true, and what it reads must be
all or an error.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from bot.clock import FastClock
from bot.core.messages import Acceptance, Batch, Feed, Unclear
from bot.gateways.base import (
    AccountHeld,
    Gateway,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.gateways.clever import Clever
from bot.gateways.http import Transport
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.gateways.vudumobile import VuduMobile
from bot.sandbox import FAULTS, Clock, Sandbox
from tests.gateways.vendors import CLEVER, VUDUMOBILE

SPEED = 150.0
"""By it ten seconds in which to connect are 67 real milliseconds: not fewer, on a busy machine."""
NUMBERS = {"vudumobile": "+15145555555", "clever": "+33600000001"}
SEND = {"vudumobile": "send", "clever": "pushs"}
READ = {"vudumobile": "get_feed", "clever": "mos"}
NOT_TAKEN = (Unreachable, Throttled, Rejected, AccountHeld)


@dataclass
class Played:
    name: str
    sandbox: Sandbox
    gateway: Gateway
    clock: FastClock

    @property
    def number(self) -> str:
        return NUMBERS[self.name]

    def batch(self, text: str = "Il neige", which: int = 7) -> Batch:
        return Batch(which, (which,), self.name, (self.number,), text, 1)

    def taken(self) -> int:
        return sum(one.gateway == self.name for one in self.sandbox.ledger)


@pytest.fixture(params=NUMBERS)
async def played(request) -> AsyncIterator[Played]:
    world = Clock(SPEED, world=1_772_452_800.0, real=time.time())
    clock = FastClock.parse(world.spec)
    async with Sandbox(world) as sandbox, Transport(clock) as transport:
        limiter = Limiter(1000, 1.0, clock)
        line = Line(request.param, transport.exchange, clock, limiter, random=Random(1))
        gateway: Gateway
        if request.param == "vudumobile":
            gateway = VuduMobile(
                line,
                api_key=sandbox.vudumobile.api_key,
                our_number=sandbox.vudumobile.our_number,
                url=sandbox.vudumobile_url,
            )
        else:
            gateway = Clever(
                line,
                login=sandbox.clever.login,
                password=sandbox.clever.password,
                url=sandbox.clever_url,
            )
        yield Played(request.param, sandbox, gateway, clock)


def feed(played: Played, reference: str = "", cursor: Any = None) -> Feed:
    vendor = VUDUMOBILE if played.name == "vudumobile" else CLEVER
    return vendor.feed(reference=reference, cursor=cursor or {})


def campaign(played: Played) -> str:
    if played.name == "vudumobile":
        return ""
    return played.sandbox.start_campaign([played.number], "Bonjour")


async def test_a_text_comes_in_and_one_reply_goes_out(played):
    reference = campaign(played)
    played.sandbox.text(played.name, played.number, "Météo à 5 € 👩")
    page = await played.gateway.fetch(feed(played, reference))
    assert [(text.number, text.text) for text in page.texts] == [(played.number, "Météo à 5 € 👩")]
    acceptance = await played.gateway.send(played.batch())
    assert acceptance.gateway_id
    (taken,) = played.sandbox.ledger
    assert taken.text == "Il neige"


def faults(operations: dict[str, str], *stages: str) -> Any:
    """Every fault that can befall this operation, at each gateway that has it."""
    pairs = [
        pytest.param(gateway, name, id=f"{gateway}-{name}")
        for gateway, operation in operations.items()
        for name, kind in FAULTS.items()
        if kind.stage in stages
        and gateway in kind.gateways
        and operation in (kind.operations or (operation,))
    ]
    return pytest.mark.parametrize(("played", "fault"), pairs, indirect=["played"])


@faults(SEND, "before", "instead", "after")
async def test_what_is_said_of_a_send_is_true(played, fault):
    """INV-4: accepted was taken; refused was not; only what cannot be known is unclear."""
    operation = SEND[played.name]
    played.sandbox.break_(played.name, fault, operation=operation)
    try:
        said: Acceptance | GatewayError = await played.gateway.send(played.batch())
    except GatewayError as error:
        said = error
    if isinstance(said, Acceptance):
        assert played.taken() == 1
    elif isinstance(said, NOT_TAKEN):
        assert played.taken() == 0
    else:
        assert isinstance(said, Unconfirmed)
    assert sum(one.operation == operation for one in played.sandbox.requests) <= 1


@faults(READ, "before", "instead", "after", "rows")
async def test_what_is_read_is_all_or_an_error(played, fault):
    """INV-1, INV-30: never "no messages" where there is one, but where it is really hidden."""
    reference = campaign(played)
    played.sandbox.text(played.name, played.number, "Météo")
    played.sandbox.break_(played.name, fault, operation=READ[played.name])
    read = []
    for _ in range(3):
        try:
            page = await played.gateway.fetch(feed(played, reference))
        except GatewayError:
            await played.clock.sleep(31)
            continue
        read.append([text.text for text in page.texts])
    assert read
    assert read[-1] == ["Météo"]
    assert [] not in read or fault == "rows_lost"


@pytest.mark.parametrize("fault", ["answer_lost", "answer_cut", "garbled", "refused"])
async def test_what_was_unclear_is_found_out(played, fault):
    """INV-4, INV-14: taken is seen, with its name; refused is not seen."""
    await played.gateway.send(played.batch("Autre chose", which=6))
    await played.gateway.watch()
    await played.clock.sleep(15)
    handed = played.clock.now()
    played.sandbox.break_(played.name, fault, operation=SEND[played.name])
    with pytest.raises((Unconfirmed, Unreachable)):
        await played.gateway.send(played.batch())
    taken = played.taken() - 1
    unclear = replace(
        (VUDUMOBILE if played.name == "vudumobile" else CLEVER).unclear(),
        numbers=(played.number,),
        handed_at=handed,
        unclear_at=played.clock.now(),
    )
    search = await searched(played, unclear)
    ours = [one for one in search.sightings if one.text.strip() == "Il neige"]
    assert len(ours) == taken
    assert search.complete[7] or taken
    assert search.trusted
    if played.name == "clever" and not taken:
        assert search.credit_says == {7: False}


async def searched(played: Played, unclear: Unclear) -> Any:
    for _ in range(200):
        search = await played.gateway.search([unclear])
        seen = any(one.text.strip() == unclear.text for one in search.sightings)
        settled = (played.clock.now() - unclear.unclear_at).total_seconds() > 200
        if seen or (search.complete[7] and settled):
            return search
        unclear = replace(unclear, progress=search.progress[7])
        await played.clock.sleep(10)
    raise AssertionError("the search does not end")
