"""Asks an address once, and connects to nothing but what was checked."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import IPv4Address, ip_address
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot import __version__
from bot.clock import Clock
from bot.internet.answer import read_json
from bot.internet.failure import NotAnswered
from bot.internet.public import is_public
from bot.internet.url import names_in, refusal

T = TypeVar("T")
LONGEST_ANSWER = 64 << 10
"""Bytes of an answer."""
CONNECTIONS = 128
"""Open at once."""
CONNECTIONS_PER_HOST = 32
"""So that one server that hangs leaves room for others."""
NAMES_AT_ONCE = 4
"""Names that are looked up at the same time, each in a thread. They are threads of our own: a name
that nobody answers for holds one for half a minute, and the gateways need theirs."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Gives the addresses of a name. Raises `OSError` where there are none."""

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_BREAKS_HEADER = re.compile(r"[\r\n\0]")


class Internet:
    """Everybody else's servers. `async with` closes what it opened.

    No redirects, cookies, proxies or credentials of the environment, kept connections, second
    tries, or packed answers.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        private_hosts: frozenset[str] = frozenset(),
        resolve: Resolve | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Names are resolved by the system and certificates checked by it, if not told otherwise.

        `private_hosts` (written as for `refusal`) are asked wherever their names lead.
        """
        self._clock = clock
        self._private_hosts = private_hosts
        self._resolve = resolve
        self._trust = trust
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        resolve = self._resolve
        if resolve is None:
            threads = ThreadPoolExecutor(NAMES_AT_ONCE, "names")
            self._open.callback(threads.shutdown, wait=False, cancel_futures=True)
            resolve = _by_system(threads)
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_CheckedNames(resolve, self._private_hosts),
                ssl=self._trust or True,
                force_close=True,
                limit=CONNECTIONS,
                limit_per_host=CONNECTIONS_PER_HOST,
            ),
            timeout=aiohttp.ClientTimeout(),  # ours is around it, and counts everything
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={
                "User-Agent": f"textobot/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
        )
        session._retry_connection = False  # noqa: SLF001 - there is no switch to ask only once
        self._session = await self._open.enter_async_context(session)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def get_json(
        self,
        url: str,
        *,
        within: timedelta,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> Any:  # noqa: ANN401 - JSON is whatever it is
        """Ask once for JSON, with every value filled in. Raises `NotAnswered`.

        The time limit is for all of it: the name, the connection, TLS, and the last byte.
        """
        return read_json(await self._asked(url, headers, within, self._body(url, headers)))

    async def post(
        self, url: str, body: bytes, *, within: timedelta, headers: Mapping[str, str]
    ) -> int:
        """Hand something over once, and give the status of the answer, whichever it is.

        What else is answered is not read. Raises `NotAnswered`; it may have been taken then.
        """
        return await self._asked(url, headers, within, self._posted(url, headers, body))

    async def _asked(
        self,
        url: str,
        headers: Mapping[str, str],
        within: timedelta,
        asking: Coroutine[Any, Any, T],
    ) -> T:
        """Await an answer. Raises `NotAnswered`, whatever went wrong."""
        if why := self._refusal(url, headers):
            asking.close()
            raise NotAnswered(why)
        seconds = within.total_seconds()
        try:
            async with asyncio.timeout(seconds / self._clock.speed):
                return await asking
        except TimeoutError:
            raise NotAnswered(f"no whole answer within {seconds:g} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # What aiohttp raises carries the address, texts included: no cause is chained.
            raise NotAnswered(_why(error)) from None

    def _refusal(self, url: str, headers: Mapping[str, str]) -> str:
        if names_in(url):
            return "values are missing in the address"
        if any(map(_BREAKS_HEADER.search, (*headers.keys(), *headers.values()))):
            return "a header has a line break in it"
        return refusal(url, self._private_hosts)

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        address = URL(url, encoded=True)
        async with self._session.post(
            address, data=body, headers=headers, allow_redirects=False
        ) as response:
            return response.status

    async def _body(self, url: str, headers: Mapping[str, str]) -> bytes:
        address = URL(url, encoded=True)
        async with self._session.get(address, headers=headers, allow_redirects=False) as response:
            if why := _unusable(response):
                raise NotAnswered(why)
            body = bytearray()
            while piece := await response.content.readany():
                body += piece
                if len(body) > LONGEST_ANSWER:
                    raise NotAnswered(_TOO_LONG)
            return bytes(body)


_TOO_LONG = f"its answer is longer than {LONGEST_ANSWER >> 10} KiB"


def _unusable(response: aiohttp.ClientResponse) -> str:
    """Say why an answer need not be read; nothing where it may be."""
    if 300 <= response.status < 400:
        return f"it sends us elsewhere ({response.status}), where we do not go"
    if not 200 <= response.status < 300:
        return f"it answered {response.status}"
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return "its answer is packed, which we did not ask for"
    return _TOO_LONG if (response.content_length or 0) > LONGEST_ANSWER else ""


_REASONS: Mapping[type[Exception], str] = {
    aiohttp.ClientConnectorCertificateError: "its certificate is not to be trusted",
    aiohttp.ClientSSLError: "it does not agree on TLS",
    aiohttp.ClientConnectorDNSError: "its name is not known",
    aiohttp.ClientConnectorError: "there is no connection to it",
}
"""The first that fits."""


def _why(error: Exception) -> str:
    fitting = (reason for kind, reason in _REASONS.items() if isinstance(error, kind))
    return next(fitting, "its answer broke off")


class _CheckedNames(AbstractResolver):
    """Gives the addresses of a name once all of them are checked.

    The connection goes to these: the name is not looked up again, so that its owner cannot say one
    thing to whoever checks and another to whoever connects.
    """

    def __init__(self, resolve: Resolve, private_hosts: frozenset[str]) -> None:
        self._resolve = resolve
        self._private_hosts = private_hosts

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - we take both
    ) -> list[ResolveResult]:
        found = [ip_address(one) for one in await self._resolve(host)]
        if not found:
            raise OSError("the name has no address")
        # One bad address condemns the name: nobody needs both kinds but to slip through.
        if host.lower() not in self._private_hosts and not all(map(is_public, found)):
            raise NotAnswered("its name leads to an address that is not public")
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing is held here."""


def _by_system(threads: ThreadPoolExecutor) -> Resolve:
    def look_up(name: str) -> list[str]:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        return [str(one[4][0]) for one in found]

    async def resolve(name: str) -> list[str]:
        return await asyncio.get_running_loop().run_in_executor(threads, look_up, name)

    return resolve
