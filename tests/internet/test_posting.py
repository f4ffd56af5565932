"""INV-35: events go to nobody who is not public, unless the operator allowed that host."""

from __future__ import annotations

import pytest

from bot.config.webhooks import Webhook
from bot.internet import Internet, NotAnswered
from tests.gateways.server import Reply
from tests.internet.conftest import ALLOWED, SOON

HOSTILE = {
    "this machine": "127.0.0.1",
    "this machine, IPv6": "[::1]",
    "one decimal number": "2130706433",
    "hexadecimal": "0x7f.0.0.1",
    "octal": "0177.0.0.1",
    "short": "127.1",
    "mapped": "[::ffff:127.0.0.1]",
    "compatible": "[::127.0.0.1]",
    "translated": "[64:ff9b::7f00:1]",
    "6to4": "[2002:7f00:1::1]",
    "Teredo": "[2001:0:53aa:64c:0:0:80ff:fffe]",
    "link-local, further": "[febf::1]",
    "unique local": "[fd00:ec2::254]",
    "behind a carrier": "100.64.0.1",
    "metadata of clouds": "169.254.169.254",
    "private": "192.168.1.1",
    "nothing": "0.0.0.0",
    "a name that leads home": "evil.example",
    "a name that leads to metadata": "cloud.example",
    "a name of both kinds": "mixed.example",
    "this machine by name": "localhost",
}


@pytest.fixture(autouse=True)
def leading(names):
    names.leads |= {
        "evil.example": ["127.0.0.1"],
        "cloud.example": ["169.254.169.254"],
        "mixed.example": ["8.8.8.8", "::ffff:10.0.0.1"],
        "localhost": ["127.0.0.1", "::1"],
    }


@pytest.mark.parametrize("host", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_inv_35_nothing_goes_to_what_is_not_public(internet, server, host, scheme):
    port = server.url.rsplit(":", 1)[1]
    with pytest.raises(NotAnswered):
        await internet.post(f"{scheme}://{host}:{port}/hook", b"{}", within=SOON, headers={})
    assert server.connections == 0


async def test_inv_35_a_name_is_pinned_to_what_was_checked(clock, server, names):
    """It leads to us when it is looked up again, which nobody does."""
    answers = iter([["127.0.0.1"], ["8.8.8.8"]])
    url = server.url.replace("127.0.0.1", "api.example")
    server.say(Reply(204), Reply(204))

    async def changing(name: str) -> list[str]:
        names.asked.append(name)
        return next(answers)

    async with Internet(clock, private_hosts=ALLOWED, resolve=changing) as internet:
        assert await internet.post(url, b"{}", within=SOON, headers={}) == 204
    assert (names.asked, server.connections) == (["api.example"], 1)


@pytest.mark.parametrize(
    ("url", "allowed", "hosts"),
    [
        ("http://127.0.0.1:1/hook", (), {"127.0.0.1"}),
        ("http://localhost:1/hook", (), {"localhost"}),
        ("http://[::1]:1/hook", (), {"::1"}),
        ("https://example.com/hook", (), set()),
        ("https://10.0.0.5/hook", (), set()),
        ("https://shop.lan/hook", ("shop.lan",), {"shop.lan"}),
    ],
)
def test_inv_35_private_is_what_the_operator_names(url, allowed, hosts):
    assert Webhook(url=url).private_hosts(allowed) == hosts


async def test_what_is_handed_over_arrives_and_a_redirect_is_an_answer(internet, server, api):
    server.say(Reply(307, headers={"Location": "/elsewhere"}))
    sent = internet.post(f"{api}/hook", b'{"a":1}', within=SOON, headers={"webhook-id": "evt_1"})

    assert await sent == 307
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook", b'{"a":1}')
    assert asked.headers["webhook-id"] == "evt_1"


async def test_nothing_breaks_out_of_a_header(internet, server, api):
    with pytest.raises(NotAnswered, match="line break"):
        await internet.post(api, b"", within=SOON, headers={"webhook-id": "a\r\nb: c"})
    assert server.connections == 0
