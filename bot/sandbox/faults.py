"""The faults that are switched on, and the dice that decide when one fires."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from random import Random

from bot.sandbox.fault_table import BOTH, FAULTS, Kind, Option
from bot.sandbox.phones import e164

OPERATIONS = {
    "vudumobile": (
        *("get_feed", "send", "send_verification", "send_email"),
        *("get_contacts", "get_contact", "post_contact", "delete_contact"),
        *("get_groups", "post_group", "delete_group"),
        *("add_group_contact", "delete_group_contact", "import_contacts"),
        *("get_broadcasts", "get_broadcast", "post_broadcast", "delete_broadcast"),
        *("start_broadcast", "test_broadcast"),
    ),
    "clever": (
        *("account", "pushs", "push", "mos", "deliveries"),
        *("pushsmails", "pushsmail", "mail_deliveries"),
        *("contacts", "contact", "put_contact", "delete_contact"),
        *("contactlists", "contactlist", "users", "user", "put_user"),
        *("pushscriterias", "pushsbroadcasts", "pushsmailcriterias", "pushsmailbroadcasts"),
        *("delete_push", "delete_pushsmail", "fieldlist", "predefinedmessage"),
    ),
}
ALIASES = {"clever": {"send": "pushs", "get_feed": "mos", "send_email": "pushsmails"}}
"""So that one test can break both gateways in the same words."""


@dataclass(slots=True)
class Fault:
    """A fault switched on. `times` is what is left of it; None: until it is mended."""

    id: int
    kind: Kind
    gateway: str
    operation: str | None
    times: int | None
    probability: float
    number: str | None
    options: dict[str, Option]
    fired: int = 0

    def seconds(self) -> float:
        """The option of that name."""
        return float(self.options["seconds"])

    def concerns(self, operation: str, numbers: Collection[str]) -> bool:
        """Whether it is meant for this operation, touching these numbers."""
        if self.operation is not None and self.operation != operation:
            return False
        if self.kind.operations and operation not in self.kind.operations:
            return False
        return self.number is None or self.number in numbers


@dataclass(slots=True)
class Faults:
    """All that are on, in the order they were switched on; `fired` counts by name, for ever."""

    random: Random
    active: list[Fault] = field(default_factory=list)
    fired: Counter[str] = field(default_factory=Counter)
    tell: Callable[[], None] = field(default=lambda: None)
    """Called when one that happens a number of times has happened."""
    _last_id: int = 0

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.active)

    def add(
        self,
        gateway: str,
        name: str,
        *,
        operation: str | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        number: str | None = None,
        **options: Option,
    ) -> Fault:
        """Switch one on. ValueError says what is wrong with the order."""
        kind = FAULTS.get(name)
        if kind is None:
            raise ValueError(f"There is no fault {name!r}; GET /control/faults lists them.")
        if gateway not in kind.gateways:
            raise ValueError(f"{name} happens at {' and '.join(kind.gateways)}, not {gateway!r}.")
        if not 0.0 <= probability <= 1.0 or (times is not None and times < 1):
            raise ValueError("A probability is 0 to 1, and a fault happens once at least.")
        self._last_id += 1
        fault = Fault(
            self._last_id,
            kind,
            gateway,
            _operation(gateway, kind, operation),
            times,
            probability,
            e164(number) if number else None,
            _options(kind, options),
        )
        self.active.append(fault)
        return fault

    def draw(
        self, stage: str, gateway: str, operation: str, numbers: Collection[str] = ()
    ) -> list[Fault]:
        """Those that fire now; each is used up by one."""
        if not self.active:
            return []
        return [
            fault
            for fault in tuple(self.active)
            if fault.kind.stage == stage
            and fault.gateway == gateway
            and fault.concerns(operation, numbers)
            and self._fires(fault)
        ]

    def first(
        self, stage: str, gateway: str, operation: str, numbers: Collection[str] = ()
    ) -> Fault | None:
        """The first that fires; those behind it wait for their turn."""
        for fault in tuple(self.active):
            if (
                fault.kind.stage == stage
                and fault.gateway == gateway
                and fault.concerns(operation, numbers)
                and self._fires(fault)
            ):
                return fault
        return None

    def mend(self, fault_id: int | None = None) -> int:
        """Switch one off, or all; how many there were."""
        before = len(self.active)
        self.active[:] = [f for f in self.active if fault_id is not None and f.id != fault_id]
        return before - len(self.active)

    def _fires(self, fault: Fault) -> bool:
        if fault.probability < 1.0 and self.random.random() >= fault.probability:
            return False
        fault.fired += 1
        self.fired[fault.kind.name] += 1
        if fault.times is not None:
            fault.times -= 1
            if not fault.times:
                self.active.remove(fault)
            self.tell()
        return True


def _operation(gateway: str, kind: Kind, operation: str | None) -> str | None:
    """The operation under its own name, if the fault can happen there."""
    if operation is None:
        return None
    operation = ALIASES.get(gateway, {}).get(operation, operation)
    known = [
        name
        for name in (*OPERATIONS[gateway], "text")
        if (name in kind.operations if kind.operations else name != "text")
    ]
    if operation not in known:
        raise ValueError(f"{kind.name} happens at {known} of {gateway}, not at {operation!r}.")
    return operation


def _options(kind: Kind, given: dict[str, Option]) -> dict[str, Option]:
    """The kind's options with what was given, each in the type of its default."""
    unknown = set(given) - set(kind.options)
    if unknown:
        raise ValueError(f"{kind.name} has the options {sorted(kind.options)}, not {unknown}.")
    return {
        name: type(default)(given.get(name, default)) for name, default in kind.options.items()
    }


def gateways(name: str) -> tuple[str, ...]:
    """Which gateways a word means: one of them, or "both"."""
    if name == "both":
        return BOTH
    if name not in BOTH:
        raise ValueError(f'There is no gateway {name!r}; there are {BOTH} and "both".')
    return (name,)
