"""The one place where parts meet: everything is built here, on one stack, in the order of need."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.alarming import alarm_workers
from bot.books import book_workers, carried_to, groupless, language_workers, mirrors_of
from bot.clock import Clock
from bot.config import CleverSection, Config, GatewaySection, installation_secret
from bot.content.rulebook import load_rulebook
from bot.content.templates import Organisation, Templates
from bot.core.calibration import Calibration
from bot.core.ceilings import Amount, Ceilings
from bot.core.policy import Limit, Policy
from bot.core.quiet_hours import QuietHours
from bot.core.rulebook import Rulebook
from bot.core.turn import Turn, country_of
from bot.daemon import Daemon, Worker
from bot.gateways import open_gateway
from bot.gateways.http import Transport
from bot.hooks import webhook_worker
from bot.internet import Internet
from bot.saying import speech_of, verifier_in
from bot.scheduler import Bells
from bot.services.account import Account
from bot.services.follow_ups import FollowUps
from bot.services.follower import Follower
from bot.services.forgetting import forget_again
from bot.services.janitor import Janitor
from bot.services.journaling import agree
from bot.services.library import Library
from bot.services.lookups import Lookups
from bot.services.mailer import Mailer
from bot.services.memberships import Memberships
from bot.services.poller import Poller, Reading
from bot.services.receipts import Receipts
from bot.services.reconciler import Reconciler
from bot.services.resends import Resends
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.spending import Spending
from bot.services.takeover import Takeover
from bot.services.timeouts import Timeouts
from bot.serving import Running, serving
from bot.storage import accounts
from bot.storage.database import Database
from bot.storage.migrate import migrate

SENDING = timedelta(seconds=1)
RESPONDING = timedelta(seconds=1)
RECONCILING = timedelta(seconds=5)
RECEIPTS = timedelta(seconds=5)
WATCHING = timedelta(seconds=1)
CONVERSING = timedelta(seconds=1)
MAILING = timedelta(seconds=2)
LOOKING = timedelta(seconds=5)
"""Between two looks for answers that a person gave, at least."""
CLEANING = timedelta(minutes=10)
MEMBERSHIPS = timedelta(minutes=1)
VERIFYING = timedelta(seconds=2)
FEEDS_LOOKED_AT = timedelta(seconds=1)
"""How often it is looked which of many campaigns is due."""
READING_SHARE = 0.2
"""Of a gateway's rate; sends come first, and this much is kept for reading."""
LOOKING_SHARE = 0.25
"""Of what is kept for reading, at most."""


@dataclass(frozen=True, slots=True)
class Options:
    """How this run differs from what the configuration says."""

    sandbox: bool = False
    """The gateways are played: rules with `only: sandbox` are in force."""
    observing: bool = False
    """Read and decide; send nothing."""
    hastened: Callable[[Callable[[float], None]], None] | None = None
    """Tells whom to call when the clock's speed is changed (the sandbox's page can)."""
    begun_elsewhere: Callable[[], Collection[str]] | None = None
    """Clever's campaigns that somebody else begins while we run; all their answers are new."""
    witness: Callable[[Turn, Templates], None] | None = None
    """Is shown each turn before it is decided, and the templates in force."""


@dataclass(frozen=True, slots=True)
class App:
    """A daemon that is ready to run, and what one may ask of it."""

    daemon: Daemon
    library: Library
    database: Database
    address: str
    """Where health and metrics are served."""


def load_templates(config: Config) -> Templates:
    """Read the operator's templates; what is wrong with them is told with the rules."""
    return Templates.load(
        near(config.templates_folder),
        organisation=Organisation(config.organisation.name, config.organisation.contact),
        language=config.language,
        timezone=config.timezone,
    )


def load_content(config: Config, *, sandbox: bool) -> tuple[Rulebook, Templates]:
    """Read the operator's rules and templates. Raises `Faults`."""
    templates = load_templates(config)
    rulebook = load_rulebook(
        near(config.rules_folder),
        templates,
        sandbox=sandbox,
        gateways=() if sandbox else config.gateways,
        groupless=() if sandbox else groupless(config),
        private_hosts=config.lookups.private_hosts,
    )
    return rulebook, templates


def near(folder: Path) -> Path:
    """Name a folder as the person who started us would: from where they stand, if it is below."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


@asynccontextmanager
async def open_app(config: Config, clock: Clock, options: Options) -> AsyncIterator[App]:
    """Build the daemon; what was opened is closed in the end, in reverse.

    Raises `Faults` (rules, templates), `StoreError`, `OSError` (the address is taken).
    """
    library = Library(lambda: load_content(config, sandbox=options.sandbox))
    async with AsyncExitStack() as stack:
        database = await _open_store(config, stack, observing=options.observing)
        transport = await stack.enter_async_context(Transport(clock))
        spending = Spending(database, clock, config.timezone, ceilings(config))
        await spending.begin()
        known = [
            await _account(name, section, config, transport=transport, spending=spending)
            for name, section in config.gateways.items()
            if section.on
        ]
        await agree(database, clock.now(), carried_to=carried_to(config, known))
        await forget_again(database)
        internet = await stack.enter_async_context(
            Internet(clock, private_hosts=frozenset(config.lookups.private_hosts))
        )
        speech = speech_of(config, library, known, policy(config), observing=options.observing)
        workers = await _workers(config, database, speech, known, internet, options=options)
        workers += language_workers(known, speech.languages, config.language)
        workers += await alarm_workers(config, known, library, observing=options.observing)
        running = Running(
            config,
            clock,
            database,
            library,
            known,
            speech.policy,
            spending,
            *(mirrors_of(known, library), speech.languages, verifier_in(speech)),
            observing=options.observing,
        )
        if not options.observing:
            workers += await book_workers(known, running.mirrors)
            workers.append(await webhook_worker(config, database, clock, stack))
        address = await stack.enter_async_context(serving(running))
        daemon = Daemon(workers, Bells(speed=clock.speed), database.turn)
        if options.hastened is not None:
            options.hastened(daemon.hasten)
        yield App(daemon, library, database, address)


async def _open_store(config: Config, stack: AsyncExitStack, *, observing: bool) -> Database:
    secret = installation_secret(config)
    database = Database(
        config.store_url,
        secret=secret,
        journal=config.journal_path,
        listeners={} if observing else config.listeners,
    )
    await database.open()
    stack.push_async_callback(database.close)
    await migrate(database)
    async with database.write() as connection:
        await accounts.recognise(connection, accounts.fingerprint(secret))
    return database


async def _account(
    name: str,
    section: GatewaySection,
    config: Config,
    *,
    transport: Transport,
    spending: Spending,
) -> Account:
    database = spending.database
    async with database.read() as connection:
        learned, calibration = await accounts.recall(connection, name)
    gateway = open_gateway(name, section, config, transport=transport, learned=learned)
    learned_so_far = Calibration.from_json(calibration)
    return Account(gateway, database, transport.clock, learned_so_far, shared=spending)


async def _workers(
    config: Config,
    database: Database,
    speech: Speech,
    known: Sequence[Account],
    internet: Internet,
    *,
    options: Options,
) -> list[Worker]:
    """Put the services together: who wakes whom."""
    clock = known[0].clock
    senders: dict[str, Worker] = {}

    def wake(gateway: str) -> None:
        senders[gateway].wake()

    responder = Responder(
        database,
        speech,
        clock,
        wake=wake,
        burst=config.replies.burst,
        witness=_witness(speech.library, options),
    )
    deciding = Worker("responder", responder.tick, RESPONDING)
    ceiling = Worker("ceilings", known[0].spending.tick, WATCHING)
    memberships = Memberships(database, clock)
    workers = [deciding, ceiling, Worker("memberships", memberships.tick, MEMBERSHIPS)]
    for account in known:
        section = config.gateways[account.name]
        sending, others = await _gateway_workers(account, config, deciding.wake, speech)
        senders[account.name] = sending
        # Observing, nothing leaves: neither what is decided now nor what waited before.
        workers += others if options.observing else [sending, *others]
        if config.replies.takeover.seen_in_feed and not account.gateway.traits.campaigns:
            takeover = Takeover(account, config.replies.takeover.silent_for, looking(section))
            await takeover.begin()
            workers.append(Worker(f"takeover {account.name}", takeover.tick, WATCHING))
        if not options.observing:
            mailer = Mailer(account)
            await mailer.begin()
            workers.append(Worker(f"mailer {account.name}", mailer.tick, MAILING))
    if not options.observing:
        workers += await _talkers(database, speech, clock, internet, deciding, wake=wake)
    if options.begun_elsewhere is not None:
        follower = Follower(database, "clever", options.begun_elsewhere, clock)
        workers.append(Worker("follower", follower.tick, FEEDS_LOOKED_AT))
    kept = config.retention
    janitor = Janitor(database, clock, texts=kept.texts, codes=kept.codes, audit=kept.audit)
    return [*workers, Worker("janitor", janitor.tick, CLEANING)]


def _witness(library: Library, options: Options) -> Callable[[Turn], None] | None:
    tell = options.witness
    return None if tell is None else lambda turn: tell(turn, library.templates)


async def _talkers(
    database: Database,
    speech: Speech,
    clock: Clock,
    internet: Internet,
    deciding: Worker,
    *,
    wake: Callable[[str], None],
) -> list[Worker]:
    """Give the workers that go on with conversations when nobody texts."""
    woken = asyncio.Event()

    def wake_others(gateway: str) -> None:
        if gateway:
            wake(gateway)
        else:
            deciding.wake()

    lookups = Lookups(database, speech, clock, internet, wake=woken.set, wake_others=wake_others)
    await lookups.begin()
    timeouts = Timeouts(database, speech, clock, wake=wake)
    resends = Resends(database, speech, clock, wake=wake)
    follow_ups = FollowUps(database, speech, clock, wake=wake)
    return [
        Worker("lookups", lookups.tick, CONVERSING, drain=lookups.drain, woken=woken),
        Worker("timeouts", timeouts.tick, CONVERSING),
        Worker("follow-ups", follow_ups.tick, CONVERSING),
        Worker("resends", resends.tick, CONVERSING),
        Worker("verifications", verifier_in(speech).tick, VERIFYING),
    ]


async def _gateway_workers(
    account: Account, config: Config, wake_responder: Callable[[], None], speech: Speech
) -> tuple[Worker, list[Worker]]:
    """Give the worker that sends, and the others of one gateway."""
    name, woken = account.name, asyncio.Event()
    how = reading(config.gateways[name])
    poller = Poller(account, how, wake_responder)
    await poller.begin()
    # Jitter keeps machines apart after an outage; it keeps no secret.
    sender = Sender(account, woken.set, random.Random(), quiet=speech.policy.quiet)  # noqa: S311
    await sender.begin()
    sending = Worker(f"sender {name}", sender.tick, SENDING, drain=sender.drain, woken=woken)
    reconciler = Reconciler(account, sending.wake)
    return sending, [
        Worker(f"poller {name}", poller.tick, how.every),
        Worker(f"reconciler {name}", reconciler.tick, RECONCILING),
        Worker(f"receipts {name}", Receipts(account, config.replies.again).tick, RECEIPTS),
    ]


def reading(section: GatewaySection) -> Reading:
    """Say how a gateway's feeds are to be read."""
    budget = section.rate.count / section.rate.seconds * READING_SHARE
    if isinstance(section, CleverSection):
        every = min(section.poll, FEEDS_LOOKED_AT)
        return Reading(section.poll, section.follow, budget, every, section.references)
    return Reading(section.poll, timedelta.max, budget, every=section.poll)


def looking(section: GatewaySection) -> timedelta:
    """Say how often it is looked whether a person answers: one request, for all numbers."""
    return max(LOOKING, timedelta(seconds=1 / (reading(section).budget * LOOKING_SHARE)))


def ceilings(config: Config) -> Ceilings:
    """Say how much may be sent."""
    wanted = config.ceilings
    day, month = (Amount(one.messages, one.units) for one in (wanted.day, wanted.month))
    return Ceilings(day, month, wanted.started)


def policy(config: Config) -> Policy:
    """Say what may be answered."""
    return Policy(
        language=config.language,
        max_age=config.replies.max_age,
        delivery=config.replies.delivery,
        per_number=tuple(
            Limit(rate.count, timedelta(seconds=rate.seconds))
            for rate in config.replies.per_number
        ),
        only_numbers=frozenset(config.replies.only_numbers),
        our_numbers=frozenset(
            number
            for section in config.gateways.values()
            if (number := getattr(section, "our_number", ""))
        ),
        timezone=config.timezone,
        countries={name: _country(section) for name, section in config.gateways.items()},
        silent_for=config.replies.takeover.silent_for,
        confirm_stop={name: section.confirm_stop for name, section in config.gateways.items()},
        mentions={
            name: section.stop_mention
            for name, section in config.gateways.items()
            if isinstance(section, CleverSection)
        },
        quiet=_quiet(config),
        code_length=config.verification.length,
    )


def _quiet(config: Config) -> QuietHours | None:
    quiet = config.quiet_hours
    return QuietHours(config.timezone, quiet.own) if quiet.obey else None


def _country(section: GatewaySection) -> str:
    """Give the country of a gateway's own number; where it has none, the vendor's."""
    if isinstance(section, CleverSection):
        return "FR"
    return country_of(section.our_number) or "CA"
