"""All functions of the two vendors' documents, and what each of them must have here.

A row is one function: the heading of its section, where it is asked, the client's method, the
command. Whoever finds a function that has no row adds one, and `test_completeness` says what it
lacks.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from bot.clients import Clever, VuduMobile
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


async def _clever_plays(sandbox: Sandbox, function: Function) -> bool:
    """Under an address that it does not know, the sandbox notes the address as the operation."""
    verb, _, address = function.address.partition(" ")
    path = re.sub("{.*?}", "1", address)
    login = b64encode(f"{sandbox.clever.login}:{sandbox.clever.password}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    async with aiohttp.request(verb, f"{sandbox.clever_url}/{path}", headers=headers) as answer:
        operation = sandbox.requests[-1].operation.removeprefix("/")
        return operation != path or answer.status not in {404, 405}


CLEVER = Vendor(
    name="clever",
    client=Clever,
    functions=(
        Function("Obtenir les informations du profil", "GET account/me", "account", "account"),
        Function("Créer un utilisateur (à venir)", "POST users", "create_user", "create-user"),
        Function("Modifier un utilisateur", "PUT users/{id_user}", "modify_user", "modify-user"),
        Function("Rechercher un utilisateur", "GET users/{id_user}", "find_user", "find-user"),
        Function("Créer un contact", "POST contacts", "create_contact", "create-contact"),
        Function(
            "Modifier un contact",
            "PUT contacts/{id_contact}",
            "modify_contact",
            "modify-contact",
        ),
        Function(
            "Rechercher un contact", "GET contacts/{id_contact}", "find_contact", "find-contact"
        ),
        Function(
            "Supprimer un contact",
            "DELETE contacts/{id_contact}",
            "delete_contact",
            "delete-contact",
        ),
        Function("Lister tous les contacts", "GET contactlists", "list_contacts", "list-contacts"),
        Function(
            "Lister les contacts d'un utilisateur (Manager uniquement)",
            "GET contactlists/{login}",
            "list_user_contacts",
            "list-user-contacts",
        ),
        Function("Effectuer une campagne de messages (Push)", "POST pushs", "push", "push"),
        Function(
            "Effectuer une campagne de mails (Push)", "POST pushsmails", "push_mails", "push-mails"
        ),
        Function(
            "Effectuer une campagne de messages avec critères (Push)",
            "POST pushscriterias",
            "push_by_criteria",
            "push-by-criteria",
        ),
        Function(
            "Effectuer une campagne de mails avec critères (Push)",
            "POST pushsmailcriterias",
            "push_mails_by_criteria",
            "push-mails-by-criteria",
        ),
        Function(
            "Effectuer une campagne de messages à tous les contacts (Push)",
            "POST pushsbroadcasts",
            "push_to_all",
            "push-to-all",
        ),
        Function(
            "Effectuer une campagne de mails à tous les contacts (Push)",
            "POST pushsmailbroadcasts",
            "push_mails_to_all",
            "push-mails-to-all",
        ),
        Function(
            "Supprimer une campagne de messages différée (Push)",
            "DELETE pushs/{referencePush}",
            "delete_push",
            "delete-push",
        ),
        Function(
            "Supprimer une campagne de mails différée (Push)",
            "DELETE pushsmails/{referencePush}",
            "delete_mail_push",
            "delete-mail-push",
        ),
        Function(
            "Obtenir les informations d'une campagne de messages (Push)",
            "GET pushs/{referencePush}",
            "find_push",
            "find-push",
        ),
        Function(
            "Obtenir les informations d'une campagne mails (Push)",
            "GET pushsmails/{referencePush}",
            "find_mail_push",
            "find-mail-push",
        ),
        Function(
            "Obtenir les acquittements d'une campagne de messages (Push)",
            "GET pushs/{referencePush}/deliveries",
            "deliveries",
            "deliveries",
        ),
        Function(
            "Obtenir les acquittements d'une campagne mails (Push)",
            "GET pushmails/{referencePush}/deliveries",
            "mail_deliveries",
            "mail-deliveries",
        ),
        Function(
            "Obtenir les MO's d'une campagne de messages (Push)",
            "GET pushs/{referencePush}/mos",
            "mos",
            "mos",
        ),
        Function(
            "Lister les champs additionnels (à venir)", "GET fieldlist", "field_list", "field-list"
        ),
        Function(
            "Lister les messages prédéfinis (à venir)",
            "GET predefinedmessage",
            "predefined_messages",
            "predefined-messages",
        ),
    ),
    plays=_clever_plays,
    more_commands=frozenset({"add-contacts", "export-contacts", "follow"}),
)
VENDORS = (VUDUMOBILE, CLEVER)
