"""What a route of the HTTP API is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.core.tokens import Scope

ROOT = "/api/v1"
JSON = "application/json"
VISIBLE = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"
"""Text without control signs; line breaks are none."""


class Strict(BaseModel):
    """What a program sends: a key that nobody knows is a mistake of its author."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Shown(BaseModel):
    """What a program is answered."""

    model_config = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, by a program that may."""

    caller: str
    """The name of its token."""
    path: Mapping[str, str]
    query: Any = None
    """A value of the route's `query`."""
    body: Any = None
    """A value of the route's `body`."""
    key: str = ""
    """Its `Idempotency-Key`; empty: it gave none."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is answered."""

    body: Any = None
    """A value of the route's `gives`."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that a program may have done. `act` may raise `Problem`."""

    method: str
    path: str
    """Below `/api/v1`, with `{names}`."""
    scope: Scope
    act: Callable[[Asked], Awaitable[Given]]
    summary: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    gives: Any = None
    """A model, or a dataclass."""
    statuses: tuple[int, ...] = (200,)
    refuses: tuple[int, ...] = ()
    """Statuses of problems, beside those that any request may end with."""
    once: bool = False
    """It honours `Idempotency-Key`."""

    @property
    def problems(self) -> tuple[int, ...]:
        """Name the status of every problem that it may answer."""
        found = {400, 401, 403, 421, 429, 500, 503, *self.refuses}
        if self.body is not None:
            found |= {413, 415, 422}
        if self.query is not None or self.once:
            found.add(422)
        if "{" in self.path:
            found |= {404, 422}
        return tuple(sorted(found))
