"""What the configuration says is what is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load_config
from bot.core.messages import Batch
from bot.gateways import KINDS, open_gateway
from bot.gateways.base import Gateway
from bot.gateways.http import Transport
from tests.clock import settle, start
from tests.gateways.server import Reply
from tests.gateways.vendors import CLEVER, VUDUMOBILE

CONFIG = """
organisation: {{name: Radio, contact: "418 555-0199"}}
language: fr
timezone: America/Montreal
secret: "0123456789abcdef0123456789abcdef"
gateways:
  vudumobile: {{url: "{url}", api_key: "${{KEY}}", our_number: "+15149541234", rate: {rate}}}
  clever: {{url: "{url}", login: "${{KEY}}", password: "${{KEY}}", sender: RADIO, pace: 0s}}
"""


def opened(name: str, folder: Path, url: str, transport: Transport, rate: str = "20/s") -> Gateway:
    path = folder / "config.yaml"
    path.write_text(CONFIG.format(url=url, rate=rate))
    path.chmod(0o600)
    config = load_config(path, {"KEY": "canary-key"})
    return open_gateway(name, config.gateways[name], config, transport=transport, learned={})


def test_every_kind_of_the_configuration_can_be_opened(tmp_path, transport):
    """House rule 11: completeness is tested."""
    for name in KINDS:
        gateway = opened(name, tmp_path, "https://example.com/api", transport)
        assert gateway.name == name
        assert "canary" not in repr(gateway)


@pytest.mark.parametrize(
    ("vendor", "said"),
    [(VUDUMOBILE, {"vudumobile-api-key": "canary-key"}), (CLEVER, {"authorization": "Basic"})],
)
async def test_it_speaks_with_the_credentials_to_the_address(
    tmp_path, server, transport, vendor, said
):
    server.say(vendor.accepted)
    gateway = opened(vendor.name, tmp_path, server.url, transport)
    await gateway.send(Batch(1, (1,), vendor.name, (vendor.number,), "Il neige", 1))
    for name, value in said.items():
        assert server.asked[0].headers[name].startswith(value)


@pytest.mark.parametrize(
    ("rate", "in_flight"), [("20/s", 8), ("6/min", 8), ("200/s", 80), ("100000/s", 128)]
)
def test_so_many_sends_are_under_way_as_the_rate_can_use(tmp_path, transport, rate, in_flight):
    gateway = opened("vudumobile", tmp_path, "https://example.com/api", transport, rate)
    assert gateway.traits.in_flight == in_flight


async def test_the_rate_is_that_of_the_configuration(tmp_path, server, transport, clock):
    """INV-25"""
    server.always("send", Reply(body={"status": True, "msg_id": 1}))
    gateway = opened("vudumobile", tmp_path, server.url, transport, rate="2/s")
    batch = VUDUMOBILE.batch()
    for _ in range(2):
        await gateway.send(batch)
    third = start(gateway.send(batch))
    await settle(60)
    assert len(server.asked) == 2
    clock.advance(1.01)
    await third
