"""The judge sees what it is there for: a double, a loss, a swap, a gap without a reason."""

import time
from collections.abc import Sequence

import aiohttp
import pytest

from bot.sandbox import Clock, Sandbox
from tests.outside.judge import Row, compare, judge

PEER = ("vudumobile", "+15145550101")
OTHER = ("clever", "+33600000101")
WANTED = {PEER: ["one", "two", "three"]}
ABANDONED = Row(*PEER, "two", "abandoned", {"outcome": "abandoned", "why": "nothing listed"})


def texts(*values: str) -> dict[tuple[str, str], Sequence[str]]:
    return {PEER: values}


def ledger(*values: str) -> list[tuple[tuple[str, str], str]]:
    return [(PEER, value) for value in values]


def test_nothing_is_said_where_all_is_well() -> None:
    all_three = ("one", "two", "three")

    report = compare(WANTED, texts(*all_three), ledger(*all_three), [])

    assert report.complaints == []
    assert report.replies == 3


@pytest.mark.parametrize(
    ("got", "accepted", "kind"),
    [
        (("one", "two", "two", "three"), ("one", "two", "two", "three"), "doubled"),
        (("one", "two", "three"), ("one", "two", "two", "three"), "doubled"),
        (("one", "two", "three", "four"), ("one", "two", "three", "four"), "doubled"),
        (("one", "three"), ("one", "three"), "lost"),
        ((), (), "lost"),
        (("two", "one", "three"), ("two", "one", "three"), "disordered"),
    ],
    ids=["a reply twice", "accepted twice, shown once", "a reply to nothing", "a reply missing",
         "no reply at all", "two replies swapped"],
)  # fmt: skip
def test_what_is_wrong_is_named(
    got: tuple[str, ...], accepted: tuple[str, ...], kind: str
) -> None:
    report = compare(WANTED, texts(*got), ledger(*accepted), [])

    assert getattr(report, kind) != []


def test_a_reply_to_somebody_who_texted_nothing_is_a_double() -> None:
    report = compare(WANTED, texts("one", "two", "three"), [*ledger("one"), (OTHER, "one")], [])

    assert [OTHER[1] in sentence for sentence in report.doubled] == [True]


@pytest.mark.parametrize(
    ("row", "evidence", "lost"),
    [
        (ABANDONED, False, False),
        (ABANDONED, True, True),
        (Row(*PEER, "two", "abandoned"), False, True),
        (Row(*PEER, "two", "abandoned", {"searches": 2}), False, True),
        (Row(*PEER, "two", "sent", {"why": "listed"}), False, True),
        (Row(*OTHER, "two", "abandoned", {"why": "nothing listed"}), False, True),
    ],
    ids=["given up with a reason", "given up though there was evidence", "without a verdict",
         "without a reason", "said to be sent", "another phone's row"],
)  # fmt: skip
def test_a_gap_is_excused_only_where_evidence_was_hidden_and_its_row_says_why(
    row: Row, evidence: bool, lost: bool
) -> None:
    report = compare(
        WANTED, texts("one", "three"), ledger("one", "three"), [row], evidence=evidence
    )

    assert (report.lost != []) is lost


async def test_a_real_double_and_a_real_loss_at_a_real_gateway_are_seen() -> None:
    async with Sandbox(Clock(speed=0, world=time.time())) as sandbox:
        async with aiohttp.ClientSession(
            headers={"VUDUMOBILE-API-KEY": sandbox.vudumobile.api_key}
        ) as http:
            form = {"to": "15145550101", "message": "one"}
            sandbox.break_("vudumobile", "garbled", operation="send")
            for _ in range(2):
                async with http.post(f"{sandbox.vudumobile_url}/send", data=form) as answer:
                    assert answer.status == 200

        report = judge(sandbox, WANTED, [])

    assert len(report.doubled) == 2  # on the phone and in the ledger
    assert len(report.lost) == 2  # "two" and "three"
