"""What all commands that ask a vendor do: open the account, ask, show, and end with a sentence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from bot import log
from bot.clients import LIMIT, Clever, GatewayError, Unconfirmed, Unreachable, VuduMobile
from bot.clients.account import Account
from bot.clock import clock_of_environment
from bot.config import CleverSection, Config, GatewaySection, VuduMobileSection, load_config
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, Misused, faults, refuse, show, table
from bot.validation import Wrong
from bot.vendors.asked import Asked
from bot.vendors.remedies import Function, told
from bot.yamlfile import Faults

A = TypeVar("A", bound=Account)
T = TypeVar("T")
Opened = Callable[[Config, str], A]
"""Gives the client of an account, by its name. Raises `Wrong`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a vendor said, for programs and for people."""

    said: object = field(default_factory=lambda: {"status": True})
    """Models, or lists of them, or what JSON knows; None: all was written already."""
    sentence: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    """A table, above the sentence."""
    trouble: str = ""
    """What went wrong all the same, on standard error; the command then ends with `FAILED`."""
    failed: bool = False
    """Not all of it was done."""


class NotDone(Exception):
    """Whoever typed the command did not want it after all; the text says what was left."""


def carry_out(
    asked: Asked,
    opened: Opened[A],
    function: Function,
    act: Callable[[A], Awaitable[Told]],
) -> int:
    """Ask, and show what came of it; what is wrong is a sentence and an exit code."""

    async def asking(account: A) -> Told:
        async with account:
            return await act(account)

    def asked_of_vendor(config: Config) -> Told:
        return asyncio.run(asking(opened(config, asked.gateway)))

    return ending(asked, function, asked_of_vendor)


def ending(asked: Asked, function: Function, act: Callable[[Config], Told]) -> int:
    """Act, and show what came of it; what is wrong is a sentence and an exit code."""
    log.mute()  # the command tells all itself
    try:
        answered = act(load_config(asked.config_path))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Misused, Wrong) as wrong:
        refuse(str(wrong))
        return WRONG
    except NotDone as left:
        show(str(left))
        return DONE
    except GatewayError as error:
        refuse(told(error, function))
        return WRONG if error.code == LIMIT else FAILED
    except StoreError as error:
        refuse(str(error))
        return FAILED
    _show(answered, as_json=asked.as_json)
    if answered.trouble:
        refuse(answered.trouble)
    return FAILED if answered.failed or answered.trouble else DONE


async def beforehand(reading: Awaitable[T]) -> T:
    """Read what is to be known before anything is done: whatever fails here left nothing."""
    try:
        return await reading
    except Unconfirmed as error:
        raise Unreachable(error.reason, retry_after=error.retry_after, code=error.code) from None


def expect_yes(asked: Asked, question: str) -> None:
    """Ask before something costs money, or is lost. Raises `NotDone`, `Misused`."""
    if not asked.sure(question):
        raise NotDone("Nothing was done.")


def jsonable(said: object) -> Any:  # noqa: ANN401 - JSON
    """Give models as JSON, under the vendor's own names."""
    if isinstance(said, BaseModel):
        return said.model_dump(mode="json", by_alias=True)
    if isinstance(said, list | tuple):
        return [jsonable(one) for one in said]
    return said


def _show(answered: Told, *, as_json: bool) -> None:
    if as_json and answered.said is not None:
        print(json.dumps(jsonable(answered.said), ensure_ascii=True))  # noqa: T201 - the output
    if as_json:
        return
    if answered.rows:
        table(answered.heads, answered.rows)
    if answered.sentence:
        show(answered.sentence)


# --- accounts ------------------------------------------------------------------------------------


def chosen(config: Config, kind: str, named: str) -> tuple[str, GatewaySection]:
    """Find the account of a kind that is meant. Raises `Wrong`."""
    known = {name: one for name, one in config.gateways.items() if one.kind == kind and one.on}
    if named:
        if named not in known:
            remedy = f"write one of {', '.join(known)}" if known else _empty(kind)
            raise Wrong(f"{named!r} is no {kind} account with credentials", remedy)
        return named, known[named]
    if len(known) != 1:
        what = f"there are {len(known)} {kind} accounts" if known else f"no {kind} account is on"
        remedy = f"name one: --gateway {' or '.join(known)}" if known else _empty(kind)
        raise Wrong(what, remedy)
    return next(iter(known.items()))


def _empty(kind: str) -> str:
    """Say what to do where an account has no credentials."""
    return CREDENTIALS[kind]


CREDENTIALS = {
    "vudumobile": "put its key into the environment (VUDUMOBILE_API_KEY), or `api_key` of the "
    "account in the configuration",
    "clever": "put CLEVER_LOGIN and CLEVER_PASSWORD into the environment, or `login` and "
    "`password` of the account in the configuration",
}


def vudumobile(config: Config, named: str) -> VuduMobile:
    """Give VuduMobile's client. Raises `Wrong`."""
    _, section = chosen(config, "vudumobile", named)
    assert isinstance(section, VuduMobileSection)
    return VuduMobile(
        api_key=section.api_key.get_secret_value(),
        url=section.url,
        rate=section.rate,
        clock=clock_of_environment(),
    )


def clever(config: Config, named: str) -> Clever:
    """Give Clever's client. Raises `Wrong`."""
    _, section = chosen(config, "clever", named)
    assert isinstance(section, CleverSection)
    return Clever(
        login=section.login.get_secret_value(),
        password=section.password.get_secret_value(),
        url=section.url,
        rate=section.rate,
        pace=section.pace.total_seconds(),
        zone=section.timezone,
        clock=clock_of_environment(),
    )
