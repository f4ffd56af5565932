"""How noisy the machine was: what others did on it while we measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from bench.processes import TICK


def watch_machine() -> Callable[[], dict[str, Any]]:
    """Begin to watch; call what it gives at the end."""
    before, load, ours = _busy(), os.getloadavg()[0], _ours()

    def told() -> dict[str, Any]:
        busy, steal, total = (now - then for now, then in zip(_busy(), before, strict=True))
        return {
            "cores": os.cpu_count(),
            "processor": _processor(),
            "python": platform.python_version(),
            "aiohttp": aiohttp.__version__,
            "load_before": round(load, 1),
            "load_after": round(os.getloadavg()[0], 1),
            "others_percent": round(max(0.0, busy - (_ours() - ours)) / total * 100, 1),
            "steal_percent": round(steal / total * 100, 1),
        }

    return told


def _busy() -> tuple[float, float, float]:
    """Seconds of all cores: used by processes, taken by the host, and in all."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, idle, waiting, interrupts, soft, steal = (
        int(field) / TICK for field in fields
    )
    busy = user + nice + system
    return busy, steal, busy + idle + waiting + interrupts + soft + steal


def _ours() -> float:
    """CPU of this process and of those it started that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
