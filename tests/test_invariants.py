"""What docs/invariants.md says is held, a test holds; and what a test holds, stands there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (INV-\d+) \| .+ \| (\S*) ?\|$", re.MULTILINE)
KNOWN = dict(ROW.findall((ROOT / "docs" / "invariants.md").read_text("utf-8")))
HELD = sorted((name for name, since in KNOWN.items() if since), key=lambda name: int(name[4:]))
NAMED: dict[str, set[str]] = {}
for path in sorted((ROOT / "tests").rglob("test_*.py")):
    if path != Path(__file__):
        for name in re.findall(r"INV-\d+", path.read_text("utf-8")):
            NAMED.setdefault(name, set()).add(path.name)


def test_the_page_has_them_all() -> None:
    assert list(KNOWN) == [f"INV-{number}" for number in range(1, 43)]


@pytest.mark.parametrize("name", HELD)
def test_what_is_held_is_named_by_a_test(name: str) -> None:
    assert NAMED.get(name), f"no test names {name}"


def test_no_test_names_what_is_not_there_or_not_held() -> None:
    assert {name: files for name, files in NAMED.items() if name not in HELD} == {}
