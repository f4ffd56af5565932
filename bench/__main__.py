"""`make bench`: the table, and the same as JSON.

Machines are noisy: the daemon and the reference run in turns, several times each, and what counts
is the ratio of their medians.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CONCURRENCY = 128
"""Of the reference; as many as the daemon has under way where the rate does not hold it."""
TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured."""

    name: str
    rules: int
    texts: int
    delay_ms: float = 0.0


def rules_yaml(count: int) -> str:
    """Write so many keyword rules, one in ten with a word of the text in its reply."""
    lines = ["rules:"]
    for number in range(count):
        reply = f"Reponse numero {number}."
        if number % 10 == 0:
            reply = f"Reponse numero {number} pour {{{{ number }}}}."
        lines += [f"  - id: r{number}", f"    keyword: [mot{number}]", f'    reply: "{reply}"']
    return "\n".join(lines) + "\n"


def write_installation(folder: Path, port: int, rules: int, poll: str) -> None:
    """Make a configuration for the gateway on that port, with everything on."""
    (folder / "rules").mkdir()
    (folder / "templates").mkdir()
    (folder / "rules" / "bench.yaml").write_text(rules_yaml(rules))
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
def process(
    *arguments: str, log: Path | None = None, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Run a Python process of ours until the body ends; its stderr goes to the log."""
    with (log or Path(os.devnull)).open("w") as stderr:
        running = subprocess.Popen(
            [sys.executable, *arguments],
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


def call(url: str, *, post: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Ask one of our processes."""
    request = urllib.request.Request(url, data=b"" if post else None)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def cpu_seconds(pid: int) -> float:
    """CPU that a process has used, in its own threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_megabytes(pid: int) -> float:
    """The most memory that a process had so far."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


@contextmanager
def daemon(port: int, rules: int, poll: str = "1s") -> Iterator[tuple[int, float]]:
    """Start the daemon; gives its process id, and the seconds from start to ready."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_installation(folder, port, rules, poll)
        log, config = folder / "log", str(folder / "config.yaml")
        begun = time.perf_counter()
        with process("-m", "bot", "run", "-c", config, log=log, BENCH_KEY="bench-key") as running:
            _wait_until_ready(log, running)
            yield running.pid, time.perf_counter() - begun


def _wait_until_ready(log: Path, running: subprocess.Popen[str]) -> None:
    while True:
        if running.poll() is not None:
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
    with process("-m", "bench.gateway", str(keywords), str(delay_ms)) as running:
        assert running.stdout is not None
        yield int(running.stdout.readline())


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the daemon cost."""

    cpu_us: float
    """CPU of our process for a text, microseconds."""
    texts_a_second: float
    latencies: list[float]
    """Seconds from visible in the feed to accepted."""
    megabytes: float
    ready_seconds: float


def run_daemon(case: Case) -> Run:
    """Show all texts at once, and wait until each has its reply."""
    with gateway(case.rules, case.delay_ms) as port, daemon(port, case.rules) as (pid, ready):
        before, begun = cpu_seconds(pid), time.perf_counter()
        call(f"http://127.0.0.1:{port}/show?texts={case.texts}", post=True)
        state = _wait_for(port, case.texts, begun)
        seconds = time.perf_counter() - begun
        time.sleep(0.3)  # the last outcomes are being written
        cpu = cpu_seconds(pid) - before
        return Run(
            cpu_us=cpu / case.texts * 1e6,
            texts_a_second=case.texts / seconds,
            latencies=state["latencies"],
            megabytes=memory_megabytes(pid),
            ready_seconds=ready,
        )


def _wait_for(port: int, texts: int, begun: float) -> dict[str, Any]:
    while True:
        state: dict[str, Any] = call(f"http://127.0.0.1:{port}/state")
        if state["sends"] > texts:
            raise RuntimeError(f"{state['sends']} replies to {texts} texts")
        if state["sends"] == texts:
            return state
        if time.perf_counter() - begun > LONGEST_SECONDS:
            raise RuntimeError(f"only {state['sends']} replies to {texts} texts")
        time.sleep(0.2)


def run_bare(case: Case) -> tuple[float, float]:
    """Send as many messages with nothing around them: CPU microseconds each, and a second."""
    with gateway(case.rules, case.delay_ms) as port:
        told = subprocess.run(
            [sys.executable, "-m", "bench.bare", str(port), str(case.texts), str(CONCURRENCY)],
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
        )
        used = json.loads(told.stdout)
        return used["cpu"] / case.texts * 1e6, case.texts / used["seconds"]


def run_idle(texts: int, poll_seconds: float) -> list[float]:
    """Show one text after the other, at no moment in particular of the polling."""
    with (
        gateway(10, 0) as port,
        daemon(port, 10, f"{int(poll_seconds * 1000)}ms"),
    ):
        for number in range(texts):
            call(f"http://127.0.0.1:{port}/show?texts=1", post=True)
            time.sleep(poll_seconds * (1.15 + number * 0.618 % 1))
        latencies: list[float] = _wait_for(port, texts, time.perf_counter())["latencies"]
        return latencies


def percentile(values: list[float], part: float) -> float:
    """The value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measure(case: Case, rounds: int) -> dict[str, Any]:
    """Run daemon and reference in turns."""
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(run_bare(case))
        ours.append(run_daemon(case))
    cpu = statistics.median(run.cpu_us for run in ours)
    reference = statistics.median(used for used, _ in bare)
    latencies = [latency for run in ours for latency in run.latencies]
    return {
        "case": case.name,
        "rules": case.rules,
        "cpu_us": round(cpu, 1),
        "bare_cpu_us": round(reference, 1),
        "ratio": round(cpu / reference, 2),
        "texts_a_second": round(statistics.median(run.texts_a_second for run in ours)),
        "bare_a_second": round(statistics.median(each for _, each in bare)),
        "p50_ms": round(percentile(latencies, 0.5) * 1000),
        "p99_ms": round(percentile(latencies, 0.99) * 1000),
        "megabytes": round(max(run.megabytes for run in ours)),
        "ready_seconds": round(statistics.median(run.ready_seconds for run in ours), 2),
    }


def measure_idle(texts: int, poll_seconds: float) -> dict[str, Any]:
    """How long a single text waits, beyond half a polling interval."""
    latencies = run_idle(texts, poll_seconds)
    return {
        "case": "one text at a time",
        "poll_ms": poll_seconds * 1000,
        "p50_ms": round(percentile(latencies, 0.5) * 1000),
        "p99_ms": round(percentile(latencies, 0.99) * 1000),
        "p50_beyond_half_a_poll_ms": round(
            (percentile(latencies, 0.5) - poll_seconds / 2) * 1000, 1
        ),
    }


LONGEST_SECONDS = 300


def main() -> None:
    """Measure what was asked, print the table, and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rules", type=int, nargs="*", default=[10, 1_000, 10_000, 100_000])
    parser.add_argument("--json", type=Path, default=ROOT / "bench" / "results" / "latest.json")
    asked = parser.parse_args()
    cases = [Case(f"{rules:,} rules", rules, asked.texts) for rules in asked.rules]
    cases.append(Case("answers after 50 ms", 10, asked.texts, delay_ms=50))
    results = [measure(case, asked.rounds) for case in cases]
    results.append(measure_idle(60, 0.5))
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    asked.json.write_text(json.dumps(results, indent=2) + "\n")
    show(results)


def show(results: list[dict[str, Any]]) -> None:
    """Print the results as a table."""
    columns = list(dict.fromkeys(name for result in results for name in result))
    table = Table(*columns)
    for result in results:
        table.add_row(*(str(result.get(name, "")) for name in columns))
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
