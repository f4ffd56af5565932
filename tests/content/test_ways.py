"""Ways between steps: whatever is answered, what counts as answered is, and every talk may end."""

from hypothesis import example, given, strategies as st

from bot.content.ways import Answered, check_ways, confirmed
from bot.core.flows import DONE, GAVE_UP, Flow, Step
from bot.core.sayings import Message
from bot.core.understanding import Expected, Kind
from bot.validation import Wrong

ASK = Message({"": "?"})
YES_NO = Expected(Kind.YES_NO)
names = st.sampled_from(["a", "b", "c", "d", DONE, GAVE_UP])


@st.composite
def flows(draw: st.DrawFn) -> tuple[Step, ...]:
    """Make a few steps with any ways between them."""
    ids = ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    ways = st.dictionaries(st.sampled_from(["yes", "no", ""]), names, max_size=3)
    return tuple(
        Step(one, ASK, YES_NO, next=draw(ways), unless_in=draw(st.sampled_from(["", "", "deals"])))
        for one in ids
    )


@example(
    (Step("a", ASK, YES_NO, next={"": DONE, "yes": "a", "no": "b"}), Step("b", ASK, YES_NO)),
    ["no", "yes"],
    False,
)
@given(flows(), st.lists(st.sampled_from(["yes", "no"]), max_size=30), st.booleans())
def test_what_is_surely_answered_is_answered_on_every_way(steps, answers, member):
    if not check_ways(steps, []):
        return
    flow, answered = Flow(steps, ""), Answered(steps)
    where = steps[0].id
    known: set[str] = set()
    for answer in answers:
        step = flow.step(where)
        if step is None:
            break
        skipped = member and bool(step.unless_in)
        assert answered.surely(where) <= known
        assert known <= answered.surely(where) | answered.perhaps(where)
        if not skipped:
            known.add(where)
        where = flow.after(step, "" if skipped else answer)
    assert answered.surely(where) <= known


@example((Step("a", ASK, YES_NO, next={"yes": "a", "no": "a"}, unless_in="deals"),))
@given(flows())
def test_ways_that_are_admitted_come_to_an_end_from_everywhere(steps):
    wrong: list[Wrong] = []
    admitted = check_ways(steps, wrong)

    assert admitted is not bool(wrong)
    if admitted:
        flow = Flow(steps, "")
        for step in steps:
            assert ends(flow, step)


def ends(flow: Flow, begin: Step) -> bool:
    seen, waiting = set(), [begin.id]
    while waiting:
        here = flow.step(waiting.pop())
        if here is None:
            return True
        if here.id not in seen:
            seen.add(here.id)
            waiting += [flow.after(here, answer) for answer in ("yes", "no")]
    return False


@given(flows())
def test_no_way_goes_around_an_appended_question(steps):
    flow = Flow(confirmed(steps, Step("last", ASK, YES_NO)), "")

    for step in flow.steps[:-1]:
        assert DONE not in {flow.after(step, answer) for answer in ("yes", "no", "")}
    assert flow.after(flow.steps[-1], "yes") == DONE
