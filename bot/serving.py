"""What a running daemon does for others: commands by its socket, programs over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from bot.clock import Clock
from bot.config import Config, installation_secret
from bot.console.app import serve
from bot.control.admitting import token_offers
from bot.control.calibrating import calibrate_offer
from bot.control.following import follow_offers
from bot.control.forgetting import forget_offer
from bot.control.line import BESIDE_POSTGRESQL, listening, socket_of
from bot.control.listing import list_offers
from bot.control.mirroring import mirror_offers
from bot.control.releasing import release_offer
from bot.control.sending import send_offer, starter_of
from bot.control.telling import telling_offers
from bot.control.verbs import Offers, answer
from bot.control.verifying import verifying_offers
from bot.core.policy import Policy
from bot.health import Patient
from bot.programs import Parts, api_of
from bot.services.account import Account
from bot.services.calibrating import Calibrating
from bot.services.desk import Desk
from bot.services.doorkeeper import Doorkeeper
from bot.services.forgetting import Forgetting
from bot.services.greeting import greeter
from bot.services.library import Library
from bot.services.mirror import Mirrors
from bot.services.roster import Roster
from bot.services.spending import Spending
from bot.services.starter import Starter
from bot.services.verifier import Verifier
from bot.storage.database import Database


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon's parts, as far as others ask something of them."""

    config: Config
    clock: Clock
    database: Database
    library: Library
    accounts: Sequence[Account]
    policy: Policy
    spending: Spending
    mirrors: Mapping[str, Mirrors]
    languages: Mapping[str, Mapping[str, str]]
    """Of contacts, by gateway and number."""
    verifier: Verifier
    observing: bool


@asynccontextmanager
async def serving(running: Running) -> AsyncIterator[str]:
    """Listen to commands and programs until the body ends; gives the address of our pages.

    Raises `OSError` where it is taken.
    """
    config, database, clock = running.config, running.database, running.clock
    starter = starter_of(
        config,
        running.library,
        running.spending,
        clock,
        policy=running.policy,
        refusing={one.name: one.gateway.refuses for one in running.accounts},
        languages=running.languages,
        observing=running.observing,
    )
    roster = Roster(
        database, clock, lambda: running.library.rulebook.lists, greeter(starter, clock)
    )
    doorkeeper = Doorkeeper(database, clock, installation_secret(config))
    desk = Desk(database, clock, config.gateways, running.policy)
    async with AsyncExitStack() as stack:
        offers = offers_of(running, starter=starter, roster=roster, door=doorkeeper)
        answering = partial(answer, desk, offers=offers)
        beside = database.path or config.data_folder / BESIDE_POSTGRESQL
        await stack.enter_async_context(listening(socket_of(beside), answering))
        api = api_of(
            doorkeeper,
            Parts(
                *(config, clock, database, running.library, running.policy),
                desk=desk,
                starter=starter,
                roster=roster,
                verifier=running.verifier,
            ),
        )
        patient = Patient(running.accounts, running.library, database, clock)
        web = config.web
        yield await stack.enter_async_context(
            serve(patient, web.host, web.port, web.known_hosts, api)
        )


def offers_of(running: Running, *, starter: Starter, roster: Roster, door: Doorkeeper) -> Offers:
    """Put together what commands may ask of the daemon, by verb."""
    config, database, clock = running.config, running.database, running.clock
    known = running.accounts
    return {
        "forget": forget_offer(Forgetting(database, clock)),
        "send": send_offer(database, running.library, starter),
        "calibrate": calibrate_offer(Calibrating({one.name: one for one in known})),
        "alarm-release": release_offer(database, clock, config.gateways, known),
        **follow_offers(known),
        **list_offers(roster),
        **mirror_offers(running.mirrors, observing=running.observing),
        **token_offers(door),
        **telling_offers(database, clock),
        **verifying_offers(running.verifier, clock),
    }
