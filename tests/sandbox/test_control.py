"""The control API, its events, the guard, and the sandbox as a process of its own."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import Clock, Sandbox
from tests.sandbox.conftest import GSM, MOBILE, Client, until

ROOT = Path(__file__).parents[2]


async def look(client: Client, name: str):
    async with client.http.get(f"{client.sandbox.url}/control/{name}") as answer:
        assert answer.status == 200
        return await answer.json()


async def test_texts_and_what_became_of_them(client: Client) -> None:
    bubble = await client.control(
        "text", gateway="vudumobile", number=MOBILE, text="METEO ç", offset=-60
    )
    assert (bubble["direction"], bubble["encoding"], bubble["time"]) == (
        "mo",
        "UCS-2",
        "2026-06-01T11:59:00+00:00",
    )
    await client.send("Il neige")
    client.later(3)
    state = await look(client, f"state?phones=vudumobile:{MOBILE}")
    (phone,) = state["phones"]
    assert [(b["text"], b["state"], b["code"]) for b in phone["bubbles"]] == [
        ("METEO ç", "sent", ""),
        ("Il neige", "delivered", "DELIVRD_000"),
    ]
    assert state["requests"][-1]["path"] == "/vudumobile/api/send"
    (line,) = (await look(client, "ledger"))["ledger"]
    assert (line["number"], line["text"], line["id"]) == (MOBILE, "Il neige", "2")
    assert line["request"] == state["requests"][-1]["id"]


async def test_a_clever_phone_can_text_after_a_campaign(client: Client) -> None:
    order = {"gateway": "clever", "number": GSM, "text": "METEO"}
    async with client.http.post(f"{client.sandbox.url}/control/text", json=order) as answer:
        assert answer.status == 409
        assert "no campaign" in (await answer.json())["error"]
    (phone,) = (await look(client, f"state?phones=clever:{GSM}"))["phones"]
    assert not phone["can_text"]
    reference = (await client.control("campaign", numbers=[GSM], text="Bonjour"))["reference"]
    assert (await client.control("text", **order))["reference"] == reference


async def test_faults_by_control(client: Client) -> None:
    active = (
        await client.control(
            "faults",
            gateway="both",
            name="slow",
            operation="send",
            times=None,
            options={"seconds": 2},
        )
    )["active"]
    assert [(f["gateway"], f["operation"], f["options"]) for f in active] == [
        ("vudumobile", "send", {"seconds": 2.0}),
        ("clever", "pushs", {"seconds": 2.0}),
    ]
    found = await look(client, "faults")
    assert {entry["name"] for entry in found["menu"]} >= {"slow", "answer_lost"}
    assert {entry["group"] for entry in found["menu"]} == {g["name"] for g in found["groups"]}
    url = f"{client.sandbox.url}/control/faults"
    async with client.http.delete(f"{url}/{active[0]['id']}") as answer:
        assert len((await answer.json())["active"]) == 1
    async with client.http.delete(url) as answer:
        assert (await answer.json()) == {"mended": 1, "active": []}


async def test_the_clock_by_control(client: Client) -> None:
    await client.control("clock", jump=3600, skew={"clever": 5})
    shown = await client.control("clock", speed=0)
    assert shown["now"] == "2026-06-01T13:00:00+00:00"
    assert shown["skew"] == {"vudumobile": 0.0, "clever": 5.0}
    assert (await client.control("clock", speed=60))["speed"] == 60


async def test_settings_by_control(client: Client) -> None:
    shown = await client.control(
        "settings",
        clever={"credit": 3, "unknown_reference": 200},
        vudumobile={"detailed_statuses": False, "skew": 2},
    )
    assert shown["clever"]["credit"] == client.sandbox.clever.credit == 3
    assert client.sandbox.vudumobile.skew == 2.0
    assert not client.sandbox.vudumobile.detailed_statuses


async def test_outcomes_by_control(client: Client) -> None:
    head = await client.control("outcome", gateway="vudumobile", number=MOBILE, code="300")
    assert (head["outcome"], head["outcome_is_usual"]) == ("UNDELIV_300", False)
    head = await client.control("outcome", gateway="vudumobile", number=MOBILE, code=None)
    assert head["outcome_is_usual"]
    assert (await look(client, "outcome"))["by_last_digits"]["vudumobile"]["9300"] == "UNDELIV_300"


async def test_by_hand_and_reset(client: Client) -> None:
    await client.control("by_hand", number=MOBILE, text="Je vous appelle")
    await client.control("settings", clever={"credit": 3})
    await client.control("faults", gateway="clever", name="slow")
    await client.send()
    await client.control("reset")
    assert client.sandbox.ledger == []
    assert client.sandbox.clever.credit == 999_733
    assert not client.sandbox.phone("vudumobile", MOBILE).bubbles
    assert await client.feed("mt") == []
    assert await client.send() == 1


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("text", {"gateway": "vudumobile"}),
        ("text", {"gateway": "x", "number": "1", "text": "a"}),
        ("campaign", {"numbers": [], "text": "a"}),
        ("campaign", {"numbers": ["abc"], "text": "a"}),
        ("faults", {"gateway": "clever", "name": "no_such"}),
        ("faults", {"name": "slow"}),
        ("faults", {"gateway": "clever", "name": "slow", "often": 3}),
        ("clock", {"speed": -1}),
        ("clock", {"speed": "fast"}),
        ("clock", {"jump": 1e30}),
        ("clock", {"skew": {"x": 1}}),
        ("settings", {"orange": {}}),
        ("settings", {"clever": {"no_such": 1}}),
        ("settings", {"clever": {"credit": "much"}}),
        ("settings", {"clever": {"credit": True}}),
        ("settings", {"clever": {"same_second": "perhaps"}}),
        ("settings", {"clever": 3}),
        ("outcome", {"gateway": "clever", "number": GSM, "code": "300"}),
    ],
)
async def test_a_wrong_order_is_answered_with_a_sentence(
    client: Client, name: str, body: dict[str, object]
) -> None:
    async with client.http.post(f"{client.sandbox.url}/control/{name}", json=body) as answer:
        assert answer.status in {400, 409}
        assert (await answer.json())["error"]


@pytest.mark.parametrize("body", ["", "[]", "{", "1"])
async def test_an_order_is_a_json_object(client: Client, body: str) -> None:
    async with client.http.post(
        f"{client.sandbox.url}/control/text",
        data=body,
        headers={"Content-Type": "application/json"},
    ) as answer:
        assert answer.status == 400


async def heard(lines: aiohttp.StreamReader, event: str) -> dict[str, object]:
    """The next event of that kind."""
    while True:
        name = (await asyncio.wait_for(lines.readline(), 5)).decode().strip()
        if name == f"event: {event}":
            found: dict[str, object] = json.loads((await lines.readline())[6:])
            return found


async def test_events_tell_every_change(client: Client) -> None:
    async with client.http.get(f"{client.sandbox.url}/control/events") as stream:
        lines = stream.content
        await lines.readline()
        client.sandbox.text("vudumobile", MOBILE, "METEO")
        told = await heard(lines, "bubble")
        assert (told["number"], told["bubble"]["text"]) == (MOBILE, "METEO")  # type: ignore[index]
        await client.send("Il neige")
        assert (await heard(lines, "request"))["status"] == 200
        client.later(3)
        assert (await heard(lines, "clock"))["now"] == "2026-06-01T12:00:03+00:00"
        states = [
            (await heard(lines, "receipt"))["bubble"]["state"]  # type: ignore[index]
            for _ in range(2)
        ]
        assert states == ["sent", "delivered"]
        client.sandbox.break_("clever", "slow")
        assert len((await heard(lines, "faults"))["active"]) == 1  # type: ignore[arg-type]
        client.sandbox.start_campaign([GSM], "Bonjour")
        assert (await heard(lines, "settings"))["clever"]["credit"] == 999_726  # type: ignore[index]
        client.sandbox.reset()
        assert await heard(lines, "reset") == {}


async def test_a_page_that_is_too_slow_is_let_go(client: Client) -> None:
    async with client.http.get(f"{client.sandbox.url}/control/events") as stream:
        await stream.content.readline()
        for _ in range(3_000):
            client.sandbox.text("vudumobile", MOBILE, "METEO")
        assert len(await stream.content.read()) < 100_000


async def test_open_pages_and_hanging_requests_do_not_delay_the_end() -> None:
    sandbox = Sandbox()
    await sandbox.start()
    async with aiohttp.ClientSession() as http:
        stream = await http.get(f"{sandbox.url}/control/events")
        await stream.content.readline()
        sandbox.break_("vudumobile", "answer_hangs")
        sandbox.break_("clever", "slow", seconds=1e6)
        for path in ("/vudumobile/api/send", "/clever/api/account/me"):
            asyncio.get_running_loop().create_task(_ignored(http, sandbox.url + path))
        await until(lambda: len(sandbox.requests) == 2)
        began = time.monotonic()
        await sandbox.stop()
        assert time.monotonic() - began < 1.0
        stream.close()


async def _ignored(http: aiohttp.ClientSession, url: str) -> None:
    try:
        async with http.get(url) as answer:
            await answer.read()
    except aiohttp.ClientError:
        pass


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1234"}, 200),
        ({"Host": "[::1]:80"}, 200),
        ({"Host": "sandbox:80"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
async def test_other_sites_pages_are_kept_away(
    client: Client, headers: dict[str, str], status: int
) -> None:
    async with client.http.get(f"{client.sandbox.url}/control/state", headers=headers) as answer:
        assert answer.status == status


async def test_a_form_of_another_site_is_no_order(client: Client) -> None:
    async with client.http.post(f"{client.sandbox.url}/control/reset", data="{}") as answer:
        assert answer.status == 415


async def test_the_page_has_a_strict_policy(client: Client) -> None:
    for path in ("/", "/static/app.js", "/static/style.css"):
        async with client.http.get(client.sandbox.url + path) as answer:
            assert answer.status == 200
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "http" not in policy
            text = await answer.text()
            assert "https://" not in text.replace("https://textobot", "")


async def test_no_secret_in_the_log(client: Client) -> None:
    async with client.http.get(
        f"{client.sandbox.vudumobile_url}/send?key=sandbox-key", headers=client.key
    ) as answer:
        assert answer.status == 405
    async with client.http.get(f"{client.sandbox.url}/control/requests") as answer:
        assert "sandbox-key" not in await answer.text()


async def test_welcome() -> None:
    async with Sandbox(welcome=True) as sandbox:
        assert sandbox.text("clever", GSM, "METEO").reference
        sandbox.reset()
        assert sandbox.text("clever", GSM, "METEO").reference
        assert sandbox.ledger == []


@pytest.mark.kill
async def test_a_process_of_its_own() -> None:
    spec = f"1780000000,{time.time()},20"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox",
        "--port",
        "0",
        "--clock",
        spec,
        "--welcome",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
    assert url.startswith("http://127.0.0.1:")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/control/state") as answer:
            state = await answer.json()
        assert abs(state["clock"]["timestamp"] - Clock.parse(spec).timestamp()) < 20
        assert all(phone["can_text"] for phone in state["phones"])
        stream = await http.get(f"{url}/control/events")
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 10)
        stream.close()
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.mark.kill
async def test_a_port_that_is_taken(sandbox: Sandbox) -> None:
    port = sandbox.url.rsplit(":", 1)[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.sandbox",
        "--port",
        port,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out) == (1, b"")
    assert err.count(b"\n") == 1
