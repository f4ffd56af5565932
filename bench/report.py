"""Medians and ranges of what was measured, as JSON and as tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.cases import Measured
from bench.kannel import KannelRun

Row = Mapping[str, Any]


def spread(values: Iterable[float], digits: int | None = None) -> dict[str, float]:
    """What the rounds agree on, and how far they are apart; whole numbers without `digits`."""
    several = list(values)
    return {
        "median": round(statistics.median(several), digits),
        "min": round(min(several), digits),
        "max": round(max(several), digits),
    }


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def summary(measured: Measured) -> dict[str, Any]:
    """Say what a case cost; ratios are of the same round."""
    rounds = measured.rounds
    return {
        "case": measured.case.name,
        "rules": measured.case.rules,
        "texts": measured.case.texts,
        "cpu_us": spread(each.ours.cpu_us for each in rounds),
        "bare_cpu_us": spread(each.bare.cpu_us for each in rounds),
        "ratio": spread((each.ours.cpu_us / each.bare.cpu_us for each in rounds), 2),
        "texts_a_second": spread(each.ours.texts_a_second for each in rounds),
        "bare_a_second": spread(each.bare.texts_a_second for each in rounds),
        "p50_ms": spread(percentile(each.ours.latencies, 0.5) * 1000 for each in rounds),
        "p99_ms": spread(percentile(each.ours.latencies, 0.99) * 1000 for each in rounds),
        "megabytes": spread(each.ours.megabytes for each in rounds),
        "ready_seconds": spread((each.ours.ready_seconds for each in rounds), 2),
        "kannel": _kannel_summary(measured),
    }


def _kannel_summary(measured: Measured) -> dict[str, Any]:
    done = [
        (each.ours, each.kannel) for each in measured.rounds if isinstance(each.kannel, KannelRun)
    ]
    if not done:
        return {"not_measured": measured.rounds[-1].kannel}
    return {
        "texts": done[0][1].texts,
        "cpu_us": spread(kannel.cpu_us for _, kannel in done),
        "texts_a_second": spread(kannel.texts_a_second for _, kannel in done),
        "megabytes": spread(kannel.megabytes for _, kannel in done),
        "ours_to_kannel": spread((ours.cpu_us / kannel.cpu_us for ours, kannel in done), 2),
    }


def latency_summary(name: str, poll_seconds: float, runs: Sequence[Sequence[float]]) -> Row:
    """Say how long texts waited from visible to accepted."""
    return {
        "case": name,
        "poll_ms": round(poll_seconds * 1000),
        "texts": sum(map(len, runs)),
        "p50_ms": spread(percentile(run, 0.5) * 1000 for run in runs),
        "p99_ms": spread(percentile(run, 0.99) * 1000 for run in runs),
    }


def matching_summary(run: Mapping[str, Any]) -> dict[str, Any]:
    """Say what finding the rule of a text costs, on average and for each kind of text."""
    kinds, keywords = run["kinds"], run["keywords"]
    name = f"{keywords:,} keywords" if kinds == "keywords" else f"all kinds, {keywords:,} keywords"
    return {
        "case": name,
        "kinds": kinds,
        "keywords": keywords,
        "mix_us": spread(run["mix_us"], 1),
        **{f"{kind}_us": round(cost, 1) for kind, cost in run["us"].items()},
        "naive_us": round(run["naive_us"]),
        "megabytes": round(run["megabytes"], 1),
        "built_seconds": round(run["built_seconds"], 2),
    }


def matching_goals(found: Sequence[Row]) -> list[dict[str, Any]]:
    """Compare with what is asked of the index, at the most keywords that were measured."""
    most = max(row["keywords"] for row in found)
    limits = {"keywords": 10, "all": 30}
    return [
        _goal(f"µs to find a rule, {row['case']}", limits[row["kinds"]], row["mix_us"]["median"])
        for row in found
        if row["keywords"] == most
    ]


def goals(costs: Sequence[Measured], idle: Row) -> list[dict[str, Any]]:
    """Compare with what is asked of the whole daemon, as far as it was measured."""
    compared = [_goal("CPU of a text, in bare requests, at 10 rules", 2.0, _ratio(costs, 10))]
    compared.append(_goal("CPU at 10,000 rules, in that at 10", 1.1, _growth(costs)))
    beyond = idle["p50_ms"]["median"] - idle["poll_ms"] / 2
    compared.append(_goal("p50 of one text at a time, ms beyond half a poll", 15, beyond))
    many = _rounds(costs, 10_000)
    megabytes = max((each.ours.megabytes for each in many), default=None)
    compared.append(_goal("memory at 10,000 rules, MB at most", 130, megabytes))
    ready = statistics.median(each.ours.ready_seconds for each in many) if many else None
    compared.append(_goal("seconds to ready at 10,000 rules", 4, ready))
    return [goal for goal in compared if goal["measured"] is not None]


def _goal(name: str, limit: float, measured: float | None) -> dict[str, Any]:
    rounded = None if measured is None else round(measured, 2)
    reached = measured is not None and measured <= limit
    return {"goal": name, "limit": limit, "measured": rounded, "reached": reached}


def _rounds(costs: Sequence[Measured], rules: int) -> list[Any]:
    for measured in costs:
        if measured.case.rules == rules and not measured.case.delay_ms:
            return measured.rounds
    return []


def _ratio(costs: Sequence[Measured], rules: int) -> float | None:
    ratios = [each.ours.cpu_us / each.bare.cpu_us for each in _rounds(costs, rules)]
    return statistics.median(ratios) if ratios else None


def _growth(costs: Sequence[Measured]) -> float | None:
    few, many = _rounds(costs, 10), _rounds(costs, 10_000)
    ratios = [more.ours.cpu_us / less.ours.cpu_us for less, more in zip(few, many, strict=False)]
    return statistics.median(ratios) if ratios else None


COLUMNS = {
    "the daemon beside bare requests": {
        "case": "case",
        "CPU µs a text": "cpu_us",
        "bare": "bare_cpu_us",
        "ratio": "ratio",
        "texts/s": "texts_a_second",
        "bare/s": "bare_a_second",
        "p50 ms": "p50_ms",
        "p99 ms": "p99_ms",
        "MB": "megabytes",
        "ready s": "ready_seconds",
    },
    "Kannel (bearerbox + smsbox), for the record": {
        "case": "case",
        "texts": "texts",
        "CPU µs a text": "cpu_us",
        "texts/s": "texts_a_second",
        "MB": "megabytes",
        "our CPU in Kannel's": "ours_to_kannel",
        "": "not_measured",
    },
    "from visible in the feed to accepted": {
        "case": "case",
        "texts": "texts",
        "poll ms": "poll_ms",
        "p50 ms": "p50_ms",
        "p99 ms": "p99_ms",
    },
    "finding the rule of a text, µs of CPU": {
        "case": "case",
        "a text": "mix_us",
        "keyword": "keyword_us",
        "pattern": "pattern_us",
        "contains": "contains_us",
        "slip": "slip_us",
        "anything": "anything_us",
        "loop": "naive_us",
        "MB": "megabytes",
        "built in s": "built_seconds",
    },
    "goals": {"goal": "goal", "at most": "limit", "measured": "measured", "reached": "reached"},
}


def show(results: Mapping[str, Any]) -> None:
    """Print the results: the median of the rounds, and their range below it."""
    console = Console(width=160)
    kannel = [{"case": cost["case"]} | cost["kannel"] for cost in results["costs"]]
    listed = ("latencies", "matching", "goals")
    parts = (results["costs"], kannel, *(results[name] for name in listed))
    for (title, columns), rows in zip(COLUMNS.items(), parts, strict=True):
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(_cell(row.get(name, "")) for name in columns.values()))
        console.print(table)
    machine = results["machine"]
    console.print(
        f"{machine['cores']} cores, {machine['processor']}; Python {machine['python']}, aiohttp"
        f" {machine['aiohttp']}. Meanwhile others used {machine['others_percent']} % of them, the"
        f" host took {machine['steal_percent']} %; load {machine['load_before']} before,"
        f" {machine['load_after']} after.",
        highlight=False,
    )


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "NO"
        case {"median": median, "min": least, "max": most}:
            return f"{median:,}\n[dim]{least:,}–{most:,}[/dim]"
        case int() | float():
            return f"{value:,}"
    return str(value)
