"""Which numbers may be a person's phone: no premium rates, no satellites, nothing made up."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumberType

_KINDS = frozenset(
    {
        *(PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE),
        *(PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP),
        PhoneNumberType.PERSONAL_NUMBER,
    }
)


@lru_cache(maxsize=4096)
def is_callable(number: str) -> bool:
    """Tell whether a number (E.164) may be a person's phone, mobile or not."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _KINDS
