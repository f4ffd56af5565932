"""What is served: three pages, to those alone who call us by our name."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from bot.console.app import Health, serve

Get = Callable[..., "aiohttp.client._RequestContextManager"]


@dataclass
class Patient:
    """As well as a test says."""

    told: Health = field(default_factory=lambda: Health("ok", ready=True))
    asked: int = 0

    async def health(self) -> Health:
        self.asked += 1
        return self.told


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
async def get(patient: Patient) -> AsyncIterator[Get]:
    async with (
        serve(
            patient, "127.0.0.1", 0, {"localhost", "127.0.0.1", "::1", "Textobot.Example"}
        ) as at,
        aiohttp.ClientSession(at) as http,
    ):

        def getting(path: str, host: str = "localhost") -> "aiohttp.client._RequestContextManager":
            return http.get(path, headers={"Host": host})

        yield getting


async def test_a_process_that_lives_says_so(get: Get, patient: Patient) -> None:
    patient.told = Health("down", ready=False)

    async with get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
    assert patient.asked == 0


@pytest.mark.parametrize(
    ("health", "status"),
    [
        (Health("ok", ready=True), 200),
        (Health("degraded", ready=True), 200),
        (Health("down", ready=False), 503),
    ],
    ids=lambda one: getattr(one, "status", ""),
)
async def test_ready_is_said_by_the_status(
    get: Get, patient: Patient, health: Health, status: int
) -> None:
    patient.told = health

    async with get("/readyz") as answer:
        assert answer.status == status
        assert (await answer.json())["status"] == health.status


async def test_each_gateway_and_the_rules_are_told(get: Get, patient: Patient) -> None:
    patient.told = Health("ok", True, {"clever": {"status": "ok"}}, {"count": 3, "faults": []})

    async with get("/readyz") as answer:
        assert await answer.json() == {
            "status": "ok",
            "gateways": {"clever": {"status": "ok"}},
            "rules": {"count": 3, "faults": []},
            "ceilings": {},
        }


async def test_figures_are_in_the_format_of_prometheus(get: Get, patient: Patient) -> None:
    async with get("/metrics") as answer:
        body = await answer.text()

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE textobot_inbox_waiting gauge" in body
    assert patient.asked == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost", True),
        ("LOCALHOST:8080", True),
        ("127.0.0.1:65000", True),
        ("[::1]:8080", True),
        ("[::1]", True),
        ("textobot.example", True),
        ("textobot.example:443", True),
        ("evil.example", False),
        ("localhost.evil.example", False),
        ("evil.example:localhost", False),
        ("localhost:80:evil", False),
        ("", False),
    ],
)
async def test_only_our_own_names_are_answered(
    get: Get, path: str, host: str, known: bool
) -> None:
    """A page elsewhere may point its own name at this address."""
    async with get(path, host=host) as answer:
        assert (answer.status == 200) is known, await answer.text()


async def test_a_refusal_says_what_to_do(get: Get) -> None:
    async with get("/healthz", host="evil.example") as answer:
        assert answer.content_type == "application/problem+json"
        assert "web.hosts" in (await answer.json())["detail"]


async def test_nothing_else_is_served(get: Get) -> None:
    async with get("/") as answer:
        assert answer.status == 404
