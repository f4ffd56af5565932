"""Verifications over HTTP: a code is given out, compared, and told to nobody but its phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.messages import Batch, Way
from bot.core.tokens import Scope, digest_of
from bot.services.doorkeeper import Doorkeeper
from tests.console.api import SECRET, Got, Program, program
from tests.services.played import ANA, BEN

WRONG = "000000"
"""Wrong but for one verification in a million; a test says so where it is that one."""


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Program]:
    async with program(tmp_path) as opened:
        yield opened


async def start(asking: Program, **wanted: Any) -> Got:
    return await asking.ask("POST", "/verifications", {"to": ANA, **wanted})


async def check(asking: Program, which: str, code: str, **headers: str) -> Got:
    return await asking.ask("POST", f"/verifications/{which}/check", {"code": code}, **headers)


async def taken(asking: Program) -> list[Batch]:
    """What the gateway was handed, after everything that waits has left."""
    await asking.scene.send(asking.scene.sender())
    return asking.scene.gateway.taken


async def code_of(asking: Program) -> str:
    last = (await taken(asking))[-1].code
    assert last is not None
    return last.digits


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


async def test_a_code_is_sent_and_approves_once(asking: Program) -> None:
    """INV-15."""
    begun = await start(asking, language="fr")
    code = await code_of(asking)

    assert begun.status == 201
    assert begun.body["status"] == "pending"
    assert "code" in begun.body
    assert begun.body["code"] is None
    wrong = await check(asking, begun.body["id"], another(code))
    assert (wrong.status, wrong.body) == (200, {"status": "pending", "attempts_left": 4})
    right = await check(asking, begun.body["id"], f"{code[:3]} {code[3:]}")
    assert (right.status, right.body) == (200, {"status": "approved", "attempts_left": 0})
    again = await check(asking, begun.body["id"], code)
    assert (again.status, again.body["reason"]) == (409, "used")
    look = await asking.ask("GET", f"/verifications/{begun.body['id']}")
    assert look.body["status"] == "approved"


async def test_the_vendor_words_it_and_is_given_our_code(asking: Program) -> None:
    begun = await start(asking, language="en")
    (batch,) = await taken(asking)

    assert batch.code is not None
    assert batch.code.way is Way.VENDOR
    assert batch.code.language == "en"
    assert batch.code.request.startswith(begun.body["id"])
    assert batch.numbers == (ANA,)


async def test_our_own_text_says_the_code_and_the_store_does_not(asking: Program) -> None:
    await start(asking, channel="sms", language="fr")
    (batch,) = await taken(asking)
    (row,) = await asking.scene.outbox()

    assert batch.code is not None
    assert batch.text.startswith(f"{batch.code.digits} est votre code (")
    assert row["text"].startswith("###### est votre code (")
    assert batch.code.digits not in str(dict(row))


async def test_the_same_code_goes_again_after_a_while(asking: Program) -> None:
    """INV-17."""
    begun = await start(asking)
    code = await code_of(asking)

    soon = await start(asking)
    assert (soon.status, soon.body["reason"]) == (429, "too_soon")
    assert soon.headers["Retry-After"] == "30"
    asking.scene.clock.advance(30)
    again = await start(asking)
    assert (again.status, again.body["id"]) == (200, begun.body["id"])
    assert again.body["sends_left"] == 3
    assert await code_of(asking) == code


async def test_another_channel_is_another_way_for_the_same_code(asking: Program) -> None:
    begun = await start(asking)
    code = await code_of(asking)
    asking.scene.clock.advance(30)

    again = await start(asking, channel="sms")

    assert again.body["id"] == begun.body["id"]
    assert (await taken(asking))[-1].text.startswith(code)


async def test_attempts_are_used_up_also_for_the_right_code(asking: Program) -> None:
    """INV-16."""
    which = (await start(asking)).body["id"]
    code = await code_of(asking)

    statuses = [(await check(asking, which, another(code))).body["status"] for _ in range(5)]

    assert statuses == ["pending"] * 4 + ["locked"]
    right = await check(asking, which, code)
    assert right.body == {"status": "locked", "attempts_left": 0}


async def test_a_code_is_over_in_time(asking: Program) -> None:
    which = (await start(asking)).body["id"]
    code = await code_of(asking)
    asking.scene.clock.advance(600)

    assert (await check(asking, which, code)).body == {"status": "expired", "attempts_left": 0}
    assert (await asking.ask("GET", f"/verifications/{which}")).body["status"] == "expired"
    assert (await start(asking)).status == 201


async def test_what_was_called_off_is_not_sent_and_not_approved(asking: Program) -> None:
    """INV-13."""
    which = (await start(asking)).body["id"]

    gone = await asking.ask("DELETE", f"/verifications/{which}")

    assert (gone.status, gone.body["status"]) == (200, "cancelled")
    assert await taken(asking) == []
    assert (await check(asking, which, WRONG)).body["status"] == "cancelled"


async def test_another_tokens_verification_is_not_there(asking: Program) -> None:
    keeper = Doorkeeper(asking.scene.database, asking.scene.clock, SECRET)
    await keeper.issue("other", digest_of("other", SECRET), [Scope.VERIFICATIONS])
    which = (await start(asking)).body["id"]
    code = await code_of(asking)
    one = f"/verifications/{which}"

    theirs = [
        await asking.ask("GET", one, token="other"),
        await asking.ask("DELETE", one, token="other"),
        await asking.ask("POST", f"{one}/check", {"code": code}, token="other"),
    ]
    nobodys = await asking.ask("GET", "/verifications/verification-0", token="other")

    assert [(got.status, got.body) for got in theirs] == [(404, nobodys.body)] * 3
    mine = await asking.ask("POST", "/verifications", {"to": ANA}, token="other")
    assert (mine.status, mine.body["id"] == which) == (201, False)


async def test_the_person_texts_a_code(asking: Program) -> None:
    begun = await start(asking, channel="inbound")
    shown = begun.body["code"]

    assert (begun.status, begun.body["our_number"]) == (201, "+15149541234")
    assert len(shown) == 9
    assert await taken(asking) == []
    again = await start(asking, channel="inbound")
    assert (again.status, again.body["code"]) == (200, shown)
    typed = await check(asking, begun.body["id"], shown)
    assert (typed.status, typed.body["reason"]) == (409, "by_text")


async def test_a_repeated_request_is_carried_out_once(asking: Program) -> None:
    key = {"Idempotency-Key": "sign-in-1"}
    first = await asking.ask("POST", "/verifications", {"to": ANA}, **key)
    second = await asking.ask("POST", "/verifications", {"to": ANA}, **key)
    other = await asking.ask("POST", "/verifications", {"to": BEN}, **key)
    code = await code_of(asking)

    assert (second.status, second.body) == (first.status, first.body)
    assert (other.status, other.body["reason"]) == (422, "other_request")
    checked = [
        await check(asking, first.body["id"], code, **{"Idempotency-Key": "c"}) for _ in range(2)
    ]
    assert [got.body["status"] for got in checked] == ["approved", "approved"]


async def test_a_repeated_request_is_told_the_code_that_is_texted(asking: Program) -> None:
    key = {"Idempotency-Key": "sign-in-2"}
    body = {"to": ANA, "channel": "inbound"}
    first = await asking.ask("POST", "/verifications", body, **key)
    second = await asking.ask("POST", "/verifications", body, **key)

    assert second.body == first.body


@pytest.mark.parametrize(
    ("wanted", "status", "reason"),
    [
        ({"to": "nobody"}, 422, None),
        ({"to": "+19005551234"}, 422, "no_phone"),
        ({"to": "+15149541234"}, 422, "ours"),
        ({"to": "+4915123456789"}, 409, "country"),
        ({"channel": "voice"}, 422, "no_gateway"),
        ({"purpose": "Sign in"}, 422, None),
        ({"channel": "pigeon"}, 422, None),
        ({"text": "x"}, 422, None),
    ],
)
async def test_what_cannot_be(
    asking: Program, wanted: dict[str, Any], status: int, reason: str | None
) -> None:
    got = await start(asking, **wanted)

    assert (got.status, got.body.get("reason")) == (status, reason)


async def test_who_opted_out_is_sent_no_code(asking: Program) -> None:
    """INV-12."""
    await asking.scene.receive("STOP")
    await asking.scene.responder().tick()

    got = await start(asking)

    assert (got.status, got.body["reason"]) == (409, "opted_out")
