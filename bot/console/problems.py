"""Errors as programs read them: `application/problem+json` (RFC 9457), whatever went wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import hdrs, web
from pydantic import ValidationError

from bot.log import logger
from bot.storage.errors import StoreError

LOG = logger(__name__)
PROBLEM = "application/problem+json"


class Problem(Exception):
    """What was asked is not done; the text says why."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        reason: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`reason`: the same in a word, for programs; empty where the status says enough."""
        super().__init__(detail)
        self.status = status
        self.reason = reason
        self.headers = headers or {}


def told(problem: Problem) -> web.Response:
    """Answer with a problem."""
    phrase = HTTPStatus(problem.status).phrase
    body = {"title": phrase, "status": problem.status, "detail": str(problem)}
    if problem.reason:
        body["reason"] = problem.reason
    return web.Response(
        status=problem.status,
        text=json.dumps(body),
        content_type=PROBLEM,
        headers=problem.headers,
    )


def problem_of(error: Exception) -> Problem:
    """Say in the words of HTTP what went wrong; what nobody foresaw is logged."""
    match error:
        case Problem():
            return error
        case web.HTTPException():
            allowed = error.headers.get(hdrs.ALLOW)
            headers: dict[str, str] = {hdrs.ALLOW: allowed} if allowed else {}
            return Problem(error.status, WORDS.get(error.status, error.reason), headers=headers)
        case ValidationError():
            return Problem(422, _first(error))
        case StoreError():
            return Problem(503, str(error))
    # Its own words may quote a number, or a text.
    LOG.error(
        "A request of a program failed in an unexpected way",
        action="api.error",
        error=type(error).__name__,
        exc_info=error,
    )
    return Problem(500, f"it failed unforeseen ({type(error).__name__}); see the log")


WORDS = {
    404: "there is nothing at this address",
    405: "this cannot be done to what is at this address",
    413: "the body is too large",
}


def _first(error: ValidationError) -> str:
    """Say what is wrong with a body, and where, without quoting what stands there."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(key) for key in first["loc"]) or "the body"
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}"
