"""Asking, against real servers on loopback: whom we connect to, and what we send."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from bot.internet import Internet, NotAnswered, filled
from bot.internet.asking import _CheckedNames
from tests.gateways.server import Reply
from tests.internet.conftest import ALLOWED, HERE, SOON, listening, reason
from tests.internet.test_public import FORBIDDEN, ONLY_IPV6


async def test_an_answer_comes_from_where_the_name_leads(internet, server, api, names):
    server.say(Reply(body={"sky": "bleu", "degrees": [21, 22.5]}))
    address = filled(f"{api}/towns/{{{{ town }}}}?x={{{{ rest }}}}", {"town": "à b", "rest": "&/"})
    found = await internet.get_json(address, within=SOON, headers={"Authorization": "Bearer k"})
    assert found == {"sky": "bleu", "degrees": [21, 22.5]}
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/towns/%C3%A0%20b?x=%26%2F")
    assert asked.headers["host"] == api.removeprefix("http://")
    assert asked.headers["authorization"] == "Bearer k"
    assert asked.headers["accept-encoding"] == "identity"
    assert names.asked == ["api.example"]


async def test_a_loopback_address_is_asked_where_it_is_allowed(clock, server, names):
    server.say(Reply(body=[1]))
    async with Internet(clock, private_hosts=frozenset(HERE), resolve=names) as internet:
        assert await internet.get_json(server.url, within=SOON) == [1]
    assert names.asked == []


async def test_a_loopback_address_is_not_asked_where_it_is_not_allowed(internet, server):
    for url in (server.url, server.url.replace("http", "https")):
        assert "not public" in await reason(internet, url)
    assert server.connections == 0


async def test_the_system_resolves_where_nobody_else_does(clock, server):
    server.say(Reply(body=[1]))
    async with Internet(clock, private_hosts=frozenset({"localhost"})) as internet:
        url = server.url.replace("127.0.0.1", "localhost")
        assert await internet.get_json(url, within=SOON) == [1]


async def test_the_system_resolves_and_we_check(clock, server):
    async with Internet(clock) as internet:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        assert "not public" in await reason(internet, url)
    assert server.connections == 0


# --- whom we connect to --------------------------------------------------------------------------

PRIVATE = [*FORBIDDEN.values(), *ONLY_IPV6.values()]


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_home_is_not_asked(internet, server, names, address):
    names.leads["evil.example"] = [address]
    url = server.url.replace("http://127.0.0.1", "https://evil.example")
    assert await reason(internet, url) == "its name leads to an address that is not public"
    assert server.connections == 0


@pytest.mark.parametrize(
    "found",
    [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2606:4700::1111", "::ffff:127.0.0.1"]],
    ids=["public first", "public last", "both kinds"],
)
async def test_one_bad_address_condemns_the_name(internet, server, names, found):
    names.leads["evil.example"] = found
    url = server.url.replace("http://127.0.0.1", "https://evil.example")
    assert "not public" in await reason(internet, url)
    assert server.connections == 0


async def test_a_name_is_looked_up_once_and_the_connection_goes_to_what_was_checked(names):
    """A name that says one thing to the check and another to the connection has no second say."""
    checked = _CheckedNames(names, frozenset())
    names.leads["evil.example"] = ["8.8.8.8", "2606:4700::1111"]
    found = await checked.resolve("evil.example", 443)
    assert [(one["host"], one["port"]) for one in found] == [
        ("8.8.8.8", 443),
        ("2606:4700::1111", 443),
    ]
    names.leads["evil.example"] = HERE
    with pytest.raises(NotAnswered, match="not public"):
        await checked.resolve("evil.example", 443)


async def test_a_name_that_moves_between_check_and_connection_is_not_followed(clock, server):
    asked = []

    async def moving(name: str) -> list[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async with Internet(clock, private_hosts=ALLOWED, resolve=moving) as internet:
        server.say(Reply(body=[1]))
        url = server.url.replace("127.0.0.1", "api.example")
        assert await internet.get_json(url, within=SOON) == [1]
    assert asked == ["api.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.evil.example/?x=secret",
        "https://10.0.0.1/?x=secret",
        "https://0x7f000001/?x=secret",
        "https://user:secret@api.example/",
        "https://api.example/?x={{ secret }}",
        "file:///secret",
    ],
)
async def test_what_is_refused_when_written_is_refused_when_asked(internet, names, url):
    assert await reason(internet, url)
    assert names.asked == []


async def test_a_name_that_is_not_known(internet):
    assert await reason(internet, "https://nobody.example/secret") == "its name is not known"


async def test_a_name_without_addresses(internet, names):
    names.leads["empty.example"] = []
    assert await reason(internet, "https://empty.example/secret") == "its name is not known"


async def test_nobody_listens(internet):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    said = await reason(internet, f"http://api.example:{port}/secret")
    assert said == "there is no connection to it"


async def test_the_environment_sends_us_nowhere(internet, server, api, monkeypatch, tmp_path):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine api.example login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.say(Reply(body=[1]))
    assert await internet.get_json(api, within=SOON) == [1]
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
async def test_a_redirect_is_a_failure(internet, server, api, status):
    location = f"{server.url}/latest/meta-data/secret"
    server.say(Reply(status, {"x": 1}, headers={"Location": location}))
    assert f"({status})" in await reason(internet, api)
    assert server.connections == 1


async def test_nothing_is_kept_from_one_answer_to_the_next(internet, server, api):
    server.say(Reply(body=[1], headers={"Set-Cookie": "session=1"}), Reply(body=[2]))
    for _ in range(2):
        await internet.get_json(api, within=SOON)
    assert "cookie" not in server.asked[1].headers
    assert server.connections == 2


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nHost: evil.example"}, {"X": "a\nb"}, {"X\r\nY": "z"}, {"X": "a\0"}],
    ids=ascii,
)
async def test_a_header_cannot_become_two(internet, api, server, headers):
    assert "line break" in await reason(internet, api, headers=headers)
    assert server.connections == 0


# --- TLS -----------------------------------------------------------------------------------------

CERTIFICATE = Path(__file__).parent / "api.example.pem"


@pytest.fixture
async def over_tls():
    """A server that has a certificate for `api.example`: its port, and the names it was called."""
    called: list[str | None] = []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    context.sni_callback = lambda _, name, __: called.append(name)

    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"host": request.host})

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    yield runner.addresses[0][1], called
    await runner.cleanup()


def trusting(clock, names, *hosts: str) -> Internet:
    trust = ssl.create_default_context(cafile=str(CERTIFICATE))
    return Internet(clock, private_hosts=frozenset(hosts), resolve=names, trust=trust)


async def test_tls_is_with_the_name_though_we_connect_to_an_address(clock, names, over_tls):
    port, called = over_tls
    async with trusting(clock, names, "api.example") as internet:
        found = await internet.get_json(f"https://api.example:{port}/", within=SOON)
    assert found == {"host": f"api.example:{port}"}
    assert called == ["api.example"]


async def test_a_certificate_for_another_name_is_not_trusted(clock, names, over_tls):
    names.leads["other.example"] = HERE
    async with trusting(clock, names, "other.example") as internet:
        said = await reason(internet, f"https://other.example:{over_tls[0]}/")
    assert said == "its certificate is not to be trusted"


async def test_a_certificate_of_nobody_is_not_trusted(internet, over_tls):
    said = await reason(internet, f"https://api.example:{over_tls[0]}/")
    assert said == "its certificate is not to be trusted"


async def test_no_tls_where_it_should_be(internet):
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with listening(plain) as port:
        said = await reason(internet, f"https://api.example:{port}/secret")
    assert said == "it does not agree on TLS"
