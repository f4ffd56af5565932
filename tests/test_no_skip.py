"""`TEXTOBOT_NO_SKIP` turns every way of skipping into a failure, and nothing else into one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

WAYS = {
    "in a test": "import pytest\ndef test_it(): pytest.skip('no browser')",
    "by a mark": "import pytest\n@pytest.mark.skip(reason='no browser')\ndef test_it(): pass",
    "by a condition": (
        "import pytest\n@pytest.mark.skipif(True, reason='no browser')\ndef test_it(): pass"
    ),
    "of a module": "import pytest\npytest.skip('no browser', allow_module_level=True)",
    "for want of an import": "import pytest\npytest.importorskip('no_such_browser')",
    "in a fixture": (
        "import pytest\n@pytest.fixture\ndef page(): pytest.skip('no browser')\n"
        "def test_it(page): pass"
    ),
}


SPREAD = ("-p", "xdist", "-n", "1")


def outcome(
    folder: Path, source: str, *options: str, forbidden: bool
) -> subprocess.CompletedProcess[str]:
    test = folder / "test_skipping.py"
    test.write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-c", os.devnull]
    environ = {
        **{name: value for name, value in os.environ.items() if "PYTEST" not in name},
        "TEXTOBOT_NO_SKIP": "1" if forbidden else "",
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a third of the time
    }
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *options, str(test)],
        cwd=folder, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("options", [(), SPREAD], ids=["by itself", "in a process of its own"])
@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS.keys())
def test_a_forbidden_skip_fails_and_says_what_was_missing(
    tmp_path: Path, source: str, options: tuple[str, ...]
) -> None:
    run = outcome(tmp_path, source, *options, forbidden=True)

    assert run.returncode != 0, run.stdout
    assert "TEXTOBOT_NO_SKIP forbids this" in run.stdout
    assert "browser" in run.stdout


def test_a_skip_is_a_skip_where_it_is_allowed(tmp_path: Path) -> None:
    run = outcome(tmp_path, WAYS["in a test"], forbidden=False)

    assert "1 skipped" in run.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    source = "import pytest\n@pytest.mark.xfail(strict=True)\ndef test_it(): assert False"

    run = outcome(tmp_path, source, forbidden=True)

    assert run.returncode == 0, run.stdout
    assert "1 xfailed" in run.stdout
