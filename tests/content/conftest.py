"""Templates and rule files in a folder of their own."""

from collections.abc import Callable, Collection
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.rulebook import check, load_rulebook
from bot.content.templates import Organisation, Templates
from bot.core.rulebook import Rulebook

Write = Callable[..., Path]
Load = Callable[..., Templates]
Rules = Callable[..., Rulebook]
Told = Callable[..., list[str]]


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


@pytest.fixture
def rules(write: Write, load: Load, tmp_path: Path) -> Rules:
    """Write `rules/a.yaml` and further files, and load all of them."""

    def loaded(content: str | bytes, *, sandbox: bool = False, **others: str) -> Rulebook:
        write("rules/a.yaml", content)
        for name, other in others.items():
            write(f"rules/{name}.yaml", other)
        return load_rulebook(tmp_path / "rules", load(), sandbox=sandbox)

    return loaded


@pytest.fixture
def told(write: Write, load: Load, tmp_path: Path) -> Told:
    """Write `rules/a.yaml`, and give what is wrong: `line:column: what; remedy`."""

    def faults(content: str | bytes, **known: Collection[str]) -> list[str]:
        write("rules/a.yaml", content)
        found = check(tmp_path / "rules", load(), **known)
        return [
            str(one).removeprefix(f"{tmp_path}/").removeprefix("rules/a.yaml:") for one in found
        ]

    return faults
