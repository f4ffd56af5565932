"""Every example of docs/clients.md, as somebody pastes it, against the sandbox.

The examples of one vendor are one story, in the order of the page.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.clients import Clever, VuduMobile
from bot.clients.account import Account
from bot.clock import FastClock
from bot.sandbox import Sandbox
from tests.clients.commanding import Commands

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
MANY_AWAITS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True)
class Chapter:
    """What the page has on one vendor."""

    title: str
    name: str
    """Of the opened account in the examples."""
    client: Callable[[Sandbox], Account]
    credentials: str
    """How the first example opens an account, up to the address of the sandbox."""
    url: Callable[[Sandbox], str]
    speed: float = 1.0
    """Of the clock: Clever's campaigns each wait for a second of their own."""

    @property
    def text(self) -> str:
        found = re.search(rf"^## {self.title}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
        assert found
        return found[1]

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)


VUDUMOBILE = Chapter(
    "VuduMobile",
    "vudumobile",
    lambda sandbox: VuduMobile(
        api_key=sandbox.vudumobile.api_key, url=sandbox.vudumobile_url, rate="1000/s"
    ),
    'VuduMobile(api_key=os.environ["VUDUMOBILE_API_KEY"]',
    lambda sandbox: sandbox.vudumobile_url,
)
CLEVER = Chapter(
    "Clever",
    "clever",
    lambda sandbox: Clever(
        login=sandbox.clever.login,
        password=sandbox.clever.password,
        url=sandbox.clever_url,
        rate="1000/s",
        clock=FastClock.parse(sandbox.clock.spec),
    ),
    'login=os.environ["CLEVER_LOGIN"], password=os.environ["CLEVER_PASSWORD"]',
    lambda sandbox: sandbox.clever_url,
    speed=10.0,
)
CHAPTERS = (VUDUMOBILE, CLEVER)
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


@pytest.fixture
def speed(chapter: Chapter) -> float:
    return chapter.speed


@each_chapter
async def test_the_examples_in_python(
    chapter: Chapter, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, *examples = chapter.blocks("python")
    names: dict[str, Any] = {"__name__": "__main__"}
    async with chapter.client(sandbox) as account:
        names[chapter.name] = account
        for example in examples:
            awaited = eval(compile(example, "docs/clients.md", "exec", flags=MANY_AWAITS), names)
            if awaited is not None:
                await awaited

    assert "asyncio.run(main())" in whole
    assert capsys.readouterr().out


@each_chapter
async def test_the_first_example_is_a_program(
    chapter: Chapter, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the sandbox's address in it, and nothing else changed."""
    whole = chapter.blocks("python")[0]
    assert chapter.credentials in whole
    monkeypatch.setenv("VUDUMOBILE_API_KEY", sandbox.vudumobile.api_key)
    monkeypatch.setenv("CLEVER_LOGIN", sandbox.clever.login)
    monkeypatch.setenv("CLEVER_PASSWORD", sandbox.clever.password)
    here = f"{chapter.credentials}, url={chapter.url(sandbox)!r}"
    program = whole.replace(chapter.credentials, here).replace("asyncio.run(main())", "")

    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(program, "docs/clients.md", "exec"), names)
    await names["main"]()

    assert sandbox.requests[-1].status == 200


@each_chapter
async def test_the_examples_by_hand(chapter: Chapter, textobot: Commands) -> None:
    """`REFERENCE` stands for that of the newest campaign."""
    lines = [line for block in chapter.blocks("bash") for line in block.splitlines()]
    assert len(lines) >= 10
    told = ""
    for line in lines:
        program, *arguments = shlex.split(line.replace("REFERENCE", told))
        result = await textobot(*arguments)

        assert program == "textobot"
        assert (result.exit_code, result.stderr) == (0, ""), line
        assert result.stdout, line
        campaigns = re.findall(r'"reference": "(\w+)"', result.stdout)
        told = campaigns[0] if "push" in line and campaigns else told
