"""What people answered, and how a number stands, over HTTP."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.console.messages import MOST, PAGE, ReadNumber
from bot.console.problems import Problem
from bot.console.routes import Asked, Given, Route, Shown, Strict
from bot.core.naming import id_of
from bot.core.tokens import Scope
from bot.services.desk import Desk, NotDone, State
from bot.services.library import Library
from bot.storage import answers
from bot.storage.database import Database
from bot.validation import Wrong


class WhichAnswers(Strict):
    """Which answers are asked for."""

    since: AwareDatetime | None = None
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """The `next` of an earlier answer."""
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE


class AnswerShown(Shown):
    """What one text answered."""

    number: str
    gateway: str
    at: datetime
    text: str
    """The id of the text: see `/messages/{id}`."""
    captured: dict[str, str | int]
    counts: bool
    """False: a newer answer of the number took its place (`once: number`)."""


class AnswersShown(Shown):
    """What was answered to a rule: some answers, oldest first, and the counts of all."""

    rule: str
    answers: list[AnswerShown]
    next: int
    """Give it as `after` for what follows."""
    more: bool
    total: int
    """Answers that count."""
    numbers: int
    """Of how many numbers."""
    replaced: int
    counts: dict[str, dict[str, int]]
    """By what was captured: each value, and how often, the most frequent first."""


@dataclass(frozen=True, slots=True)
class People:
    """Answers what is asked about people."""

    database: Database
    library: Library
    desk: Desk
    number: ReadNumber

    def routes(self) -> tuple[Route, ...]:
        """Give the routes."""
        return (
            Route(
                *("GET", "/rules/{rule}/answers", Scope.ANSWERS, self.answers),
                "What people answered to a rule, and how often.",
                query=WhichAnswers,
                gives=AnswersShown,
            ),
            Route(
                *("GET", "/subscribers/{number}", Scope.SUBSCRIBERS, self.state),
                "How a number stands.",
                gives=State,
            ),
        )

    async def answers(self, asked: Asked) -> Given:
        """Read a page of answers, and count all."""
        which: WhichAnswers = asked.query
        rule = asked.path["rule"]
        async with self.database.read() as connection:
            rows = await answers.read(connection, rule, since=which.since)
            known = bool(rows) or any(one.rule == rule for one in await answers.tally(connection))
        if not known and self.library.rulebook.rule(rule) is None:
            raise Problem(404, f"there is no rule {rule!r}")
        left = [row for row in rows if row["id"] > which.after]
        page = left[: which.limit]
        counting = [row for row in rows if row["counts"]]
        counts: dict[str, Counter[str]] = {}
        for row in counting:
            for name, value in row["captured"].items():
                counts.setdefault(name, Counter())[str(value)] += 1
        told = AnswersShown(
            rule=rule,
            answers=[
                AnswerShown(
                    number=row["number"],
                    gateway=row["gateway"],
                    at=row["answered_at"],
                    text=id_of(row["inbound"], ours=False),
                    captured=row["captured"],
                    counts=row["counts"],
                )
                for row in page
            ],
            next=page[-1]["id"] if page else which.after,
            more=len(left) > len(page),
            total=len(counting),
            numbers=len({row["number"] for row in counting}),
            replaced=len(rows) - len(counting),
            counts={name: dict(one.most_common()) for name, one in counts.items()},
        )
        return Given(told)

    async def state(self, asked: Asked) -> Given:
        """Look at a number."""
        try:
            number = self.number(asked.path["number"])
        except Wrong as wrong:
            raise Problem(422, f"number: {wrong.what}; {wrong.remedy}") from wrong
        try:
            return Given(await self.desk.state(number))
        except NotDone as unknown:
            raise Problem(404, str(unknown)) from unknown
