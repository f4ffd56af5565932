"""What we serve over HTTP: `/healthz`, `/readyz`, `/metrics`, the API. `Host` must be known."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import hdrs, web

from bot import metrics
from bot.console.api import Api
from bot.console.problems import Problem, told

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Health:
    """How the daemon is."""

    status: str
    """`ok`, `degraded` (something needs the operator), `down` (nothing is answered)."""
    ready: bool
    gateways: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    ceilings: dict[str, Any] = field(default_factory=dict)


class Patient(Protocol):
    """Who can say how it is."""

    async def health(self) -> Health:
        """Look, and set the gauges."""
        ...


PATIENT = web.AppKey("patient", Patient)
HOSTS = web.AppKey("hosts", AbstractSet)


@asynccontextmanager
async def serve(
    patient: Patient, host: str, port: int, hosts: Collection[str], api: Api | None = None
) -> AsyncIterator[str]:
    """Serve until the body ends; gives the address. Raises `OSError` where it is taken."""
    serving = application(patient, hosts, api)
    runner = web.AppRunner(serving, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        served = runner.addresses[0][1]
        yield f"http://[{host}]:{served}" if ":" in host else f"http://{host}:{served}"
    finally:
        await runner.cleanup()


def application(
    patient: Patient, hosts: Collection[str], api: Api | None = None
) -> web.Application:
    """Put the routes together."""
    application = web.Application(middlewares=[_known_host], client_max_size=64 * 1024)
    application[PATIENT] = patient
    application[HOSTS] = frozenset(host.casefold() for host in hosts)
    application.router.add_get("/healthz", _healthz)
    application.router.add_get("/readyz", _readyz)
    application.router.add_get("/metrics", _metrics)
    if api is not None:
        api.add_to(application)
    return application


@web.middleware
async def _known_host(request: web.Request, handler: Answering) -> web.StreamResponse:
    """Refuse a name that is not ours: a page elsewhere may point its own name at this address."""
    name = request.headers.get(hdrs.HOST, "").casefold()
    bare = name.rsplit(":", 1)[0] if not name.endswith("]") else name
    if not {name, bare, bare.strip("[]")} & request.app[HOSTS]:
        return told(Problem(421, "this name is not among web.hosts in config.yaml"))
    return await handler(request)


async def _healthz(request: web.Request) -> web.Response:
    """Say that the process lives."""
    del request
    return web.json_response({"status": "ok"})


async def _readyz(request: web.Request) -> web.Response:
    """Say whether texts are answered."""
    health = await request.app[PATIENT].health()
    shown = {
        "status": health.status,
        "gateways": health.gateways,
        "rules": health.rules,
        "ceilings": health.ceilings,
    }
    return web.json_response(shown, status=200 if health.ready else 503)


async def _metrics(request: web.Request) -> web.Response:
    await request.app[PATIENT].health()
    return web.Response(body=metrics.exposition(), headers={hdrs.CONTENT_TYPE: METRICS_TYPE})
