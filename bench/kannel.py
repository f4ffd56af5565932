"""Kannel, for the record: the same number of texts through `bearerbox` and `smsbox`.

    python -m bench.kannel SERVICES TEXTS DELAY_MS

Texts come one request each on kept-alive connections, replies are static text by keyword and go
out one request each; nothing is stored. Kannel's HTTP connection listens on all interfaces
whatever it is told, so everything runs in a network namespace that has nothing but loopback; the
ports are therefore nobody else's.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.gateway import FIRST, OURS
from bench.processes import (
    cpu_seconds,
    gateway,
    memory_megabytes,
    program,
    wait_for_sends,
)

CONNECTIONS = 16
STATUS_PORT, BOX_PORT, TEXT_PORT = 13000, 13001, 13010
MOST_SERVICES = 10_000
"""It looks through all services for each text: with more of them a run says nothing new."""
MANY_SERVICES = 1_000
"""With more it is given fewer texts, which keeps a run well below a minute."""
LONGEST_START, LONGEST_RUN = 30.0, 90.0


@dataclass(frozen=True, slots=True)
class KannelRun:
    """What one run of Kannel cost: both of its processes together."""

    texts: int
    cpu_us: float
    texts_a_second: float
    megabytes: float


def run_kannel(services: int, texts: int, delay_ms: float) -> KannelRun | str:
    """Measure Kannel, or say why that cannot be done here."""
    if not (shutil.which("bearerbox") and shutil.which("smsbox")):
        return "not installed (Debian's package kannel)"
    if services > MOST_SERVICES:
        return f"not measured with more than {MOST_SERVICES:,} services"
    if not _can_isolate():
        return "no network namespace can be made here (root is needed)"
    texts = max(1, min(texts, texts * MANY_SERVICES // services))
    inside = f"exec {sys.executable} -m bench.kannel {services} {texts} {delay_ms}"
    with program(*_ISOLATE, f"{_LOOPBACK} && {inside}") as running:
        try:
            told, _ = running.communicate(timeout=LONGEST_START + LONGEST_RUN)
        except subprocess.TimeoutExpired:
            return "did not come to an end"
    if running.returncode != 0:
        return "failed"
    return KannelRun(**json.loads(told))


_ISOLATE = ("unshare", "--net", "sh", "-c")
_LOOPBACK = "ip link set lo up"


def _can_isolate() -> bool:
    try:
        tried = subprocess.run([*_ISOLATE, _LOOPBACK], capture_output=True, check=False)
    except OSError:
        return False
    return tried.returncode == 0


# What follows runs inside the namespace.


def configuration(services: int, port: int) -> str:
    """Write Kannel's configuration, with messages going to the gateway on that port."""
    head = f"""
group = core
admin-port = {STATUS_PORT}
admin-password = bench
admin-interface = 127.0.0.1
smsbox-port = {BOX_PORT}
box-allow-ip = 127.0.0.1
log-level = 3

group = smsc
smsc = http
smsc-id = bench
system-type = kannel
port = {TEXT_PORT}
smsc-username = bench
smsc-password = bench
max-pending-submits = 512
send-url = "http://127.0.0.1:{port}/kannel"

group = smsbox
bearerbox-host = 127.0.0.1
log-level = 3
"""
    each = (
        f'group = sms-service\nkeyword = mot{number}\ntext = "Reponse numero {number}."\n'
        for number in range(services)
    )
    return "\n".join([head, *each])


@contextmanager
def kannel(services: int, port: int) -> Iterator[tuple[int, int]]:
    """Start both of its processes; gives their ids when texts can come."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "kannel.conf"
        path.write_text(configuration(services, port))
        log = Path(name) / "log"
        with program("bearerbox", "-v", "4", str(path), log=log) as bearerbox:
            _wait_until(lambda: "Status:" in _status())
            with program("smsbox", "-v", "4", str(path), log=log) as smsbox:
                _wait_until(lambda: "smsbox:" in _status())
                yield bearerbox.pid, smsbox.pid


def _status() -> str:
    address = f"http://127.0.0.1:{STATUS_PORT}/status.txt?password=bench"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            content: bytes = answer.read()
    except OSError:
        return ""
    return content.decode(errors="replace")


def _wait_until(condition: Callable[[], bool]) -> None:
    latest = time.perf_counter() + LONGEST_START
    while not condition():
        if time.perf_counter() > latest:
            raise RuntimeError("Kannel did not start")
        time.sleep(0.05)


async def text_kannel(texts: range, services: int) -> None:
    """Hand over so many texts, one request each, on a few connections."""
    serials = iter(texts)

    async def one_after_the_other() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", TEXT_PORT)
        for serial in serials:
            asked = (
                f"username=bench&password=bench&from={FIRST + serial}&to={OURS}"
                f"&text=mot{serial * 7919 % services}"
            )
            writer.write(f"GET /?{asked} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            assert head.startswith(b"HTTP/1.1 202 "), head
            assert length, head
            await reader.readexactly(int(length[1]))
        writer.close()

    await asyncio.gather(*(one_after_the_other() for _ in range(CONNECTIONS)))


def measure(services: int, texts: int, delay_ms: float) -> KannelRun:
    """Run it inside the namespace, after one text to warm up."""
    with gateway(services, delay_ms) as port, kannel(services, port) as pids:
        asyncio.run(text_kannel(range(1), services))
        wait_for_sends(port, 1, LONGEST_START)
        before, begun = sum(map(cpu_seconds, pids)), time.perf_counter()
        asyncio.run(text_kannel(range(1, texts + 1), services))
        last = wait_for_sends(port, texts + 1, LONGEST_RUN)
        return KannelRun(
            texts=texts,
            cpu_us=(sum(map(cpu_seconds, pids)) - before) / texts * 1e6,
            texts_a_second=texts / (last - begun),
            megabytes=sum(map(memory_megabytes, pids)),
        )


if __name__ == "__main__":
    # Told to end, it ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    result = measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
    print(json.dumps(asdict(result)))
