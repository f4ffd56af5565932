"""The processes that a measurement starts and ends, and what they used."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parent.parent
RULES_IN_A_FILE = 10_000
"""A file of rules may be 5 MiB."""
IDLE_SECONDS = 1.0
LONGEST_START = 120.0
"""Seconds until ready; 100,000 rules take their time."""


def rules_yaml(numbers: range) -> str:
    """Write keyword rules, one in ten with the sender's number in its reply."""
    lines = ["rules:"]
    for number in numbers:
        reply = f"Reponse numero {number}."
        if number % 10 == 0:
            reply = f"Reponse numero {number} pour {{{{ number }}}}."
        lines += [f"  - id: r{number}", f"    keyword: [mot{number}]", f'    reply: "{reply}"']
    return "\n".join(lines) + "\n"


def write_installation(folder: Path, port: int, rules: int, poll: str) -> None:
    """Make a configuration for the gateway on that port, with everything on."""
    (folder / "rules").mkdir()
    (folder / "templates").mkdir()
    for first in range(0, rules, RULES_IN_A_FILE):
        numbers = range(first, min(first + RULES_IN_A_FILE, rules))
        (folder / "rules" / f"bench{first}.yaml").write_text(rules_yaml(numbers))
    (folder / "config.yaml").write_text(
        f"""
organisation: {{name: "Radio Exemple", contact: "418 555-0199"}}
web: {{listen: "127.0.0.1:0"}}
gateways:
  vudumobile:
    url: http://127.0.0.1:{port}/api
    api_key: ${{BENCH_KEY}}
    our_number: "+15149541234"
    poll: {poll}
    rate: 100000/s
"""
    )


@contextmanager
def program(
    *command: str, log: Path | None = None, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the body ends; its stderr goes to the log."""
    with (log or Path(os.devnull)).open("w") as stderr:
        running = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            cwd=ROOT,
            env=os.environ | environment,
        )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()


def call(url: str, *, post: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Ask one of our processes."""
    request = urllib.request.Request(url, data=b"" if post else None)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used, in its own threads."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICK


def parent_of(pid: int) -> int:
    """The process that started another."""
    return int(_stat(pid)[1])


def cpu_of_family(pid: int) -> float:
    """CPU that a process and those it started have used, those that have ended included."""
    used = cpu_seconds(pid) + sum(map(int, _stat(pid)[13:15])) / TICK
    for one in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            if parent_of(int(one.name)) == pid:
                used += cpu_seconds(int(one.name))
    return used


def _stat(pid: int) -> list[str]:
    """What the kernel tells of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def memory_megabytes(pid: int) -> float:
    """The most memory that a process had so far, in millions of bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


@contextmanager
def daemon(port: int, rules: int, poll: str = "1s") -> Iterator[tuple[int, float]]:
    """Start the daemon; gives its process id, and the seconds from start to ready."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_installation(folder, port, rules, poll)
        log, config = folder / "log", str(folder / "config.yaml")
        command = (sys.executable, "-m", "bot", "run", "-c", config)
        begun = time.perf_counter()
        with program(*command, log=log, BENCH_KEY="bench-key") as running:
            wait_until_ready(log, running, begun + LONGEST_START)
            yield running.pid, time.perf_counter() - begun


def wait_until_ready(log: Path, running: subprocess.Popen[str], latest: float) -> None:
    """Wait until a daemon is ready; `latest` by `time.perf_counter`."""
    while True:
        if running.poll() is not None or time.perf_counter() > latest:
            raise RuntimeError(f"the daemon did not start: {log.read_text()}")
        addresses = re.findall(r"http://\S+/readyz", log.read_text())
        try:
            if addresses:
                call(addresses[0])
                return
        except OSError:
            pass
        time.sleep(0.01)


@contextmanager
def gateway(keywords: int, delay_ms: float) -> Iterator[int]:
    """Start the gateway; gives its port."""
    with program(sys.executable, "-m", "bench.gateway", str(keywords), str(delay_ms)) as running:
        assert running.stdout is not None
        yield int(running.stdout.readline())


def wait_for_sends(port: int, sends: int, longest: float = 300.0) -> float:
    """Wait until the gateway accepted exactly so many; gives the instant of the last."""
    begun = time.perf_counter()
    while True:
        state: dict[str, float] = call(f"http://127.0.0.1:{port}/state")
        if state["sends"] > sends:
            raise RuntimeError(f"{state['sends']} messages where {sends} were expected")
        if state["sends"] == sends:
            return state["last"]
        if time.perf_counter() - begun > longest:
            raise RuntimeError(f"only {state['sends']} of {sends} messages came")
        time.sleep(0.1)


def wait_until_idle(pid: int, longest: float = 60.0) -> None:
    """Wait until a process has little to do: what it found at its start is stored."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < longest:
        before = cpu_seconds(pid)
        time.sleep(IDLE_SECONDS)
        if cpu_seconds(pid) - before < IDLE_SECONDS / 5:
            return
