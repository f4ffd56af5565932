"""VuduMobile's broadcasts ("envois massifs"): what they say, to whom, and how they leave."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from bot.sandbox.mails import Mail, source
from bot.sandbox.phones import Bubble
from bot.sandbox.segments import MAXIMUM, measure
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_book import LANGUAGES, Book, Contact
from bot.sandbox.vudumobile_line import NAME, Line
from bot.sandbox.world import Request, World

FIRST_ID = 26
PACE = 0.1
"""World seconds between two recipients."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What a broadcast says, by language; empty: nothing in that one."""

    fr_message: str = ""
    en_message: str = ""
    fr_email: str = ""
    en_email: str = ""
    fr_subject: str = ""
    en_subject: str = ""

    @property
    def mails(self) -> bool:
        """Whether there is a mail in it."""
        return bool(self.fr_email or self.en_email)

    def of(self, part: str, language: str) -> str:
        """`part` is message, email or subject."""
        return str(getattr(self, f"{language}_{part}"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be changed of a broadcast: `groups` are ids, `launch` is UTC or None."""

    name: str
    groups: tuple[int, ...]
    texts: Texts
    launch: datetime | None = None


@dataclass(slots=True)
class Broadcast:
    """A broadcast; `launch` and `end` are by the gateway's clock.

    `total` counts who is to get a text, `too_long` whom the filled-in text did not fit.
    `version` is of its launch date: what was planned for an earlier one does not happen.
    """

    id: int
    plan: Plan
    launch: datetime | None = None
    status: str = "pending"
    end: datetime | None = None
    messages: list[tuple[Contact, Bubble]] = field(default_factory=list)
    total: int = 0
    too_long: int = 0
    version: int = 0


class NoRecipientsError(ValueError):
    """Nobody whom it could reach."""


class Launches:
    """All broadcasts by id. What is planned happens by the world's clock."""

    def __init__(self, world: World, account: VuduMobileAccount, book: Book, line: Line) -> None:
        self._world = world
        self._account = account
        self._book = book
        self._line = line
        self.restart()

    def restart(self) -> None:
        """There was never any."""
        self._broadcasts: dict[int, Broadcast] = {}
        self._ids = count(FIRST_ID)

    @property
    def all(self) -> list[Broadcast]:
        """The newest first, as in the sample."""
        return list(reversed(self._broadcasts.values()))

    def find(self, broadcast_id: str) -> Broadcast:
        """LookupError: there is none of that id."""
        wanted = broadcast_id.strip()
        for one in self._broadcasts.values():
            if str(one.id) == wanted:
                return one
        raise LookupError(f"There is no broadcast {broadcast_id!r}.")

    def add(self, plan: Plan, request: Request | None) -> Broadcast:
        """A new one, which waits for its launch date or to be started."""
        broadcast = Broadcast(next(self._ids), plan, plan.launch)
        self._broadcasts[broadcast.id] = broadcast
        self._await_launch(broadcast, request)
        return broadcast

    def change(self, broadcast: Broadcast, plan: Plan, request: Request | None) -> None:
        """Only what has not begun can be changed; what could not begin gets another chance."""
        broadcast.plan, broadcast.status = plan, "pending"
        if plan.launch != broadcast.launch:
            broadcast.launch = plan.launch
            self._await_launch(broadcast, request)

    def remove(self, broadcast: Broadcast) -> None:
        """What was sent stays sent; the rest is not."""
        del self._broadcasts[broadcast.id]

    def start(self, broadcast: Broadcast, request: Request | None) -> None:
        """To its first recipient now, to the others at the pace. NoRecipientsError."""
        contacts = self.recipients(broadcast)
        if not contacts:
            raise NoRecipientsError
        broadcast.status, broadcast.launch = "in_progress", self.now()
        broadcast.total = sum(self._by_text(broadcast.plan.texts, one) for one in contacts)
        self._step(broadcast, contacts[0], request, last=len(contacts) == 1)
        for place, contact in enumerate(contacts[1:], 1):
            self._world.agenda.after(
                PACE * place,
                partial(self._step, broadcast, contact, request, last=place == len(contacts) - 1),
            )

    def try_out(self, broadcast: Broadcast, contact: Contact, request: Request) -> None:
        """To one contact, and it counts for nothing."""
        self._say(broadcast.plan.texts, contact, request)

    def recipients(self, broadcast: Broadcast) -> list[Contact]:
        """Everybody in its groups for whom it has something, once."""
        found: dict[int, Contact] = {}
        for group in broadcast.plan.groups:
            try:
                found |= {contact.id: contact for contact in self._book.members(group)}
            except LookupError:
                continue
        return [one for one in found.values() if self._reachable(broadcast.plan.texts, one)]

    def groups(self, broadcast: Broadcast) -> list[str]:
        """The names that its groups have now; a deleted one has none."""
        names = {group.id: group.name for group in self._book.groups}
        return [names[one] for one in broadcast.plan.groups if one in names]

    def group_id(self, group: str) -> int:
        """LookupError: there is no such group."""
        return self._book.group(group).id

    def contact(self, who: str) -> Contact:
        """LookupError: there is no such contact."""
        return self._book.find(who)

    def now(self) -> datetime:
        """By the gateway's clock, which shows whole seconds."""
        now = self._world.clock.now() + timedelta(seconds=self._account.skew)
        return now.replace(microsecond=0)

    def _await_launch(self, broadcast: Broadcast, request: Request | None) -> None:
        broadcast.version += 1
        if broadcast.launch is None:
            return
        version, wait = broadcast.version, (broadcast.launch - self.now()).total_seconds()
        if wait <= 0 and self._account.past_launch == "wait":
            return
        self._world.agenda.after(max(0.0, wait), lambda: self._launch(broadcast, version, request))

    def _launch(self, broadcast: Broadcast, version: int, request: Request | None) -> None:
        """Its hour has come: unless it was deleted, started or planned anew."""
        planned = broadcast.version == version and broadcast.status == "pending"
        if not planned or broadcast.id not in self._broadcasts:
            return
        try:
            self.start(broadcast, request)
        except NoRecipientsError:
            broadcast.status = "failed"

    def _step(
        self, broadcast: Broadcast, contact: Contact, request: Request | None, *, last: bool
    ) -> None:
        """One recipient, unless the broadcast was deleted meanwhile."""
        if broadcast.id not in self._broadcasts:
            return
        bubble = self._say(broadcast.plan.texts, contact, request)
        if bubble is not None:
            broadcast.messages.append((contact, bubble))
        elif self._by_text(broadcast.plan.texts, contact):
            broadcast.too_long += 1
        if last:
            broadcast.status, broadcast.end = "completed", self.now()

    def _say(self, texts: Texts, contact: Contact, request: Request | None) -> Bubble | None:
        """The message, and the mail where there is one; None: no message left."""
        address = self._language(texts, "email", contact)
        if contact.email and address:
            self._mail(texts, address, contact, request)
        if not self._by_text(texts, contact):
            return None
        text = filled(texts.of("message", self._language(texts, "message", contact)), contact)
        if measure(text).count > MAXIMUM:
            return None
        return self._line.send(contact.number, text, request)

    def _by_text(self, texts: Texts, contact: Contact) -> bool:
        return bool(contact.number and self._language(texts, "message", contact))

    def _mail(
        self, texts: Texts, language: str, contact: Contact, request: Request | None
    ) -> None:
        subject, body = (
            filled(texts.of(part, language), contact) for part in ("subject", "email")
        )
        written = source(contact.email, subject, body, html=False)
        number = request.id if request else 0
        self._world.post(Mail(NAME, contact.email, written, self._world.clock.now(), "", number))

    def _reachable(self, texts: Texts, contact: Contact) -> bool:
        if self._book.blocked(contact) and not self._account.blocked_get_broadcasts:
            return False
        by_mail = contact.email and self._language(texts, "email", contact)
        return bool(by_mail) or self._by_text(texts, contact)

    def _language(self, texts: Texts, part: str, contact: Contact) -> str:
        """The language in which a contact gets this part; empty: it gets none."""
        others = LANGUAGES if self._account.missing_language == "other" else ()
        for language in (contact.language, *others):
            if texts.of(part, language):
                return str(language)
        return ""


def filled(text: str, contact: Contact) -> str:
    """With the contact's own in place of the document's four variables, one after the other."""
    known = {
        "_NAME_": contact.name,
        "_EMAIL_": contact.email,
        "_NUMBER_": contact.number[1:],
        "_NOTES_": contact.description,
    }
    for variable, value in known.items():
        text = text.replace(variable, value)
    return text
