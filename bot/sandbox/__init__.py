"""Both vendors' HTTP APIs, played from their documents, with faults, a clock and phones.

It imports nothing of the daemon, so that a misreading of a document is not made twice.
"""

from bot.sandbox.app import Sandbox
from bot.sandbox.clever_book import CleverContact
from bot.sandbox.clock import Clock
from bot.sandbox.fault_table import FAULTS
from bot.sandbox.mails import Mail
from bot.sandbox.phones import Accepted, Bubble, Phone
from bot.sandbox.shop import Shop
from bot.sandbox.vudumobile_book import Contact, Group

__all__ = [
    "FAULTS",
    "Accepted",
    "Bubble",
    "CleverContact",
    "Clock",
    "Contact",
    "Group",
    "Mail",
    "Phone",
    "Sandbox",
    "Shop",
]
