"""What Clever says, as values. Contacts and campaigns are those that the daemon reads, too.

`model_dump(mode="json", by_alias=True)` has the vendor's own names.
"""

from __future__ import annotations

from bot.gateways.clever_account import Account, Company
from bot.gateways.clever_contacts import AllContacts, Contact
from bot.gateways.clever_pushes import (
    Deliveries,
    Delivery,
    MailDeliveries,
    MailDelivery,
    MailPush,
    Mo,
    Mos,
    Push,
)
from bot.gateways.clever_users import User

__all__ = [
    "Account",
    "AllContacts",
    "Company",
    "Contact",
    "Deliveries",
    "Delivery",
    "MailDeliveries",
    "MailDelivery",
    "MailPush",
    "Mo",
    "Mos",
    "Push",
    "User",
]
