"""Contacts, groups and a broadcast that the tests of VuduMobile's broadcasts share."""

from typing import Any

from tests.sandbox.conftest import Client

ANNE, BOB, CHLOE = "15145550001", "15145550002", "15145550003"
NEXT_DAY = "2026-06-02 12:00:00"
TEST = {"name": "Test", "fr_message": "Bonjour", "en_message": "Hello", "from_groups": "Marketing"}


def fill_book(client: Client) -> None:
    """Two in Marketing who read different languages, and one in Tous alone."""
    book = client.sandbox.vudumobile_book
    book.add_group("Marketing")
    book.add(ANNE, name="Anne", description="Dev", email="anne@some.com", groups=["Marketing"])
    book.add(BOB, name="Bob", language="en", groups=["Marketing"])
    book.add(CHLOE, name="Chloé")


def received(client: Client, number: str) -> list[str]:
    return [one.text for one in client.sandbox.phone("vudumobile", number).received]


def everything(client: Client) -> list[list[str]]:
    return [received(client, number) for number in (ANNE, BOB, CHLOE)]


async def shown(client: Client, broadcast: str = "26") -> dict[str, Any]:
    _, answer = await client.ask("get_broadcast", broadcast=broadcast)
    found: dict[str, Any] = answer
    return found
