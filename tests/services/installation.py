"""A whole installation against the sandbox, in one process, ticked by hand: no loop, no sleep."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import RowMapping, select

from bot.app import RECONCILING, ceilings, load_content, policy, reading
from bot.config import Config, Rate, load_config, sandbox_config
from bot.core.calibration import Calibration
from bot.gateways import open_gateway
from bot.gateways.http import Transport
from bot.sandbox import Clock, Sandbox
from bot.saying import speech_of, verifier_in
from bot.services.account import Account
from bot.services.follower import Follower
from bot.services.library import Library
from bot.services.poller import Poller
from bot.services.receipts import Receipts
from bot.services.reconciler import Reconciler
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.spending import Spending
from bot.services.verifier import Verifier
from bot.services.watch import Watch
from bot.storage import accounts
from bot.storage.database import Database
from bot.storage.schema import inbox, outbox
from tests.postgresql import Server
from tests.stores import open_store

ANA, BEN = "+15145550001", "+15145550002"
LEA, TOM = "+33600000001", "+33600000002"

RULES = """
rules:
  - id: weather
    keyword: {fr: [météo], en: [weather]}
    reply: {fr: "Il fait beau.", en: "The sun shines."}
  - id: song
    keyword: [chanson]
    reply: "Vous voulez {{ rest }}"
  - id: sure
    keyword: [sure]
    delivery: at_least_once
    reply: "Certain."
"""


@dataclass
class Installation:
    """The parts, and what a test does with them."""

    sandbox: Sandbox
    clock: Clock
    config: Config
    database: Database
    library: Library
    responder: Responder
    accounts: dict[str, Account]
    verifier: Verifier
    pollers: dict[str, Poller] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    reconcilers: dict[str, Reconciler] = field(default_factory=dict)
    receipts: dict[str, Receipts] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)

    def wait(self, seconds: float) -> None:
        """Let world time pass."""
        self.clock.jump(timedelta(seconds=seconds))

    async def poll(self) -> None:
        for poller in self.pollers.values():
            await poller.tick()

    async def send(self) -> None:
        """Send until nothing is due and nothing is under way."""
        for sender in self.senders.values():
            while await sender.tick():
                await sender.drain()

    async def round(self, looks: int = 1) -> None:
        """Everything once: read, decide, send, look up (a few times), receipts."""
        await self.poll()
        while await self.responder.tick():
            pass
        await self.send()
        for name in self.accounts:
            for _ in range(looks):
                await self.reconcilers[name].tick()
            await self.receipts[name].tick()
            await self.watches[name].tick()
        await self.send()

    async def rounds(self, seconds: float, every: float = 5.0) -> None:
        """Let world time pass with everything at work."""
        passed = 0.0
        while passed < seconds:
            self.wait(every)
            await self.round(looks=max(1, int(every / RECONCILING.total_seconds())))
            passed += every

    async def begin_campaign(self, *numbers: str) -> None:
        """Somebody begins a campaign on Clever's site; it is followed, and was read once."""
        self.sandbox.start_campaign(list(numbers), "Bonjour, écrivez-nous.")
        begun = self.sandbox.begun_on_site
        await Follower(self.database, "clever", lambda: begun, self.clock).tick()
        await self.round()

    def heard(self, gateway: str, number: str) -> list[str]:
        """What reached a phone, in order."""
        return [bubble.text for bubble in self.sandbox.phone(gateway, number).received]

    async def outbox(self) -> Sequence[RowMapping]:
        async with self.database.read() as connection:
            return (
                (await connection.execute(select(outbox).order_by(outbox.c.id))).mappings().all()
            )

    async def inbox(self) -> Sequence[RowMapping]:
        async with self.database.read() as connection:
            return (await connection.execute(select(inbox).order_by(inbox.c.id))).mappings().all()


CONFIG = """
organisation: {name: "Radio Exemple", contact: "418 555-0199"}
"""


@asynccontextmanager
async def open_installation(
    folder: Path,
    *,
    config: str = CONFIG,
    rules: str = RULES,
    clock: Clock | None = None,
    postgresql: Server | None = None,
) -> AsyncIterator[Installation]:
    """Build everything but the loop; both gateways were read once, and nobody texted yet."""
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "rules" / "test.yaml").write_text(rules)
    (folder / "config.yaml").write_text(config)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock or Clock(speed=40)))
        played = sandbox_config(
            load_config(folder / "config.yaml", {}),
            vudumobile_url=sandbox.vudumobile_url,
            clever_url=sandbox.clever_url,
            folder=folder,
            api_key=sandbox.vudumobile.api_key,
            login=sandbox.clever.login,
            password=sandbox.clever.password,
            our_number=sandbox.vudumobile.our_number,
        )
        # Candidate seconds are asked for one by one: at the usual 2/s a test would mostly wait.
        quick = played.gateways["clever"].model_copy(update={"rate": Rate(10, 1.0)})
        played = played.model_copy(update={"gateways": {**played.gateways, "clever": quick}})
        database = await stack.enter_async_context(open_store(folder, postgresql))
        transport = await stack.enter_async_context(Transport(sandbox.clock))
        yield await assemble(sandbox, played, database, transport)


async def assemble(
    sandbox: Sandbox, config: Config, database: Database, transport: Transport
) -> Installation:
    """Build the services on an open store, as a start of the daemon does."""
    known = {}
    spending = Spending(database, sandbox.clock, config.timezone, ceilings(config))
    await spending.begin()
    for name, section in config.gateways.items():
        async with database.read() as connection:
            learned, calibration = await accounts.recall(connection, name)
        gateway = open_gateway(name, section, config, transport=transport, learned=learned)
        known[name] = Account(
            gateway,
            database,
            sandbox.clock,
            Calibration.from_json(calibration),
            shared=spending,
        )
    library = Library(lambda: load_content(config, sandbox=True))
    accounts_of = list(known.values())
    speech = speech_of(config, library, accounts_of, policy(config), database, observing=False)
    responder = Responder(
        database,
        speech,
        sandbox.clock,
        wake=lambda gateway: None,
        burst=config.replies.burst,
    )
    verifier = verifier_in(speech)
    made = Installation(
        sandbox, sandbox.clock, config, database, library, responder, known, verifier
    )
    for name, account in known.items():
        made.pollers[name] = Poller(account, reading(config.gateways[name]), lambda: None)
        await made.pollers[name].begin()
        made.senders[name] = Sender(account, lambda: None, random.Random(1))
        await made.senders[name].begin()
        made.reconcilers[name] = Reconciler(account, lambda: None)
        made.receipts[name] = Receipts(account)
        made.watches[name] = Watch(account)
    await made.poll()
    return made
