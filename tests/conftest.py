"""With `TEXTOBOT_NO_SKIP` in the environment, what would be skipped fails instead.

A machine that is said to have everything (a browser, a PostgreSQL server) then proves it.
"""

import os
from collections.abc import Generator

import pytest

FORBIDDEN = os.environ.get("TEXTOBOT_NO_SKIP", "") not in {"", "0"}


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
