"""`textobot messages`: what was said lately, as a table and for programs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.configs import loaded
from tests.services.played import ANA, BEN, Scene, open_scene


def run(folder: Path, *words: str) -> Result:
    environ = {"TEXTOBOT_CLOCK": "1772452800,0,0.000001"}  # it is noon on 2 March 2026
    command = ["messages", "-c", str(folder / "config.yaml"), *words]
    return CliRunner().invoke(main, command, env=environ)


async def said(scene: Scene) -> None:
    await scene.receive("meteo")
    await scene.receive("bonjour\x1b[2J", number=BEN)
    await scene.write_to(ANA, text="Il fait\nbeau.")


async def make(folder: Path) -> None:
    async with open_scene(folder) as scene:
        await said(scene)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    loaded(
        tmp_path,
        "gateways: {vudumobile: {api_key: k, our_number: '+15149541234'}}\n"
        "store: sqlite:///textobot.db\n",
    )
    asyncio.run(make(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ((), ["inbound-1", "inbound-2", "outbound-1"]),
        (("--direction", "in"), ["inbound-1", "inbound-2"]),
        (("--direction", "out"), ["outbound-1"]),
        (("--number", "514 555-0001"), ["inbound-1", "outbound-1"]),
        (("--since", "7d", "--number", BEN), ["inbound-2"]),
    ],
    ids=["all", "theirs", "ours", "of a number", "since"],
)
def test_programs_read_what_the_api_gives(
    folder: Path, words: tuple[str, ...], ids: list[str]
) -> None:
    done = run(folder, *words, "--json")

    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["id"] for one in json.loads(done.stdout)] == ids
    assert done.stdout.isascii()


def test_people_read_a_line_for_each(folder: Path) -> None:
    done = run(folder)

    assert "> +15145550001" in done.stdout
    assert "Il fait beau." in " ".join(done.stdout.split())
    assert "3 messages since 1d." in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("words", "fault"),
    [(("--number", "abc"), "this is no number"), (("--since", "soon"), "duration")],
)
def test_what_cannot_be_is_told(folder: Path, words: tuple[str, ...], fault: str) -> None:
    done = run(folder, *words)

    assert (done.exit_code, fault in done.stderr) == (2, True), done.stderr
