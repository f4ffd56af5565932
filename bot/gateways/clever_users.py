"""Clever's users, as it shows them: chapters 3.2 to 3.4."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr, field_validator, model_validator

from bot.gateways.clever_account import Account
from bot.gateways.clever_types import Said, Words

_OWN = {"id", "username", "password"}
"""What is said of a user and not of its account."""


class User(Said):
    """Somebody who may use the vendor's application; read nested or flat."""

    id: Words = ""
    username: Words = ""
    password: SecretStr = SecretStr("")
    """It is echoed when a user is made; we never show it."""
    account: Account = Account()

    @model_validator(mode="before")
    @classmethod
    def _nested(cls, said: object) -> object:
        if not isinstance(said, Mapping) or "account" in said:
            return said
        own = {name: said[name] for name in said if name in _OWN}
        return {**own, "account": {name: said[name] for name in said if name not in _OWN}}

    @field_validator("password", mode="before")
    @classmethod
    def _hidden(cls, value: object) -> object:
        return value if isinstance(value, str | SecretStr) else ""
