"""Requests with an `Idempotency-Key`: what was asked before is answered as it was."""

from __future__ import annotations

from datetime import datetime

from bot.console.problems import Problem
from bot.storage import requests
from bot.storage.database import Connection
from bot.storage.requests import Answered, OtherRequest, Request


async def known(connection: Connection, request: Request, now: datetime) -> Answered | None:
    """Give what it was answered; None: it is to be carried out now.

    Raises `Problem` where another request had this key.
    """
    try:
        return await requests.begin(connection, request, now)
    except OtherRequest as other:
        detail = "Idempotency-Key: another request had this key; take a new one for each"
        raise Problem(422, detail, reason="other_request") from other
