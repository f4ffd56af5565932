"""Texts that want to be more than texts (INV-28, INV-30, INV-31)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from tests.outside.harness import BOTH, RULES, SECRETS, Stage, mobile, stage

pytestmark = pytest.mark.kill

WORDS = {
    "a template": "{{7*7}}",
    "a template's statement": "{% for x in range(9) %}a{% endfor %}",
    "a template's escape": "{{ ''.__class__.__mro__ }}",
    "a page": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE inbox; DELETE FROM outbox; --",
    "a format": "%s %n {0} {x!r} ${VUDUMOBILE_API_KEY}",
    "right to left": "\u202eabc\u202c \u2067def\u2069 \u200fghi",
    "families": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e8\U0001f1e6",
    "marks upon marks": "z" + "\u0335\u0321\u034f" * 12,
    "a shell": "`id` $(id) | id ; id & id",
    "YAML": "a: &b !!python/object/apply:os.system [id]",
    "JSON": '{"status": false, "error": "API key"}',
    "a header": "x\r\nX-Injected: 1\r\n\r\nGET / HTTP/1.1",
    "a log line": 'x\n{"level": "error", "action": "forged.action", "event": "forged"}',
    "a form": "a&to=15145559999&message=b=c%26d;+1",
    "separators": "a\u2028b\u2029c",
}
TURNING = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SILENT = {
    "nothing but NULs": "\0\0\0",
    "ten thousand letters": "x" * 10_000,
    "ten thousand emoji": "\U0001f600" * 10_000,
    "ten thousand words": "stop it " * 1_250,
    "blanks": "   \t \u00a0 ",
    "an opening that never closes": "{{" * 2_000,
}


def squeezed(text: str) -> str:
    """What is seen: blanks and control characters alike, no turning of the direction."""
    shown = (c if c.isprintable() or c == "\u200d" else " " for c in text if c not in TURNING)
    return " ".join("".join(shown).split())


@pytest.mark.parametrize("gateway", BOTH)
async def test_hostile_texts_are_quoted_and_do_nothing(tmp_path: Path, gateway: str) -> None:
    rules = RULES + '  - id: nul\n    contains: [zero]\n    reply: "Zero"\n'
    async with stage(tmp_path, on=[gateway], rules=rules) as scene:
        people = {
            what: mobile(101 + n, gateway) for n, what in enumerate([*WORDS, *SILENT, "NUL"])
        }
        if gateway == "clever":
            scene.campaign(people.values())
        await scene.up()
        for what, words in WORDS.items():
            scene.sandbox.text(gateway, people[what], f"echo {words}")
        for what, words in SILENT.items():
            scene.text(gateway, people[what], words)
        scene.text(gateway, people["NUL"], "so\0 zero\0", "Zero")
        await scene.until(
            "all were read", lambda: len(scene.select("SELECT id FROM inbox")) == len(people)
        )
        await scene.quiet()
        await scene.world(30)

        for what, words in WORDS.items():
            got = scene.replies(gateway, people[what])
            assert len(got) == 1, f"{what}: {got}, {scene.inbox(people[what])}, {scene.outbox()}"
            assert squeezed(got[0]) == squeezed(f"Echo {words}"), what
        for what in SILENT:
            assert scene.replies(gateway, people[what]) == [], what
        assert scene.replies(gateway, people["NUL"]) == ["Zero"]
        assert len(scene.sandbox.ledger) == len(WORDS) + 1
        assert scene.surprises() == []
        await scene.daemon.stop()
        assert all(json.loads(line)["action"] != "forged.action"
                   for line in scene.daemon.errors.read_text("utf-8").splitlines())  # fmt: skip
        assert SECRETS["VUDUMOBILE_API_KEY"] not in scene.log


async def test_a_reply_too_long_to_send_holds_up_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        scene.campaign([mobile(101, "clever"), mobile(102, "clever")])
        await scene.up()
        for gateway in BOTH:
            scene.text(gateway, mobile(101, gateway), "echo " + "long " * 300)
            scene.text(gateway, mobile(101, gateway), "echo next", "Echo next", offset=2)
            scene.text(gateway, mobile(102, gateway), "echo other", "Echo other")
        await scene.until("the short ones are answered", lambda: all(
            "Echo next" in scene.replies(gateway, mobile(101, gateway))
            and scene.replies(gateway, mobile(102, gateway)) == ["Echo other"]
            for gateway in BOTH))  # fmt: skip
        await scene.quiet()

        for gateway in BOTH:
            assert len(scene.replies(gateway, mobile(101, gateway))) <= 2
        assert scene.surprises() == []


@dataclass(slots=True)
class RawGateway:
    """VuduMobile as bytes: what no sandbox would say, and what it was sent."""

    rows: list[bytes] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    async def feed(self, request: web.Request) -> web.Response:
        form = parse_qs((await request.read()).decode("utf-8", "replace"))
        incoming = b"[" + b",".join(self.rows) + b"]"
        body = incoming if form.get("direction") == ["mo"] else b"[]"
        return web.Response(body=body, content_type="application/json")

    async def send(self, request: web.Request) -> web.Response:
        form = parse_qs((await request.read()).decode("utf-8", "replace"))
        self.sent.append((form["to"][0], form["message"][0]))
        return web.json_response({"status": True, "msg_id": 1000 + len(self.sent)})

    def row(self, scene: Stage, number: str, message: str, **other: object) -> None:
        """`message` is raw JSON between its quotes."""
        fields = {
            "msg_id": len(self.rows) + 1, "direction": "mo", "from": number[1:],
            "to": "15149541234", "message": "@", "part_count": 1,
            "datetime": scene.sandbox.now().strftime("%Y-%m-%d %H:%M:%S"),
        } | other  # fmt: skip
        self.rows.append(json.dumps(fields).replace('"@"', f'"{message}"').encode())


@asynccontextmanager
async def raw_gateway() -> AsyncIterator[RawGateway]:
    found = RawGateway()
    app = web.Application()
    app.router.add_post("/api/get_feed", found.feed)
    app.router.add_post("/api/send", found.send)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api"
    try:
        yield found
    finally:
        await runner.cleanup()


async def test_lone_surrogates_and_rows_of_nonsense(tmp_path: Path) -> None:
    """JSON can say what no text can; a row that is none costs only itself."""
    async with (
        raw_gateway() as raw,
        stage(tmp_path, on=["vudumobile"], gateways={"vudumobile": {"url": raw.url}}) as scene,
    ):
        await scene.up()
        await scene.world(10)
        raw.row(scene, mobile(101), r"echo half \ud83d of it")
        raw.row(scene, mobile(102), r"echo \udc00\ud800 turned round")
        raw.row(scene, mobile(103), r"echo \ud83d\ude00 whole")
        raw.row(scene, mobile(104), "echo lost", datetime="yesterday")
        raw.row(scene, mobile(105), "echo lost", **{"from": None})
        raw.row(scene, mobile(106), "echo lost", **{"from": ["1", {"2": 3}]})
        raw.row(scene, mobile(107), "echo far", datetime="9999-12-31 23:59:59")
        raw.rows += [b"null", b"7", b'"text"', b"[]", b"{}", b"1e999", b"-0"]
        raw.row(scene, mobile(108), "echo after them all")
        wanted = {mobile(101), mobile(102), mobile(103), mobile(108)}
        await scene.until(
            "every real person is answered",
            lambda: wanted <= {f"+{to}" for to, _ in raw.sent}, minutes=10,
        )  # fmt: skip
        await scene.world(60)
        await asyncio.sleep(0.2)

        answered = [f"+{to}" for to, _ in raw.sent]
        assert sorted(set(answered)) == sorted(answered), "somebody was answered twice"
        assert set(answered) - {mobile(107)} == wanted
        said = {f"+{to}": text for to, text in raw.sent}
        assert said[mobile(103)] == "Echo \U0001f600 whole"
        assert "of it" in said[mobile(101)]
        assert "turned round" in said[mobile(102)]
        assert scene.surprises() == []
        await scene.daemon.stop()
