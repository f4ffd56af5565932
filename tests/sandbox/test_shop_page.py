"""The shop's page in a real browser, as `textobot run --sandbox` plays it, in each of its ways."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.run import DONE
from tests.sandbox.test_page import CHROMIUM, CONTRAST
from tests.test_run import ROOT, Textobot

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]
WORDS = {"fr-CA": ("Vous êtes entré", "ENTRER"), "en-CA": ("You are in", "ENTER")}
PHONE = {"viewport": {"width": 375, "height": 740}}
DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Played:
    """A daemon that plays it all, its phones, and its shop."""

    def __init__(self, textobot: Textobot) -> None:
        self.textobot = textobot
        self.phones, self.shop = re.findall(r": (http://\S+)", textobot.output)[:2]
        told = re.search(r"export ADDRESS=(\S+) TOKEN=(\S+)", textobot.output)
        assert told is not None
        self.address, self.token = told.groups()

    async def text(self, number: str, text: str) -> None:
        await self.ask("POST", "text", {"gateway": "vudumobile", "number": number, "text": text})

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{self.phones}/control/{path}", json=body) as answer,
        ):
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def code(self, number: str) -> str:
        """What came to a phone."""
        async with asyncio.timeout(30):
            while True:
                state = await self.ask("GET", f"state?phones=vudumobile:{number[1:]}")
                texts = [one["text"] for one in state["phones"][0]["bubbles"]]
                if found := [code for text in texts for code in DIGITS.findall(text)]:
                    return str(found[-1])
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def textobot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Textobot]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\nweb: {listen: 127.0.0.1:0}\n"
    )
    (folder / "rules").mkdir()
    shutil.copy(ROOT / "rules" / "shop.yaml", folder / "rules")
    begun = Textobot(folder, "--sandbox")
    begun.until(lambda: "export ADDRESS" in begun.output)
    yield begun
    begun.process.terminate()
    assert begun.process.wait(20) == DONE


@pytest.fixture
def played(textobot: Textobot) -> Played:
    return Played(textobot)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with playwright.async_playwright() as started:
        launched = await started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module", params=["fr-CA", "en-CA"])
async def page(played: Played, browser, request) -> AsyncIterator[Any]:
    """The page in each language; what it complains of fails the test."""
    wide = {} if request.param == "fr-CA" else PHONE
    context = await browser.new_context(locale=request.param, bypass_csp=False, **wide)
    opened = await context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: said.type == "error" and opened.complaints.append(said.text))
    opened.set_default_timeout(20_000)
    await opened.goto(played.shop)
    await opened.locator("#out").wait_for()
    opened.locale = request.param
    yield opened
    assert opened.complaints == []
    await context.close()


async def begin(page, way: str, number: str = "") -> None:
    await page.locator(f"[value={way}]").check()
    if number:
        await page.locator("[name=number]").fill(number)
    await page.locator("#out [type=submit]").click()


async def signed_in(page, number: str) -> None:
    """It says so, also after it is read again; the cookie is nothing that a script can read."""
    title, _ = WORDS[page.locale]
    for _ in range(2):
        await page.get_by_role("heading", name=title).wait_for()
        shown = await page.locator("#number").inner_text()
        assert re.sub(r"[^+\d]", "", shown) == number
        await page.reload()
    (cookie,) = await page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    await page.locator("#in .anew").click()
    await page.locator("#out").wait_for()
    assert await page.context.cookies() == []


def own(page, number: int) -> str:
    """A number of this test's; each place has few, for codes to one place are counted."""
    return f"+1{514 if page.locale == 'fr-CA' else 418}555{number:04d}"


async def test_a_code_is_sent_and_typed_in(page, played: Played) -> None:
    number = own(page, 1)
    await begin(page, "code", f"{number[2:5]} 555-0001")
    field = page.locator("[name=code]")
    await playwright.expect(field).to_be_focused()
    before = (await page.context.cookies())[0]["value"]
    code = await played.code(number)
    await field.fill("000001" if code == "000000" else "000000")
    await field.press("Enter")
    await page.locator("#said", has_text="4").wait_for()
    await field.fill(f"{code[:3]} {code[3:]}")
    await field.press("Enter")
    await page.locator("#in").wait_for()
    assert (await page.context.cookies())[0]["value"] != before
    await signed_in(page, number)


async def test_the_person_texts_the_code(page, played: Played) -> None:
    number = own(page, 2)
    await begin(page, "text", number)
    await page.locator("#texting").wait_for()
    code = await page.locator("#text").inner_text()
    assert "+1 514 954-1234" in await page.locator("#our-number").inner_text()
    assert await page.locator("#sms").get_attribute("href") == f"sms:+15149541234?body={code}"
    await played.text(own(page, 3), code)  # a stranger's phone
    await played.text(number, f"ok {code.lower()}")
    await signed_in(page, number)


async def test_all_by_text(page, played: Played) -> None:
    number = own(page, 4)
    await begin(page, "keyword")
    await page.locator("#texting").wait_for()
    text = await page.locator("#text").inner_text()
    assert text.split()[0] == WORDS[page.locale][1]
    await played.text(number, text.lower())
    await played.text(number, await played.code(number))
    await signed_in(page, number)


async def test_what_cannot_be_is_said(page, played: Played) -> None:
    await begin(page, "code", "911")
    await page.locator("#said:not(:empty)").wait_for()
    assert any("422" in one for one in page.complaints)
    page.complaints.clear()
    assert await page.locator("#out").is_visible()


async def test_it_is_reached_by_keyboard_and_read_by_everybody(page) -> None:
    unnamed = await page.evaluate("""
        [...document.querySelectorAll('button, input, a')].filter((e) => e.checkVisibility() &&
            !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length""")
    assert unnamed == 0
    assert await page.evaluate(CONTRAST) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("[value=code]").focus()
    await page.keyboard.press("ArrowUp")
    assert await page.locator("[value=keyword]").is_checked()
    assert not await page.locator("[name=number]").is_visible()
    await page.keyboard.press("Enter")
    await page.locator("#texting").wait_for()


async def test_the_phones_page_leads_to_the_shop(browser, played: Played) -> None:
    opened = await browser.new_page()
    await opened.goto(played.phones)
    link = opened.locator("#shop")
    await link.wait_for()
    assert await link.get_attribute("href") == played.shop
    await opened.close()


async def test_strangers_get_nothing_from_the_shop(played: Played) -> None:
    """A foreign page, a forged webhook, a form: nobody is let in."""
    forged = json.dumps({"type": "signed-in", "data": {"number": "+15145550009"}})
    async with aiohttp.ClientSession() as http:
        for path, headers, body, status in (
            ("/session", {"Origin": "https://evil.example"}, "{}", 403),
            ("/session", {"Host": "evil.example"}, "{}", 403),
            ("/session", {"Content-Type": "text/plain"}, '{"way": "keyword"}', 422),
            ("/session", {"Content-Type": "application/json"}, "[1]", 422),
            ("/hook", {"webhook-id": "1", "webhook-timestamp": "1"}, forged, 401),
            ("/hook", {}, forged, 401),
        ):
            async with http.post(played.shop + path, headers=headers, data=body) as answer:
                assert answer.status == status, (path, headers)
                assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        async with http.get(
            f"{played.address}/api/v1/messages",
            headers={"Authorization": f"Bearer {played.token}"},
        ) as answer:
            assert answer.status == 403  # its token opens verifications alone
    assert played.token not in played.textobot.errors
