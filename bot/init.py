"""`textobot init`: a configuration and first rules of one's own."""

from __future__ import annotations

import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

DONE, FAILED = 0, 1


def init(folder: Path) -> int:
    """Write what is not there yet, and say so; what is there stays as it is."""
    try:
        written = _copy(files("bot.starter"), folder)
        (folder / "templates").mkdir(exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"textobot: cannot write to {folder}: {error.strerror}\n")
        return FAILED
    for path in written:
        print(f"wrote {path}")  # noqa: T201 - the answer itself
    if not written:
        print(f"{folder} has a configuration and rules already; nothing was changed")  # noqa: T201
        return DONE
    print("Next: put your name into config.yaml, then run `textobot check`.")  # noqa: T201
    return DONE


def _copy(source: Traversable, folder: Path) -> list[Path]:
    written = []
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(source.iterdir(), key=lambda one: one.name):
        target = folder / entry.name
        if entry.is_dir() and not entry.name.startswith("__"):
            written += _copy(entry, target)
        elif entry.name.endswith(".yaml") and not target.exists():
            target.write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
            written.append(target)
    return written
