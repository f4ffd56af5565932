"""Templates and rule files in a folder of their own."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.templates import Organisation, Templates

Write = Callable[..., Path]
Load = Callable[..., Templates]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the test's folder: `write("rules/a.yaml", "rules: []")`."""

    def written(name: str, content: str | bytes) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return written


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load `templates/` of the test's folder."""

    def loaded(name: str = "Radio Exemple", *, language: str = "fr") -> Templates:
        return Templates.load(
            tmp_path / "templates",
            organisation=Organisation(name, "418 555-0199"),
            language=language,
            timezone=ZoneInfo("America/Montreal"),
        )

    return loaded
