"""Texting rules that are edited meanwhile, that ask addresses; and in a real terminal."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.chatting import Chat, after, chatted, write_rules

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration and rules."""
    monkeypatch.chdir(tmp_path)
    write_rules(tmp_path)
    return tmp_path


@pytest.fixture
def chat(folder: Path) -> Chat:
    return chatted


def test_rules_are_read_again(chat: Chat, folder: Path) -> None:
    file = folder / "rules" / "a.yaml"

    def lines() -> Iterator[str]:
        yield "meteo"
        file.write_text("rules: [{id: a, keyword: meteo, reply: '{{ nobody }}'}]\n")
        yield "/reload"
        yield "meteo"
        file.write_text("rules: [{id: a, keyword: meteo, reply: Pluie}]\n")
        yield "/reload"
        yield "meteo"

    said = interactive(folder, lines())

    assert "rules/a.yaml:1:" in said
    assert "these are not in force; mend them" in said
    assert "1 rule in force." in said
    assert said.index("Beau, dit-on") < said.index("these are not in force") < said.index("Pluie")


@pytest.mark.parametrize("command", ["/reset", "/at 2026-03-01 12:00"])
def test_what_begins_anew_keeps_the_rules_that_were_read(folder: Path, command: str) -> None:
    file = folder / "rules" / "a.yaml"

    def lines() -> Iterator[str]:
        yield "rdv"
        file.write_text("rules: [{id: a, keyword: meteo, reply: '{{ nobody }}'}]\n")
        yield command
        yield "/state"
        yield "meteo"
        file.write_text("rules: [{id: a, keyword: meteo, reply: Pluie}]\n")
        yield command.replace("03-01", "02-01")
        yield "meteo"

    said = interactive(folder, lines())

    in_order = ["rules/a.yaml:1:", "these are not in force; mend them", "no question is open"]
    places = [said.index(one) for one in [*in_order, "Beau, dit-on", "Pluie"]]
    assert places == sorted(places)


def test_faulty_rules_are_told_as_check_tells_them(folder: Path) -> None:
    (folder / "rules" / "a.yaml").write_text("rules: [{id: a}]\n")

    told = CliRunner().invoke(main, ["check"])
    result = CliRunner().invoke(main, ["chat"], input="meteo\n")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == told.stderr


def test_the_explanation_is_that_of_explain(chat: Chat, folder: Path) -> None:
    result = chat("vote 3", "/why")

    told = CliRunner().invoke(main, ["explain", "vote 3"])
    assert [line.rstrip() for line in after(result, "/why")] == [
        line.rstrip() for line in told.stdout.splitlines()
    ]


@pytest.fixture
def sky() -> Iterator[str]:
    """The address of a server that knows the sky."""

    class Sky(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"sky": f"bleu {self.path}"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Sky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("options", "outcome", "reply"),
    [((), "answered", "< bleu /w?t=QC"), (("--offline",), "no help (not asked", "< Panne")],
)
def test_addresses_are_really_asked(
    chat: Chat, folder: Path, sky: str, options: tuple[str, ...], outcome: str, reply: str
) -> None:
    lookup = {"url": sky + "/w?t={{ rest }}", "expect": {"sky": "text"}, "fallback": "Panne"}
    rule = {"id": "a", "keyword": "ville", "do": {"lookup": lookup}, "reply": "{{ sky }}"}
    (folder / "rules" / "a.yaml").write_text(json.dumps({"rules": [rule]}))

    asked, answered, *_ = after(chat("ville QC", options=options), "ville QC")

    assert asked.startswith(f"  asked {sky}/w?t=QC: {outcome}")
    assert answered == reply


# A real terminal


def interactive(folder: Path, lines: Iterator[str]) -> str:
    """Type lines into a terminal, one when the one before was answered, and Ctrl-C at last."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--at", "2026-03-02 12:00"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "TERM": "xterm", "PATH": "", "HOME": str(folder)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = _until(master, "> ")
    try:
        for line in lines:
            os.write(master, f"{line}\n".encode())
            shown += _until(master, "> ")
        assert _interrupted(process) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return shown


def _interrupted(process: subprocess.Popen[bytes]) -> int:
    """Press Ctrl-C until it is heard: readline misses one between its prompt and its waiting."""
    for _ in range(30):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(2)
    raise AssertionError("it goes on in spite of Ctrl-C")


def _until(master: int, prompt: str) -> str:
    """Read a terminal until it waits for the next line."""
    shown, end = "", time.monotonic() + 60
    while not shown.endswith(prompt):
        assert time.monotonic() < end, shown
        shown += os.read(master, 4096).decode("utf-8", "replace")
    return shown


def test_in_a_terminal_why_is_faint(folder: Path) -> None:
    shown = interactive(folder, iter(["meteo"]))

    assert "< Beau, dit-on" in shown
    assert "\x1b[2m  weather (météo)\x1b[0m" in shown
