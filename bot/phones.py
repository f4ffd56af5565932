"""Numbers of people as they are dialled here: without the country, as people write them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.config import Config
from bot.config.notation import read_number
from bot.core.policy import Policy


def phone_reader(config: Config, policy: Policy) -> Callable[[str], str]:
    """Give what reads a number of the countries of the gateways, as E.164; it raises `Wrong`.

    Those with a number of ours come first.
    """
    known = policy.countries
    with_number = [name for name, one in config.gateways.items() if getattr(one, "our_number", "")]
    return partial(read_number, countries=[known[name] for name in (*with_number, *known)])
