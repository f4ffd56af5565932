"""Rows of a feed: how faults change them at their birth and when they are listed."""

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.sandbox.faults import Fault
from bot.sandbox.phones import Bubble
from bot.sandbox.segments import to_gsm
from bot.sandbox.wire import Answer, json_answer

NEVER = float("inf")


@dataclass(slots=True)
class Row:
    """A text or message as the vendor lists it.

    `time` is by the gateway's clock; `visible_from` by the world's monotonic one.
    """

    id: int
    direction: str
    number: str
    text: str
    time: datetime
    parts: int = 1
    bubble: Bubble | None = None
    visible_from: float = 0.0
    copies: int = 1
    stamp: float = field(init=False)
    clock_time: str = field(init=False)

    def __post_init__(self) -> None:
        self.dated(self.time)

    def dated(self, time: datetime) -> None:
        """Give it this time, of which only whole seconds are ever shown."""
        self.time = time.replace(microsecond=0)
        self.stamp = self.time.timestamp()
        self.clock_time = self.time.strftime("%Y-%m-%d %H:%M:%S")


def _late(row: Row, fault: Fault, now: float) -> None:
    row.visible_from = now + fault.seconds()


def _hidden(row: Row, _fault: Fault, _now: float) -> None:
    row.visible_from = NEVER


def _future(row: Row, fault: Fault, _now: float) -> None:
    row.dated(row.time + timedelta(seconds=fault.seconds()))


def _repeated(row: Row, _fault: Fault, _now: float) -> None:
    row.copies = 2


def _trimmed(row: Row, _fault: Fault, _now: float) -> None:
    row.text = row.text.strip()


def _entities(row: Row, _fault: Fault, _now: float) -> None:
    row.text = html.escape(row.text).encode("ascii", "xmlcharrefreplace").decode()


def _not_gsm(row: Row, _fault: Fault, _now: float) -> None:
    row.text = to_gsm(row.text)


BIRTHS: dict[str, Callable[[Row, Fault, float], None]] = {
    "row_late": _late,
    "mt_late": _late,
    "mt_hidden": _hidden,
    "row_future": _future,
    "row_repeated": _repeated,
    "text_trimmed": _trimmed,
    "text_entities": _entities,
    "text_not_gsm": _not_gsm,
}
"""What a fault does to a row that comes into being. Others concern more than one row."""


def apply_births(row: Row, faults: list[Fault], now: float) -> None:
    """Let each fault mark the new row."""
    for fault in faults:
        if fault.kind.name in BIRTHS:
            BIRTHS[fault.kind.name](row, fault, now)


Shown = dict[str, Any]


def _back(shown: Shown) -> None:
    if shown.get("status_mt") not in {None, "queued"}:
        shown["status_mt"] = "sent" if shown["status_mt"] != "sent" else "queued"


def _strings(shown: Shown) -> None:
    shown["msg_id"], shown["part_count"] = str(shown["msg_id"]), str(shown["part_count"])


def _bare(shown: Shown) -> None:
    for name in ("msg_id", "direction", "status_mt"):
        shown.pop(name, None)


def _mobile_in_from(shown: Shown) -> None:
    if shown["direction"] == "mt":
        shown["from"], shown["to"] = shown["to"], shown["from"]


ROWS: dict[str, Callable[[Shown], None]] = {
    "status_backwards": _back,
    "mobile_in_from": _mobile_in_from,
    "ids_as_strings": _strings,
    "bare_rows": _bare,
}
"""What a fault does to a row of VuduMobile's as it is listed, in the order that it is done."""


def shape(rows: list[tuple[Row, Shown]], faults: list[Fault], dice: Random) -> Answer:
    """The feed as JSON, after every fault that fired. `number` narrows a fault to its rows."""
    order = {name: place for place, name in enumerate(ROWS)}
    for fault in sorted(faults, key=lambda fault: order.get(fault.kind.name, -1)):
        name, number = fault.kind.name, fault.number
        mine = [pair for pair in rows if number in {None, pair[0].number}]
        if name == "rows_lost":
            rows = [pair for pair in rows if number not in {None, pair[0].number}]
        elif name == "rows_shuffled":
            dice.shuffle(rows)
        elif name == "renumbered":
            for _, shown in mine:
                shown["msg_id"] += int(fault.options["by"])
        elif name in ROWS:
            for _, shown in mine:
                ROWS[name](shown)
    return _form([shown for _, shown in rows], {fault.kind.name for fault in faults})


def _form(rows: list[Shown], forms: set[str]) -> Answer:
    if "wrapped_list" in forms:
        return json_answer(200, {"status": True, "messages": rows})
    answer = json_answer(200, rows)
    if "braces_damaged" in forms:
        inner = ",".join(json.dumps(row, ensure_ascii=False) for row in rows)
        answer.body = b"{" + inner.encode() + b"}"
    return answer
