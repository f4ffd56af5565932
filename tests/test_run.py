"""`textobot run`, as a process: it plays both gateways, serves, reloads, and ends when told."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.run import DONE, WRONG

ROOT = Path(__file__).parent.parent
SOON = 30.0
GOOD = "rules: [{id: a, keyword: [météo], reply: Soleil}]\n"
BETTER = "rules: [{id: a, keyword: [météo], reply: Pluie}, {id: b, anything: true, reply: Quoi}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\nreload: watch\nweb: {listen: 127.0.0.1:0}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(GOOD)
    return tmp_path


class Textobot:
    """A process of ours, with its two streams in files."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._streams = folder / "out", folder / "err"
        with self._streams[0].open("wb") as out, self._streams[1].open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run", *arguments],
                cwd=folder,
                env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def output(self) -> str:
        return self._streams[0].read_text("utf-8")

    @property
    def errors(self) -> str:
        return self._streams[1].read_text("utf-8")

    def actions(self) -> list[str]:
        lines = self.errors.splitlines()
        return [json.loads(line).get("action", "") for line in lines if line.startswith("{")]

    def until(self, seen: Callable[[], Any]) -> Any:
        end = time.monotonic() + SOON
        while not (found := seen()):
            assert self.process.poll() is None, f"ended: {self.errors}"
            assert time.monotonic() < end, f"waited in vain: {self.errors}"
            time.sleep(0.02)
        return found

    def get(self, path: str) -> dict[str, Any]:
        """What a page of ours says; empty while nobody answers."""
        served = re.search(r'"address": ?"(http://[^/"]+)/readyz"', self.errors)
        if served is None:
            return {}
        with suppress(OSError):
            try:
                answer = urllib.request.urlopen(served[1] + path, timeout=5)
            except urllib.error.HTTPError as refusal:
                answer = refusal
            with answer:
                return dict(json.load(answer), http=answer.status)
        return {}


@pytest.fixture
def sandbox(folder: Path) -> Iterator[Textobot]:
    """`textobot run --sandbox`, ready."""
    textobot = Textobot(folder, "--sandbox")
    try:
        textobot.until(lambda: textobot.get("/readyz").get("http") == 200)
        yield textobot
    finally:
        textobot.process.kill()
        textobot.process.wait()


def test_a_life_with_both_gateways_played(sandbox: Textobot, folder: Path) -> None:
    """INV-41: faulty files leave the rules in force that were read before, and it is said."""
    rules = folder / "rules" / "a.yaml"
    ready = sandbox.get("/readyz")
    assert ready["status"] == "ok"
    assert set(ready["gateways"]) == {"vudumobile", "clever"}
    assert "The phones are here: http://" in sandbox.output

    rules.write_text("rules: [")
    sandbox.until(lambda: sandbox.get("/readyz")["status"] == "degraded")
    assert sandbox.get("/readyz")["http"] == 200
    assert sandbox.get("/readyz")["rules"]["count"] == 1

    rules.write_text(BETTER)
    sandbox.until(lambda: sandbox.get("/readyz")["rules"]["count"] == 2)
    reloads = sandbox.actions().count("rules.read")
    sandbox.process.send_signal(signal.SIGHUP)
    sandbox.until(lambda: sandbox.actions().count("rules.read") == reloads + 1)

    begun = time.monotonic()
    sandbox.process.send_signal(signal.SIGTERM)
    assert sandbox.process.wait(10) == DONE
    assert time.monotonic() - begun < 10
    assert "rules.refused" in sandbox.actions()
    assert not (folder / "data" / "textobot.db").exists()  # it has a store of its own


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda folder: None, "no gateway is on. Put VUDUMOBILE_API_KEY", id="no gateway is on"
        ),
        pytest.param(
            lambda folder: (folder / "config.yaml").write_text("language: fr"),
            "config.yaml:1:1: ",
            id="a faulty configuration",
        ),
    ],
)
def test_what_cannot_be_run_says_why(
    folder: Path, change: Callable[[Path], object], told: str
) -> None:
    change(folder)

    textobot = Textobot(folder)

    assert textobot.process.wait(SOON) == WRONG
    assert told in textobot.errors
    assert "Traceback" not in textobot.errors
