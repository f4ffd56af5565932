"""A rule sends a code; texted back, in whatever form, it is approved, and the reply is said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.conversation import Conversation
from bot.storage import subscribers
from tests.postgresql import Server
from tests.services.played import ANA, BEN
from tests.services.verifying import INBOUND, Lab, another, open_lab

WRONG = "Ce n'est pas le bon code. Vérifiez et renvoyez-le."
FORMS = [
    "{code}",
    "  {code}\n",
    "{left} {right}",
    "{left}-{right}",
    "mon code est {code}",
    "My code is {left} {right}.",
    "{wide}",
    "Bonjour, {code} merci!",
    "Code: {code}",
    "G-{code}",
]


@pytest.fixture
async def lab(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path, postgresql) as opened:
        yield opened


def written(form: str, code: str) -> str:
    wide = "".join(chr(0xFF10 + int(digit)) for digit in code)
    return form.format(code=code, left=code[:3], right=code[3:], wide=wide)


async def test_a_code_is_sent_and_nothing_else_is_said_or_done(lab: Lab) -> None:
    (said,) = await lab.text("Code")

    assert said[:6].isdecimal()
    assert said[6:] == " est votre code (Radio). Valide 10 minutes. Ne le donnez à personne."
    assert await lab.statuses() == ["pending"]
    (row,) = await lab.scene.outbox()
    assert row["text"] == f"######{said[6:]}"
    assert row["cause"] == "inbound 1/code"


@pytest.mark.parametrize("form", FORMS)
async def test_it_comes_back_in_whatever_form(lab: Lab, form: str) -> None:
    text = written(form, await lab.code())

    assert await lab.text(text) == ["Bienvenue."]

    assert await lab.statuses() == ["approved"]
    stored = (await lab.stored())[-1]
    assert not any(sign.isdecimal() for sign in stored)


async def test_what_the_rule_does_is_done_when_it_comes_back(lab: Lab) -> None:
    code = await lab.code()
    assert await known(lab) == {}

    await lab.text(code)

    assert await known(lab) == {"known": "yes"}


async def known(lab: Lab) -> Mapping[str, str]:
    """What was `set` of somebody."""
    async with lab.verifier.database.read() as connection:
        people = await subscribers.load_subscribers(connection, [ANA], lab.scene.clock.now())
    return people[ANA].values


async def test_a_wrong_one_is_told_and_counted(lab: Lab) -> None:
    """INV-16."""
    code = await lab.code()

    told = [await lab.text(another(code)) for _ in range(6)]

    assert told == [[WRONG]] * 6
    assert await lab.statuses() == ["locked"]
    assert (await lab.rows())[0]["attempts"] == 5
    assert await lab.text(code) == [WRONG]
    assert await lab.statuses() == ["locked"]


async def test_only_a_code_is_an_attempt(lab: Lab) -> None:
    await lab.code()

    assert await lab.text("meteo") == ["Il fait beau."]
    assert await lab.text("bonjour") == []
    assert await lab.text("1234") == []
    assert (await lab.rows())[0]["attempts"] == 0


async def test_why_a_code_is_not_right_cannot_be_told(tmp_path: Path) -> None:
    """INV-19: wrong, used, expired, called off, used up, of somebody else, of nobody."""
    async with open_lab(tmp_path) as lab:
        told = {}
        code = await lab.code()
        told["of somebody else"] = await lab.text(code, number=BEN)
        told["wrong"] = await lab.text(another(code))
        await lab.text(code)
        told["used"] = await lab.text(code)
        told["another after that"] = await lab.text(another(code))
        lab.scene.clock.advance(60)
        code = await lab.code()
        lab.scene.clock.advance(601)
        told["expired"] = await lab.text(code)
        await lab.verifier.tick()
        told["expired, and known to be"] = await lab.text(code)
        (said,) = await lab.text("code")
        async with lab.verifier.database.write() as connection:
            which = (await lab.rows())[-1]["id"]
            await lab.verifier.cancel(connection, which, None)
        told["called off"] = await lab.text(said[:6])
        told["of nobody"] = await lab.text("424242", number="+15145550009")

    assert set(map(tuple, told.values())) == {(WRONG,)}, told


async def test_a_rule_for_those_very_digits_comes_first_where_no_code_is_awaited(
    lab: Lab,
) -> None:
    assert await lab.text("123457") == ["Un chiffre."]
    assert await lab.text("123458") == [WRONG]


async def test_a_code_is_answered_also_where_a_person_took_over(lab: Lab) -> None:
    code = await lab.code()
    talk = Conversation(
        f"vudumobile:{ANA}",
        "vudumobile",
        ANA,
        silent_until=lab.scene.clock.now() + timedelta(hours=1),
    )
    async with lab.verifier.database.write() as connection:
        await subscribers.save_conversations(connection, [talk])

    assert await lab.text("meteo") == []
    assert await lab.text(code) == ["Bienvenue."]


async def test_who_opted_out_may_prove_it_and_is_told_nothing(lab: Lab) -> None:
    """INV-12."""
    code = await lab.code()
    await lab.text("STOP")

    assert await lab.text(code) == []
    assert await lab.statuses() == ["approved"]


async def test_two_texts_at_once_are_two_attempts(lab: Lab) -> None:
    """INV-15, INV-16: in one batch."""
    code = await lab.code()

    assert await lab.text(another(code), code, code) == [WRONG, "Bienvenue.", WRONG]
    assert (await lab.rows())[0]["attempts"] == 2


async def test_the_same_code_is_sent_again_after_a_while(lab: Lab) -> None:
    """INV-17."""
    code = await lab.code()

    assert await lab.text("code") == []
    lab.scene.clock.advance(31)
    assert await lab.code() == code
    assert len(await lab.rows()) == 1


async def test_a_code_that_a_program_had_sent_is_not_approved_by_text(lab: Lab) -> None:
    which, code = await lab.sent()

    assert await lab.text(code) == [WRONG]

    assert await lab.statuses() == ["pending"]
    assert (await lab.rows())[0]["attempts"] == 0
    assert await lab.stored() == ["######"]
    done = await lab.check(which, code)
    assert done is not None
    assert done.status == "approved"


@pytest.mark.parametrize(
    "form", ["{0}", "{1}", "mot {0}", "{2}", "mr {0} merci", "{3}", "JOIN {1}"]
)
async def test_the_person_texts_what_we_show(lab: Lab, form: str) -> None:
    shown = (await lab.start(channel=INBOUND)).code
    plain = shown.replace("-", "")
    text = form.format(shown, plain, plain.lower(), " ".join([shown[:4], shown[5:]]))

    assert await lab.text("KKKK-KKKK") == [WRONG]
    assert await lab.text(text, number=BEN) == []
    assert await lab.statuses() == ["pending"]
    assert await lab.text(text) == []

    assert await lab.statuses() == ["approved"]
    assert (await lab.stored())[-1] == text.replace(plain, "########").replace(
        plain.lower(), "########"
    ).replace(shown, "########").replace(f"{shown[:4]} {shown[5:]}", "########")


async def test_what_a_code_was_is_told_to_nobody(lab: Lab) -> None:
    """INV-18: the text, its event, the message and its events."""
    code = await lab.code()
    await lab.text(f"mon code est {code}", f"le code {code} ne marche pas")

    stored = await lab.stored()
    assert stored == ["code", "mon code est ######", "le code ###### ne marche pas"]
    assert code not in str(await lab.scene.outbox())


async def test_what_one_number_is_to_text_is_hidden_in_anothers_text(lab: Lab) -> None:
    """INV-18: somebody texts it from the wrong phone, and it is still good."""
    shown = (await lab.start(channel=INBOUND)).code

    await lab.text(f"voici {shown.lower()}", "KKKK-KKKK", number=BEN)

    assert await lab.stored() == ["voici ########", "KKKK-KKKK"]
    assert await lab.statuses() == ["pending"]
