"""Who runs what where several processes share the tests."""

from pathlib import Path

import pytest

from tests.spreading import LONG, rank, unit

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("part", LONG)
def test_what_is_said_to_take_long_is_there(part: str) -> None:
    assert (ROOT / part).exists()


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        pytest.param(
            "tests/core/test_text.py::test_a[x::y]", "tests/core/test_text.py", id="of a package"
        ),
        pytest.param("tests/test_bench.py::test_b", "tests/test_bench.py", id="of none"),
    ],
)
def test_a_module_stays_in_one_process(nodeid: str, name: str) -> None:
    assert unit(nodeid) == name


def test_a_story_is_on_its_own() -> None:
    story = "tests/outside/test_kill.py::test_each[on both]"

    assert unit(story) == story


def test_the_longest_are_begun_first() -> None:
    units = ["tests/core/test_text.py", "tests/outside/test_feeds.py::test_a", *LONG[:3]]

    assert sorted(units, key=rank) == [*LONG[:3], units[1], units[0]]
