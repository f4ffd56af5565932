"""What happens in a run, all of it drawn from its seed: who texts, what fails, who dies when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from tests.simulation.machine import Strike

Fault = tuple[str, str | None, Mapping[str, Any]]
"""Name, operation, options."""
SENDING: Sequence[Fault] = (
    ("answer_lost", "send", {}),
    ("answer_cut", "send", {}),
    ("answer_hangs", "send", {}),
    ("answer_slow", "send", {"seconds": 45.0}),
    ("accepted_late", "send", {"seconds": 90.0}),
    ("refused", "send", {}),
    ("slow", "send", {"seconds": 5.0}),
    ("garbled", "send", {}),
    ("truncated", "send", {}),
    ("empty", "send", {}),
    ("html", "send", {}),
    ("null", "send", {}),
    ("nested", "send", {"depth": 2000}),
    ("http_429", "send", {"retry_after": "7"}),
    ("http_500", "send", {"accepted": True}),
    ("http_500", "send", {}),
    ("http_502", "send", {"accepted": True}),
    ("http_503", "send", {"retry_after": "5"}),
    ("http_504", "send", {"accepted": True}),
    ("redirect", "send", {}),
    ("text_trimmed", "send", {}),
    ("text_entities", "send", {}),
    ("row_repeated", "send", {}),
    ("mt_late", "send", {"seconds": 12.0}),
)
READING: Sequence[Fault] = (
    ("answer_lost", "get_feed", {}),
    ("answer_hangs", "get_feed", {}),
    ("http_503", "get_feed", {}),
    ("http_500", "get_feed", {}),
    ("garbled", "get_feed", {}),
    ("truncated", "get_feed", {}),
    ("html", "get_feed", {}),
    ("null", "get_feed", {}),
    ("empty", "get_feed", {}),
    ("slow", "get_feed", {"seconds": 8.0}),
    ("rows_shuffled", "get_feed", {}),
    ("rows_lost", "get_feed", {}),
    ("date_wrong", None, {"seconds": 120.0}),
    ("date_missing", None, {}),
)
HOLDING: Sequence[Fault] = (
    ("firewall", None, {}),
    ("wrong_key", None, {}),
    ("http_402", "send", {}),
    ("http_430", "send", {}),
)
TEXTS: Sequence[Fault] = (
    ("row_late", "text", {"seconds": 40.0}),
    ("row_repeated", "text", {}),
    ("row_future", "text", {"seconds": 30.0}),
    ("mo_in_two", "text", {}),
    ("text_trimmed", "text", {}),
)
ONLY = {"firewall": "vudumobile", "mo_in_two": "clever", "http_430": "clever"}
GATEWAYS = (("vudumobile",), ("vudumobile",), ("clever",), ("vudumobile", "clever"))
TEXTING = 90.0
"""Seconds in which people text; the first after so many:"""
QUIET = 20.0
"""Until then nothing fails, and in most runs somebody is answered: what a gateway lists was read
once, and is known to be what was sent."""
WARM = 4.0
UNDECIDABLE = {("row_repeated", "clever")}
"""An answer without an id that is listed twice is two answers."""
BUSY = ("responder.py", "responder.py", "sender.py", "poller.py", "reconciler.py")
"""Where most is decided: half of what befalls a process befalls it there."""
UNORDERED = {"row_late", "row_future"}
WHO_HAS_IT = -1
ASKING = BUSY[2:]
SET = 1.0
"""Seconds by which the clocks of two machines may be apart."""
LONG = (5.0, 20.0, 40.0, 70.0, 100.0)
"""Seconds, some of them longer than a lease and what an heir hesitates."""
TWO = 1 / 3
"""In how many runs there are two instances."""
SHARING = 45.0
"""Seconds in which they share the work out before anybody texts: what a gateway lists before it
was read at all is history."""


@dataclass(frozen=True, slots=True)
class Texted:
    """Somebody texts."""

    at: float
    gateway: str
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Befalling:
    """A process is struck; or the machine's clock is set, for `how` of `clock`."""

    at: float
    strike: Strike
    machine: int = 0
    """`WHO_HAS_IT`: the one that has the first gateway in hand by then."""


@dataclass(frozen=True, slots=True)
class Second:
    """Another instance on the same store: from when on it is there, and how wrong its clock is."""

    begins_at: float
    clock_off: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A run."""

    seed: int
    gateways: tuple[str, ...]
    texts: tuple[Texted, ...]
    faults: tuple[tuple[str, Fault, int, float], ...]
    """Gateway, fault, how often at most, with which probability."""
    befalling: tuple[Befalling, ...]
    skews: Mapping[str, float]
    clock_off: float
    unreachable: float
    before: tuple[Texted, ...] = ()
    """Texted before the first start: history."""
    expected: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By gateway and number of whoever never opts out: the replies, in order."""
    warm: bool = True
    """Something was sent and listed before anything failed."""
    second: Second | None = None
    begins_at: float = 0.0
    """When people begin to text; what is above and below counts from then."""

    @property
    def choosing(self) -> list[str]:
        """Who texts STOP, and START so much later that the vendors' whole seconds tell."""
        words: dict[str, list[float]] = {}
        for one in self.texts:
            if one.text in {"STOP", "START"}:
                words.setdefault(one.number, []).append(one.at)
        return [number for number, at in words.items() if len(at) == 1 or at[1] - at[0] > 1.5]

    @property
    def ordered(self) -> bool:
        """Texts are listed in the order in which they were texted."""
        return not any(fault[0] in UNORDERED for _, fault, _, _ in self.faults)


def draw(seed: int, *, instances: int = 0) -> Plan:
    """Draw a run; of so many instances, or as the dice have it."""
    plan, dice = _drawn(seed), Random(f"instances {seed}")
    drawn = 2 if dice.random() < TWO else 1
    return _shared(plan, dice) if (instances or drawn) > 1 else plan


def _shared(plan: Plan, dice: Random) -> Plan:
    """Let another instance share the store, and let more befall both.

    Left out is what the README leaves to the operator, or says that nobody can find out: clocks
    that are more than a second apart, and a process that is frozen for longer than what is left
    of its lease between its last look at it and the first byte of a request
    (`machine.LEAVES_WITHIN`).
    """
    befalling = [
        replace(one, machine=dice.randrange(2))
        for one in plan.befalling
        if one.strike.how != "clock" or abs(one.strike.seconds) <= SET
    ]
    for _ in range(dice.choice((1, 1, 2, 3, 4))):
        moment = dice.uniform(1.0, QUIET + TEXTING + 30)
        how = dice.choice(("freeze", "freeze", "freeze", "cut", "cut", "gone", "kill", "stop"))
        kind = dice.choice(("", "statement", "commit", "exchange", "exchange", "exchange"))
        phase, seconds = dice.choice(("", "before", "after")), dice.choice(LONG)
        at, site = dice.choice((1, 1, 2, 3)), dice.choice(("", *(ASKING if kind else BUSY)))
        strike = Strike(how, kind, phase, at, seconds, site)
        befalling.append(Befalling(moment, strike, dice.choice((0, 1, WHO_HAS_IT, WHO_HAS_IT))))
    begins_at = dice.choice((0.0, dice.uniform(0, SHARING), dice.uniform(SHARING, 150.0)))
    return replace(
        plan,
        befalling=tuple(sorted(befalling, key=lambda one: one.at)),
        second=Second(begins_at, plan.clock_off + dice.uniform(-SET, SET)),
        begins_at=SHARING,
    )


def _drawn(seed: int) -> Plan:
    """Draw a run of one instance.

    About half of all that may fail does not, so that what does meets the rest.
    """
    dice = Random(f"plan {seed}")
    gateways = dice.choice(GATEWAYS)
    people = [
        (gateway, _number(gateway, count))
        for gateway in gateways
        for count in range(dice.randint(1, 3))
    ]
    texts, expected = [], {}
    for gateway, number in people:
        stopping = dice.random() < 0.25
        said = _stopping(dice) if stopping else [f"echo {n}" for n in range(dice.randint(1, 4))]
        moments = sorted(QUIET + dice.uniform(0, TEXTING) for _ in said)
        if dice.random() < 0.2:
            moments = [moments[0] + 0.01 * n for n in range(len(said))]
        texts += [Texted(*one) for one in zip(moments, *_of(gateway, number, said), strict=True)]
        if not stopping:
            expected[gateway, number] = tuple(one.capitalize() for one in said)
    before = tuple(
        Texted(0.0, gateway, number, "echo before")
        for gateway, number in people
        if gateway == "vudumobile" and dice.random() < 0.2
    )
    warm = dice.random() < 0.85
    for gateway in gateways if warm else ():
        texts.append(Texted(WARM, gateway, _number(gateway, 9), "echo warm"))
        expected[gateway, _number(gateway, 9)] = ("Echo warm",)
    return Plan(
        seed,
        gateways,
        tuple(sorted(texts, key=lambda one: one.at)),
        tuple(_faults(dice, gateways)),
        tuple(_befalling(dice)),
        {name: dice.choice((0.0, 0.0, dice.uniform(-200, 200))) for name in gateways},
        dice.choice((0.0, 0.0, dice.uniform(-100, 100))),
        dice.choice((0.0, 0.0, 0.02)),
        before,
        expected,
        warm,
    )


def _of(gateway: str, number: str, said: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    return [gateway] * len(said), [number] * len(said), list(said)


def _number(gateway: str, count: int) -> str:
    return f"+1514555010{count}" if gateway == "vudumobile" else f"+3360000010{count}"


def _stopping(dice: Random) -> list[str]:
    said = ["echo 0", "STOP", "echo 1"]
    if dice.random() < 0.4:
        said += ["START", "echo 2"]
    return said


def _faults(dice: Random, gateways: Sequence[str]) -> list[tuple[str, Fault, int, float]]:
    found = []
    for menu, most in ((SENDING, 4), (READING, 2), (HOLDING, 1), (TEXTS, 2)):
        if dice.random() < 0.5:
            continue
        for fault in dice.sample(list(menu), dice.randint(1, min(most, len(menu)))):
            for gateway in gateways:
                if (fault[0], gateway) in UNDECIDABLE and menu is TEXTS:
                    continue
                if ONLY.get(fault[0], gateway) == gateway:
                    often = dice.randint(1, 3)
                    found.append((gateway, fault, often, dice.choice((0.3, 0.6, 1.0))))
    return found


def _befalling(dice: Random) -> list[Befalling]:
    found = []
    for _ in range(dice.choice((0, 1, 1, 2, 3, 4))):
        moment = dice.uniform(1.0, QUIET + TEXTING + 30)
        how = dice.choice(("kill", "kill", "kill", "stop", "locked", "broken", "freeze", "clock"))
        kind = dice.choice(("", "statement", "commit", "exchange", "begin"))
        phase = dice.choice(("", "before", "after"))
        seconds = dice.choice((1.0, 5.0, 20.0))  # longer than a lease, it is undecidable
        if how == "clock":
            seconds = dice.choice((1.0, 30.0, 90.0, 3600.0)) * dice.choice((1, -1))
        at, site = dice.choice((1, 1, 2, 3, 5, 8, 13, 30)), ""
        if dice.random() < 0.6:
            at, site = dice.choice((1, 1, 2, 3, 4)), dice.choice(BUSY)
        found.append(Befalling(moment, Strike(how, kind, phase, at, seconds, site)))
    return sorted(found, key=lambda one: one.at)
