"""What it takes to say something: put together of all that says how."""

from __future__ import annotations

from collections.abc import Sequence

from bot.books import carried_to
from bot.config import Config
from bot.control.verifying import verifier_of, ways_of
from bot.core.policy import Policy
from bot.services.account import Account
from bot.services.library import Library
from bot.services.speaking import Speech
from bot.services.verifier import Verifier
from bot.storage.database import Database


def speech_of(
    config: Config,
    library: Library,
    known: Sequence[Account],
    policy: Policy,
    database: Database,
    *,
    observing: bool,
) -> Speech:
    """Make it for these accounts, with what sends codes: in each instance, under no lease."""
    first = known[0]
    verifier = verifier_of(
        *(config, library, first.spending, first.clock),
        policy=policy,
        database=database,
        known=ways_of(known),
        observing=observing,
    )
    return Speech(
        library,
        {account.name: account.gateway for account in known},
        policy,
        config.replies.life,
        observing=observing,
        verifier=verifier,
        carried_to=carried_to(config, known),
    )


def verifier_in(speech: Speech) -> Verifier:
    """Give what verifies numbers; a daemon has one."""
    assert speech.verifier is not None
    return speech.verifier
