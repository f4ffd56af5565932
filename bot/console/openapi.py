"""The API in OpenAPI 3.1, made of the routes and of their models: it cannot say anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, Field, TypeAdapter

from bot import __version__
from bot.console.routes import JSON, ROOT, Route

PROBLEM = "application/problem+json"
REFERENCE = "#/components/schemas/{model}"
PATH: Mapping[str, tuple[str, str]] = {
    "list": ("The id of a list.", "deals"),
    "number": ("A number as E.164, or as it is dialled here.", "+15145550001"),
    "rule": ("The id of a rule.", "vote"),
    "verification": ("The id of a verification.", "verification-5f0c2b7e9a"),
    "id": ("The id of a message, either way.", "inbound-7"),
}
"""What stands in paths: in words, and for example."""
HEADERS: Mapping[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "Bearer"),
    429: ("Retry-After", "Seconds."),
}
ADVICE: Mapping[int, str] = {
    400: "The request is no HTTP, or was cut off.",
    401: "No token, or none that is known.",
    403: "The token has not the scope of this.",
    404: "There is nothing of that name.",
    409: "It may not be done; `reason` says why in a word.",
    413: "The body is larger than 64 KiB.",
    415: f"The body is not {JSON}.",
    421: "This `Host` is not among `web.hosts`.",
    422: "What is asked cannot be read, or cannot be; the detail says what.",
    429: "Too many requests of this token, or from this address.",
    500: "It failed unforeseen; the log has more.",
    503: "The store cannot be used.",
}


class ProblemShown(BaseModel):
    """Why something is not done (RFC 9457)."""

    title: str
    status: int
    detail: str
    """For people."""
    reason: str | None = Field(None)
    """For programs, in a word, where there may be several."""


Mode = Literal["validation", "serialization"]
_GIVES: Mode = "serialization"
_TAKES: Mode = "validation"


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Describe the API."""
    every = list(routes)
    wanted: dict[tuple[str, Mode], TypeAdapter[Any]] = {
        ("problem", _TAKES): TypeAdapter(ProblemShown)
    }
    for route in every:
        name = operation(route)
        for mode, model in ((_TAKES, route.body), (_GIVES, route.gives)):
            if model is not None:
                wanted[name, mode] = TypeAdapter(model)
    found, defined = TypeAdapter.json_schemas(
        [(name, mode, adapter) for (name, mode), adapter in wanted.items()],
        ref_template=REFERENCE,
    )
    described: dict[str, Any] = {}
    for route in every:
        here = described.setdefault(ROOT + route.path, {})
        here[route.method.lower()] = _operation(route, found)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Textobot",
            "version": __version__,
            "description": "Texts, both ways. Errors are application/problem+json.",
        },
        "servers": [{"url": "/"}],
        "paths": described,
        "components": {
            "schemas": defined["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def operation(route: Route) -> str:
    """Give the id of a route: `get_lists_list_members`."""
    return "_".join([route.method.lower(), *re.findall("[a-z]+", route.path)])


def _operation(route: Route, found: Mapping[Any, Any]) -> dict[str, Any]:
    name = operation(route)
    told: dict[str, Any] = {
        "operationId": name,
        "summary": route.summary,
        "description": f"Needs a token with the scope `{route.scope}`.",
        "parameters": [*_in_path(route), *_in_query(route), *_in_header(route)],
        "responses": {
            **{str(status): _done(status, found.get((name, _GIVES))) for status in route.statuses},
            **{str(status): _problem(status, found) for status in route.problems},
        },
    }
    if route.body is not None:
        content = {JSON: {"schema": found[name, _TAKES]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _in_path(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH[name][0],
            "example": PATH[name][1],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in re.findall("{([a-z]+)}", route.path)
    ]


def _in_query(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    assert "$defs" not in schema, "what stands in a query is plain"
    return [
        {"name": name, "in": "query", "required": False, "schema": told}
        for name, told in schema["properties"].items()
    ]


def _in_header(route: Route) -> list[dict[str, Any]]:
    if not route.once:
        return []
    described = "The same request with the same key is carried out once, within 24 hours."
    schema = {"type": "string", "pattern": "^[!-~]{1,255}$"}
    return [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": described,
            "schema": schema,
        }
    ]


def _done(status: int, schema: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    told: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if schema is not None:
        told["content"] = {JSON: {"schema": schema}}
    return told


def _problem(status: int, found: Mapping[Any, Any]) -> dict[str, Any]:
    content = {PROBLEM: {"schema": found["problem", _TAKES]}}
    told: dict[str, Any] = {"description": ADVICE[status], "content": content}
    if status in HEADERS:
        name, meaning = HEADERS[status]
        schema = {"schema": {"type": "string"}, "description": meaning}
        told["headers"] = {name: schema}
    return told
