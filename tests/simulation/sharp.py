"""Plans that lead straight to where one kind of mistake shows, which random ones rarely reach.

Without a mistake each of them comes to a good end, whatever its seed (`--sharp`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from tests.simulation.machine import Strike
from tests.simulation.plan import QUIET, WARM, Befalling, Fault, Plan, Texted

NAME = "vudumobile"
FIRST = "+15145550100"
"""Whose reply is in doubt; others have the numbers after it."""
OTHERS = 4


def late(seed: int) -> Plan:
    """A request goes unanswered, and is carried out up to 110 s later; others are answered."""
    dice = Random(f"late {seed}")
    seconds = dice.uniform(30.0, 110.0)
    texts = [Texted(QUIET + dice.uniform(1, 5), NAME, FIRST, "echo 0")]
    for other in range(1, OTHERS + 1):
        at = QUIET + 10 + dice.uniform(0, 60)
        texts.append(Texted(at, NAME, f"{FIRST[:-1]}{other}", "echo 0"))
    return _plan(seed, texts, [("accepted_late", "send", {"seconds": seconds})])


def unlisted(seed: int) -> Plan:
    """A request goes unanswered, and its message is listed minutes later; nobody else texts."""
    dice = Random(f"unlisted {seed}")
    listed = ("mt_late", "send", {"seconds": dice.uniform(200.0, 500.0)})
    texts = [Texted(QUIET + dice.uniform(1, 5), NAME, FIRST, "echo 0")]
    return _plan(seed, texts, [("answer_lost", "send", {}), listed])


def deadly(seed: int) -> Plan:
    """The process dies at this commit or that one while texts are decided."""
    dice = Random(f"deadly {seed}")
    texts, befalling = [], []
    for count in range(3):
        at = QUIET + 20 * count + dice.uniform(1, 5)
        texts.append(Texted(at, NAME, f"{FIRST[:-1]}{count}", "echo 0"))
        strike = Strike("kill", "commit", "after", dice.choice((1, 2, 3)), site="responder.py")
        befalling.append(Befalling(at, strike))
    return _plan(seed, texts, [], befalling)


def _plan(
    seed: int, texts: list[Texted], faults: list[Fault], befalling: list[Befalling] | None = None
) -> Plan:
    expected = {(one.gateway, one.number): (one.text.capitalize(),) for one in texts}
    warm = Texted(WARM, NAME, f"{FIRST[:-1]}9", "echo warm")
    return Plan(
        seed,
        (NAME,),
        (warm, *sorted(texts, key=lambda one: one.at)),
        tuple((NAME, fault, 1, 1.0) for fault in faults),
        tuple(befalling or ()),
        skews={NAME: 0.0},
        clock_off=0.0,
        unreachable=0.0,
        expected={(NAME, warm.number): ("Echo warm",), **expected},
    )


SHARP: Mapping[str, Callable[[int], Plan]] = {
    "late": late,
    "unlisted": unlisted,
    "deadly": deadly,
}
