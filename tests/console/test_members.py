"""Members of lists over HTTP: who may, what is answered, and what goes wrong in one form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.config.notation import read_number
from bot.console.api import Api
from bot.console.app import serve
from bot.console.members import member_routes
from bot.core.tokens import Scope, digest_of
from bot.services.doorkeeper import Doorkeeper
from bot.services.roster import Roster
from bot.storage import consents
from tests.console.test_app import Patient
from tests.core.talking import DEALS
from tests.services.played import ANA, BEN, Scene, open_scene
from tests.services.process import Process
from tests.services.test_memberships import BOOK

SECRET = b"of this installation"
AGREED = {"consent": {"kind": "express", "wording": "Oui, sur le site"}}
ONE = f"/api/v1/lists/deals/members/{ANA}"
ALL = "/api/v1/lists/deals/members"


@dataclass(frozen=True)
class Got:
    status: int
    body: Any
    type: str
    headers: Any


Ask = Callable[..., Awaitable[Got]]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        keeper = Doorkeeper(scene.database, scene.clock, SECRET)
        await keeper.issue("shop", digest_of("right", SECRET), [Scope.LISTS])
        await keeper.issue("other", digest_of("narrow", SECRET), [Scope.MESSAGES])
        await keeper.issue("gone", digest_of("revoked", SECRET), [Scope.LISTS])
        await keeper.revoke("gone")
        yield scene


@pytest.fixture
async def ask(scene: Scene) -> AsyncIterator[Ask]:
    roster = Roster(scene.database, scene.clock, lambda: {"deals": replace(DEALS)})
    keeper = Doorkeeper(scene.database, scene.clock, SECRET)
    api = Api(keeper, member_routes(roster, lambda text: read_number(text, ["CA"])))
    async with (
        serve(Patient(), "127.0.0.1", 0, {"localhost"}, api) as at,
        aiohttp.ClientSession(at) as http,
    ):

        async def asking(
            method: str,
            path: str,
            body: Any = None,
            *,
            token: str = "right",
            raw: bytes | None = None,
            **headers: str,
        ) -> Got:
            sent = {"Host": "localhost", "Authorization": f"Bearer {token}", **headers}
            content = json.dumps(body).encode() if raw is None else raw
            if method == "PUT":
                sent = {"Content-Type": "application/json", **sent}
            async with http.request(
                method, path, data=content if method == "PUT" else None, headers=sent
            ) as answer:
                text = await answer.text()
                told = json.loads(text) if text else None
                return Got(answer.status, told, answer.content_type, answer.headers)

        yield asking


async def test_a_number_is_put_on_a_list_looked_at_and_taken_off(scene: Scene, ask: Ask) -> None:
    made = await ask("PUT", ONE, AGREED | {"language": "fr"})
    again = await ask("PUT", ONE, AGREED)
    seen = await ask("GET", ONE)
    gone = [await ask("DELETE", ONE) for _ in range(2)]

    assert [made.status, again.status, seen.status] == [201, 200, 200]
    assert made.body == again.body == seen.body
    assert seen.body == {
        "number": ANA,
        "language": "fr",
        "joined_at": "2026-03-02T12:00:00Z",
        "ends_at": None,
        "opted_out": False,
        "consent": {
            "kind": "express",
            "how": "api",
            "at": "2026-03-02T12:00:00Z",
            "wording": "Oui, sur le site",
            "expires_at": None,
        },
    }
    assert [(one.status, one.body) for one in gone] == [(204, None)] * 2
    assert (await ask("GET", ONE)).status == 404
    async with scene.database.read() as connection:
        ledger = (await consents.of(connection, [ANA]))[ANA]
    assert [(one.given, one.how, one.cause) for one in ledger] == [
        (True, "api", "token shop"),
        (False, "api", "token shop"),
    ]


@pytest.mark.parametrize("token", ["", "wrong", "revoked", "Right", "right x"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_nobody_without_a_token_gets_in(ask: Ask, method: str, token: str) -> None:
    got = await ask(method, ONE, AGREED, token=token)

    assert (got.status, got.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert got.type == "application/problem+json"
    assert (await ask("GET", ALL)).body == {"members": [], "next": None}


@pytest.mark.parametrize(
    ("asked", "status", "detail"),
    [
        pytest.param(
            {"token": "narrow"}, 403, "this token does not open 'lists'", id="another scope"
        ),
        pytest.param(
            {"path": "/api/v1/lists/deal/members/+15145550001"},
            404,
            "did you mean deals?",
            id="no such list",
        ),
        pytest.param(
            {"path": "/api/v1/lists/deals/members/abc"}, 422, "this is no number", id="no number"
        ),
        pytest.param({"path": "/api/v1/list"}, 404, "nothing at this address", id="no such page"),
        pytest.param({"method": "POST"}, 405, "cannot be done", id="no such verb"),
        pytest.param({"body": {}}, 422, "consent: field required", id="no consent"),
        pytest.param(
            {"body": {"consent": {"kind": "maybe", "wording": "x"}}},
            422,
            "consent.kind",
            id="no kind of consent",
        ),
        pytest.param(
            {"body": {"consent": {"kind": "express", "wording": ""}}},
            422,
            "consent.wording",
            id="no wording",
        ),
        pytest.param(
            {"body": {"consent": AGREED["consent"] | {"at": "2031-01-01T00:00:00Z"}}},
            422,
            "in the future",
            id="agreed tomorrow",
        ),
        pytest.param({"body": AGREED | {"x": 1}}, 422, "x: extra inputs", id="an unknown key"),
        pytest.param({"body": AGREED | {"welcome": True}}, 422, "no welcome", id="no welcome"),
        pytest.param({"raw": b"{"}, 422, "invalid JSON", id="no JSON"),
        pytest.param({"raw": b"\xff"}, 422, "invalid", id="no UTF-8"),
        pytest.param({"raw": b" " * 70_000}, 413, "too large", id="too large"),
        pytest.param({"Content-Type": "text/plain"}, 415, "application/json", id="no type"),
        pytest.param({"Host": "evil.example"}, 421, "web.hosts", id="another host"),
    ],
)
async def test_whatever_goes_wrong_is_a_problem(
    ask: Ask, asked: dict[str, Any], status: int, detail: str
) -> None:
    wanted = {"method": "PUT", "path": ONE, "body": AGREED} | asked
    got = await ask(wanted.pop("method"), wanted.pop("path"), wanted.pop("body"), **wanted)

    assert (got.status, got.type) == (status, "application/problem+json")
    assert got.body.keys() - {"reason"} == {"title", "status", "detail"}
    assert (got.body["status"], detail in got.body["detail"]) == (status, True), got.body


async def test_nobody_who_opted_out_is_added(scene: Scene, ask: Ask) -> None:
    """INV-12; and who left needs to agree anew."""
    await Process(scene, BOOK).hears("stop", number=BEN)
    await ask("PUT", ONE, AGREED)
    await ask("DELETE", ONE)

    out = await ask("PUT", f"{ALL}/{BEN}", AGREED)
    before = {"consent": AGREED["consent"] | {"at": "2026-01-01T00:00:00Z"}}
    left = await ask("PUT", ONE, before)

    assert [out.status, left.status] == [409, 409]
    assert out.body["detail"] == f"{BEN}: opted out: refused"
    assert left.body["detail"] == f"{ANA}: left after the consent's date: refused"


async def test_members_are_read_page_by_page(ask: Ask) -> None:
    numbers = [f"+1514555{place:04}" for place in range(5)]
    for number in numbers:
        await ask("PUT", f"{ALL}/{number.removeprefix('+1')}", AGREED)

    first = (await ask("GET", f"{ALL}?limit=3")).body
    # A plus sign in a query that nobody wrote as %2B is a blank, and is read all the same.
    rest = [(await ask("GET", f"{ALL}?after={plus}{first['next'][1:]}")).body for plus in "+ "]

    assert [one["number"] for one in first["members"]] == numbers[:3]
    assert rest[0] == rest[1]
    assert [one["number"] for one in rest[0]["members"]] == numbers[3:]
    assert rest[0]["next"] is None
    assert (await ask("GET", f"{ALL}?limit=0")).status == 422


async def test_what_nobody_foresaw_is_a_problem_without_its_words(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError(ANA)

    monkeypatch.setattr(Roster, "member", fails)
    got = await ask("GET", ONE)

    assert (got.status, got.type) == (500, "application/problem+json")
    assert ANA not in got.body["detail"]
