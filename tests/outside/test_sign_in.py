"""Every example of docs/sign-in.md and docs/connexion.md, against a daemon that runs."""

import asyncio
import os
import re
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.outside.harness import ROOT, Stage, stage
from tests.outside.test_api import shell
from tests.outside.verifying import token_of
from tests.sandbox.conftest import reserved_port

pytestmark = pytest.mark.kill

ANA = "+15145550001"
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
WEBHOOK = "a word between the two of us"


def examples(page: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(rf"```{kind}\n(.*?)```", text, re.DOTALL)


class Program:
    """An example that runs, with somebody at its keyboard."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def begun(cls, source: str, **environ: str) -> "Program":
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-c", source),
                env={"PATH": os.environ["PATH"], **environ},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def says(self) -> str:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            return (await self.process.stdout.readline()).decode().strip()

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())

    async def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        await self.process.wait()


async def texted(scene: Stage, number: str, nth: int) -> str:
    """The text that came to a phone, once so many came."""
    await scene.until("it came", lambda: len(scene.replies("vudumobile", number)) >= nth)
    return scene.replies("vudumobile", number)[nth - 1]


@pytest.mark.parametrize("page", ["sign-in.md", "connexion.md"])
async def test_every_example_signs_somebody_in(tmp_path: Path, page: str) -> None:
    language = "en" if page == "sign-in.md" else "fr"
    (rules,) = examples(page, "yaml rules/shop.yaml")
    (hook,) = examples(page, "python hook")
    asking, typed, inbound = examples(page, "python")
    port = reserved_port()
    (webhooks,) = examples(page, "yaml config.yaml")
    assert "events: [signed-in]" in webhooks
    hooks = [{"url": f"http://127.0.0.1:{port}/hook", "secret": WEBHOOK, "events": ["signed-in"]}]
    settings: dict[str, Any] = {"webhooks": hooks, "language": language}
    now = datetime.now(UTC)  # the example's hook refuses what was signed long ago
    async with stage(tmp_path, on=["vudumobile"], start=now, speed=1.0, **settings) as scene:
        scene.rules(rules)
        (template,) = examples(page, f"jinja templates/{language}/verification.j2")
        (tmp_path / "templates" / language).mkdir()
        (tmp_path / "templates" / language / "verification.j2").write_text(template, "utf-8")
        daemon = await scene.up()
        environ = {"TOKEN": await token_of(scene), "ADDRESS": daemon.address}
        for example in examples(page, "bash"):
            status, output = await shell(example, **environ)
            assert status == 0, output

        program = await Program.begun(asking + typed, **environ)
        text = await texted(scene, ANA, 1)
        code = CODE.findall(text)[0]
        assert text.endswith(f"\n\n@shop.example.com #{code}")
        program.type(code)
        assert (await program.says()).endswith(("Come in.", "Entrez."))

        program = await Program.begun(asking + inbound, **environ)
        shown = (await program.says()).split()
        assert shown[3].rstrip(".") == scene.sandbox.vudumobile.our_number
        scene.text("vudumobile", ANA, shown[1])
        assert await program.says() == f"{ANA} approved"

        listening = await Program.begun(hook, PORT=str(port), WEBHOOK_SECRET=WEBHOOK)
        scene.text("vudumobile", ANA, "Enter BKWZQT" if language == "en" else "entrer bkwzqt")
        code = CODE.findall(await texted(scene, ANA, 2))[0]
        scene.text("vudumobile", ANA, code)
        told = await listening.says()
        await listening.end()
        assert told.upper() == f"BKWZQT {ANA}"
        assert scene.surprises() == []
