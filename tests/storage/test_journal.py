"""The journal: what it was told last is read again, whatever happened to the file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.errors import StoreBroken
from bot.storage.journal import FEW, FOLLOWED, Journal, Note, NoteKind

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ANA, BEN = "#ana", "#ben"


def out(who: str = ANA, minutes: float = 0) -> Note:
    return Note(NoteKind.OUT, who, NOON + timedelta(minutes=minutes))


def back(who: str = ANA, minutes: float = 0) -> Note:
    return Note(NoteKind.IN, who, NOON + timedelta(minutes=minutes))


def reopened(path: Path) -> Journal:
    journal = Journal(path)
    journal.open()
    return journal


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([out()], [out()], id="one"),
        pytest.param([out(), back(minutes=1)], [back(minutes=1)], id="the newer word counts"),
        pytest.param([back(minutes=1), out()], [back(minutes=1)], id="also where it came first"),
        pytest.param([out(), out(BEN)], [out(), out(BEN)], id="two people"),
        pytest.param(
            [out(), Note(NoteKind.FORGOTTEN, ANA, NOON)],
            [out(), Note(NoteKind.FORGOTTEN, ANA, NOON)],
            id="who was forgotten is opted out all the same",
        ),
    ],
)
async def test_what_counts_is_read_again(tmp_path: Path, notes: list[Note], kept: list[Note]):
    journal = Journal(tmp_path / "journal")
    for note in notes:
        await journal.note([note])

    assert reopened(tmp_path / "journal").notes == kept


@pytest.mark.parametrize("cut", range(1, 40, 3))
async def test_a_torn_last_line_costs_that_line_alone(tmp_path: Path, cut: int):
    path = tmp_path / "journal"
    await Journal(path).note([out()])
    whole = path.read_bytes()
    await reopened(path).note([out(BEN)])
    assert len(path.read_bytes()) > len(whole) + cut
    path.write_bytes(path.read_bytes()[: len(whole) + cut])

    assert reopened(path).notes == [out()]
    await reopened(path).note([out(BEN, 5)])
    assert reopened(path).notes == [out(), out(BEN, 5)]


async def test_a_damaged_line_is_left_out_and_the_others_count(tmp_path: Path):
    path = tmp_path / "journal"
    await Journal(path).note([out(), out(BEN), out("#cid")])
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"ben", b"eve")
    path.write_bytes(b"".join([*lines, b"\xff\x00 nonsense\n", b'00000000 ["new kind"]\n']))

    assert reopened(path).notes == [out(), out("#cid")]
    assert b"nonsense" not in path.read_bytes()


async def test_it_does_not_grow_without_end(tmp_path: Path):
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.note([Note(NoteKind.CAMPAIGN, "clever/Push1", NOON - FOLLOWED)])
    for minute in range(0, 2 * FEW, 40):
        for turn in (out, back):
            await journal.note([turn(f"#{who}", minute + who / 100) for who in range(20)])

    assert len(path.read_bytes().splitlines()) <= FEW
    assert {note.who for note in reopened(path).notes} == {f"#{who}" for who in range(20)}
    assert not (tmp_path / "journal.new").exists()


async def test_what_is_known_is_not_written_again(tmp_path: Path):
    path = tmp_path / "journal"
    journal = Journal(path)
    await journal.note([out()])
    before = path.read_bytes()
    await journal.note([out(), out(minutes=-5)])

    assert path.read_bytes() == before


async def test_only_its_owner_reads_it(tmp_path: Path):
    await Journal(tmp_path / "journal").note([out()])

    assert (tmp_path / "journal").stat().st_mode & 0o777 == 0o600


async def test_where_it_cannot_be_written_nothing_goes_on(tmp_path: Path):
    (tmp_path / "journal").mkdir()

    with pytest.raises(StoreBroken, match="journal"):
        await Journal(tmp_path / "journal").note([out()])
    with pytest.raises(StoreBroken, match="journal"):
        reopened(tmp_path / "journal")
