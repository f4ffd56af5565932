"""Every function of both documents has its route, and faults can befall each."""

import pytest

from bot.sandbox.faults import OPERATIONS
from tests.sandbox.conftest import Client

VUDUMOBILE = (
    *("get_feed", "send", "send_email", "get_contacts", "get_contact"),
    *("post_contact", "delete_contact", "import_contacts", "get_groups", "post_group"),
    *("add_group_contact", "delete_group_contact", "delete_group"),
    *("get_broadcasts", "get_broadcast", "delete_broadcast", "start_broadcast"),
    *("post_broadcast", "test_broadcast", "send_verification"),
)
"""In the order of the document; `post_contact`, `post_group` and `post_broadcast` also modify."""


@pytest.mark.parametrize("function", VUDUMOBILE)
async def test_vudumobiles_functions(client: Client, function: str) -> None:
    """Each asks for its key, wants POST, answers for itself, and can be broken."""
    url = f"{client.sandbox.vudumobile_url}/{function}"
    missing = {"status": False, "error": "API Key parameter is missing"}
    async with client.http.post(url) as answer:
        assert (answer.status, await answer.json()) == (401, missing)
    async with client.http.get(url, headers=client.key) as answer:
        assert answer.status == 405
    status, body = await client.ask(function)
    assert status in {200, 400}
    assert body.get("error") != "API method not found"
    client.sandbox.break_("vudumobile", "http_503", operation=function)
    assert (await client.ask(function))[0] == 503
    client.sandbox.vudumobile.firewall_open = False
    said = "The API is not accessible from your IP (127.0.0.1) using API key sandbox-key"
    assert await client.ask(function) == (403, {"status": False, "error": said})


CLEVER = {
    "3.1": ("GET", "account/me", "account"),
    "3.2": ("POST", "users", "users"),
    "3.3": ("PUT", "users/1", "put_user"),
    "3.4": ("GET", "users/1", "user"),
    "3.5": ("POST", "contacts", "contacts"),
    "3.6": ("PUT", "contacts/1", "put_contact"),
    "3.7": ("GET", "contacts/1", "contact"),
    "3.8": ("DELETE", "contacts/1", "delete_contact"),
    "3.9": ("GET", "contactlists", "contactlists"),
    "3.10": ("GET", "contactlists/sandbox", "contactlist"),
    "3.11": ("POST", "pushs", "pushs"),
    "3.12": ("POST", "pushsmails", "pushsmails"),
    "3.13": ("POST", "pushscriterias", "pushscriterias"),
    "3.14": ("POST", "pushsmailcriterias", "pushsmailcriterias"),
    "3.15": ("POST", "pushsbroadcasts", "pushsbroadcasts"),
    "3.16": ("POST", "pushsmailbroadcasts", "pushsmailbroadcasts"),
    "3.17": ("DELETE", "pushs/Push19990101000000", "delete_push"),
    "3.18": ("DELETE", "pushsmails/Push19990101000000", "delete_pushsmail"),
    "3.19": ("GET", "pushs/Push19990101000000", "push"),
    "3.20": ("GET", "pushsmails/Push19990101000000", "pushsmail"),
    "3.21": ("GET", "pushs/Push19990101000000/deliveries", "deliveries"),
    "3.22": ("GET", "pushmails/Push19990101000000/deliveries", "mail_deliveries"),
    "3.23": ("GET", "pushs/Push19990101000000/mos", "mos"),
    "3.24": ("GET", "fieldlist", "fieldlist"),
    "3.25": ("GET", "predefinedmessage", "predefinedmessage"),
}
"""Chapter → method, path and our name of each function."""
WITHOUT_430 = {"3.1", "3.19", "3.20", "3.21", "3.22", "3.23"}
UNKNOWN = {"3.3", "3.4", "3.6", "3.7", "3.8", *(f"3.{part}" for part in range(17, 24))}
"""Those that name what is not there."""


@pytest.mark.parametrize("chapter", CLEVER)
async def test_clevers_functions(client: Client, chapter: str) -> None:
    """Each asks who is there and for credit of time, answers for itself, and can be broken."""
    method, path, function = CLEVER[chapter]
    async with client.http.request(method, f"{client.sandbox.clever_url}/{path}") as answer:
        assert answer.status == 401
        assert "errors" in await answer.json()
    status, _ = await client.tell(method, path)
    assert client.sandbox.requests[-1].operation == function
    expected = 404 if chapter in UNKNOWN else 200 if method == "GET" else 400
    assert status == expected
    for code in (409, 500, 501, 503):
        client.sandbox.break_("clever", f"http_{code}", operation=function)
        assert (await client.tell(method, path))[0] == code
    client.sandbox.clever.expires = "2026-05-31 09:49:21"
    late = expected if chapter in WITHOUT_430 else 430
    assert (await client.tell(method, path))[0] == late


@pytest.mark.parametrize("chapter", CLEVER)
async def test_what_no_function_of_clevers_does(client: Client, chapter: str) -> None:
    """A method that a path does not have is not allowed."""
    _, path, _ = CLEVER[chapter]
    known = {m for m, other, _ in CLEVER.values() if other == path}
    for method in {"GET", "POST", "PUT", "DELETE"} - known:
        status, _ = await client.tell(method, path)
        assert status == 405, method


def test_there_is_no_other_function() -> None:
    assert set(OPERATIONS["vudumobile"]) == set(VUDUMOBILE)
    assert set(OPERATIONS["clever"]) == {function for _, _, function in CLEVER.values()}
