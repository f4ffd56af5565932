"""What comes late, twice, shuffled, or under a wrong clock is answered exactly once."""

from pathlib import Path

import pytest

from tests.outside.harness import BOTH, Stage, mobile, stage

pytestmark = pytest.mark.kill


def phones(scene: Stage, gateway: str, count: int) -> list[str]:
    numbers = [mobile(101 + n, gateway) for n in range(count)]
    if gateway == "clever":
        scene.campaign(numbers)
    return numbers


@pytest.mark.parametrize("gateway", BOTH)
async def test_rows_late_repeated_shuffled_and_equal(tmp_path: Path, gateway: str) -> None:
    """INV-1, INV-26. A row that Clever lists twice under one campaign is two texts.

    Texts to different campaigns are read when each is asked, so Clever's may be answered in
    another order.
    """
    async with stage(tmp_path, on=[gateway], speed=30) as scene:
        late, repeated, twice, usual = phones(scene, gateway, 4)
        await scene.up()
        scene.sandbox.break_(gateway, "rows_shuffled", times=None)
        scene.sandbox.break_(gateway, "row_late", number=late, seconds=60)
        scene.text(gateway, late, "echo late", "Echo late")
        again = "row_repeated" if gateway == "vudumobile" else "mo_in_two"
        scene.sandbox.break_(gateway, again, number=repeated)
        scene.text(gateway, repeated, "echo again", "Echo again")
        for _ in range(2):
            scene.text(gateway, twice, "echo same", "Echo same")
        for count in range(5):
            scene.text(gateway, usual, f"echo {count}", f"Echo {count}")
            await scene.world(4)

        await scene.verify(after=150, ordered=gateway == "vudumobile")

        assert scene.sandbox.world.faults.fired["row_late"] == 1
        assert scene.sandbox.world.faults.fired[again] == 1
        await scene.daemon.stop()


@pytest.mark.parametrize("gateway", BOTH)
async def test_two_equal_texts_of_one_second_are_two(tmp_path: Path, gateway: str) -> None:
    async with stage(tmp_path, on=[gateway]) as scene:
        (number,) = phones(scene, gateway, 1)
        await scene.up()
        second = scene.sandbox.now().replace(microsecond=0)
        for _ in range(2):
            offset = (second - scene.sandbox.now()).total_seconds()
            scene.text(gateway, number, "echo same", "Echo same", offset=offset)

        await scene.verify()

        assert len(scene.inbox(number)) == 2


@pytest.mark.parametrize("skew", [120.0, -120.0], ids=["ahead", "behind"])
async def test_gateways_whose_clocks_are_wrong_by_two_minutes(tmp_path: Path, skew: float) -> None:
    """INV-39; also where an answer is lost and the message must be found by its time."""
    async with stage(tmp_path) as scene:
        scene.sandbox.vudumobile.skew = skew
        scene.sandbox.clever.skew = skew
        people = {gateway: phones(scene, gateway, 3) for gateway in BOTH}
        await scene.up()
        for gateway, numbers in people.items():
            scene.text(gateway, numbers[0], "echo a", "Echo a")
            scene.sandbox.break_(gateway, "answer_lost", operation="send", number=numbers[1])
            scene.text(gateway, numbers[1], "echo b", "Echo b")
            scene.sandbox.break_(gateway, "refused", operation="send", number=numbers[2])
            scene.text(gateway, numbers[2], "echo c", "Echo c")
        await scene.world(10)
        for gateway, numbers in people.items():
            for number in numbers:
                scene.text(gateway, number, "echo d", "Echo d")

        await scene.verify(after=200)


async def test_a_feed_of_sent_messages_that_lags(tmp_path: Path) -> None:
    """INV-6: what is not listed yet is not sent again; what was not taken is."""
    async with stage(tmp_path, on=["vudumobile"]) as scene:
        taken, refused, usual = phones(scene, "vudumobile", 3)
        await scene.up()
        scene.sandbox.break_("vudumobile", "mt_late", times=None, seconds=75)
        for count in range(8):
            scene.text("vudumobile", usual, f"echo {count}", f"Echo {count}")
            await scene.world(12)
        scene.sandbox.break_("vudumobile", "answer_lost", operation="send", number=taken)
        scene.sandbox.break_("vudumobile", "refused", operation="send", number=refused)
        for number in (taken, refused):
            scene.text("vudumobile", number, "echo one", "Echo one")
            scene.text("vudumobile", number, "echo two", "Echo two", offset=1)

        await scene.verify(after=200)


async def test_a_campaign_that_the_gateway_does_not_find_delays_no_other(tmp_path: Path) -> None:
    """INV-25, INV-28."""
    async with stage(tmp_path, on=["clever"], speed=30) as scene:
        one, other = phones(scene, "clever", 2)
        await scene.up()
        scene.sandbox.break_("clever", "mt_hidden", number=one)
        scene.text("clever", one, "echo hidden", "Echo hidden")
        await scene.answered()
        await scene.world(60)
        for count in range(3):
            scene.text("clever", other, f"echo {count}", f"Echo {count}")
            await scene.answered(minutes=8)

        await scene.verify()
