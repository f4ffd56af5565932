"""VuduMobile's broadcasts over its API.

`get_broadcasts`, `get_broadcast`, `post_broadcast`, `delete_broadcast`, `start_broadcast` and
`test_broadcast`. All numbers are words, as in the samples.
"""

from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta

from bot.sandbox.phones import Bubble
from bot.sandbox.segments import MAXIMUM, measure
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import error
from bot.sandbox.vudumobile_launches import Broadcast, Launches, NoRecipientsError, Plan, Texts
from bot.sandbox.vudumobile_line import NAME, Line
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World, clean

TIME = "%Y-%m-%d %H:%M:%S"
NO_ID = "broadcast identifier parameter is missing"
NOT_FOUND = "broadcast not found"
INVALID = "Invalid broadcast information"
BEGUN = {"in_progress", "completed"}
TEXTS = [field.name for field in fields(Texts)]
DONE: dict[str, object] = {"status": True}
Shown = dict[str, object]


class VuduMobileBroadcasts:
    """Answers for the broadcasts."""

    def __init__(
        self, world: World, account: VuduMobileAccount, launches: Launches, line: Line
    ) -> None:
        self._world = world
        self._account = account
        self._launches = launches
        self._line = line
        self.operations: dict[str, Callable[[Call], Answer]] = {
            "get_broadcasts": self._get_broadcasts,
            "get_broadcast": lambda call: self._with(call, self._get_broadcast),
            "post_broadcast": self._post_broadcast,
            "delete_broadcast": lambda call: self._with(call, self._delete_broadcast),
            "start_broadcast": lambda call: self._with(call, self._start_broadcast),
            "test_broadcast": self._test_broadcast,
        }

    def concerns(self, broadcast_id: str) -> tuple[str, ...]:
        """The phones that starting one is about, for the faults of one number."""
        try:
            contacts = self._launches.recipients(self._launches.find(broadcast_id))
        except LookupError:
            return ()
        return tuple(contact.number for contact in contacts if contact.number)

    def _with(self, call: Call, then: Callable[[Call, Broadcast], Answer]) -> Answer:
        """The broadcast that is meant; who asks without naming any is told the same everywhere."""
        if not _said(call, "broadcast"):
            return error(400, NO_ID)
        try:
            broadcast = self._launches.find(_said(call, "broadcast"))
        except LookupError:
            return self._unknown(NOT_FOUND)
        return then(call, broadcast)

    def _get_broadcasts(self, _call: Call) -> Answer:
        """Here the id stands in it, and a text of no language."""
        rows = [self._listed(broadcast) for broadcast in self._launches.all]
        for fault in self._world.faults.draw("rows", NAME, "get_broadcasts"):
            match fault.kind.name:
                case "rows_lost":
                    rows = []
                case "rows_shuffled":
                    self._world.dice.shuffle(rows)
        return json_answer(200, DONE | {"broadcasts": rows})

    def _get_broadcast(self, _call: Call, broadcast: Broadcast) -> Answer:
        head = self._head(broadcast) | {"from_groups": self._launches.groups(broadcast)}
        rest = {"list": self._list(broadcast)} | _texts(broadcast)
        if self._account.broadcast_shape == "inside":
            return json_answer(200, DONE | {"broadcast": head | rest})
        return json_answer(200, DONE | {"broadcast": head} | rest)

    def _post_broadcast(self, call: Call) -> Answer:
        """Add, or, with an id, modify what is sent."""
        if _said(call, "broadcast"):
            return self._with(call, self._modify)
        try:
            wish = self._wish(call, None)
        except (ValueError, LookupError):
            return error(400, INVALID)
        added = self._launches.add(wish, call.request)
        return json_answer(200, DONE | {"broadcast": {"id": added.id}})

    def _modify(self, call: Call, broadcast: Broadcast) -> Answer:
        if broadcast.status in BEGUN:
            return error(400, "broadcast has already been sent or is currently being processed")
        try:
            wish = self._wish(call, broadcast.plan)
        except (ValueError, LookupError):
            return error(400, INVALID)
        self._launches.change(broadcast, wish, call.request)
        return json_answer(200, DONE | {"broadcast": {"id": broadcast.id}})

    def _delete_broadcast(self, _call: Call, broadcast: Broadcast) -> Answer:
        self._launches.remove(broadcast)
        return json_answer(200, DONE)

    def _start_broadcast(self, call: Call, broadcast: Broadcast) -> Answer:
        if broadcast.status in BEGUN:
            return error(400, "broadcast has already been sent or started")
        try:
            self._launches.start(broadcast, call.request)
        except NoRecipientsError:
            return error(400, "broadcast has no valid recipients")
        return json_answer(200, DONE)

    def _test_broadcast(self, call: Call) -> Answer:
        if not (_said(call, "broadcast") and _said(call, "contact")):
            return error(400, "Contact and broadcast required")
        return self._with(call, self._try_out)

    def _try_out(self, call: Call, broadcast: Broadcast) -> Answer:
        """The document has no text for a contact that is not in the book."""
        try:
            contact = self._launches.contact(_said(call, "contact"))
        except LookupError:
            return self._unknown("contact not found")
        self._launches.try_out(broadcast, contact, call.request)
        return json_answer(200, DONE)

    def _wish(self, call: Call, old: Plan | None) -> Plan:
        """What is asked for, with what the old one has. ValueError, LookupError: it cannot be."""
        groups, launch = old.groups if old else (), old.launch if old else None
        known = asdict(old.texts) if old else {}
        name = _said(call, "name") if "name" in call.fields else (old.name if old else "")
        texts = Texts(**known | {one: _text(call, one) for one in TEXTS if one in call.fields})
        if "from_groups" in call.fields:
            named = [one for one in _said(call, "from_groups").split(",") if one.strip()]
            groups = tuple(dict.fromkeys(self._launches.group_id(one) for one in named))
        if "launch_date" in call.fields:
            launch = self._launch(_said(call, "launch_date"))
        if not (name and groups and (texts.fr_message or texts.en_message)):
            raise ValueError(INVALID)
        if any(measure(one).count > MAXIMUM for one in (texts.fr_message, texts.en_message)):
            raise ValueError(INVALID)
        return Plan(name, groups, texts, launch)

    def _launch(self, text: str) -> datetime | None:
        if not text:
            return None
        launch = datetime.strptime(text, TIME).replace(tzinfo=UTC)
        if launch < self._launches.now() and self._account.past_launch == "refuse":
            raise ValueError(INVALID)
        return launch

    def _head(self, broadcast: Broadcast) -> Shown:
        states = [bubble.state for _, bubble in broadcast.messages]
        counts = {
            "number_sent": sum(state != "queued" for state in states),
            "number_failed": states.count("failed") + broadcast.too_long,
            "number_delivered": states.count("delivered"),
            "number_total": broadcast.total,
        }
        return {name: str(value) for name, value in counts.items()} | {
            "launch_date": _time(broadcast.launch),
            "end_date": _time(broadcast.end),
            "name": broadcast.plan.name,
            "broadcast_status": broadcast.status,
        }

    def _listed(self, broadcast: Broadcast) -> Shown:
        head, texts = self._head(broadcast), _texts(broadcast)
        status = head.pop("broadcast_status")
        first = self._account.default_language
        message = texts[f"{first}_message"] or texts["fr_message"] or texts["en_message"]
        return (
            {"id": str(broadcast.id)}
            | head
            | {"message": message, "broadcast_status": status}
            | {"from_groups": self._launches.groups(broadcast), "list": self._list(broadcast)}
            | texts
        )

    def _list(self, broadcast: Broadcast) -> list[Shown] | None:
        """Nothing before it has begun."""
        if broadcast.status not in BEGUN:
            return None
        return [self._row(contact.number, bubble) for contact, bubble in broadcast.messages]

    def _row(self, number: str, bubble: Bubble) -> Shown:
        """`number` is ours and `contact` theirs."""
        return {
            "id": bubble.id,
            "direction": "mt",
            "number": self._account.our_number[1:],
            "user_id": "-1",
            "contact": number[1:],
            "message": bubble.text,
            "dt": self._local(bubble.time),
            "delivered_at": self._local(bubble.settled if bubble.state == "delivered" else None),
            "status_mt": self._line.status(bubble),
            "replied_at": self._local(self._replied(number, bubble.time)),
            "user_id_replied": "0",
            "deleted": "0",
            "is_kw": "0",
            "part_count": str(bubble.segments.count),
            "read": "1",
            "flag": "0",
        }

    def _replied(self, number: str, since: datetime) -> datetime | None:
        """When that phone first texted after it was written to."""
        texted = (one.time for one in self._world.phones(NAME, number).sent)
        return next((time for time in texted if time >= since), None)

    def _local(self, time: datetime | None) -> str | None:
        """By the gateway's clock."""
        return _time(time + timedelta(seconds=self._account.skew)) if time else None

    def _unknown(self, text: str) -> Answer:
        return error(404 if self._account.apt_statuses else 400, text)


def _said(call: Call, name: str) -> str:
    return _text(call, name).strip()


def _text(call: Call, name: str) -> str:
    return clean(str(call.fields.get(name, "")))


def _time(time: datetime | None) -> str | None:
    return time.strftime(TIME) if time else None


def _texts(broadcast: Broadcast) -> Shown:
    """Those of mails only where there is a mail in it."""
    shown: Shown = asdict(broadcast.plan.texts)
    if broadcast.plan.texts.mails:
        return shown
    return {name: text for name, text in shown.items() if name.endswith("_message")}
