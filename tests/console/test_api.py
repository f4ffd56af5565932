"""What holds for every route: who may, how often, which methods, and how it is described."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import select

from bot.console.api import Limits
from bot.console.limits import Limit, Rate
from bot.core.tokens import Scope, digest_of
from bot.services.doorkeeper import Doorkeeper
from bot.storage.columns import metadata
from bot.storage.database import Database
from tests.console.api import EVERY, SECRET, UNLIMITED, program
from tests.services.played import ANA

EXAMPLES = {"{id}": "inbound-1", "{rule}": "vote", "{list}": "deals", "{number}": ANA}
EXAMPLES |= {"{verification}": "verification-0"}
BODIES: dict[str, Any] = {
    "/messages": {"to": ANA, "text": "Bonjour"},
    "/rules/check": {"text": "rules: []\n"},
    "/verifications": {"to": ANA},
    "/verifications/{verification}/check": {"code": "123456"},
    "/rules/explain": {"text": "meteo"},
    "/lists/{list}/members/{number}": {"consent": {"kind": "express", "wording": "Oui"}},
}


def named(path: str) -> str:
    for name, example in EXAMPLES.items():
        path = path.replace(name, example)
    return path


async def test_every_operation_wants_a_token_with_its_scope(tmp_path: Path) -> None:
    """INV-34: none, a wrong one, one of another scope; and no GET changes anything."""
    async with program(tmp_path) as asking:
        await asking.scene.receive("meteo", "vote 3")
        agreed = BODIES["/lists/{list}/members/{number}"]
        await asking.ask("PUT", f"/lists/deals/members/{ANA}", agreed)
        keeper = Doorkeeper(asking.scene.database, asking.scene.clock, SECRET)
        for scope in Scope:
            others = [one for one in Scope if one is not scope]
            await keeper.issue(f"no-{scope}", digest_of(f"no-{scope}", SECRET), others)
        for route in asking.api.routes:
            body = BODIES.get(route.path) if route.body else None
            path = named(route.path)
            tokens = {None: 401, "": 401, "wrong": 401, f"no-{route.scope}": 403}
            for token, status in tokens.items():
                got = await asking.ask(route.method, path, body, token=token)
                assert got.status == status, (route, token)
                assert got.type == "application/problem+json"
        assert await asking.scene.outbox() == []

        begun = await asking.ask("POST", "/verifications", BODIES["/verifications"])
        before = await kept(asking.scene.database)
        for route in asking.api.routes:
            if route.method == "GET":
                path = route.path.replace("{verification}", begun.body["id"])
                got = await asking.ask("GET", named(path))
                assert got.status == 200, (route.path, got)
        assert await kept(asking.scene.database) == before


async def kept(database: Database) -> dict[str, list[Any]]:
    """Read the whole store."""
    async with database.read() as connection:
        return {
            table.name: list(await connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


async def test_a_token_that_is_no_text_is_none(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        host, port = asking.at.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"GET /api/v1/rules HTTP/1.1\r\nHost: localhost\r\n"
            b"Authorization: Bearer \xff\xed\xa0\x80\r\nConnection: close\r\n\r\n"
        )
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 401")


async def test_methods_are_told_and_head_is_a_get_without_its_body(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        allowed = {"/messages": "GET, HEAD, OPTIONS, POST", "/rules/check": "OPTIONS, POST"}
        for path, methods in allowed.items():
            for method, status in (("OPTIONS", 204), ("DELETE", 405)):
                got = await asking.ask(method, path, token=None)
                told = ", ".join(sorted(got.headers["Allow"].replace(" ", "").split(",")))
                assert (got.status, told) == (status, methods), method
        get, head = [await asking.ask(method, "/rules") for method in ("GET", "HEAD")]

        assert (head.status, head.body, head.type) == (200, None, "application/json")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        assert (await asking.ask("HEAD", "/rules", token=None)).status == 401


@pytest.mark.parametrize(
    ("limit", "asking_with", "later"),
    [
        pytest.param("token", EVERY, 200, id="a token"),
        pytest.param("address", EVERY, 200, id="an address"),
        pytest.param("refused", "wrong", 401, id="an address without a good token"),
    ],
)
async def test_who_asks_too_often_is_told_when_to_come_again(
    tmp_path: Path, limit: str, asking_with: str, later: int
) -> None:
    now = [0.0]
    rates = dict.fromkeys(("token", "address", "refused"), UNLIMITED) | {limit: Rate(0.5, 3)}
    limits = Limits(**{name: Limit(rate, lambda: now[0]) for name, rate in rates.items()})
    async with program(tmp_path, limits=limits) as asking:
        got = [await asking.ask("GET", "/rules", token=asking_with) for _ in range(5)]
        good = await asking.ask("GET", "/rules")
        now[0] += 2
        after = await asking.ask("GET", "/rules", token=asking_with)

    assert [one.status for one in got] == [later] * 3 + [429] * 2
    assert (got[3].headers["Retry-After"], got[3].type) == ("2", "application/problem+json")
    assert good.status == (200 if limit == "refused" else 429)
    assert after.status == later


def test_names_beyond_what_is_counted_are_let_go() -> None:
    limit = Limit(Rate(0.0001, 1), lambda: 0.0)
    for place in range(20_000):
        limit.take(f"{place}")

    assert len(limit._left) == 10_000


async def test_the_description_is_open_and_is_openapi(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        got = await asking.ask("GET", "/openapi.json", token=None)

    told = got.body
    assert (got.status, got.type, told["openapi"]) == (200, "application/json", "3.1.0")
    described = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in told["paths"].items()
        for method in methods
    }
    assert described == {(route.method, route.path) for route in asking.api.routes}
    for schema in told["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/messages?limit=0", 422),
        ("/messages?limit=1&limit=2", 422),
        ("/messages?page=2", 422),
        ("/messages?after=x", 422),
        ("/messages?number=%00", 422),
        ("/messages/%00", 404),
        ("/messages/7", 404),
        ("/messages/outbound-7", 404),
        ("/messages/inbound-999999999999999999999", 404),
        ("/rules/nothing/answers", 404),
        ("/subscribers/+15145559999", 404),
        ("/subscribers/abc", 422),
        ("/nothing", 404),
        ("/rules/%FF/answers", 404),
        ("/rules/%ED%A0%80/answers", 404),
        ("/lists/%FF/members", 404),
        ("/messages?number=%ED%A0%80", 422),
    ],
)
async def test_what_there_is_not_is_a_problem(tmp_path: Path, path: str, status: int) -> None:
    async with program(tmp_path) as asking:
        got = await asking.ask("GET", path)

    assert (got.status, got.type) == (status, "application/problem+json"), got
