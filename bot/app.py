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
from bot.core.ceilings import Amount, Ceilings
from bot.core.policy import Limit, Policy
from bot.core.quiet_hours import QuietHours
from bot.core.rulebook import Rulebook
from bot.core.turn import Turn, country_of
from bot.daemon import Daemon, Worker
from bot.gateways.http import Transport
from bot.hooks import webhook_worker
from bot.house import keepers, talkers
from bot.instances import Instances, instances_on, open_accounts, skews_of
from bot.internet import Internet
from bot.saying import speech_of, verifier_in
from bot.scheduler import Bells
from bot.services.account import Account
from bot.services.forgetting import forget_again
from bot.services.journaling import agree
from bot.services.library import Library
from bot.services.mailer import Mailer
from bot.services.poller import Poller, Reading
from bot.services.receipts import Receipts
from bot.services.reconciler import Reconciler
from bot.services.responder import Responder
from bot.services.sender import Sender
from bot.services.speaking import Speech
from bot.services.spending import Spending
from bot.services.takeover import Takeover
from bot.serving import Running, serving
from bot.storage import accounts
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.soundness import expect_sound

SENDING = timedelta(seconds=1)
RESPONDING = timedelta(seconds=1)
RECONCILING = timedelta(seconds=5)
RECEIPTS = timedelta(seconds=5)
WATCHING = timedelta(seconds=1)
MAILING = timedelta(seconds=2)
LOOKING = timedelta(seconds=5)
"""Between two looks for answers that a person gave, at least."""
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
        instances = await stack.enter_async_context(
            instances_on(database, clock, config.store_url)
        )
        transport = await stack.enter_async_context(Transport(clock))
        house, spending = instances.house, await _spending(config, instances, clock)
        known = await open_accounts(config, transport, instances, spending)
        await agree(database, clock.now(), carried_to=carried_to(config, known))
        await forget_again(database)
        internet = await stack.enter_async_context(
            Internet(clock, private_hosts=frozenset(config.lookups.private_hosts))
        )
        speech = speech_of(
            config, library, known, policy(config), database, observing=options.observing
        )
        workers = _workers(config, instances, speech, known, internet=internet, options=options)
        workers += language_workers(known, speech.languages, config.language, instances)
        workers += alarm_workers(config, known, library, instances, observing=options.observing)
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
            workers += book_workers(known, running.mirrors, instances)
            telling = await webhook_worker(config, instances.database(house), clock, stack)
            workers.append(instances.under(house, telling))
        workers += await instances.begin()
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
    await migrate(database, observing=observing)
    await expect_sound(database)
    async with database.write() as connection:
        await accounts.recognise(connection, accounts.fingerprint(secret))
    return database


async def _spending(config: Config, instances: Instances, clock: Clock) -> Spending:
    """Know what was spent, also when the house is another's, and anew when it is ours."""
    house = instances.house
    spending = Spending(instances.database(house), clock, config.timezone, ceilings(config))
    await spending.begin()
    house.begins.append(spending.begin)
    return spending


def _workers(
    config: Config,
    instances: Instances,
    speech: Speech,
    known: Sequence[Account],
    *,
    internet: Internet,
    options: Options,
) -> list[Worker]:
    """Put the services together: who wakes whom."""
    clock = known[0].clock
    senders: dict[str, Worker] = {}

    def wake(gateway: str) -> None:
        senders[gateway].wake()

    responder = Responder(
        instances.store,
        speech,
        clock,
        wake=wake,
        burst=config.replies.burst,
        witness=_witness(speech.library, options),
        skews=skews_of(known),
    )
    deciding = instances.everywhere(Worker("responder", responder.tick, RESPONDING))
    workers = [deciding]
    for account in known:
        sending, others = _gateway_workers(account, config, deciding.wake, speech, instances)
        senders[account.name] = sending
        # Observing, nothing leaves: neither what is decided now nor what waited before.
        workers += others if options.observing else [sending, *others]
        workers += _more_of(account, config, instances, observing=options.observing)
    if not options.observing:
        talking = talkers(instances, speech, clock, internet, deciding.wake, wake=wake)
        workers += talking
    keeping = keepers(config, instances, known[0].spending, options.begun_elsewhere)
    return [*workers, *keeping]


def _witness(library: Library, options: Options) -> Callable[[Turn], None] | None:
    tell = options.witness
    return None if tell is None else lambda turn: tell(turn, library.templates)


def _gateway_workers(
    account: Account,
    config: Config,
    wake_responder: Callable[[], None],
    speech: Speech,
    instances: Instances,
) -> tuple[Worker, list[Worker]]:
    """Give the worker that sends, and the others of one gateway."""
    name, woken, lease = account.name, asyncio.Event(), account.lease
    how = reading(config.gateways[name])
    poller = Poller(account, how, wake_responder, speech.languages)
    # Jitter keeps machines apart after an outage; it keeps no secret.
    sender = Sender(account, woken.set, random.Random(), quiet=speech.policy.quiet)  # noqa: S311
    lease.begins += [poller.begin, sender.begin]
    sending = instances.under(
        lease, Worker(f"sender {name}", sender.tick, SENDING, drain=sender.drain, woken=woken)
    )
    receipts = Receipts(account, config.replies.again)
    others = [
        Worker(f"poller {name}", poller.tick, how.every),
        Worker(f"reconciler {name}", Reconciler(account, sending.wake).tick, RECONCILING),
        Worker(f"receipts {name}", receipts.tick, RECEIPTS),
    ]
    return sending, [instances.under(lease, one) for one in others]


def _more_of(
    account: Account, config: Config, instances: Instances, *, observing: bool
) -> list[Worker]:
    """Give the workers of a gateway that not every one has."""
    name, lease, workers = account.name, account.lease, []
    if config.replies.takeover.seen_in_feed and not account.gateway.traits.campaigns:
        every = looking(config.gateways[name])
        takeover = Takeover(account, config.replies.takeover.silent_for, every)
        lease.begins.append(takeover.begin)
        workers.append(Worker(f"takeover {name}", takeover.tick, WATCHING))
    if not observing:
        mailer = Mailer(account)
        lease.begins.append(mailer.begin)
        workers.append(Worker(f"mailer {name}", mailer.tick, MAILING))
    return [instances.under(lease, one) for one in workers]


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
