"""`textobot run`: from a configuration to a daemon that ends cleanly."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot import log
from bot.app import App, Options, open_app
from bot.clock import Clock, clock_of_environment
from bot.config import Config, Webhook, installation_secret, load_config, sandbox_config
from bot.core.tokens import Scope
from bot.daemon import WorkerEnded
from bot.sandbox import Sandbox, Shop
from bot.services.doorkeeper import Doorkeeper
from bot.storage.errors import StoreBroken, StoreError
from bot.tokens import issued
from bot.witness import Witness
from bot.yamlfile import Faults

DONE, FAILED, WRONG, STORE_BROKEN = 0, 1, 2, 74
LOG = log.logger(__name__)
WATCH_SECONDS = 1.0
STOP_SECONDS = 9.0
"""Real seconds until a server that does not answer is cut off when we are told to stop: what is
under way has had its time by then, and the promise is 10."""
PAGE_PORT, SHOP_PORT = 8025, 8026


def run(config_path: Path, *, sandbox: bool, observing: bool) -> int:
    """Run until told to stop; gives the exit code. Errors are one sentence on stderr."""
    try:
        config = load_config(config_path)
        asyncio.run(_run(config, sandbox=sandbox, observing=observing))
    except Faults as faults:
        for fault in faults.faults:
            _say(str(fault))
        return WRONG
    except _Unusable as error:
        _say(str(error))
        return WRONG
    except StoreBroken as error:
        end = "" if str(error).endswith("?") else "."
        _say(f"textobot: {error}{end} Nothing was sent that is not written down.")
        return STORE_BROKEN
    except (StoreError, WorkerEnded) as error:
        _say(f"textobot: {error}")
        return FAILED
    return DONE


def _free(config: Config) -> Config:
    """Let a sandbox beside another daemon have a port of its own."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError:
            web = config.web.model_copy(update={"listen": f"{config.web.host}:0"})
            return config.model_copy(update={"web": web})
    return config


class _Unusable(Exception):
    """The configuration is right, but nothing can be run with it."""


async def _run(config: Config, *, sandbox: bool, observing: bool) -> None:
    log.configure(config.secrets)
    if not sandbox:
        _tell_gateways(config)
        await _serve(config, clock_of_environment(), Options(observing=observing))
        return
    async with _sandbox(config) as (played, playing, shop):
        clock = playing.clock

        witness = Witness()
        playing.explain = witness.explain

        def hastened(tell: Callable[[float], None]) -> None:
            clock.listeners.append(lambda: tell(clock.speed))

        options = Options(
            sandbox=True,
            observing=observing,
            hastened=hastened,
            begun_elsewhere=lambda: playing.begun_on_site,
            witness=witness.see,
        )
        await _serve(played, clock, options, page=playing.url, shop=shop)


@asynccontextmanager
async def _sandbox(config: Config) -> AsyncIterator[tuple[Config, Sandbox, Shop]]:
    """Play both gateways and a shop, with a store that goes when we go."""
    sandbox = Sandbox(welcome=True)
    shop = Shop(now=sandbox.clock.timestamp)
    with tempfile.TemporaryDirectory(prefix="textobot-") as folder:
        try:
            await _start(sandbox, PAGE_PORT)
            await _start(shop, SHOP_PORT)
            sandbox.shop, shop.phones = shop.url, sandbox.url
            played = sandbox_config(
                config,
                vudumobile_url=sandbox.vudumobile_url,
                clever_url=sandbox.clever_url,
                folder=Path(folder),
                api_key=sandbox.vudumobile.api_key,
                login=sandbox.clever.login,
                password=sandbox.clever.password,
                our_number=sandbox.vudumobile.our_number,
                webhooks=(_hook(shop),),
            )
            log.configure(played.secrets)
            yield _free(played), sandbox, shop
        finally:
            await shop.stop()
            await sandbox.stop()


async def _start(played: Sandbox | Shop, port: int) -> None:
    """Serve on the usual port, or where another sandbox has it, on any."""
    try:
        await played.start(port=port)
    except OSError:
        await played.start(port=0)


def _hook(shop: Shop) -> Webhook:
    """Tell the shop what the rule that signs people in by text says, and nothing else."""
    return Webhook(url=shop.hook, secret=(SecretStr(shop.secret),), events=(shop.EVENT,))


async def _open_shop(shop: Shop, app: App, config: Config, clock: Clock) -> str:
    """Give the shop a token of its own, for verifications alone, as any program has one.

    Gives another, for a program of the reader's own: docs/sign-in.md.
    """
    secret = installation_secret(config)
    keeper = Doorkeeper(app.database, clock, secret)
    token = await issued(keeper, secret, "shop", Scope.VERIFICATIONS)
    asks = app.library.rulebook.rule(shop.RULE) is not None
    our_number = getattr(config.gateways["vudumobile"], "our_number", "") if asks else ""
    shop.open(app.address, token, our_number)
    return await issued(keeper, secret, "yours", Scope.VERIFICATIONS)


def _tell_gateways(config: Config) -> None:
    off = [name for name, section in config.gateways.items() if not section.on]
    for name in off:
        LOG.warning(
            "A gateway is off: its credentials are empty", action="gateway.off", gateway=name
        )
    if len(off) == len(config.gateways):
        raise _Unusable(
            "textobot: no gateway is on. Put VUDUMOBILE_API_KEY, or CLEVER_LOGIN and "
            "CLEVER_PASSWORD, into the environment; or try it without an account: "
            "textobot run --sandbox"
        )


async def _serve(
    config: Config,
    clock: Clock,
    options: Options,
    *,
    page: str = "",
    shop: Shop | None = None,
) -> None:
    loop = asyncio.get_running_loop()
    async with _opened(config, clock, options) as app:
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, _stop, app, loop)
        loop.add_signal_handler(signal.SIGHUP, app.library.reload)
        _tell(config, app, options)
        if shop is not None:
            _show(app, page, shop.url, await _open_shop(shop, app, config, clock))
        _spare_the_collector()
        watching = asyncio.create_task(_watch(config, app)) if config.reload == "watch" else None
        try:
            await app.daemon.run()
        finally:
            if watching is not None:
                watching.cancel()
        LOG.info(
            "Ended; what was under way came back or is looked for next time", action="run.end"
        )


def _stop(app: App, loop: asyncio.AbstractEventLoop) -> None:
    """Take no more work, and wait for nobody longer than there is time."""
    app.daemon.stop()
    loop.call_later(STOP_SECONDS, app.database.cut, STOP_SECONDS)


def _spare_the_collector() -> None:
    """Keep the garbage collector from going through rules and libraries again and again.

    They live as long as we do. Measured: a fifth of the CPU of a text.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@asynccontextmanager
async def _opened(config: Config, clock: Clock, options: Options) -> AsyncIterator[App]:
    async with AsyncExitStack() as stack:
        try:
            app = await stack.enter_async_context(open_app(config, clock, options))
        except OSError as error:
            raise _Unusable(
                f"textobot: cannot listen on web.listen {config.web.listen}: {error.strerror}; "
                "is another textobot running? Give another address in config.yaml"
            ) from error
        yield app


def _tell(config: Config, app: App, options: Options) -> None:
    """Say what is in force, above all what keeps people from being answered."""
    LOG.info(
        "Observing: texts are read and decided, and nothing is sent"
        if options.observing
        else "Texts are answered from now on",
        action="run.begin",
        gateways=[name for name, section in config.gateways.items() if section.on],
        rules=len(app.library.rulebook.rules),
    )
    if config.replies.only_numbers:
        LOG.warning(
            "replies.only_numbers is set: nobody else is answered",
            action="run.only_numbers",
            numbers=len(config.replies.only_numbers),
        )
    if not app.library.rulebook.rules:
        LOG.warning(
            "No rule of your own is in force: only STOP, START and HELP are answered",
            action="rules.none",
        )
    LOG.info(
        "Health and figures are served", action="web.serving", address=f"{app.address}/readyz"
    )


def _show(app: App, page: str, shop: str, token: str) -> None:
    """Say what the person at the terminal waits for, in the same words each time."""
    told = (
        f"  The phones are here: {page}",
        "  Text METEO from either one. Ctrl-C ends it.",
        "",
        f"  A shop that signs people in by their phones: {shop}",
        "  For a program of your own, as docs/sign-in.md has it:",
        f"  export ADDRESS={app.address} TOKEN={token}",
    )
    print("", *told, "", sep="\n", flush=True)  # noqa: T201 - not for the log: it has a token


async def _watch(config: Config, app: App) -> None:
    """Reload when a rule or template changes on the disk."""
    seen = _stamps(config)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        now = _stamps(config)
        if now != seen:
            seen = now
            app.library.reload()


def _stamps(config: Config) -> frozenset[tuple[str, int, int]]:
    return frozenset(
        (str(path), stat.st_mtime_ns, stat.st_size)
        for folder in (config.rules_folder, config.templates_folder)
        for path in folder.rglob("*")
        if (stat := _stat(path)) is not None
    )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # gone between listing and looking
        return None


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
