"""Wherever VuduMobile's document leaves something open, the client does the same either way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clients import Rejected, VuduMobile
from bot.gateways.book import EXISTS, UNKNOWN
from bot.sandbox import Sandbox

ANA, BEN = "+15145550001", "+15145550002"
READINGS: dict[str, dict[str, object]] = {
    "as it is": {},
    "date_start is exclusive": {"exclusive": True},
    "the feed lists both directions": {"default_direction": "both"},
    "coarse statuses": {"detailed_statuses": False},
    "nobody is an empty list": {"unknown_contact": "empty"},
    "404 and 409": {"apt_statuses": True},
    "Tous has the id 6": {"tous_id": 6},
    "TOUS and BLOCKED": {"capital_groups": True},
    "a broadcast's texts stand inside it": {"broadcast_shape": "inside"},
    "a code needs a language": {"language_required": True},
    "codes are listed": {"verification_in_feed": True},
}


@pytest.fixture(params=READINGS.values(), ids=list(READINGS))
def read_so(request: pytest.FixtureRequest, sandbox: Sandbox) -> None:
    for setting, value in request.param.items():
        assert hasattr(sandbox.vudumobile, setting)
        setattr(sandbox.vudumobile, setting, value)


@pytest.fixture
async def vudumobile(sandbox: Sandbox, read_so: None) -> AsyncIterator[VuduMobile]:
    key = sandbox.vudumobile.api_key
    async with VuduMobile(api_key=key, url=sandbox.vudumobile_url, rate="1000/s") as vudumobile:
        yield vudumobile


async def test_texts_and_messages(sandbox: Sandbox, vudumobile: VuduMobile) -> None:
    since = datetime.now(UTC) - timedelta(hours=1)
    sandbox.text("vudumobile", ANA, "Météo")
    sent = await vudumobile.send(ANA, "Il neige")
    code = await vudumobile.send_verification(BEN, "4839", language="fr", request_id="r-1")

    texts = (await vudumobile.get_feed(since)).messages
    messages = (await vudumobile.get_feed(since, direction="mt")).messages
    assert [(one.sender, one.message) for one in texts] == [(ANA, "Météo")]
    assert (sent.msg_id, ANA) in {(one.msg_id, one.to) for one in messages}
    assert code.request_id == "r-1"


async def test_contacts_and_groups(vudumobile: VuduMobile) -> None:
    assert await vudumobile.get_contact(number=ANA) == []
    ana = await vudumobile.post_contact(number=ANA, name="Ana", language="fr")
    with pytest.raises(Rejected) as there:
        await vudumobile.post_contact(number=ANA)
    group = await vudumobile.post_group("Radio")
    await vudumobile.add_group_contact("radio", ANA)
    (found,) = await vudumobile.get_contact(id=ana.id)
    everybody = await vudumobile.get_contacts("Tous")
    await vudumobile.delete_group_contact(group.id, ana.id)
    members = await vudumobile.get_contacts(group.id)
    await vudumobile.delete_group("Radio")
    await vudumobile.delete_contact(number=ANA)
    with pytest.raises(Rejected) as gone:
        await vudumobile.delete_contact(id=ana.id)

    assert (there.value.code, gone.value.code) == (EXISTS, UNKNOWN)
    assert {one.name.casefold() for one in found.groups or ()} == {"tous", "radio"}
    assert [one.number for one in everybody.contacts] == [ANA]
    assert members.contacts == ()


async def test_broadcasts(sandbox: Sandbox, vudumobile: VuduMobile) -> None:
    await vudumobile.post_contact(number=ANA, name="Ana", language="fr")
    await vudumobile.post_group("Radio")
    await vudumobile.add_group_contact("Radio", ANA)
    made = await vudumobile.post_broadcast(
        name="Concours", from_groups=["Radio"], fr_message="Bonjour _NAME_"
    )
    before = await vudumobile.get_broadcast(made)
    await vudumobile.start_broadcast(made)
    after = await vudumobile.get_broadcast(made)
    (listed,) = await vudumobile.get_broadcasts()

    assert (before.broadcast_status, before.messages) == ("pending", None)
    assert (before.name, before.fr_message, before.from_groups) == (
        "Concours",
        "Bonjour _NAME_",
        ("Radio",),
    )
    assert [(one.contact, one.message) for one in after.messages or ()] == [(ANA, "Bonjour Ana")]
    assert (listed.id, listed.fr_message) == (made, "Bonjour _NAME_")
    assert [one.text for one in sandbox.ledger] == ["Bonjour Ana"]
