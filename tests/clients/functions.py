"""All functions of the two vendors' documents, and what each of them must have here.

A row is one function: the heading of its section, where it is asked, the client's method, the
command. Whoever finds a function that has no row adds one, and `test_completeness` says what it
lacks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.clients import VuduMobile
from bot.sandbox import Sandbox


@dataclass(frozen=True)
class Function:
    section: str
    """As the vendor's document has it; the method's docstring names it."""
    address: str
    """`get_feed`, or with its verb, `GET pushs/{reference}/mos`."""
    method: str
    command: str


@dataclass(frozen=True)
class Vendor:
    name: str
    """Of the group of commands, and of the client in the examples of docs/clients.md."""
    client: type
    functions: tuple[Function, ...]
    plays: Callable[[Sandbox, Function], Awaitable[bool]]
    """Says whether the sandbox knows a function's address."""
    more_commands: frozenset[str]
    """Commands that are ours, and no function of the vendor."""


def _vudumobile(section: str, address: str) -> Function:
    return Function(section, address, method=address, command=address.replace("_", "-"))


async def _vudumobile_plays(sandbox: Sandbox, function: Function) -> bool:
    url = f"{sandbox.vudumobile_url}/{function.address}"
    key = {"VUDUMOBILE-API-KEY": sandbox.vudumobile.api_key}
    async with aiohttp.request("POST", url, headers=key) as answer:
        return "API method not found" not in await answer.text()


VUDUMOBILE = Vendor(
    name="vudumobile",
    client=VuduMobile,
    functions=(
        _vudumobile("API pour réception de nouveaux messages", "get_feed"),
        _vudumobile("API pour l'envoi d'un message SMS", "send"),
        _vudumobile("API pour l'envoi d'un message courriel", "send_email"),
        _vudumobile("API pour réception des contacts d'un groupe", "get_contacts"),
        _vudumobile("API pour recherche d'un contact", "get_contact"),
        _vudumobile("API pour ajout d'un contact", "post_contact"),
        _vudumobile("API pour la modification d'un contact", "post_contact"),
        _vudumobile("API pour suppression d'un contact", "delete_contact"),
        _vudumobile("API pour l'importation d'une liste contact (.CSV)", "import_contacts"),
        _vudumobile("API pour réception de la liste des groupes", "get_groups"),
        _vudumobile("API pour l'ajout ou modification d'un groupe", "post_group"),
        _vudumobile("API pour l'ajout d'un groupe à un contact", "add_group_contact"),
        _vudumobile("API pour la suppression d'un groupe à un contact", "delete_group_contact"),
        _vudumobile("API pour suppression d'un groupe", "delete_group"),
        _vudumobile("API pour réception de la liste des envois massifs", "get_broadcasts"),
        _vudumobile("API pour réception d'un envoi massif", "get_broadcast"),
        _vudumobile("API pour suppression d'un envoi massif", "delete_broadcast"),
        _vudumobile("API pour le démarrage d'un envoi massif", "start_broadcast"),
        _vudumobile("API pour l'ajout d'un envoi massif", "post_broadcast"),
        _vudumobile("API pour la modification d'un envoi massif", "post_broadcast"),
        _vudumobile("API pour tester un envoi massif", "test_broadcast"),
        _vudumobile("API pour l'envoi d'un code de vérification", "send_verification"),
    ),
    plays=_vudumobile_plays,
    more_commands=frozenset({"export-contacts", "add-contacts"}),
)
VENDORS = (VUDUMOBILE,)
"""Clever's is added beside it."""
