"""What is listed was taken, and belongs to one row (INV-4, INV-9)."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from bot.core.messages import Sighting, Unclear
from bot.core.reconcile import VerdictKind
from bot.core.sightings import hits
from bot.core.skew import Skew
from tests.core.unclear import EXACT, FOREIGN, HANDED, NUMBER, TEXT, judge, sighting, unclear


@pytest.mark.parametrize(
    ("seen", "level", "strong"),
    [
        pytest.param(sighting(), 0, True, id="equal"),
        pytest.param(sighting(text=TEXT + " "), 1, True, id="a blank more"),
        pytest.param(sighting(text="Merci, c&#39;est noté."), 2, False, id="escaped"),
        pytest.param(sighting(text="Merci, c'est not?."), 3, False, id="folded"),
        pytest.param(sighting(numbers=("5145551234",)), 0, True, id="number without its 1"),
        pytest.param(sighting(at=HANDED - timedelta(seconds=3)), 0, True, id="their clock behind"),
        pytest.param(sighting(at=HANDED + timedelta(days=1)), 0, True, id="listed a day late"),
    ],
)
def test_what_is_listed_was_sent(seen, level, strong):
    (verdict,) = judge(unclear(), sightings=[seen], seconds=1)
    assert (verdict.kind, verdict.gateway_id) == (VerdictKind.SENT, "m1")
    assert (verdict.evidence["level"], verdict.evidence["strong"]) == (level, strong)


@pytest.mark.parametrize(
    ("level", "strong"),
    [
        pytest.param(2, True, id="this gateway escapes: as strong as equal"),
        pytest.param(3, False, id="it folds, but this one is escaped"),
    ],
)
def test_a_changed_text_is_strong_evidence_where_the_gateway_changes_texts_so(level, strong):
    changed = sighting(text="Merci, c&#39;est noté.")
    calibration = EXACT.seen(1.0, level)
    (verdict,) = judge(unclear(), sightings=[changed], calibration=calibration)
    assert verdict.evidence["strong"] is strong


def test_the_beginning_of_a_text_is_weak_evidence_and_still_never_sent_twice():
    text = "Votre rendez-vous du 24 décembre à 14 h est confirmé; répondez NON pour annuler."
    cut = sighting(text=text[:64])
    (verdict,) = judge(unclear(text=text), sightings=[cut], calibration=EXACT.seen(1.0, 4))
    assert verdict.kind is VerdictKind.SENT
    assert (verdict.evidence["level"], verdict.evidence["strong"]) == (4, False)
    assert "may be it" in verdict.evidence["reason"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(sighting(numbers=("+15145550000",)), id="to somebody else"),
        pytest.param(sighting(numbers=(NUMBER, "+15145550000")), id="to somebody else, too"),
        pytest.param(sighting(text="Autre chose"), id="another text"),
        pytest.param(sighting(at=HANDED - timedelta(seconds=3.1)), id="from before it left"),
    ],
)
def test_what_is_listed_may_be_another(other):
    (verdict,) = judge(unclear(), sightings=[other], seconds=1)
    assert verdict.kind is VerdictKind.WAIT


def test_a_listing_without_ids_tells_by_count():
    """INV-4: what is listed beside it does not hide it, and one row stands for one message."""
    nameless = [
        sighting(gateway_id=""),
        sighting(gateway_id="", numbers=("+15145550000",)),
        sighting(gateway_id="", text="Autre chose"),
    ]
    (one,) = judge(unclear(), sightings=nameless, seconds=1)
    assert (one.kind, one.gateway_id, one.evidence["listed"]) == (VerdictKind.SENT, "", 3)

    both = judge(unclear(), unclear(batch=2), sightings=nameless, seconds=1)
    assert sorted(one.kind for one in both) == [VerdictKind.SENT, VerdictKind.WAIT]


def test_what_belongs_to_a_row_is_never_bound_to_another():  # INV-9
    (verdict,) = judge(unclear(), sightings=[sighting()], bound={"m1": HANDED}, seconds=1)
    assert verdict.kind is VerdictKind.WAIT


def test_a_hit_is_believed_in_an_incomplete_search():
    (verdict,) = judge(unclear(), sightings=[sighting()], seconds=1, complete={})
    assert verdict.kind is VerdictKind.SENT


def test_a_campaign_to_several_is_found_by_its_set_of_numbers():
    numbers = ("+33600000001", "+33600000002")
    row = unclear(numbers=numbers)
    seen = sighting(numbers=("33600000002", "33600000001"), segments=2, units=14.0)
    (verdict,) = judge(row, sightings=[seen])
    assert (verdict.kind, verdict.segments, verdict.units) == (VerdictKind.SENT, 2, 14.0)


def test_of_three_equal_ones_two_are_listed_so_two_were_sent():
    rows = [unclear(n, handed_at=HANDED + timedelta(seconds=n)) for n in (3, 1, 2)]
    seen = [sighting(f"m{n}", at=HANDED + timedelta(seconds=9 + n)) for n in (1, 2)]
    found = judge(*rows, sightings=[*seen, FOREIGN])
    assert [(one.batch, one.kind.value, one.gateway_id) for one in found] == [
        (3, "again", ""),
        (1, "sent", "m1"),
        (2, "sent", "m2"),
    ]


def test_one_row_listed_three_times_says_so():
    (verdict,) = judge(unclear(), sightings=[*map(sighting, ("m1", "m2", "m3")), FOREIGN])
    assert verdict.evidence["surplus"] == 2


def test_one_message_listed_twice_under_one_id_is_one():
    found = judge(unclear(1), unclear(2), sightings=[sighting(), sighting(), FOREIGN])
    assert [one.kind.value for one in found] == ["sent", "again"]


INSTANTS = st.integers(0, 8)
VARIANTS = st.sampled_from([TEXT, TEXT + " ", "Merci, c&#39;est noté.", "Autre chose"])


@given(
    st.lists(st.tuples(INSTANTS, VARIANTS), max_size=4),
    st.lists(st.tuples(INSTANTS, VARIANTS), max_size=4),
)
def test_as_many_rows_as_possible_find_a_listed_message(rows, listed):
    batches = [
        unclear(n, handed_at=HANDED + timedelta(seconds=second), text=text)
        for n, (second, text) in enumerate(rows)
    ]
    seen = [
        sighting(f"m{n}", at=HANDED + timedelta(seconds=second), text=text)
        for n, (second, text) in enumerate(listed)
    ]
    found = hits(batches, seen, Skew(2.0, 2.0))
    assert len({hit.sighting.gateway_id for hit in found.values()}) == len(found)
    assert len(found) == _most(batches, seen)


def _most(batches: list[Unclear], seen: list[Sighting]) -> int:
    """The largest matching, by trying all."""
    skew = Skew(2.0, 2.0)
    passes = [[bool(hits([batch], [one], skew)) for one in seen] for batch in batches]
    places: list[int | None] = [*range(len(seen)), *[None] * len(batches)]
    return max(
        sum(place is not None and row[place] for row, place in zip(passes, chosen, strict=True))
        for chosen in set(permutations(places, len(batches)))
    )
