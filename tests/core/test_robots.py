"""INV-29: who is no person is told early, and who is one is not silenced."""

import random
from collections.abc import Callable, Iterator

import pytest

from bot.core.robots import FEWEST, HEARD, echoes, is_robot_number, mark, rhythmic

REPLY = "Votre vote 3 est compté 🎉 ARRÊT pour cesser."
MINUTE = 60_000


@pytest.mark.parametrize(
    ("number", "robot"),
    [
        pytest.param("+15145550001", False, id="a person's"),
        pytest.param("+15149541234", True, id="ours"),
        pytest.param("36111", True, id="short"),
        pytest.param("Radio", True, id="alphabetic"),
        pytest.param("", True, id="none"),
    ],
)
def test_numbers_at_which_nobody_answers(number, robot):
    assert is_robot_number(number, frozenset({"+15149541234"})) == robot


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        pytest.param(REPLY, True, id="word for word"),
        pytest.param(
            "VOTRE VOTE 3 EST COMPTE ! ARRET POUR CESSER", True, id="as gateways fold it"
        ),
        pytest.param(f"\n{REPLY}\n", True, id="blanks around"),
        pytest.param(
            "Votre vote 3\nest compté ? ARRÊT pour cesser.", True, id="emoji lost, a line"
        ),
        pytest.param("Votre vote 4 est compté. ARRÊT pour cesser.", False, id="another figure"),
        pytest.param(f"{REPLY} Merci", False, id="a word more"),
        pytest.param("Votre vote 3 est compté", False, id="a part"),
        pytest.param("OUI", False, id="a keyword that we said alone"),
        pytest.param("Rock and roll & blues", False, id="a choice that we offered, too short"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_our_own_text_that_comes_back(text, echo):
    said = [mark(REPLY), mark("OUI"), mark("Rock and roll & blues"), mark("")]

    assert echoes(text, said) == echo


def test_a_mark_is_kept_for_long_and_does_not_change():
    assert mark(REPLY) == 1_365_939_250
    assert 0 <= mark("a\ud800") < 2**32


def beat(*gaps: int, first: int = 1_772_000_000_123) -> list[int]:
    return [first + sum(gaps[:count]) for count in range(len(gaps) + 1)]


@pytest.mark.parametrize(
    ("instants", "robot"),
    [
        pytest.param(beat(*[MINUTE] * 5), True, id="six texts, a minute apart"),
        pytest.param(beat(*[MINUTE] * 4), False, id="five are too few"),
        pytest.param(beat(*[MINUTE] * 5)[::-1], True, id="in any order"),
        pytest.param(beat(*[MINUTE] * 7), True, id="eight texts"),
        pytest.param(beat(95_000, *[MINUTE] * 6), False, id="one of those kept is off the beat"),
        pytest.param(beat(95_000, *[MINUTE] * 7), True, id="older ones do not count"),
        pytest.param(beat(60_000, 60_900, 59_200, 60_000, 60_100), True, id="a little unsteady"),
        pytest.param(beat(60_000, 61_000, 59_000, 60_000, 60_000), False, id="by two seconds"),
        pytest.param(beat(10_000, 10_000, 10_499, 10_000, 10_000), True, id="under a twentieth"),
        pytest.param(beat(10_000, 10_000, 10_500, 10_000, 10_000), False, id="by a twentieth"),
        pytest.param(beat(*[1_000] * 5), True, id="a second apart"),
        pytest.param(beat(*[999] * 5), False, id="quicker: parts of a long text"),
        pytest.param(beat(*[0] * 5), False, id="all at once"),
        pytest.param(beat(*[15 * MINUTE] * 5), True, id="a quarter of an hour apart"),
        pytest.param(beat(*[15 * MINUTE + 1] * 5), False, id="slower"),
        pytest.param(beat(*[MINUTE] * 5, first=0), True, id="whole seconds, a minute apart"),
        pytest.param(beat(60_000, 61_000, 60_000, 60_000, 60_000, first=0), True, id="rounded"),
        pytest.param(beat(*[3_000] * 5, first=0), False, id="whole seconds, quick: who knows"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_a_beat_that_no_person_keeps(instants, robot):
    assert rhythmic(instants) == robot


Gap = Callable[[random.Random], float]
PEOPLE: dict[str, tuple[Gap, float]] = {
    "at random, a minute on average": (lambda dice: dice.expovariate(1 / MINUTE), 0.001),
    "at random, ten seconds on average": (lambda dice: dice.expovariate(1 / 10_000), 0.001),
    "a vote a minute, give or take 8 s": (lambda dice: dice.gauss(MINUTE, 8_000), 0.005),
    "a vote in 52 to 68 s": (lambda dice: dice.uniform(52_000, 68_000), 0.01),
    "votes as quick as thumbs are": (lambda dice: dice.gauss(4_000, 1_000), 0.005),
    "every five minutes": (lambda dice: dice.gauss(5 * MINUTE, 30_000), 0.001),
}


def texts(gap: Gap, dice: random.Random, *, whole_seconds: bool) -> Iterator[int]:
    """A hundred texts."""
    at = dice.uniform(0, 1e12)
    for _ in range(100):
        at += max(500.0, gap(dice))
        yield int(at) // 1000 * 1000 if whole_seconds else int(at)


def noticed(gap: Gap, dice: random.Random, *, whole_seconds: bool) -> int:
    """Say after how many texts somebody is taken for a robot; 0: never."""
    heard: list[int] = []
    for count, instant in enumerate(texts(gap, dice, whole_seconds=whole_seconds), 1):
        heard = [*heard, instant][-HEARD:]
        if rhythmic(heard):
            return count
    return 0


@pytest.mark.parametrize("whole_seconds", [False, True], ids=["fine clock", "whole seconds"])
@pytest.mark.parametrize(("gap", "share"), PEOPLE.values(), ids=PEOPLE)
def test_people_are_not_taken_for_robots(gap, share, whole_seconds):
    """Each of a thousand texts a hundred times."""
    dice = random.Random(20260302)

    taken = sum(noticed(gap, dice, whole_seconds=whole_seconds) > 0 for _ in range(1_000))

    assert taken <= share * 1_000


ROBOTS: dict[str, Gap] = {
    "to the millisecond": lambda dice: MINUTE,
    "a network that delays by up to 0.3 s": lambda dice: MINUTE + dice.uniform(-300, 300),
    "every ten minutes, delayed by up to 0.5 s": lambda dice: 600_000 + dice.uniform(-500, 500),
    "every half minute": lambda dice: 30_000 + dice.uniform(-100, 100),
}


@pytest.mark.parametrize("gap", ROBOTS.values(), ids=ROBOTS)
def test_robots_are_noticed_at_the_sixth_text(gap):
    dice = random.Random(20260302)

    assert {noticed(gap, dice, whole_seconds=False) for _ in range(200)} == {FEWEST}
