"""What stands for a number where the number itself must not."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

Pseudonymous = Callable[[str], str]
"""Gives the pseudonym of a number, by the installation's key."""
MARK = "#"


def pseudonyms(secret: bytes) -> Pseudonymous:
    """Give what makes pseudonyms by the installation's key.

    `#` and 32 hexadecimal digits, the same for a number each time. Without the key nobody can
    try all the numbers that there are; what is a pseudonym already stays as it is.
    """
    key = hmac.new(secret, b"textobot number", hashlib.sha256).digest()

    def pseudonym(number: str) -> str:
        if is_pseudonym(number):
            return number
        return MARK + hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:32]

    return pseudonym


def is_pseudonym(number: str) -> bool:
    """Tell whether this stands for a number that is not known."""
    return number.startswith(MARK)
