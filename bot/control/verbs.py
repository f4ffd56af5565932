"""What a command may ask of the daemon: one value for each verb, and what answers it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.log import logger
from bot.services.desk import Desk, NotDone
from bot.storage.errors import StoreError

LOG = logger(__name__)
LONGEST_TAKEOVER = timedelta(days=30)
Number = Annotated[str, Field(pattern=r"^\+[0-9]{7,15}$")]
Told = Mapping[str, Any]
"""JSON: `done`, `state` or `stopped`; or `error`, a sentence."""


class _Verb(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Show(_Verb):
    """Say how a number stands."""

    verb: Literal["show"] = "show"
    number: Number


class Free(_Verb):
    """Set a number free."""

    verb: Literal["free"] = "free"
    number: Number
    again: bool = False
    """Its parked texts are decided anew."""


class TakeOver(_Verb):
    """Keep rules silent for a number."""

    verb: Literal["take-over"] = "take-over"
    number: Number
    seconds: Annotated[float, Field(ge=1, le=LONGEST_TAKEOVER.total_seconds())] | None = None
    """None: as long as the configuration says."""


class Change(_Verb):
    """Do what needs no more than a number."""

    verb: Literal["hand-back", "block", "unblock", "resume"]
    number: Number


class Stopped(_Verb):
    """Say whom the network cannot reach."""

    verb: Literal["stopped"]


class Again(_Verb):
    """Have a parked text decided anew."""

    verb: Literal["again"] = "again"
    id: Annotated[int, Field(ge=1, lt=2**63)]


Verb = Show | Free | TakeOver | Change | Stopped | Again


class _AnyVerb(BaseModel):
    verb: str


_VERB = TypeAdapter(_AnyVerb)
_VERBS: TypeAdapter[Verb] = TypeAdapter(Annotated[Verb, Field(discriminator="verb")])


@dataclass(frozen=True, slots=True)
class Offer:
    """A verb that another part than the desk carries out."""

    model: type[BaseModel]
    do: Callable[[Any], Awaitable[Told]]
    """Takes a value of the model. `NotDone` and `StoreError` are told as they are."""


Offers = Mapping[str, Offer]
"""By their verbs."""
_NOTHING: Offers = {}


async def answer(desk: Desk, line: bytes, offers: Offers = _NOTHING) -> bytes:
    """Answer a line that came over the socket, whatever stands in it and whatever happens."""
    try:
        return await carry_out(desk, line, offers)
    except Exception as error:
        LOG.exception("What a command asked failed in an unexpected way", action="control.error")
        return _json({"error": f"it failed unforeseen ({type(error).__name__}); see the log"})


async def carry_out(desk: Desk, line: bytes, offers: Offers = _NOTHING) -> bytes:
    """Do what a line asks, and answer it; what nobody foresaw raises."""
    try:
        offer = offers.get(_VERB.validate_json(line).verb)
        if offer is not None:
            return _json(await offer.do(offer.model.model_validate_json(line)))
        return _json(await _do(desk, _VERBS.validate_json(line)))
    except ValidationError:
        return _json({"error": "the daemon does not know this; is it of the same version?"})
    except (NotDone, StoreError) as error:
        return _json({"error": str(error)})


async def _do(desk: Desk, asked: Verb) -> Told:
    match asked:
        case Show():
            return {"state": asdict(await desk.state(asked.number))}
        case Free():
            return {"done": await desk.free(asked.number, again=asked.again)}
        case TakeOver(seconds=seconds):
            period = None if seconds is None else timedelta(seconds=seconds)
            return {"done": await desk.take_over(asked.number, period)}
        case Change(verb=verb, number=number):
            change = {
                "hand-back": desk.hand_back,
                "block": desk.block,
                "unblock": desk.unblock,
                "resume": desk.resume,
            }
            return {"done": await change[verb](number)}
        case Stopped():
            return {"stopped": [asdict(one) for one in await desk.stopped()]}
        case Again():
            return {"done": await desk.again(asked.id)}


def _json(told: Told) -> bytes:
    return json.dumps(told, default=_written).encode()


def _written(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="seconds")
