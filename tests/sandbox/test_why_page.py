"""Under each text of a phone, on the page: why it was answered so."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.sandbox import Clock, Sandbox
from tests.sandbox.conftest import MOBILE
from tests.sandbox.explainer import HOSTILE, STOPPED, Explainer
from tests.sandbox.test_page import CHROMIUM, CONTRAST, opened_in, phone_of

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]


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


async def lines(phone) -> list[str]:
    """What an open explanation shows."""
    shown = await phone.locator(".why div").inner_text()
    return [line for line in shown.split("\n") if line]


async def test_a_why_opens_under_a_text(browser, played: Sandbox) -> None:
    explainer = played.explain = Explainer()
    page = await opened_in(browser, played, locale="fr-CA")
    phone = phone_of(page, "vudumobile")
    await phone.get_by_role("button", name="METEO").click()
    await phone.locator(".mine .why summary").wait_for()
    assert explainer.asked == []  # nobody is asked before somebody wants to know

    await phone.get_by_text("Pourquoi?").click()
    await phone.locator(".why .by").wait_for()

    assert await lines(phone) == [
        "✓ weather (word en français)",
        f"Compris : town = {HOSTILE}",
        "→ deed en français",
        "Réponse (fr): 2 segments, UCS-2, signes coûteux : ’",
        f"Moins cher : {HOSTILE}",
        "N'ont pas répondu :",
        "anything (word en français): later en français",
    ]
    assert explainer.asked == [("vudumobile", MOBILE, "METEO")]
    assert await phone.locator("img, script").count() == 0
    assert await page.title() == "Textobot · bac à sable"
    assert page.complaints == []
    await page.context.close()


async def test_it_follows_the_language_of_the_page(browser, played: Sandbox) -> None:
    played.explain = Explainer()
    page = await opened_in(browser, played, locale="fr-CA")
    phone = phone_of(page, "vudumobile")
    await phone.get_by_role("button", name="METEO").click()
    await phone.get_by_text("Pourquoi?").click()
    await phone.locator(".why .by").wait_for()

    await page.get_by_role("button", name="EN", exact=True).click()

    assert await phone.locator(".why summary").inner_text() == "Why?"
    assert await phone.locator(".why .by").inner_text() == "✓ weather (word in English)"
    await page.context.close()


async def test_silence_is_explained_too(browser, played: Sandbox) -> None:
    explainer = played.explain = Explainer()
    explainer.answer = None
    page = await opened_in(browser, played, locale="en-CA")
    phone = phone_of(page, "clever")
    await phone.get_by_role("button", name="STOP").click()
    await phone.get_by_text("Why?").click()
    await phone.get_by_text("Not read yet.").wait_for()

    explainer.answer = STOPPED
    await phone.get_by_text("Why?").click()
    await phone.get_by_text("Why?").click()
    await phone.locator(".why .by").wait_for()

    assert await lines(phone) == [
        "Not answered: silence in English.",
        "Otherwise:",
        "STOP: reason in English",
        "Parked, without an answer: the template fails",
    ]
    await page.context.close()


async def test_a_sandbox_alone_shows_no_why(browser, played: Sandbox) -> None:
    page = await opened_in(browser, played, locale="fr")
    phone = phone_of(page, "vudumobile")
    await phone.get_by_role("button", name="METEO").click()
    await phone.locator(".mine").wait_for()

    assert await page.locator(".why").count() == 0
    await page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_it_fits_and_can_be_read(browser, played: Sandbox, scheme: str, width: int) -> None:
    played.explain = Explainer()
    page = await opened_in(
        browser,
        played,
        locale="fr",
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    phone = phone_of(page, "vudumobile")
    await phone.get_by_role("button", name="METEO").click()
    await phone.get_by_text("Pourquoi?").press("Enter")
    await phone.locator(".why .by").wait_for()

    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(CONTRAST) == []
    await page.context.close()


async def test_what_makes_an_answer_dear_stands_beside_it(browser, played: Sandbox) -> None:
    page = await opened_in(browser, played, locale="fr-CA")
    phone = phone_of(page, "vudumobile")

    for text in ("L’été\u202f! ç", "L'ete"):
        played.send_by_hand(MOBILE, text)
        await phone.locator(".theirs", has_text=text.split()[0]).wait_for()

    wanted = "signes coûteux : ’ → ', narrow no-break space → une espace, ç"
    assert await phone.locator(".theirs .dear").all_inner_texts() == [wanted]
    await page.context.close()
