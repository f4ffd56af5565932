"""With `TEXTOBOT_NO_SKIP` in the environment, what would be skipped fails instead.

A machine that is said to have everything (a browser, a PostgreSQL server) then proves it.
And how many processes share the tests, with `-n auto`, and who runs what.
"""

import os
from collections.abc import Generator
from datetime import timedelta

import hypothesis
import pytest

FORBIDDEN = os.environ.get("TEXTOBOT_NO_SKIP", "") not in {"", "0"}

# Its limits are of real time: with others at work, the usual ones say nothing of our code.
hypothesis.settings.register_profile(
    "beside others",
    parent=hypothesis.settings(),
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
