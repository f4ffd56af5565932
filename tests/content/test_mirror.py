"""`mirror` of a list: which groups at which gateways it can be kept equal to."""

import pytest

GATEWAYS = {"gateways": ["vudumobile", "clever"], "groupless": ["clever"]}


@pytest.mark.parametrize(
    ("written", "mirror"),
    [
        ("{vudumobile: Marketing}", {"vudumobile": "Marketing"}),
        ('{vudumobile: " Nos amis ", clever: all}', {"vudumobile": "Nos amis", "clever": "all"}),
        ("{vudumobile: 2026}", {"vudumobile": "2026"}),
        ("{vudumobile: no}", {"vudumobile": "no"}),
        ("{elsewhere: all}", {"elsewhere": "all"}),
    ],
)
def test_a_list_has_a_mirror(rules, written, mirror):
    book = rules(f"lists:\n  - id: deals\n    mirror: {written}\n")
    assert book.lists["deals"].mirror == mirror


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("Marketing", "3:5: mirror: this is no mirror; write the gateway and a group"),
        ("{}", "3:5: mirror: this is no mirror"),
        ("{vudumoble: Marketing}", "3:14: mirror: there is no gateway 'vudumoble'; did you mean"),
        ("{vudumobile: Tous}", "3:14: mirror: the group Tous is the vendor's own"),
        ("{vudumobile: BLOCKED}", "3:14: mirror: the group BLOCKED is the vendor's own"),
        ("{vudumobile: }", "3:14: mirror: this is no group"),
        ("{vudumobile: [a, b]}", "3:14: mirror: this is no group"),
        ("{clever: Marketing}", "3:14: mirror: this gateway has no groups; write all"),
    ],
)
def test_a_mirror_that_cannot_be_is_a_fault(told, written, fault):
    (found,) = told(f"lists:\n  - id: deals\n    mirror: {written}\n", **GATEWAYS)
    assert found[: found.index(":", 3)] == fault[: fault.index(":", 3)]
    assert fault.split(": ", 1)[1] in found


def test_two_lists_in_one_group_are_a_fault(told):
    (found,) = told(
        """lists:
  - {id: deals, mirror: {vudumobile: Marketing, clever: all}}
  - {id: offers, mirror: {vudumobile: marketing}}
""",
        **GATEWAYS,
    )
    assert "the list 'deals' is kept equal to marketing of vudumobile already" in found
