"""Attacks on verification codes, as they are promised in docs/api.md: nobody who does not hold the
phone is let in, nothing is approved twice, and a code stands nowhere but on its phone.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.core.tokens import Scope, digest_of
from bot.services.doorkeeper import Doorkeeper
from tests.console.api import EVERY, SECRET, Got, Program, program
from tests.outside.harness import mobile, stage
from tests.outside.verifying import Attack, another, token_of

ANA, BEN = "+15145550001", "+15145550002"
START = datetime(2026, 6, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)


# --- who asks over HTTP, while time flies --------------------------------------------------------


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Program]:
    async with program(tmp_path) as opened:
        keeper = Doorkeeper(opened.scene.database, opened.scene.clock, SECRET)
        await keeper.issue("other", digest_of("other", SECRET), [Scope.VERIFICATIONS])
        yield opened


async def begin(asking: Program, to: str = ANA, *, token: str = EVERY, **more: str) -> Got:
    body = {"to": to, "channel": "sms", **more}
    return await asking.ask("POST", "/verifications", body, token=token)


async def check(asking: Program, which: str, code: str, *, token: str = EVERY) -> Got:
    return await asking.ask("POST", f"/verifications/{which}/check", {"code": code}, token=token)


async def on_phone(asking: Program) -> list[tuple[str, str]]:
    """Every code that reached a phone: number and code, the newest last."""
    await asking.scene.send(asking.scene.sender())
    batches = asking.scene.gateway.taken
    return [(one.numbers[0], re.findall(r"\d{6}", one.text)[0]) for one in batches]


async def test_of_two_hundred_guesses_few_are_compared_and_no_code_helps(asking: Program) -> None:
    """INV-16: over all codes of a number and all programs, whatever new code is asked for."""
    clock = asking.scene.clock
    compared: list[datetime] = []
    guesses, which, code, token, left = 0, "", "", EVERY, 0
    while guesses < 200:
        other = "other" if token == EVERY else EVERY
        begun = await begin(asking, token=other, purpose=f"door-{guesses % 3}")
        if begun.status == 201:
            which, left, token = begun.body["id"], begun.body["attempts_left"], other
            _, code = (await on_phone(asking))[-1]
        for _ in range(8):
            got = await check(asking, which, another(code), token=token)
            guesses += 1
            if got.status == 429:
                right = await check(asking, which, code, token=token)
                assert (right.status, right.body) == (429, got.body)
                assert got.body["reason"] == "wrong_codes"
                clock.advance(int(got.headers["Retry-After"]))
                break
            assert (got.status, got.body["status"] == "approved") == (200, False)
            if got.body["status"] != "expired" and got.body["attempts_left"] < left:
                compared.append(clock.now())
            left = got.body["attempts_left"]
        clock.advance(int(begun.headers.get("Retry-After", 30)))

    assert 20 <= len(compared) <= 100
    assert max(sum(one <= at < one + DAY for at in compared) for one in compared) <= 45


async def test_a_code_opens_one_door_once(asking: Program) -> None:
    """INV-15: not another purpose's, another number's, another program's, nor its own again."""
    sent = {}
    for to, token, purpose in (
        (ANA, EVERY, "one"),
        (ANA, EVERY, "two"),
        (BEN, EVERY, "one"),
        (ANA, "other", "one"),
    ):
        begun = await begin(asking, to, token=token, purpose=purpose)
        sent[to, token, purpose] = begun.body["id"], (await on_phone(asking))[-1][1]
    which, code = sent[ANA, EVERY, "one"]
    assert len({each for each, _ in sent.values()}) == 4

    for peer, (theirs, own) in sent.items():
        if theirs != which and own != code:  # two are alike once in a million
            got = await check(asking, theirs, code, token=peer[1])
            assert got.body == {"status": "pending", "attempts_left": 4}
    strange, _ = sent[ANA, "other", "one"]
    nowhere = await asking.ask("GET", "/verifications/verification-0")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/check")):
        body = {"code": code} if path else None
        got = await asking.ask(method, f"/verifications/{strange}{path}", body)
        assert (got.status, got.body) == (404, nowhere.body)

    assert (await check(asking, which, code)).body["status"] == "approved"
    for typed in (code, another(code)):
        again = await check(asking, which, typed)
        assert (again.status, again.body["reason"]) == (409, "used")
    assert {got.status for got in [await check(asking, strange, code)]} == {404}


@pytest.mark.parametrize("ending", ["expired", "cancelled", "locked"])
async def test_the_right_code_of_what_is_over_is_no_code(asking: Program, ending: str) -> None:
    which = (await begin(asking)).body["id"]
    _, code = (await on_phone(asking))[-1]
    if ending == "expired":
        asking.scene.clock.advance(600)
    elif ending == "cancelled":
        await asking.ask("DELETE", f"/verifications/{which}")
    else:
        for _ in range(5):
            await check(asking, which, another(code))

    right, wrong = [await check(asking, which, typed) for typed in (code, another(code))]

    assert (right.status, right.body) == (200, {"status": ending, "attempts_left": 0})
    assert (wrong.status, wrong.body) == (right.status, right.body)
    new = await begin(asking)
    if new.status == 201:
        assert new.body["id"] != which
        assert (await check(asking, new.body["id"], code)).body["status"] == "pending"


FLOODS = {
    "one number": ([{"to": ANA}], 5, 10),
    "one number, each time for another purpose": (
        [{"to": ANA, "purpose": f"door-{n}"} for n in range(40)],
        *(5, 10),
    ),
    "one number, from a thousand places": (
        [{"to": ANA, "purpose": f"door-{n}", "client": f"198.51.100.{n}"} for n in range(40)],
        *(5, 10),
    ),
    "numbers side by side": ([{"to": mobile(n)} for n in range(60)], 20, None),
    "numbers everywhere, from one place": (
        [{"to": f"+1514{200 + n}0100", "client": "198.51.100.7"} for n in range(40)],
        *(10, None),
    ),
    "numbers everywhere, from the rooms of one house": (
        [{"to": f"+1514{200 + n}0100", "client": f"2001:db8:0:7::{n:x}"} for n in range(40)],
        *(10, None),
    ),
}
"""What is asked for again and again, and how many codes leave in ten minutes, and in a day."""


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_of_codes_ends_soon(asking: Program, flood: str) -> None:
    """INV-17."""
    wanted, soon, in_a_day = FLOODS[flood]
    clock, asks = asking.scene.clock, cycle(wanted)
    for _ in range(38):
        got = await begin(asking, **next(asks))
        assert got.status in {200, 201} or int(got.headers["Retry-After"]) > 0
        clock.advance(15)
    sent = len(await on_phone(asking))
    assert 0 < sent <= soon
    if in_a_day is None:
        return

    for _ in range(46):
        if (await begin(asking, **next(asks))).status < 300:
            sent = len(await on_phone(asking))
        clock.advance(1800)

    assert soon < sent <= in_a_day


# --- who guesses at once, who texts, and who pulls the plug: the real daemon ---------------------

RULES = """\
rules:
  - id: sign-in
    keyword: [code]
    do: {verify: by-text}
    reply: {fr: "Merci.", en: "Thank you."}
"""
CALM = {"per_prefix": ["1000/h"], "per_token": ["9000/h"], "conversion": "1%", "length": 8}
"""Of `verification`: each attack has a number of its own, and they differ in the last digits. No
eight digits in a row are a code by chance."""


@pytest.mark.kill
async def test_codes_hold_against_who_guesses_texts_and_pulls_the_plug(tmp_path: Path) -> None:
    """INV-15, INV-16, INV-17: and afterwards no file has any of them."""
    settings: dict[str, Any] = {
        "verification": CALM,
        "replies": {"per_number": ["600/min", "9000/day"]},
    }
    async with (
        stage(tmp_path, on=["vudumobile"], rules=RULES, start=START, **settings) as scene,
        aiohttp.ClientSession() as http,
    ):
        await scene.up()
        attack = Attack(scene, http, await token_of(scene))
        old = mobile(1)
        scene.text("vudumobile", old, "code")
        stale = await attack.code(old)

        await at_once(attack)
        await by_text(attack)
        await unplugged_while_checking(attack)
        await unplugged_while_sending(attack)

        await attack.killed((), after=0)
        await scene.world(601)
        await attack.up()
        assert await told(attack, old, stale) == await told(attack, mobile(2), "12345678")
        await nowhere(attack)
        assert scene.surprises() == []


async def at_once(attack: Attack) -> None:
    """The last attempt counts once, however many come with it; a right code lets in once."""
    one, two = mobile(10), mobile(11)
    last, fresh = await attack.begin(one), await attack.begin(two)
    code, good = await attack.code(one), await attack.code(two)
    for _ in range(4):
        assert await attack.check(last, another(code)) == "pending"

    typed = [code, *[another(code)] * 9]
    random.Random(7).shuffle(typed)
    answers = Counter(await asyncio.gather(*(attack.check(last, each) for each in typed)))
    many = Counter(await asyncio.gather(*(attack.check(fresh, good) for _ in range(10))))

    assert answers["approved"] <= 1
    assert answers in (Counter(locked=10), Counter(approved=1, used=9)), answers
    assert many == Counter(approved=1, used=9)
    assert await attack.check(last, code) in {"locked", "used"}


async def told(attack: Attack, number: str, text: str) -> str:
    """What a text is answered."""
    before = len(attack.scene.replies("vudumobile", number))
    attack.scene.text("vudumobile", number, text)
    await attack.scene.until(
        "the text was answered", lambda: len(attack.scene.replies("vudumobile", number)) > before
    )
    return attack.scene.replies("vudumobile", number)[-1]


async def by_text(attack: Attack) -> None:
    """Wrong, unknown, used, used up, and a program's: nobody can tell one from another."""
    scene = attack.scene
    good, bad, theirs, stranger = (mobile(n) for n in range(20, 24))
    for phone in (good, bad):
        scene.text("vudumobile", phone, "code")
    await attack.begin(theirs)
    code, tried, program_s = [await attack.code(phone) for phone in (good, bad, theirs)]

    wrong = [await told(attack, bad, another(tried)) for _ in range(5)]
    used_up = await told(attack, bad, tried)
    right = await told(attack, good, f"Mon code est {code}")
    used = await told(attack, good, code)
    unknown = await told(attack, stranger, another(another(code)))
    other = await told(attack, theirs, program_s)

    _, begun = await attack.ask("POST", "", {"to": mobile(24), "channel": "inbound"})
    scene.text("vudumobile", stranger, begun["code"])
    scene.text("vudumobile", mobile(24), f"Bonjour, {begun['code'].lower()} svp")
    attack.codes.add(begun["code"])
    await scene.until("it was read", lambda: bool(scene.inbox(mobile(24))))
    await scene.quiet()
    _, stands = await attack.ask("GET", f"/{begun['id']}")

    assert stands["status"] == "approved"
    assert right == "Merci."
    assert {*wrong, used_up, used, unknown, other} == {wrong[0]}
    assert right != wrong[0]


async def unplugged_while_checking(attack: Attack) -> None:
    """Whoever was told nothing is told at most once, and under its key as often as they ask."""
    keyed, plain = mobile(30), mobile(31)
    one, two = await attack.begin(keyed), await attack.begin(plain)
    first, second = await attack.code(keyed), await attack.code(plain)
    key = {"Idempotency-Key": "sign-in-30"}
    asked = [
        asyncio.create_task(attack.check(one, first, **key)),
        asyncio.create_task(attack.check(two, second)),
    ]
    await attack.killed(asked, after=0.004)
    before = [task.result() for task in asked if not task.exception()]
    await attack.up()

    assert await attack.check(one, first, **key) == "approved"
    assert await attack.check(one, first, **key) == "approved"
    assert await attack.check(one, first) == "used"
    after = [await attack.check(two, second) for _ in range(2)]
    assert after[-1] == "used"
    assert Counter([*before, *after])["approved"] <= (3 if "approved" in before else 1)


async def unplugged_while_sending(attack: Attack) -> None:
    """One message, one code, though nobody heard that it was taken; asked for again, the same."""
    scene, phone = attack.scene, mobile(40)
    scene.sandbox.break_("vudumobile", "answer_hangs", operation="send", times=1)
    which = await attack.begin(phone)
    code = await attack.code(phone)
    await attack.killed((), after=0)
    scene.sandbox.mend()
    await attack.up()
    await scene.quiet()

    assert attack.on_phone(phone) == [code]
    assert await attack.begin(phone) == which
    await attack.code(phone, nth=2)
    await scene.quiet()
    assert attack.on_phone(phone) == [code, code]
    assert await attack.check(which, code) == "approved"


async def nowhere(attack: Attack) -> None:
    """The bytes of every file, and what is exported, have none of the codes."""
    scene = attack.scene
    assert len(attack.codes) == 10
    for phone in (mobile(1), mobile(20)):
        status, _, errors = await scene.command("export", phone, "-o", f"{phone}.txt")
        assert (status, errors) == (0, "")
    status, _, errors = await scene.command("backup", "copy")
    assert (status, errors) == (0, "")
    await scene.daemon.stop()
    needles = {each.encode() for code in attack.codes for each in (code, code.lower())}
    needles |= {code.replace(b"-", b"") for code in needles}
    found = {
        str(path.relative_to(scene.folder)): [one for one in needles if one in content]
        for path in scene.folder.rglob("*")
        if path.is_file()
        for content in (path.read_bytes(),)
    }
    assert any(name.endswith("textobot.db") for name in found)
    assert {name: codes for name, codes in found.items() if codes} == {}
