"""What a method of a client is given is checked before a byte leaves.

`checked` reads the parameters of a method by the types that it declares. What is wrong is
`Rejected` with the code `LIMIT`: nothing was sent, and the words say what to change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from inspect import signature
from typing import Annotated, ParamSpec, TypeVar, get_args, get_type_hints

from pydantic import AfterValidator, ConfigDict, ValidationError, validate_call

from bot.core import mails
from bot.gateways.base import Rejected
from bot.validation import Wrong

P = ParamSpec("P")
T = TypeVar("T")
LIMIT = "limit"
"""The code of `Rejected` where a limit was not kept, and so nothing was sent."""


def checked(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Check what the method is given, by its annotations. Raises `Rejected` with `LIMIT`."""
    known = signature(method)
    rest, options = _options_of(method)
    reading: Callable[..., Awaitable[T]] = validate_call(
        config=ConfigDict(arbitrary_types_allowed=True)
    )(method)

    @wraps(method)
    async def asked(*given: P.args, **named: P.kwargs) -> T:
        # What is misspelled is a `TypeError`, as anywhere; and what is wrong has a name.
        bound = known.bind(*given, **named).arguments
        more = bound.pop(rest, {})
        for name in more.keys() - options:
            raise TypeError(f"{method.__name__}() has no parameter {name!r}")
        try:
            return await reading(**bound, **more)
        except ValidationError as error:
            raise Rejected(_told(error), code=LIMIT) from None

    return asked


def _options_of(method: Callable[..., object]) -> tuple[str, frozenset[str]]:
    """Name the parameter that takes a typed mapping of options, and those; nothing where none."""
    for one in signature(method).parameters.values():
        if one.kind is one.VAR_KEYWORD:
            (mapping,) = get_args(get_type_hints(method)[one.name])
            return one.name, frozenset(mapping.__annotations__)
    return "", frozenset()


def unfit(what: str, remedy: str) -> Rejected:
    """Say that parameters do not go together; nothing was sent."""
    return Rejected(f"{what}; {remedy}", code=LIMIT)


def _told(error: ValidationError) -> str:
    """Say what is wrong with which parameter. No value is quoted: it may be anybody's."""
    told = []
    for one in error.errors(include_url=False, include_input=False):
        name = next((str(step) for step in one["loc"] if isinstance(step, str)), "this")
        cause = one.get("ctx", {}).get("error")
        what = str(cause) if isinstance(cause, Wrong) else one["msg"][:1].lower() + one["msg"][1:]
        told.append(f"{name}: {what}")
    return "; ".join(dict.fromkeys(told))


def _address(written: str) -> str:
    if why := mails.refuses_address(written):
        raise Wrong(why, "write it like ana@example.com")
    return written


def _line(written: str) -> str:
    """Take what has nothing in it that could end a line, or hide in one."""
    if not written.isprintable():
        raise Wrong("it has a line break or a control sign", "write it in one line")
    return written


def _visible(written: str) -> str:
    if not written.strip():
        raise Wrong("it is empty", "write something, or leave it out")
    return written


Address = Annotated[str, AfterValidator(_address)]
"""One plain e-mail address."""
MaybeAddress = Annotated[str, AfterValidator(lambda one: _address(one) if one else "")]
"""The same, or empty: none any more."""
Line = Annotated[str, AfterValidator(_line)]
"""A text of one line, which may be empty."""
Name = Annotated[str, AfterValidator(_line), AfterValidator(_visible)]
"""A text of one line with something in it."""
Visible = Annotated[str, AfterValidator(_visible)]
"""A text with something in it."""
