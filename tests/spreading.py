"""Who runs what where several processes share the tests (`pytest -n auto`, as `make test` does).

Each process collects all tests and must find them in the same order: parametrize with lists and
mappings, never with sets, whose order is another one in each process.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

STORIES = "tests/outside/"
SIMULATED = "tests/simulation/"
LONG = (
    *("tests/outside/test_kill.py", "tests/sandbox/test_page.py", "tests/test_bench.py"),
    *(STORIES, SIMULATED),
)
"""What takes longest, longest first: begun last, it would keep everybody waiting in the end."""


class Spreading(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """A module stays in one process, for what its tests share; each story is on its own."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Let the first in the queue be the longest that is left."""
        self.workqueue.move_to_end(min(self.workqueue, key=rank), last=False)
        super()._assign_work_unit(node)


def unit(nodeid: str) -> str:
    """Name what stays together with this test."""
    alone = nodeid.startswith((STORIES, SIMULATED))
    return nodeid if alone else nodeid.partition("::")[0]


def rank(name: str) -> int:
    """Say how soon a unit is begun; lower is sooner."""
    return next((place for place, part in enumerate(LONG) if name.startswith(part)), len(LONG))
