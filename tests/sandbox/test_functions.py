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


def test_there_is_no_other_function() -> None:
    assert set(OPERATIONS["vudumobile"]) == set(VUDUMOBILE)
