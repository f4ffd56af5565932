"""With `TEXTOBOT_NO_SKIP` in the environment, what would be skipped fails instead.

A machine that is said to have everything (a browser, a PostgreSQL server) then proves it.
And how many processes share the tests, with `-n auto`, and who runs what.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from tests.postgresql import Server

FORBIDDEN = os.environ.get("TEXTOBOT_NO_SKIP", "") not in {"", "0"}

# Its limits are of real time: with others at work, the usual ones say nothing of our code. Where a
# change is judged, it is judged by the same examples each time; elsewhere new ones are drawn.
hypothesis.settings.register_profile(
    "beside others",
    parent=hypothesis.settings(),
    derandomize=FORBIDDEN,
    deadline=timedelta(seconds=5),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("beside others")


def _forbid_skipping(report: pytest.TestReport | pytest.CollectReport) -> None:
    if FORBIDDEN and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"TEXTOBOT_NO_SKIP forbids this. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid_skipping(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skipping(report)
    return report


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than processors: a story mostly waits for its daemon, and that for its clock."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Spread as we do, unless another way was asked for by name."""
    if config.getoption("dist") != "load":
        return None
    from tests.spreading import Spreading

    return Spreading(config, log)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what lives to the end: all tests and modules.

    Looking through them takes a fifth of a second, in which a fast clock goes on by half a minute.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on both stores what is to run on both."""
    from tests.stores import KINDS, ON_BOTH

    both = metafunc.module.__name__.startswith(ON_BOTH)
    if "postgresql" in metafunc.fixturenames and both:
        metafunc.parametrize("postgresql", KINDS, indirect=True)


@pytest.fixture(scope="session")
def running_postgresql() -> Iterator[Server]:
    """A PostgreSQL server, for all tests of this process."""
    from tests.postgresql import Server, programs

    found = programs()
    if found is None:
        pytest.skip("there is no PostgreSQL server here; apt-get install postgresql")
    server = Server(found)
    yield server
    server.remove()


@pytest.fixture
def postgresql(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """The server that this test's stores are in; None: they are in files, by SQLite."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    server = request.getfixturevalue("running_postgresql")
    yield server
    server.release()
