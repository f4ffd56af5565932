"""Why a text was answered so, on the phones' page of a whole installation that is played."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.app import Options, open_app
from bot.config import load_config, sandbox_config
from bot.content.templates import Organisation, Templates
from bot.core.conversation import Conversation, Subscriber
from bot.core.turn import Turn
from bot.sandbox import Clock, Sandbox
from bot.witness import MOST, Witness
from tests.core.deciding import ANA, BOOK, NOW, POLICY, text_of

EMPTY = Templates.load(
    Path("nowhere"), organisation=Organisation("Radio"), language="fr", timezone=ZoneInfo("UTC")
)
MINUTE = timedelta(minutes=1)


def turn(text: str, *, minutes: float = 0, number: str = ANA, reads_as: str = "") -> Turn:
    sent = replace(
        text_of(reads_as or text, number=number), sent_at=NOW - timedelta(minutes=minutes)
    )
    conversation = Conversation(sent.conversation, sent.gateway, number)
    return Turn(sent, conversation, Subscriber(number), BOOK, POLICY, NOW)


def answering(found: dict[str, Any] | None) -> list[str]:
    assert found is not None
    return [one["rule"] for one in found["asked"] if one["answers"]]


def test_a_text_is_explained_as_it_was_decided() -> None:
    witness = Witness()
    witness.see(turn("radio", minutes=9), EMPTY)
    later = replace(turn("radio"), subscriber=Subscriber(ANA, opted_out=True))
    witness.see(later, EMPTY)
    witness.see(turn("radio", minutes=9, number="+15145550002"), EMPTY)

    before = witness.explain("vudumobile", ANA, "radio", NOW - 9 * MINUTE)
    after = witness.explain("vudumobile", ANA, "radio ", NOW + timedelta(seconds=1))

    assert answering(before) == answering(after) == ["radio"]
    assert before is not None
    assert after is not None
    assert (before["silent"], after["silent"]["fr"]) == (None, "le numéro est désabonné")


def test_texts_of_one_second_are_told_apart() -> None:
    witness = Witness()
    for text in ("chanson radio", "radio"):
        witness.see(turn(text), EMPTY)

    assert answering(witness.explain("vudumobile", ANA, "radio", NOW)) == ["radio"]


def test_a_text_that_was_read_with_another_is_explained_with_it() -> None:
    witness = Witness()
    witness.see(turn("chanson", reads_as="chanson Mon pays"), EMPTY)

    assert answering(witness.explain("vudumobile", ANA, "Mon pays", NOW)) == ["song"]


@pytest.mark.parametrize(
    ("gateway", "number", "text"),
    [("clever", ANA, "radio"), ("vudumobile", "+1", "radio"), ("vudumobile", ANA, "météo")],
)
def test_what_was_not_decided_is_not_explained(gateway: str, number: str, text: str) -> None:
    witness = Witness()
    witness.see(turn("radio"), EMPTY)

    assert witness.explain(gateway, number, text, NOW) is None


def test_only_the_last_texts_are_remembered() -> None:
    witness = Witness()
    witness.see(turn("chanson"), EMPTY)
    for _ in range(MOST):
        witness.see(turn("radio"), EMPTY)

    assert witness.explain("vudumobile", ANA, "chanson", NOW) is None


# A whole installation

RULES = """
rules:
  - {id: weather, keyword: {fr: [météo], en: [weather]}, reply: {fr: "Beau.", en: "Fair."}}
  - id: appointment
    keyword: [rdv]
    steps: [{id: day, ask: "Quel jour?", expect: date}]
    reply: "Noté"
  - {id: anything, anything: true, reply: "Quoi?"}
"""
SOON = 30.0


async def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not seen():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.02)


async def ready(address: str) -> None:
    """Wait until what is texted is no history any more."""
    async with aiohttp.ClientSession() as http:
        for _ in range(1000):
            async with http.get(f"{address}/readyz") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.02)
    raise AssertionError("waited in vain")


async def played(folder: Path, use: Callable[[Sandbox, Witness], Awaitable[None]]) -> None:
    """Run a daemon against the sandbox, as `textobot run --sandbox` does."""
    (folder / "rules").mkdir()
    (folder / "rules" / "a.yaml").write_text(RULES)
    (folder / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\nweb: {listen: 127.0.0.1:0}\n"
    )
    witness = Witness()
    async with Sandbox(Clock(speed=10), welcome=True) as sandbox:
        sandbox.explain = witness.explain
        config = sandbox_config(
            load_config(folder / "config.yaml", {}),
            vudumobile_url=sandbox.vudumobile_url,
            clever_url=sandbox.clever_url,
            folder=folder,
            api_key=sandbox.vudumobile.api_key,
            login=sandbox.clever.login,
            password=sandbox.clever.password,
            our_number=sandbox.vudumobile.our_number,
        )
        options = Options(
            sandbox=True,
            begun_elsewhere=lambda: sandbox.begun_on_site,
            witness=witness.see,
        )
        async with open_app(config, sandbox.clock, options) as app:
            running = asyncio.create_task(app.daemon.run())
            try:
                await ready(app.address)
                await use(sandbox, witness)
            finally:
                app.daemon.stop()
                with suppress(asyncio.CancelledError):
                    await running


async def test_a_conversation_is_explained_step_by_step(tmp_path: Path) -> None:
    """Also when the person is further by now: each text as it was met."""

    async def use(sandbox: Sandbox, witness: Witness) -> None:
        phone = sandbox.phone("vudumobile", ANA)
        sent = []
        for text in ("rdv", "24/12", "rdv"):
            sent.append(sandbox.text("vudumobile", ANA, text))
            await until(lambda: len(phone.received) == len(sent))

        explained = [witness.explain("vudumobile", ANA, one.text, one.time) for one in sent]
        assert [answering(one) for one in explained] == [["appointment"]] * 3
        by = [
            next(a["by"]["fr"] for a in one["asked"] if a["answers"]) for one in explained if one
        ]
        assert by == ["rdv", "sa question day", "rdv"]

    await played(tmp_path, use)


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Debian's chromium")
async def test_the_page_says_why(tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

    async def use(sandbox: Sandbox, witness: Witness) -> None:
        async with playwright.async_playwright() as started:
            browser = await started.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = await (await browser.new_context(locale="fr-CA")).new_page()
            await page.goto(sandbox.url)
            for gateway in ("vudumobile", "clever"):
                phone = page.locator(f'.phone[data-gateway="{gateway}"]')
                await phone.get_by_role("textbox").fill("Météo <b>svp</b>")
                await phone.get_by_role("textbox").press("Enter")
                await phone.locator(".theirs", has_text="Beau.").wait_for()
                await phone.get_by_text("Pourquoi?").click()
                await phone.locator(".why .by").wait_for()
                shown = await phone.locator(".why div").inner_text()
                assert [line for line in shown.split("\n") if line] == [
                    "✓ weather (météo)",
                    "Réponse (fr): 1 segment, GSM-7",
                    "N'ont pas répondu :",
                    "anything (anything): keyword passe avant anything",
                ]
            await browser.close()

    await played(tmp_path, use)
