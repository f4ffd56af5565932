"""Imports go down the layers, never up and never sideways; each library has its border.

Imports inside functions count too: a cycle cannot be hidden.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "bot").rglob("*.py"))
EVERYTHING = sorted(
    path.relative_to(ROOT) for part in ("bot", "tests") for path in (ROOT / part).rglob("*.py")
)

FOUNDATION = {
    *("clock", "config", "internet", "log", "meant", "metrics", "validation", "yamlfile"),
}
_TOP = """
    __main__ advice alarming alarms alone answers app backups books chat cli cli_lists cli_vendors
    cli_verifications control cost daemon doctor explained export exports forget health hooks house
    init instances lists look messages move noted options phones playing programs reach run saying
    scheduler send serving sheets starter stories talk terminal tokens user vendors verifications
    webhooks who witness
"""
TOP = frozenset(_TOP.split())
PARTS = {"core", "foundation", "gateways", "storage", "content", "clients", "services", "console"}
BELOW = {
    "core": set(),
    "foundation": {"core"},
    "gateways": {"core", "foundation"},
    "storage": {"core", "foundation"},
    "content": {"core", "foundation"},
    "services": {"core", "foundation", "gateways", "storage", "content"},
    "clients": {"core", "foundation", "gateways"},
    "console": {"core", "foundation", "gateways", "storage", "content", "services"},
    "top": PARTS,
    "sandbox": set(),
}
MAY_PLAY = {"app", "cli", "run", "stories"}
"""Only these may import the sandbox."""

BORDERS = {
    "yaml": {"yamlfile"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "aiosqlite": {"storage"},
    "asyncpg": {"storage"},
    "jinja2": {"content", "console"},
    "apscheduler": {"scheduler"},
    "aiohttp": {"gateways", "internet", "sandbox"},
    "aiohttp.web": {"console", "sandbox"},
    "yarl": {"internet"},
    "structlog": {"log"},
    "click": {"cli", "cli_lists", "cli_vendors", "cli_verifications", "options"},
    "prometheus_client": {"metrics"},
}
"""A library, or a part of one, and who may import it. The longest name that fits decides."""


def module_name(path: Path) -> str:
    """`bot/core/text.py` is `core`, and `bot/log.py` is `log`."""
    return path.parts[1].removesuffix(".py")


def layer(name: str) -> str:
    if name in FOUNDATION:
        return "foundation"
    return "top" if name in TOP else name


def imports(path: Path) -> Iterator[str]:
    """Give the full name of all that a module imports: `aiohttp.web`, `bot.core.text.words`."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write the whole name of what is imported"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_from_bot(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imports(path) if name.startswith("bot.")}
    return {name for name in names if name != "__version__"}


def border(name: str) -> str:
    """Find whose border an imported name crosses; nothing where it is free."""
    fitting = [one for one in BORDERS if name == one or name.startswith(f"{one}.")]
    return max(fitting, key=len, default="")


@pytest.mark.parametrize("path", [path for path in MODULES if len(path.parts) > 1], ids=str)
def test_a_module_imports_only_from_below(path: Path) -> None:
    name = module_name(path)
    if name == "__init__":
        assert imported_from_bot(path) == set()
        return
    assert layer(name) in BELOW, f"say here to which layer {path} belongs"

    strangers = {
        other
        for other in imported_from_bot(path)
        if layer(other) not in BELOW[layer(name)] | {layer(name)}
        and not (other == "sandbox" and name in MAY_PLAY)
    }

    assert strangers == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_library_stays_behind_its_border(path: Path) -> None:
    crossed = {
        name
        for name in imports(path)
        if (whose := border(name)) and module_name(path) not in BORDERS[whose]
    }

    assert crossed - _TYPES_OF_AIOHTTP == set()


_TYPES_OF_AIOHTTP = {"aiohttp.hdrs", "aiohttp.typedefs.Middleware"}
"""Names that say something of requests and answers, whoever makes them."""


def calls(path: Path) -> Iterator[str]:
    """Give what a module calls, as written: `datetime.now`, `random.random`, `uuid4`."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def waits(path: Path) -> Iterator[str]:
    """Give the module's own sleeps; letting others run (`asyncio.sleep(0)`) is none."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.sleep":
            yield from (ast.unparse(one) for one in node.args if ast.unparse(one) != "0")


CHANCE_AND_TIME = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("uuid4", "uuid.uuid4", "uuid1", "uuid.uuid1", "random.Random", "Random", "os.urandom"),
}


@pytest.mark.parametrize(
    "path", [path for path in MODULES if module_name(path) in {"core", "services"}], ids=str
)
def test_time_and_chance_come_in_as_arguments(path: Path) -> None:
    own = {
        call
        for call in calls(path)
        if call in CHANCE_AND_TIME or call.startswith(("time.", "random.", "secrets."))
    }

    assert own == set()
    assert list(waits(path)) == []


@pytest.mark.parametrize("path", [p for p in MODULES if module_name(p) == "core"], ids=str)
def test_the_core_waits_for_nothing_and_opens_nothing(path: Path) -> None:
    source = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    waiting = [node for node in ast.walk(source) if isinstance(node, ast.Await | ast.AsyncWith)]

    assert waiting == []
    assert {"open", "Path"} & set(calls(path)) == set()


@pytest.mark.parametrize("path", EVERYTHING, ids=str)
def test_doubles_are_real_servers(path: Path) -> None:
    assert not any(name.startswith(("unittest", "mock")) for name in imports(path))
