"""Accounts that are held, and gateways out of order: told once, nothing lost, no secret shown."""

import base64
from pathlib import Path

import pytest

from tests.outside.harness import BOTH, SECRETS, Stage, mobile, stage

pytestmark = pytest.mark.kill

HOLDS = [
    ("vudumobile", "firewall", None, "firewall"),
    ("vudumobile", "wrong_key", None, "firewall"),  # the vendor words both alike
    ("clever", "http_402", "send", "credit"),
    ("clever", "http_402", None, "credit"),
    ("clever", "http_430", None, "expired"),
    ("clever", "wrong_key", None, "key"),
]
IDS = ["an unknown address", "a wrong key", "no credit, reading goes on", "no credit at all",
       "expired", "a wrong password"]  # fmt: skip
BASIC = base64.b64encode(
    f"{SECRETS['CLEVER_LOGIN']}:{SECRETS['CLEVER_PASSWORD']}".encode()
).decode()


def number(gateway: str, index: int = 101) -> str:
    return mobile(index, gateway)


async def held(scene: Stage, gateway: str) -> str:
    """What /readyz says of that gateway: a word, or nothing."""
    _, body = await scene.daemon.readiness()
    state = body["gateways"][gateway]
    return str(state["word"]) if state["status"] == "held" else ""


async def wait_held(scene: Stage, gateway: str, word: str) -> None:
    for _ in range(400):
        if await held(scene, gateway) == word:
            return
        await scene.world(1)
    raise AssertionError(f"{gateway} never said {word!r}: {await scene.daemon.readiness()}")


def shown(scene: Stage, pages: str) -> list[str]:
    """Secrets that stand in the output, on the pages, or in any file of the store."""
    places = {"output": scene.log.encode(), "pages": pages.encode()}
    files = (path for path in (scene.folder / "data").rglob("*") if path.is_file())
    places |= {str(path): path.read_bytes() for path in files}
    return [
        f"{name} in {place}"
        for name, secret in {**SECRETS, "basic": BASIC}.items()
        for place, content in places.items()
        if secret.encode() in content
    ]


async def pages(scene: Stage) -> str:
    answers = [await scene.daemon.get(path) for path in ("/healthz", "/readyz", "/metrics")]
    return "\n".join(body for _, body in answers)


@pytest.mark.parametrize(("gateway", "fault", "operation", "word"), HOLDS, ids=IDS)
async def test_a_held_account_is_told_once_loses_nothing_and_goes_on_by_itself(
    tmp_path: Path, gateway: str, fault: str, operation: str | None, word: str
) -> None:
    async with stage(tmp_path) as scene:
        scene.campaign([number("clever"), number("clever", 102)])
        await scene.up()
        other = next(name for name in BOTH if name != gateway)
        scene.text(gateway, number(gateway), "echo before", "Echo before")
        await scene.answered()
        scene.sandbox.break_(gateway, fault, operation=operation, times=None)
        scene.text(gateway, number(gateway), "echo held", "Echo held")
        await wait_held(scene, gateway, word)
        scene.text(gateway, number(gateway, 102), "echo meanwhile", "Echo meanwhile")
        scene.text(other, number(other), "echo elsewhere", "Echo elsewhere")
        await scene.until(
            "the other gateway goes on",
            lambda: scene.replies(other, number(other)) == ["Echo elsewhere"],
            minutes=3, real=20.0,
        )  # fmt: skip
        await scene.world(200)
        status, body = await scene.daemon.readiness()
        assert (status, body["status"]) == (200, "degraded")
        assert await scene.daemon.metric("textobot_gateway_held", gateway=gateway, word=word) == 1
        if operation is not None:
            assert [row["text"] for row in scene.inbox(number(gateway, 102))] == ["echo meanwhile"]
        written = await pages(scene)
        scene.sandbox.mend()

        await scene.verify()

        told = [line for line in scene.daemon.actions("gateway.held") if line["word"] == word]
        assert len(told) == 1, told
        assert await held(scene, gateway) == ""
        assert await scene.daemon.metric("textobot_gateway_held", gateway=gateway) == 0
        assert shown(scene, written + await pages(scene)) == []
        await scene.daemon.stop()
        assert shown(scene, written) == []


@pytest.mark.parametrize(
    ("gateway", "fault"), [("vudumobile", "firewall"), ("clever", "http_430")]
)
async def test_a_held_account_is_left_in_peace(tmp_path: Path, gateway: str, fault: str) -> None:
    """Promised: tried again after 10 s, then at most every 30 s."""
    async with stage(tmp_path, on=[gateway]) as scene:
        if gateway == "clever":
            scene.campaign([number("clever")])
        await scene.up()
        scene.sandbox.break_(gateway, fault, times=None)
        scene.text(gateway, number(gateway), "echo held", "Echo held")
        await wait_held(scene, gateway, "firewall" if fault == "firewall" else "expired")
        first = scene.sandbox.requests[-1].id
        await scene.world(300)
        asked = [line for line in scene.sandbox.requests if line.id > first]

        # A try may be one request of each kind: texts, what was sent, receipts or the account.
        assert len(asked) <= 3 * (2 + 300 // 30), [f"{line.time} {line.path}" for line in asked]
        scene.sandbox.mend()
        await scene.verify()


async def test_a_key_that_an_error_repeats_stands_nowhere(tmp_path: Path) -> None:
    """INV-33: the vendor's errors hold the key; so do errors of sends, which are stored."""
    async with stage(tmp_path) as scene:
        scene.campaign([number("clever")])
        await scene.up()
        for gateway in BOTH:
            scene.text(gateway, number(gateway), "echo calm", "Echo calm")
        await scene.answered()
        await scene.world(30)
        for gateway in BOTH:
            for fault in ("wrong_key", "html", "garbled"):
                scene.sandbox.break_(gateway, fault, operation="send", times=1)
                scene.sandbox.break_(gateway, fault, operation="get_feed", times=2)
        scene.sandbox.break_("vudumobile", "firewall", operation="send", times=2)
        for count in range(4):
            for gateway in BOTH:
                scene.text(gateway, number(gateway), f"echo {count}", f"Echo {count}")
            await scene.world(20)

        await scene.verify()
        written = await pages(scene)
        await scene.daemon.kill()

        assert "API key" in scene.log
        assert shown(scene, written) == []


async def test_the_search_for_secrets_finds_one(tmp_path: Path) -> None:
    """So that its silence means something."""
    async with stage(tmp_path) as scene:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "x").write_bytes(b"\0" + SECRETS["CLEVER_PASSWORD"].encode() + b"\0")

        assert len(shown(scene, BASIC)) == 2


@pytest.mark.parametrize("gateway", BOTH)
async def test_an_outage_of_one_gateway(tmp_path: Path, gateway: str) -> None:
    """Everything of it fails for minutes, in turns; the other goes on; then all is answered."""
    async with stage(tmp_path) as scene:
        scene.campaign([number("clever"), number("clever", 102)])
        await scene.up()
        other = next(name for name in BOTH if name != gateway)
        for fault in ("http_503", "refused", "html"):
            scene.sandbox.break_(gateway, fault, times=None)
            scene.text(gateway, number(gateway), f"echo {fault}", f"Echo {fault}")
            scene.text(other, number(other), f"echo {fault}", f"Echo {fault}")
            await scene.until(
                "the other gateway goes on",
                lambda fault=fault: f"Echo {fault}" in scene.replies(other, number(other)),  # type: ignore[misc]
                minutes=3, real=20.0,
            )  # fmt: skip
            await scene.world(45)
            scene.sandbox.mend()
        assert scene.replies(gateway, number(gateway))[3:] == []

        await scene.verify()


@pytest.mark.parametrize("fault", ["http_500", "refused"])
@pytest.mark.parametrize("gateway", BOTH)
async def test_a_send_that_was_not_taken_is_made_again_for_a_person_alone(
    tmp_path: Path, gateway: str, fault: str
) -> None:
    """Nobody else is written to meanwhile, so the gateway lists nothing newer."""
    async with stage(tmp_path, on=[gateway], speed=50) as scene:
        if gateway == "clever":
            scene.campaign([number("clever")])
        await scene.up()
        scene.text(gateway, number(gateway), "echo calm", "Echo calm")
        await scene.answered()
        await scene.world(30)
        scene.sandbox.break_(gateway, fault, operation="send")
        scene.text(gateway, number(gateway), "echo one", "Echo one")
        await scene.answered(minutes=20, real=0)

        await scene.verify()
