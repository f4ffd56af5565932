"""`python -m bench`: a tiny run goes through, and what it reports can be true."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.cases import BareRun, Case, Measured, Round, Run
from bench.kannel import KannelRun, configuration, run_kannel
from bench.matching import Invented, Loop
from bench.report import goals, spread, summary
from bot.core.index import Index
from bot.core.rules import Trigger

ROOT = Path(__file__).parent.parent
TINY = (
    "--texts=200 --rules=10 --rounds=1 --idle-texts=2 --loaded-seconds=0.5 --loaded-rounds=1"
    " --listed=300 --no-kannel --keywords 10 40"
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    path = tmp_path_factory.mktemp("bench") / "results.json"
    ran = subprocess.run(
        [sys.executable, "-m", "bench", *TINY.split(), f"--json={path}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, json.loads(path.read_text())


def test_every_text_is_answered_and_costs_something(tiny: tuple[str, dict[str, Any]]) -> None:
    table, results = tiny
    first, slow = results["costs"]

    assert (first["case"], first["texts"]) == ("10 rules", 200)
    assert slow["p50_ms"]["min"] >= 50, "the gateway takes 50 ms to accept"
    for name in ("cpu_us", "bare_cpu_us", "ratio", "texts_a_second", "megabytes"):
        assert 0 < first[name]["min"] <= first[name]["median"] <= first[name]["max"], name
    assert "10 rules" in table


def test_each_text_that_came_by_itself_has_its_latency(
    tiny: tuple[str, dict[str, Any]],
) -> None:
    latencies = tiny[1]["latencies"]

    assert [one["texts"] for one in latencies] == [2, 100, 100], "history is not answered"
    for one in latencies:
        assert 0 < one["p50_ms"]["median"] <= one["p99_ms"]["median"]


def test_what_was_not_measured_is_said(tiny: tuple[str, dict[str, Any]]) -> None:
    assert tiny[1]["costs"][0]["kannel"] == {"not_measured": "not asked for"}
    assert [goal["goal"] for goal in tiny[1]["goals"]] == [
        "CPU of a text, in bare requests, at 10 rules",
        "p50 of one text at a time, ms beyond half a poll",
        "µs to find a rule, 40 keywords",
        "µs to find a rule, all kinds, 40 keywords",
    ]


def test_finding_a_rule_is_measured_beside_a_loop(tiny: tuple[str, dict[str, Any]]) -> None:
    table, results = tiny

    assert [one["case"] for one in results["matching"]] == [
        *("10 keywords", "40 keywords", "all kinds, 10 keywords", "all kinds, 40 keywords"),
    ]
    for one in results["matching"]:
        assert 0 < one["mix_us"]["min"] <= one["mix_us"]["median"]
        assert one["naive_us"] > 0
    assert "finding the rule of a text" in table


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        pytest.param("keyword", Trigger.KEYWORD, id="a keyword"),
        pytest.param("pattern", Trigger.PATTERN, id="a pattern"),
        pytest.param("contains", Trigger.CONTAINS, id="a contained phrase"),
        pytest.param("slip", Trigger.KEYWORD, id="a misspelled keyword"),
        pytest.param("anything", Trigger.ANYTHING, id="a sentence"),
    ],
)
def test_texts_of_a_kind_are_answered_by_that_kind(kind: str, trigger: Trigger) -> None:
    invented = Invented("all", 300)
    rules = list(invented.rules())
    index, texts = Index(rules), invented.texts(kind)[:200]

    found = [next(index.find(text)) for text in texts]

    right = [one.rule.trigger is trigger and one.misspelled is (kind == "slip") for one in found]
    assert sum(right) > 0.85 * len(right)
    loop = Loop(rules)
    alike = [one.rule is loop.find(text) for one, text in zip(found[:40], texts, strict=False)]
    assert kind == "anything" or sum(alike) > 0.75 * len(alike)


@pytest.mark.parametrize(
    ("installed", "services", "reason"),
    [
        pytest.param((), 10, "not installed (Debian's package kannel)", id="not installed"),
        pytest.param(("smsbox",), 10, "not installed (Debian's package kannel)", id="half of it"),
        pytest.param(
            ("bearerbox", "smsbox"),
            100_000,
            "not measured with more than 10,000 services",
            id="too many services",
        ),
        pytest.param(
            ("bearerbox", "smsbox"),
            10,
            "no network namespace can be made here (root is needed)",
            id="no namespaces",
        ),
    ],
)
def test_without_kannel_the_row_says_why(
    installed: tuple[str, ...],
    services: int,
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in installed:
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run_kannel(services, 100, 0.0) == reason


def test_kannel_knows_the_keywords_that_the_daemon_knows() -> None:
    written = configuration(3, 8080)

    assert [line for line in written.splitlines() if line.startswith("keyword")] == [
        "keyword = mot0",
        "keyword = mot1",
        "keyword = mot2",
    ]
    assert 'send-url = "http://127.0.0.1:8080/kannel"' in written


def a_round(cpu_us: float, bare_us: float, kannel: KannelRun | str = "failed") -> Round:
    ours = Run(cpu_us, 1000.0, [0.1, 0.2], megabytes=100.0, ready_seconds=1.0)
    return Round(BareRun(bare_us, 2000.0), ours, kannel)


def test_ratios_are_of_one_round_so_that_a_noisy_minute_hits_both() -> None:
    measured = Measured(
        Case("10 rules", 10, 1000),
        [a_round(300, 200), a_round(900, 600), a_round(320, 200)],
    )

    assert summary(measured)["ratio"] == {"median": 1.5, "min": 1.5, "max": 1.6}


def test_rounds_in_which_kannel_failed_do_not_count() -> None:
    kannel = KannelRun(texts=100, cpu_us=400.0, texts_a_second=3000.0, megabytes=30.0)
    measured = Measured(Case("10 rules", 10, 1000), [a_round(200, 200, kannel), a_round(1, 1)])

    assert summary(measured)["kannel"]["ours_to_kannel"] == {"median": 0.5, "min": 0.5, "max": 0.5}


@pytest.mark.parametrize(
    ("many_us", "idle_ms", "reached"),
    [
        pytest.param(220.0, 265.0, [True, True, True, True, True], id="at the limits"),
        pytest.param(230.0, 266.0, [True, False, False, True, True], id="beyond them"),
    ],
)
def test_goals_say_whether_they_are_reached(
    many_us: float, idle_ms: float, reached: list[bool]
) -> None:
    costs = [
        Measured(Case("10 rules", 10, 1000), [a_round(200, 100)]),
        Measured(Case("10,000 rules", 10_000, 1000), [a_round(many_us, 100)]),
    ]
    idle = {"poll_ms": 500, "p50_ms": spread([idle_ms])}

    assert [goal["reached"] for goal in goals(costs, idle)] == reached
