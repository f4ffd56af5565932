"""The machine's clock, and the one that runs fast so that tests need not wait."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock, FastClock, SystemClock, clock_of_environment

WORLD = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)


def fast(speed: float = 100.0) -> FastClock:
    return FastClock.parse(f"{WORLD.timestamp()},{time.time()},{speed}")


def test_the_world_begins_where_the_spec_says_and_goes_faster() -> None:
    clock = fast(1000.0)
    begun, moment = clock.now(), clock.monotonic()
    time.sleep(0.02)

    assert timedelta(0) <= begun - WORLD < timedelta(seconds=5)
    assert clock.now() - begun >= timedelta(seconds=20)
    assert clock.monotonic() - moment >= 20.0


def test_two_processes_with_one_spec_agree() -> None:
    spec = f"{WORLD.timestamp()},{time.time() - 3},60"
    one, other = FastClock.parse(spec), FastClock.parse(spec)

    assert abs(one.now() - other.now()) < timedelta(seconds=5)
    assert one.now() - WORLD >= timedelta(minutes=3)


async def test_sleeping_takes_less_of_a_real_second() -> None:
    clock = fast(100.0)
    begun = time.monotonic()

    await clock.sleep(2.0)

    assert 0.02 <= time.monotonic() - begun < 1.0


@pytest.mark.parametrize("clock", [SystemClock(), fast()], ids=lambda one: type(one).__name__)
def test_instants_are_aware_and_utc_and_time_never_goes_back(clock: Clock) -> None:
    """INV-39."""
    moments = [clock.monotonic() for _ in range(100)]

    assert clock.now().utcoffset() == timedelta(0)
    assert moments == sorted(moments)


@pytest.mark.parametrize("spec", ["", "1,2", "a,b,c", "1,2,0", "1,2,-3", "1,2,3,4"])
def test_what_is_no_clock_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r"unpack|convert|above 0"):
        FastClock.parse(spec)


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTOBOT_CLOCK", raising=False)
    assert isinstance(clock_of_environment(), SystemClock)

    monkeypatch.setenv("TEXTOBOT_CLOCK", f"{WORLD.timestamp()},{time.time()},50")
    assert clock_of_environment().speed == 50.0
