"""What people texted beside what their phones got: the comparison that every run ends with.

It knows the sandbox's phones and ledger, and rows of the store for the reasons; of the daemon it
knows nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bot.sandbox import Sandbox

Peer = tuple[str, str]
"""Gateway and number."""


@dataclass(frozen=True, slots=True)
class Row:
    """A message of the outbox as the store has it; `verdict` is what JSON it holds."""

    gateway: str
    number: str
    text: str
    status: str
    verdict: Mapping[str, Any] | None = None
    error: str = ""
    id: int = 0

    @property
    def peer(self) -> Peer:
        """Whose phone it was meant for."""
        return self.gateway, self.number

    def explains(self) -> bool:
        """Whether it says `abandoned`, what was found out, and why that was not enough."""
        return self.status == "abandoned" and bool(self.verdict) and _reasoned(self.verdict)


@dataclass(slots=True)
class Report:
    """What was found; sentences, empty where all is well. `abandoned` counts explained gaps."""

    doubled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    abandoned: int = 0
    replies: int = 0

    @property
    def complaints(self) -> list[str]:
        """All of them."""
        return [*self.doubled, *self.lost, *self.disordered]


def compare(
    expected: Mapping[Peer, Sequence[str]],
    received: Mapping[Peer, Sequence[str]],
    accepted: Iterable[tuple[Peer, str]],
    rows: Sequence[Row],
    *,
    evidence: bool = True,
) -> Report:
    """Judge phones (`received`) and ledger (`accepted`) by what the rules had to answer.

    Without `evidence` a reply may be missing if its row says `abandoned` and why.
    """
    report = Report(replies=sum(map(len, received.values())))
    taken = Counter(accepted)
    for peer in sorted({*expected, *received, *(peer for peer, _ in taken)}):
        wanted, got = list(expected.get(peer, ())), list(received.get(peer, ()))
        in_ledger = Counter({text: n for (whose, text), n in taken.items() if whose == peer})
        report.doubled += _surplus(peer, Counter(wanted), Counter(got), "on the phone", rows)
        report.doubled += _surplus(peer, Counter(wanted), in_ledger, "in the ledger", rows)
        missing = Counter(wanted) - Counter(got)
        for text, count in missing.items():
            explained = sum(row.explains() for row in _rows_of(rows, peer, text))
            report.abandoned += min(explained, count)
            if not evidence and explained >= count:
                continue
            report.lost.append(f"{peer}: {text!r} missing {count}×; {_fates(rows, peer, text)}")
        if not _in_order(wanted, got):
            report.disordered.append(f"{peer}: wanted {wanted}, got {got}")
    return report


def judge(
    sandbox: Sandbox,
    expected: Mapping[Peer, Sequence[str]],
    rows: Sequence[Row],
    *,
    evidence: bool = True,
) -> Report:
    """`compare` with what the sandbox's phones and ledger say."""
    received = {
        (phone.gateway, phone.number): replies(sandbox, phone.gateway, phone.number)
        for phone in tuple(sandbox.world.phones)
    }
    accepted = [((line.gateway, line.number), line.text) for line in sandbox.ledger]
    return compare(expected, received, accepted, rows, evidence=evidence)


def replies(sandbox: Sandbox, gateway: str, number: str) -> list[str]:
    """What the daemon's requests brought to a phone, in order."""
    phone = sandbox.phone(gateway, number)
    return [bubble.text for bubble in phone.received if bubble.origin == "api"]


def _surplus(
    peer: Peer, wanted: Counter[str], got: Counter[str], where: str, rows: Sequence[Row]
) -> list[str]:
    return [
        f"{peer}: {text!r} {count}× too often {where}; {_fates(rows, peer, text)}"
        for text, count in (got - wanted).items()
    ]


def _rows_of(rows: Sequence[Row], peer: Peer, text: str) -> list[Row]:
    return [row for row in rows if row.peer == peer and row.text == text]


def _fates(rows: Sequence[Row], peer: Peer, text: str) -> str:
    found = [
        f"row {row.id} {row.status} verdict={row.verdict} error={row.error!r}"
        for row in _rows_of(rows, peer, text)
    ]
    return "; ".join(found) or "no row in the outbox"


def _in_order(wanted: Sequence[str], got: Sequence[str]) -> bool:
    """Whether what came, came in the order of what was asked (gaps and repetitions aside)."""
    places = {text: place for place, text in reversed(list(enumerate(wanted)))}
    if len(places) < len(wanted):  # equal texts: any of them may be the one that is missing
        return True
    came = [places[text] for text in got if text in places]
    return all(one <= other for one, other in pairwise(came))


def _reasoned(verdict: Mapping[str, Any] | None) -> bool:
    return any(isinstance(value, str) and value for value in (verdict or {}).values())
