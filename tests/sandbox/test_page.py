"""The page with the phones, in a real browser, with a tiny responder behind it."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox import Clock, Mail, Sandbox
from tests.sandbox.conftest import GSM, MOBILE, reserved_port

playwright = pytest.importorskip("playwright.async_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]

HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
MAIL = f"Subject: {'x' * 200}\n\nUn mot " + "y" * 300


class Responder:
    """Polls both played APIs and answers every text once: the least a daemon could be."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self._sandbox, self._http = sandbox, http
        self._key = {"VUDUMOBILE-API-KEY": "sandbox-key"}
        self._basic = {"Authorization": aiohttp.encode_basic_auth("sandbox", "sandbox")}
        self._seen: set[tuple[object, ...]] = set()

    async def run(self) -> None:
        while True:
            with contextlib.suppress(aiohttp.ClientError, ValueError):
                await self._vudumobile()
                await self._clever()
            await asyncio.sleep(0.05)

    def _new(self, *key: object) -> bool:
        new = key not in self._seen
        self._seen.add(key)
        return new

    async def _vudumobile(self) -> None:
        url = self._sandbox.vudumobile_url
        async with self._http.post(
            f"{url}/get_feed", headers=self._key, data={"date_start": "2020-01-01 00:00:00"}
        ) as answer:
            rows = await answer.json()
        for row in rows:
            if self._new(row["msg_id"]):
                form = {"to": row["from"], "message": f"Vu : {row['message']}"}
                async with self._http.post(f"{url}/send", headers=self._key, data=form) as sent:
                    await sent.read()

    async def _clever(self) -> None:
        for reference in self._sandbox.phone("clever", GSM).campaigns:
            url = f"{self._sandbox.clever_url}/pushs"
            async with self._http.get(f"{url}/{reference}/mos", headers=self._basic) as answer:
                mos = (await answer.json())["mos"]
            for n, mo in enumerate(mos):
                if self._new(reference, n):
                    datas = {
                        "text": f"Vu : {mo['message']}",
                        "number_list": mo["recipient"],
                        "encodage": 4,
                        "duplicates": 1,
                    }
                    async with self._http.post(
                        url, headers=self._basic, json={"datas": datas}
                    ) as sent:
                        await sent.read()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(Clock(speed=10), seed=7, welcome=True) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def responder(sandbox: Sandbox) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as http:
        task = asyncio.create_task(Responder(sandbox, http).run())
        yield
        task.cancel()
        await asyncio.wait((task,))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with playwright.async_playwright() as started:
        launched = await started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(sandbox: Sandbox, browser):
    """The page in French; its complaints (a script that failed, a policy broken) fail the test."""
    opened = await opened_in(browser, sandbox, locale="fr-CA")
    yield opened
    assert opened.complaints == []
    await opened.context.close()


async def opened_in(browser, sandbox: Sandbox, **options: object):
    context = await browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
    opened = await context.new_page()
    opened.complaints = []
    opened.on("console", lambda said: said.type == "error" and opened.complaints.append(said.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on(
        "request",
        lambda request: (
            request.url.startswith(sandbox.url) or opened.complaints.append(request.url)
        ),
    )
    opened.set_default_timeout(10_000)
    await opened.goto(sandbox.url)
    await opened.wait_for_selector(".phone .talk")
    return opened


def phone_of(page, gateway: str):
    return page.locator(f'.phone[data-gateway="{gateway}"]')


@pytest.mark.usefixtures("responder")
async def test_meteo_from_both_phones(page) -> None:
    for gateway, segments in (("vudumobile", "GSM-7"), ("clever", "UCS-2")):
        phone = phone_of(page, gateway)
        await phone.get_by_role("button", name="METEO").click()
        answer = phone.locator(".theirs", has_text="Vu : METEO")
        await answer.wait_for()
        assert "1 segment" in await answer.locator("small").inner_text()
        assert segments in await answer.locator("small").inner_text()
        await answer.locator(".receipt", has_text="✓✓ livré").wait_for()


@pytest.mark.usefixtures("responder")
async def test_typing_and_enter(page) -> None:
    phone = phone_of(page, "vudumobile")
    field = phone.get_by_role("textbox")
    await field.fill("Bonjour à tous")
    await field.press("Enter")
    await phone.locator(".mine", has_text="Bonjour à tous").wait_for()
    assert await field.input_value() == ""
    await phone.locator(".theirs", has_text="Vu : Bonjour à tous").wait_for()


@pytest.mark.usefixtures("responder")
async def test_hostile_text_is_inert(page) -> None:
    for gateway in ("vudumobile", "clever"):
        phone = phone_of(page, gateway)
        await phone.get_by_role("textbox").fill(HOSTILE)
        await phone.get_by_role("textbox").press("Enter")
        await phone.locator(".theirs p", has_text=HOSTILE).wait_for()
        assert await phone.locator(".mine p").last.inner_text() == HOSTILE
        assert await phone.locator("img, script").count() == 0
    assert await page.title() == "Textobot · bac à sable"


@pytest.mark.usefixtures("responder")
async def test_mails_are_listed_and_inert(page, sandbox: Sandbox) -> None:
    await page.locator("#mails .nothing", has_text="Aucun courriel").wait_for()
    async with aiohttp.ClientSession() as http:
        for number in (1, 2):
            form = {
                "to": "rdv@clinique.example",
                "subject": f"{number} {HOSTILE}",
                "message": f"Ligne 1\n{HOSTILE}",
                "format": "text",
            }
            async with http.post(
                f"{sandbox.vudumobile_url}/send_email",
                headers={"VUDUMOBILE-API-KEY": "sandbox-key"},
                data=form,
            ) as answer:
                assert answer.status == 200
    first = page.locator("#mails li").first
    await first.get_by_role("heading", name="2 <img").wait_for()
    assert await first.locator("p").inner_text() == f"Ligne 1\n{HOSTILE}"
    assert "rdv@clinique.example" in await first.locator("small").inner_text()
    assert await page.locator("#mails img, #mails script").count() == 0
    await page.reload()
    await playwright.expect(page.locator("#mails li h3")).to_have_count(2)
    assert await page.title() == "Textobot · bac à sable"


async def test_a_message_that_fails_says_how(page, sandbox: Sandbox) -> None:
    sandbox.set_outcome("vudumobile", MOBILE, "304")
    sandbox.send_by_hand(MOBILE, "Perdu")
    bubble = phone_of(page, "vudumobile").locator(".theirs", has_text="Perdu")
    await bubble.locator(".receipt", has_text="✗ échec UNDELIV_304").wait_for()


async def test_faults_are_pressed_and_mended(page, sandbox: Sandbox) -> None:
    await page.get_by_role("group", name="Combien de fois").get_by_text("5×").click()
    await page.get_by_role("group", name="Passerelle concernée").get_by_text("Clever").click()
    await page.locator('[data-fault="answer_lost"]').click()
    await page.locator("#active li", has_text="5× encore").wait_for()
    (fault,) = sandbox.world.faults
    assert (fault.kind.name, fault.gateway, fault.times) == ("answer_lost", "clever", 5)
    await page.get_by_text("Tout réparer").click()
    await page.locator("#active .calm").wait_for()
    assert not list(sandbox.world.faults)


async def test_every_fault_can_be_pressed(page, sandbox: Sandbox) -> None:
    from bot.sandbox import FAULTS

    for group in (await page.locator(".faultgroup summary").all())[1:]:
        await group.click()
    assert await page.locator("[data-fault]").count() == len(FAULTS)
    await page.evaluate("document.querySelectorAll('[data-fault]').forEach((b) => b.click())")
    count = sum(len(kind.gateways) for kind in FAULTS.values())
    await playwright.expect(page.locator("#active li")).to_have_count(count)
    assert len(list(sandbox.world.faults)) == count


async def test_the_clock_moves(page, sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    await page.get_by_role("button", name="+1 jour").click()
    await page.get_by_role("button", name="×60", exact=True).click()
    await page.locator('[data-speed="60"][aria-pressed="true"]').wait_for()
    assert sandbox.clock.now() - before > timedelta(days=1)
    assert sandbox.clock.speed == 60


async def test_a_phone_without_a_campaign_gets_one(page, sandbox: Sandbox) -> None:
    await page.get_by_role("button", name="Ajouter un téléphone").click()
    await page.locator("dialog .pick", has_text="Clever").click()
    assert await page.locator("dialog [name=number]").input_value() == "+33600000002"
    await page.locator("dialog [type=submit]").click()
    phone = page.locator('.phone[data-number="+33600000002"]')
    await phone.get_by_text("Pas encore de campagne").wait_for()
    assert not await phone.get_by_role("textbox").is_visible()
    await phone.get_by_role("button", name="Lancer une campagne").click()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Salut!")
    await page.locator("#campaign [type=submit]").click()
    await page.locator("#campaign-said", has_text="Push").wait_for()
    await phone.locator(".theirs", has_text="Salut!").wait_for()
    await phone.get_by_role("button", name="STOP").click()
    await phone.locator(".mine", has_text="STOP").wait_for()
    await page.reload()
    await phone.locator(".mine", has_text="STOP").wait_for()


async def test_somebody_answers_by_hand(page, sandbox: Sandbox) -> None:
    await page.locator("#by-hand [name=text]").fill("Je vous appelle")
    await page.locator("#by-hand [type=submit]").click()
    bubble = phone_of(page, "vudumobile").locator(".theirs", has_text="Je vous appelle")
    await bubble.locator("small", has_text="écrit par l'opérateur").wait_for()
    assert sandbox.ledger == []  # no request asked for it


async def test_a_wrong_number_is_said_to_be_wrong(page) -> None:
    await page.get_by_role("button", name="Ajouter un téléphone").click()
    await page.locator("dialog [name=number]").fill("12")
    await page.locator("dialog [type=submit]").click()
    await page.locator("#add-wrong", has_text="number").wait_for()
    page.complaints.clear()


async def test_language_follows_the_browser_and_can_be_changed(
    page, browser, sandbox: Sandbox
) -> None:
    assert await page.get_by_text("Mettre en panne").is_visible()
    await page.get_by_role("button", name="EN", exact=True).click()
    assert await page.get_by_text("Break something").is_visible()
    assert await page.locator("html").get_attribute("lang") == "en"
    english = await opened_in(browser, sandbox, locale="en-GB")
    assert await english.get_by_text("Break something").is_visible()
    await english.context.close()


@pytest.mark.usefixtures("responder")
async def test_the_log_names_requests_and_no_secret(page, sandbox: Sandbox) -> None:
    sandbox.break_("vudumobile", "http_503", operation="get_feed")
    row = page.locator("#requests tr", has_text="http_503")
    await row.wait_for()
    assert "POST /vudumobile/api/get_feed" in await row.inner_text()
    assert "sandbox-key" not in await page.content()


async def test_credit_and_switches(page, sandbox: Sandbox) -> None:
    sandbox.start_campaign([GSM], "Bonjour")
    await page.locator("#credit", has_text="719").wait_for()
    await page.get_by_role("switch", name="Notre adresse est admise").click()
    await page.wait_for_function(
        "!document.querySelector('[role=switch][aria-label^=\"Notre adresse\"]').checked"
    )
    assert not sandbox.vudumobile.firewall_open


async def test_reset_clears_the_page(page, sandbox: Sandbox) -> None:
    sandbox.text("vudumobile", MOBILE, "METEO")
    await phone_of(page, "vudumobile").locator(".mine").wait_for()
    sandbox.reset()
    await phone_of(page, "vudumobile").locator(".nothing").wait_for()


async def test_everything_is_reached_by_keyboard(page, sandbox: Sandbox) -> None:
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await phone_of(page, "vudumobile").get_by_role("textbox").focus()
    await page.keyboard.type("AIDE")
    await page.keyboard.press("Enter")
    await phone_of(page, "vudumobile").locator(".mine", has_text="AIDE").wait_for()
    unnamed = await page.evaluate("""
        [...document.querySelectorAll('button, input, select, textarea')].filter((e) =>
            !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).length""")
    assert unnamed == 0


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== 'none' && e !== document.body) return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3] === 255) return colour;
      if (colour[3] > 0) return null;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const poor = [];
  for (const e of document.querySelectorAll('p, small, span, button, code, h2, h3, dt, dd, td')) {
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!text || !e.checkVisibility() || getComputedStyle(e).clipPath !== 'none') continue;
    const behind = ground(e);
    if (!behind) continue;
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${e.className || e.tagName} ${e.textContent} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
async def test_it_fits_and_can_be_read(
    browser, sandbox: Sandbox, scheme: str, width: int, height: int
) -> None:
    page = await opened_in(
        browser,
        sandbox,
        locale="fr",
        color_scheme=scheme,
        viewport={"width": width, "height": height},
    )
    sandbox.text("vudumobile", MOBILE, "Un mot " + "x" * 300)
    sandbox.send_by_hand(MOBILE, "Une réponse")
    sandbox.break_("both", "answer_lost")
    sandbox.world.post(Mail("clever", "a" * 60 + "@b.fr", MAIL, sandbox.now(), "Push1", 1))
    await page.locator("#mails h3").wait_for()
    await page.locator(".receipt", has_text="✓✓").first.wait_for()
    await page.locator("#active li").nth(1).wait_for()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, "nothing sticks out sideways"
    assert await page.evaluate(CONTRAST) == []
    if folder := os.environ.get("TEXTOBOT_SCREENSHOTS"):
        await page.screenshot(path=f"{folder}/page-{width}-{scheme}.png", full_page=True)
    await page.context.close()


async def test_the_page_comes_back_after_the_sandbox(browser) -> None:
    port = reserved_port()
    sandbox = Sandbox()
    await sandbox.start(port=port)
    page = await opened_in(browser, sandbox, locale="fr")
    await sandbox.stop()
    await page.locator("#offline").wait_for(state="visible")
    again = Sandbox()
    await again.start(port=port)
    again.text("vudumobile", MOBILE, "Me revoici")
    await page.get_by_text("Me revoici").wait_for()
    await page.locator("#offline").wait_for(state="hidden")
    await page.context.close()
    await again.stop()
