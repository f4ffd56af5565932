"""On the page: readings of the documents, accounts near their end, calls and flashes."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox import Clock, Sandbox
from bot.sandbox.readings import READINGS
from tests.sandbox.conftest import GSM, MOBILE
from tests.sandbox.test_page import CHROMIUM, CONTRAST, opened_in, phone_of

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]


TOLD = """async ([gateway, name, value]) => {
  const settings = await (await fetch('/control/settings')).json();
  return String(settings[gateway][name]) === value;
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def played() -> AsyncIterator[Sandbox]:
    async with Sandbox(Clock(speed=10), seed=7, welcome=True) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with playwright.async_playwright() as started:
        launched = await started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser, played: Sandbox):
    opened = await opened_in(
        browser, played, locale="fr-CA", viewport={"width": 390, "height": 844}
    )
    yield opened
    assert opened.complaints == []
    await opened.context.close()


async def until_told(page, gateway: str, name: str, value: str) -> None:
    """Until the sandbox has said to the page that it is so."""
    await page.wait_for_function(TOLD, arg=[gateway, name, value])


async def test_readings_are_set(page, played: Sandbox) -> None:
    for summary in await page.locator("#readings summary").all():
        await summary.click()
    assert await page.locator("[data-reading]").count() == len(READINGS)
    await page.locator('[data-reading="clever.unknown_reference"]').select_option("500")
    await until_told(page, "clever", "unknown_reference", "500")
    await page.locator('[data-reading="vudumobile.exclusive"]').check()
    await until_told(page, "vudumobile", "exclusive", "true")
    lag = page.locator('[data-reading="vudumobile.feed_lag"]')
    await lag.fill("2.5")
    await lag.press("Tab")
    await until_told(page, "vudumobile", "feed_lag", "2.5")
    assert (played.vudumobile.feed_lag, played.clever.unknown_reference) == (2.5, 500)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    assert await page.evaluate(CONTRAST) == []


async def test_an_account_comes_near_its_end(page, played: Sandbox) -> None:
    await page.get_by_role("button", name="Crédit: 20").click()
    await until_told(page, "clever", "credit", "20")
    await page.get_by_label("Expire le").fill("2030-06-04")
    await until_told(page, "clever", "expires", "2030-06-04 09:49:21")
    assert played.clever.credit == 20


async def test_every_code_can_be_a_phones(page, played: Sandbox) -> None:
    choice = phone_of(page, "vudumobile").get_by_role("combobox")
    assert await choice.locator("option").count() == 29
    await choice.select_option("259")
    await playwright.expect(choice).to_have_value("259")
    played.send_by_hand(MOBILE, "Perdu")
    bubble = phone_of(page, "vudumobile").locator(".theirs", has_text="Perdu")
    await bubble.locator(".receipt", has_text="UNDELIV_259").wait_for()


async def test_calls_and_flashes_say_so(page, played: Sandbox) -> None:
    async with aiohttp.ClientSession() as http:
        basic = {"Authorization": aiohttp.encode_basic_auth("sandbox", "sandbox")}
        played.clever.same_second = "share"
        for datas in ({"type_push": "tts"}, {"options": "F0"}):
            said: dict[str, object] = {"text": "Allô", "number_list": GSM, "encodage": 4}
            async with http.post(
                f"{played.clever_url}/pushs", headers=basic, json={"datas": said | datas}
            ) as answer:
                assert answer.status == 201
    phone = phone_of(page, "clever")
    call = phone.locator('.theirs[data-kind="tts"] small').first
    assert "☎ appel : une voix lit le texte" in await call.inner_text()
    assert "segment" not in await call.inner_text()
    flash = phone.locator('.theirs[data-kind="flash"] small').first
    assert "⚡ message flash · " in await flash.inner_text()
