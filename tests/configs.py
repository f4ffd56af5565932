"""Configurations for tests: what is written beside the smallest one that is right."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.yamlfile import Faults

SMALLEST = "organisation: {name: Radio, contact: 418 555-0199}\n"


def loaded(
    folder: Path, content: str, environ: Mapping[str, str] | None = None, *, mode: int = 0o600
) -> Config:
    """Write a configuration whose second line is the first of `content`, and load it."""
    file = folder / "config.yaml"
    file.write_text(SMALLEST + content)
    file.chmod(mode)
    return load_config(file, environ or {})


def told(
    folder: Path, content: str, environ: Mapping[str, str] | None = None, *, mode: int = 0o600
) -> list[str]:
    """Give the faults of a configuration, without the name of the file."""
    with pytest.raises(Faults) as caught:
        loaded(folder, content, environ, mode=mode)
    return [str(fault).split("config.yaml:", 1)[1] for fault in caught.value.faults]
