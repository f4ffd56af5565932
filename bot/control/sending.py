"""`send`, asked of the daemon: a message that an operator begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.clock import Clock
from bot.config import Config
from bot.content.templates import TEXT_LIMIT
from bot.control.verbs import Number, Offer, Told
from bot.core.ceilings import Purpose
from bot.core.consent import LONGEST_WORDING, ConsentKind
from bot.core.policy import Policy
from bot.core.sayings import Message
from bot.core.starting import Deferred, Refused
from bot.log import logger, mask
from bot.services.desk import NotDone
from bot.services.library import Library
from bot.services.spending import Spending
from bot.services.starter import Grant, Outlet, Start, Started, Starter
from bot.storage.database import Database

LOG = logger(__name__)
Short = Annotated[str, Field(max_length=200)]


class Consented(BaseModel):
    """A consent that the operator says was given."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    kind: ConsentKind
    wording: Annotated[str, Field(min_length=1, max_length=LONGEST_WORDING)]


class Send(BaseModel):
    """Begin a message, or say what would come of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    verb: Literal["send"] = "send"
    number: Number
    text: Annotated[str, Field(max_length=TEXT_LIMIT)] = ""
    template: Short = ""
    """Instead of a text."""
    cause: Annotated[str, Field(min_length=1, max_length=100)]
    gateway: Short = ""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""
    values: dict[Short, Annotated[str, Field(max_length=TEXT_LIMIT)]] = {}
    of_list: Short = ""
    not_before: AwareDatetime | None = None
    consent: Consented | None = None
    really: bool = False


def starter_of(
    config: Config,
    library: Library,
    spending: Spending,
    clock: Clock,
    *,
    policy: Policy,
    refusing: Mapping[str, Callable[[str], str]],
    languages: Mapping[str, Mapping[str, str]] | None = None,
    observing: bool = False,
) -> Starter:
    """Make what begins messages; `refusing`: what the gateways that are on cannot take."""
    sections = config.gateways
    return Starter(
        library,
        {
            name: Outlet(str(getattr(sections[name], "our_number", "")), refuses)
            for name, refuses in refusing.items()
        },
        policy,
        clock,
        life=config.replies.life,
        ceiling=lambda: spending.verdict(Purpose.STARTED),
        languages=languages,
        observing=observing,
    )


def send_offer(database: Database, library: Library, starter: Starter) -> Offer:
    """Offer it. What is written down is found by the sender, which looks every second."""

    async def do(asked: Send) -> Told:
        start = _start(asked, library)
        if not asked.really:
            async with database.read() as connection:
                (one,) = await starter.weigh(connection, [start])
            return {"sent": _told(one)}
        async with database.write() as connection:
            (one,) = await starter.start(connection, [start])
        if not one.refused:
            LOG.info(
                "An operator began a message",
                action="start.queued",
                number=mask(asked.number),
                gateway=one.gateway,
                segments=one.cost.count,
                waits=isinstance(one.verdict, Deferred),
            )
        return {"sent": _told(one)}

    return Offer(Send, do)


def _start(asked: Send, library: Library) -> Start:
    """Read what is asked. Raises `NotDone` for a list or template that there is not."""
    if asked.of_list and asked.of_list not in library.rulebook.lists:
        raise NotDone(
            f"there is no list {asked.of_list!r}; `textobot lists` shows those there are"
        )
    if asked.template and asked.template not in library.templates.names:
        raise NotDone(f"there is no template {asked.template!r}")
    told = asked.consent
    return Start(
        number=asked.number,
        message=Message(template=asked.template) if asked.template else Message({"": asked.text}),
        cause=asked.cause,
        gateway=asked.gateway,
        language=asked.language,
        values=asked.values,
        of_list=asked.of_list,
        not_before=asked.not_before,
        grant=Grant(told.kind, told.wording) if told else None,
        rule=asked.template or "operator",
    )


def _told(one: Started) -> dict[str, Any]:
    verdict, cost = one.verdict, one.cost
    if isinstance(verdict, Refused):
        return {"refused": verdict.why.value, "because": verdict.because}
    return {
        "gateway": one.gateway,
        "language": one.language,
        "text": one.text,
        "segments": cost.count,
        "encoding": cost.encoding,
        "dear": list(cost.dear),
        "basis": verdict.basis,
        "leaves_at": one.leaves_at,
        "because": verdict.because if isinstance(verdict, Deferred) else "",
    }
