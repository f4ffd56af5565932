"""The figures: names that monitoring hangs on, each of them set somewhere, none about a person."""

import re
from pathlib import Path

import pytest

from bot import metrics

BOT = Path(metrics.__file__).parent
FIGURES = {
    name: figure for name, figure in vars(metrics).items() if name.isupper() and name != "REGISTRY"
}
LABELS = {
    *("gateway", "status", "reason", "verdict", "error", "word"),
    *("how", "period", "measure", "stops"),
    *("code", "action", "kind"),
}
"""What a figure may be divided by: words of ours, names that the operator gave, vendors' codes."""


def family(name: str) -> str:
    return str(next(iter(FIGURES[name].describe())).name)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_ours_and_tells_of_nobody(name: str) -> None:
    assert family(name).startswith("textobot_")
    assert set(FIGURES[name]._labelnames) <= LABELS


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_set_somewhere(name: str) -> None:
    sources = [path.read_text("utf-8") for path in BOT.rglob("*.py") if path.name != "metrics.py"]

    assert any(re.search(rf"metrics\.{name}\b", source) for source in sources)


def test_the_text_is_what_prometheus_reads() -> None:
    lines = metrics.exposition().decode().splitlines()

    samples = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"textobot_\w+(\{[^{}]*\})? [-+0-9.e]+", line) for line in samples)
    assert any(line.startswith("# HELP textobot_") for line in lines)
