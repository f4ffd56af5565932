"""The crash matrix: every place at which a service waits for the store, the vendor or the clock,
times everything that may befall it there.

The places are not listed by hand: one story is played, and each that it passes is noted. Then it
is played again for each place and each misfortune, at the first passage and at a later one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulation.machine import Machine, Strike, places
from tests.simulation.plan import Befalling, Plan, Texted
from tests.simulation.world import Outcome, run

ANA, LEA = "+15145550100", "+33600000100"
BEN, TOM = "+15145550101", "+33600000101"
AT = (20.0, 20.5, 34.0, 48.0)


def story() -> Plan:
    """Both vendors: answers, an opt-out and an opt-in, an answer that is lost and looked for."""
    return Plan(
        seed=0,
        gateways=("vudumobile", "clever"),
        texts=(
            *(Texted(4.0, gateway, number, "echo warm") for gateway, number in _ALL),
            *(Texted(AT[0], gateway, number, "echo one") for gateway, number in _ALL),
            *(Texted(AT[1], gateway, number, "echo two") for gateway, number in _ALL),
            Texted(AT[2], "vudumobile", BEN, "STOP"),
            Texted(AT[3], "vudumobile", BEN, "START"),
        ),
        faults=(
            ("vudumobile", ("answer_lost", "send", {}), 1, 1.0),
            ("clever", ("answer_lost", "send", {}), 1, 1.0),
        ),
        befalling=(),
        skews={"vudumobile": 0.0, "clever": 0.0},
        clock_off=0.0,
        unreachable=0.0,
        expected=dict.fromkeys(
            (("vudumobile", ANA), ("clever", LEA), ("clever", TOM)),
            ("Echo warm", "Echo one", "Echo two"),
        ),
    )


_ALL = (("vudumobile", ANA), ("vudumobile", BEN), ("clever", LEA), ("clever", TOM))
HOW = {
    "statement": ("kill", "locked", "broken", "cancel", "undrained"),
    "begin": ("kill", "locked", "cancel", "undrained"),
    "commit": ("kill", "broken", "cancel", "undrained"),
    "exchange": ("kill", "failed", "cancel", "undrained"),
}
"""What may befall a process at each kind of point."""
SETTLED = 10.0
"""Each feed was read once by then: what is listed before its first good reading is history."""
LATER = 3
"""The passage at which it strikes the second time."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point under a line of a service."""

    site: str
    kind: str
    phase: str


def passed() -> dict[Place, int]:
    """Play the story; say where it came by, and how often."""
    found: dict[Place, int] = {}

    def note(_machine: Machine, kind: str, phase: str) -> None:
        for site in places()[:1]:
            place = Place(site, kind, phase)
            found[place] = found.get(place, 0) + 1

    outcome = run(story(), note=note)
    assert outcome.complaints == [], outcome.complaints
    return found


def cases(found: dict[Place, int]) -> Iterator[tuple[Place, Strike]]:
    """Give everything that is to be tried."""
    for place, times in sorted(found.items()):
        for how in HOW[place.kind]:
            for passage in dict.fromkeys((1, min(LATER, times))):
                yield place, Strike(how, place.kind, place.phase, passage, site=place.site)


def tried(strike: Strike) -> Outcome:
    """Play the story with one misfortune."""
    moment = SETTLED if strike.how in {"locked", "failed"} else 0.0
    return run(replace(story(), befalling=(Befalling(moment, strike),)))
