"""The questions of a rule: what is asked, what is expected, and where the answer leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.core.actions import Action
from bot.core.sayings import Message
from bot.core.understanding import Expected

DONE = "done"
"""Where the last step leads: everything is answered."""
GAVE_UP = "gave_up"
"""Where too many misunderstandings lead, or a step that says so."""
TIMEOUT = timedelta(hours=1)
"""How long an answer is waited for, where the rule does not say."""
TRIES = 3
"""How often an answer may be misunderstood, where the step does not say."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question."""

    id: str
    """Also the name under which its answer is seen."""
    ask: Message
    expected: Expected
    invalid: Message | None = None
    """Said when the answer is not understood; None: the question is asked again."""
    tries: int = TRIES
    next: Mapping[str, str] = field(default_factory=dict)
    """Answer to the step it leads to, to `DONE` or `GAVE_UP`; the key `""` is any other answer."""
    unless_in: str = ""
    """Not asked to who is on this list already."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is done and said when a conversation ends otherwise than by its last answer."""

    reply: Message | None = None
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """The steps of a rule."""

    steps: tuple[Step, ...]
    shape: str
    """Tells whether a conversation fits these steps: of their names, types and ways, not of what
    is said."""
    timeout: timedelta = TIMEOUT
    gave_up: Ending = Ending()
    timed_out: Ending = Ending()

    def step(self, step_id: str) -> Step | None:
        """Give a step by its name."""
        return next((step for step in self.steps if step.id == step_id), None)

    def after(self, step: Step, answer: str) -> str:
        """Say where an answer leads: to a step's name, `DONE` or `GAVE_UP`."""
        told = step.next.get(answer) or step.next.get("")
        if told:
            return told
        place = self.steps.index(step) + 1
        return self.steps[place].id if place < len(self.steps) else DONE
