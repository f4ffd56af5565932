"""What may be said: texts as they were meant, not as a word processor curled them."""

import pytest


@pytest.mark.parametrize(
    ("reply", "faults"),
    [
        pytest.param("“Oui”", ["3:5: reply: these quotes would be said"], id="curled quotes"),
        pytest.param("« Oui »", ["3:5: reply: these quotes would be said"], id="guillemets"),
        pytest.param(
            "{fr: “Oui”}", ["3:13: reply: these quotes would be said"], id="of a language"
        ),
        pytest.param("Il dit «oui»", [], id="within a text"),
        pytest.param("«Oui» et «non»", [], id="around two words"),
        pytest.param('"“Oui” dit-il"', [], id="at its beginning"),
    ],
)
def test_quotes_that_would_be_said(told, reply, faults):
    found = told(f"rules:\n  - id: a\n    reply: {reply}\n    keyword: x\n")

    assert [one[: len(fault)] for one, fault in zip(found, faults, strict=True)] == faults
