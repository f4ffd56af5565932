"""One exchange over HTTP: a request, an answer, and nothing behind our back.

Every request to a vendor goes through `Exchange`, a function of one argument. A leaner transport
takes the place of `Transport` by offering the same function.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self

import aiohttp

from bot import __version__
from bot.clock import Clock
from bot.core.messages import Wanted
from bot.gateways.base import GatewayError, Unconfirmed, Unreachable

CONNECT_WITHIN = 10.0
"""Seconds to look a name up, connect and agree on TLS."""
GIVE_UP_AFTER = 30.0
"""Seconds for the whole of a request."""
LONGEST_ANSWER = 16 << 20
"""Bytes of an answer, unpacked."""
LONGEST_WAIT = 300.0
"""Seconds of a `Retry-After` that we honour."""
IDLE = 1.9
"""Seconds after which an idle connection is not used again. Clever closes after 5: a POST that
meets the closing half way is one of which nobody knows whether it was taken."""

KEPT_HEADERS = ("content-type", "date", "retry-after")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. The representation leaves out what may hold a secret or a text."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    longest: int = LONGEST_ANSWER
    """Bytes of the answer that are read, unpacked; one more is `Oversized`."""
    leave_by: datetime | None = None
    """Not begun by then, it is not asked at all."""
    wanted: Wanted | None = field(default=None, repr=False)
    """Nor where this says no when its turn has come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    reason: str
    headers: Mapping[str, str]
    """Those of `KEPT_HEADERS` that it had, in lower case."""
    body: bytes = field(repr=False)
    begun_at: datetime
    ended_at: datetime
    """Both by our clock: the gateway wrote its answer between them."""


Exchange = Callable[[Request], Awaitable[Answer]]
"""Raises `Unreachable` where no byte was taken, `Unconfirmed` where one may have been."""


class Oversized(Unconfirmed):
    """The answer is longer than we are willing to read."""


class Overdue(Unconfirmed):
    """No whole answer came in time."""


_NOT_CONNECTED = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientSSLError,
    aiohttp.InvalidURL,
)


class Transport:
    """Exchanges by aiohttp. `async with` closes what it opened.

    No redirects, cookies, proxies of the environment, or second tries.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        speed = self.clock.speed
        self._session = aiohttp.ClientSession(
            # No limit on connections: senders have theirs, and one vendor's hanging requests must
            # not use up what another needs.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE / speed),
            timeout=aiohttp.ClientTimeout(
                total=GIVE_UP_AFTER / speed,
                connect=CONNECT_WITHIN / speed,
                ceil_threshold=math.inf,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": f"textobot/{__version__}", "Accept": "application/json"},
        )
        # aiohttp asks idempotent requests twice by itself and offers no switch: it would break
        # the promise of the rate, which counts every request.
        self._session._retry_connection = False  # noqa: SLF001
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def exchange(self, request: Request) -> Answer:
        """Ask once. An `Exchange`.

        What aiohttp raises carries the request, credentials included: no cause is chained.
        """
        assert self._session is not None, "`async with Transport(...)` opens the session"
        begun_at = self.clock.now()
        try:
            async with self._session.request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
            ) as response:
                body = await _read(response.content, request.longest)
                return Answer(
                    response.status,
                    response.reason or "",
                    {name: response.headers[name] for name in _kept(response.headers)},
                    body,
                    begun_at,
                    self.clock.now(),
                )
        except _NOT_CONNECTED as error:
            raise Unreachable(f"no connection: {_why(error)}") from None
        except TimeoutError:
            raise Overdue(f"no answer within {GIVE_UP_AFTER:.0f} seconds") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unconfirmed(f"the answer broke off: {_why(error)}") from None


def _kept(headers: Mapping[str, str]) -> list[str]:
    return [name for name in KEPT_HEADERS if name in headers]


async def _read(content: aiohttp.StreamReader, longest: int) -> bytes:
    """Read to the end, which frees the connection. Unpacking is done piece by piece."""
    pieces, size = [], 0
    while piece := await content.readany():
        size += len(piece)
        if size > longest:
            raise Oversized(f"the answer is longer than {longest} bytes")
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _why(error: Exception) -> str:
    """Name the kind of a failure, with the system's own words where there are any.

    Nothing of the message that a library made of it: that may quote the answer.
    """
    words = getattr(error, "strerror", None)
    return f"{type(error).__name__}, {words}" if words else type(error).__name__


def retry_after(answer: Answer) -> float | None:
    """Read the seconds that an answer asks us to wait (RFC 9110, 10.2.3), at most five minutes."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:9]), LONGEST_WAIT))
    until = http_date(value)
    if until is None:
        return None
    present = http_date(answer.headers.get("date", "")) or answer.ended_at
    return min(max((until - present).total_seconds(), 0.0), LONGEST_WAIT)


def http_date(value: str) -> datetime | None:
    """Read a date as HTTP writes it; None where it is none."""
    if not value:
        return None
    try:
        instant = parsedate_to_datetime(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def failed_by(answer: Answer, error: GatewayError) -> GatewayError:
    """Add to an error what the answer says of itself: its status, and how long to wait."""
    error.code = error.code or str(answer.status)
    error.retry_after = retry_after(answer)
    return error
