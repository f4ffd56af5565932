"""The vendors' APIs: the only part that speaks HTTP as a client."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import (
    CleverSection,
    Config,
    GatewaySection,
    VuduMobileSection,
    installation_secret,
)
from bot.core.messages import Way
from bot.gateways.base import Gateway
from bot.gateways.clever import WAYS as CLEVER_WAYS, Clever
from bot.gateways.http import Exchange, Transport
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.gateways.vudumobile import WAYS as VUDUMOBILE_WAYS, VuduMobile
from bot.gateways.vudumobile_tables import Code, code_of

FEWEST, MOST = 8, 128
"""Sends under way at once. At 50 ms an answer, 128 are more than one process can prepare."""
ANSWERED_WITHIN = 0.4
"""Seconds that a vendor usually takes: so many sends are under way as the rate can then use. Each
may become unclear when the vendor falls silent, so there are no more than of use."""


@dataclass(frozen=True, slots=True)
class _Opening:
    line: Line
    config: Config
    learned: Mapping[str, Any]


def open_gateway(
    name: str,
    section: GatewaySection,
    config: Config,
    *,
    transport: Transport,
    learned: Mapping[str, Any],
    exchange: Exchange | None = None,
) -> Gateway:
    """Open the account that a section of the configuration describes.

    `exchange` takes the place of the transport's own.
    """
    limiter = Limiter(section.rate.count, section.rate.seconds, transport.clock)
    line = Line(name, exchange or transport.exchange, transport.clock, limiter)
    return KINDS[section.kind](section, _Opening(line, config, learned))


def _vudumobile(section: GatewaySection, opening: _Opening) -> Gateway:
    assert isinstance(section, VuduMobileSection)
    useful = math.ceil(section.rate.count / section.rate.seconds * ANSWERED_WITHIN)
    return VuduMobile(
        opening.line,
        api_key=section.api_key.get_secret_value(),
        our_number=section.our_number,
        url=section.url,
        history=opening.config.history,
        in_flight=min(max(useful, FEWEST), MOST),
        secret=installation_secret(opening.config),
        learned=opening.learned,
    )


def _clever(section: GatewaySection, opening: _Opening) -> Gateway:
    assert isinstance(section, CleverSection)
    return Clever(
        opening.line,
        login=section.login.get_secret_value(),
        password=section.password.get_secret_value(),
        url=section.url,
        sender=section.sender,
        zone=section.timezone,
        pace=section.pace.total_seconds(),
        secret=installation_secret(opening.config),
        learned=opening.learned,
    )


KINDS: Mapping[str, Callable[[GatewaySection, _Opening], Gateway]] = {
    "vudumobile": _vudumobile,
    "clever": _clever,
}
"""What a section's `kind` opens."""
REFUSES: Mapping[str, Callable[[str], str]] = {
    "vudumobile": VuduMobile.refuses,
    "clever": Clever.refuses,
}
"""Says by `kind` why a text can never be sent, see `Gateway.refuses`."""
WAYS: Mapping[str, tuple[Way, ...]] = {"vudumobile": VUDUMOBILE_WAYS, "clever": CLEVER_WAYS}
"""Says by `kind` how codes are sent, see `Traits.ways`."""


def meaning(kind: str, code: str) -> Code | None:
    """Say what a vendor's code means; None: its document has no such code, or no codes at all."""
    return code_of(code) if kind == "vudumobile" else None
