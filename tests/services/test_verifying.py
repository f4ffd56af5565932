"""Codes through both vendors: sent by their own ways, and found in no file afterwards."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.verification import Channel, State, Verification
from bot.services.code_wording import Wanted
from bot.storage import code_rows
from tests.services.forgotten import traces
from tests.services.installation import ANA, LEA, Installation, open_installation

RULES = """
rules:
  - id: sign-in
    keyword: [code]
    do: {verify: sign-in}
    reply: "Bienvenue."
"""
CODE = re.compile("[0-9]{6}")


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Installation]:
    async with open_installation(tmp_path, rules=RULES) as opened:
        yield opened


async def start(made: Installation, number: str, channel: Channel = Channel.AUTO) -> Verification:
    wanted = Wanted(number, "sign-in", "token shop", channel, "fr")
    async with made.database.write() as connection:
        begun = await made.verifier.start(connection, wanted)
    await made.send()
    return begun.verification


async def check(made: Installation, one: Verification, code: str) -> State | None:
    async with made.database.write() as connection:
        done = await made.verifier.check(connection, one.id, "token shop", code)
    return None if done is None else done.status


def code_in(text: str) -> str:
    (code,) = CODE.findall(text)
    return str(code)


async def test_vudumobile_words_the_code_itself(made: Installation) -> None:
    one = await start(made, ANA)

    (said,) = made.heard("vudumobile", ANA)
    assert said.startswith("Votre code de vérification : ")
    assert await check(made, one, code_in(said)) is State.APPROVED
    (row,) = await made.outbox()
    assert (row["status"], row["text"], row["way"]) == ("sent", "######", "vendor")
    accepted = made.sandbox.world.ledger[-1]
    assert accepted.id == f"{one.id}-{row['id']}"


async def test_clever_sends_our_text(made: Installation) -> None:
    one = await start(made, LEA)

    (said,) = made.heard("clever", LEA)
    assert re.fullmatch("[0-9]{6} est votre code .*", said)
    assert await check(made, one, code_in(said)) is State.APPROVED


async def test_clever_reads_a_code_out(made: Installation) -> None:
    one = await start(made, LEA, Channel.VOICE)

    (said,) = made.heard("clever", LEA)
    spoken = re.match("((?:[0-9], ){5}[0-9]) est votre code", said)
    assert spoken is not None
    assert await check(made, one, spoken[1].replace(", ", "")) is State.APPROVED


async def test_two_codes_never_share_a_push(made: Installation) -> None:
    for number in (LEA, "+33600000002"):
        wanted = Wanted(number, "sign-in", "token shop", Channel.SMS, "fr")
        async with made.database.write() as connection:
            await made.verifier.start(connection, wanted)
    await made.send()

    rows = await made.outbox()
    assert len({row["batch"] for row in rows}) == len({row["gateway_id"] for row in rows}) == 2


@pytest.mark.parametrize(
    ("channel", "operation"), [(Channel.AUTO, "send_verification"), (Channel.SMS, "send")]
)
async def test_what_is_unclear_goes_again_soon_with_the_same_code(
    made: Installation, channel: Channel, operation: str
) -> None:
    """INV-17: the answer was lost; whoever waits is not kept waiting, and sees one code."""
    made.sandbox.break_("vudumobile", "answer_cut", operation=operation)
    one = await start(made, ANA, channel)

    await made.rounds(30)

    codes = {code_in(said) for said in made.heard("vudumobile", ANA)}
    assert len(codes) == 1
    assert await check(made, one, codes.pop()) is State.APPROVED
    (row,) = await made.outbox()
    assert row["status"] in {"sent", "delivered"}


async def test_a_code_that_nobody_can_take_lapses_with_it(made: Installation) -> None:
    """INV-13."""
    made.sandbox.break_("vudumobile", "http_429", operation="send_verification", times=None)
    await start(made, ANA)

    made.wait(601)
    await made.send()

    (row,) = await made.outbox()
    assert row["status"] in {"lapsed", "cancelled"}
    assert made.heard("vudumobile", ANA) == []


async def test_a_code_is_found_nowhere(tmp_path: Path) -> None:
    """INV-18: neither in the store, its log and journal, nor in what is exported, at any time."""
    codes: list[str] = []
    async with open_installation(tmp_path, rules=RULES) as made:
        for number, channel in ((ANA, Channel.AUTO), (LEA, Channel.SMS)):
            one = await start(made, number, channel)
            async with made.database.read() as connection:
                codes += (await code_rows.rendered(connection, [one.id])).values()
            gateway = one.gateway
            made.sandbox.text(gateway, number, f"mon code est {codes[-1]}")
            await made.rounds(20)
            assert traces(tmp_path, *codes) == {}
            await check(made, one, codes[-1])
        made.sandbox.text("vudumobile", ANA, "code")
        await made.rounds(10)
        codes.append(code_in(made.heard("vudumobile", ANA)[-1]))
        made.sandbox.text("vudumobile", ANA, codes[-1])
        await made.rounds(20)
        assert made.heard("vudumobile", ANA)[-1] == "Bienvenue."
        assert traces(tmp_path, *codes) == {}
        made.wait(700)
        await made.verifier.tick()

    assert len(codes) == 3
    assert traces(tmp_path, *codes) == {}
