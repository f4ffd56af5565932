"""VuduMobile's contacts and groups over its API.

`get_contacts`, `get_contact`, `post_contact`, `delete_contact`, `get_groups`, `post_group`,
`add_group_contact`, `delete_group_contact` and `delete_group`. The types of ids and numbers
differ between the functions as they differ between the document's samples.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.sandbox.phones import e164
from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import error
from bot.sandbox.vudumobile_book import (
    NAMES,
    Book,
    Contact,
    Group,
    SystemGroupError,
    TakenError,
)
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World, clean

NAME = "vudumobile"
TIME = "%Y-%m-%d %H:%M:%S"
NEVER = "0000-00-00 00:00:00"
ICON = "https://api.vudumobile.net/assets/images/contact_icons/default.png"
NO_GROUP = "group parameter is missing"
NO_WHO = "Contact number or email required"
Shown = dict[str, object]


class VuduMobileContacts:
    """Answers for the address book."""

    def __init__(self, world: World, account: VuduMobileAccount, book: Book) -> None:
        self._world = world
        self._account = account
        self._book = book
        self.operations: dict[str, Callable[[Call], Answer]] = {
            "get_contacts": self._get_contacts,
            "get_contact": self._get_contact,
            "post_contact": self._post_contact,
            "delete_contact": self._delete_contact,
            "get_groups": self._get_groups,
            "post_group": self._post_group,
            "add_group_contact": lambda call: self._change_member(call, self._book.join),
            "delete_group_contact": lambda call: self._change_member(call, self._book.leave),
            "delete_group": self._delete_group,
        }

    def concerns(self, fields: Mapping[str, object]) -> str:
        """The phone that a request is about, for the faults of one number; empty for none."""
        named = [str(fields[n]) for n in ("number", "email", "id", "contact") if fields.get(n)]
        for who in named:
            try:
                return self._book.find(who).number
            except LookupError:
                continue
        try:
            return e164(str(fields.get("number") or fields.get("contact") or ""))
        except LookupError:
            return ""

    def _get_contacts(self, call: Call) -> Answer:
        """There is no `status` in the sample."""
        wanted = _said(call, "group")
        if not wanted:
            return error(400, NO_GROUP)
        try:
            group = self._book.group(wanted)
        except LookupError:
            return self._unknown("group not found")
        rows = [(contact.number, self._listed(contact)) for contact in self._book.members(wanted)]
        contacts = self._suffer("get_contacts", rows)
        return json_answer(200, {"group": _group(group), "contacts": contacts})

    def _get_contact(self, call: Call) -> Answer:
        found = self._asked(call)
        if found is None:
            return error(400, NO_WHO)
        if not found and self._account.unknown_contact == "error":
            return self._unknown("Contact not found")
        shown = [self._shown(contact) | self._groups_shown(contact) for contact in found]
        return json_answer(200, {"status": True, "contact": shown})

    def _post_contact(self, call: Call) -> Answer:
        """Add, or, with an id, modify. What is sent empty counts as not said where it can."""
        given = {name: _said(call, name) for name in NAMES if name in call.fields}
        if not (given.get("number") or given.get("email")):
            return error(400, NO_WHO)
        if not given.get("language"):
            given.pop("language", None)
        contact_id = _said(call, "id")
        if contact_id and not self._book.by_id(contact_id):
            return self._unknown("Contact not found")
        try:
            if contact_id:
                contact = self._book.edit(int(contact_id), **given)
            else:
                contact = self._book.add(given.pop("number", ""), **given)
        except TakenError as why:
            return self._taken(str(why))
        except ValueError as why:
            return error(400, str(why))
        shown = self._shown(contact) | {"number": _integer(contact.number)}
        if contact_id:
            shown["user_id"] = contact.user_id
        return json_answer(200, {"status": True, "contact": [shown]})

    def _delete_contact(self, call: Call) -> Answer:
        """Where an address is shared, the oldest goes."""
        found = self._asked(call)
        if found is None:
            return error(400, "Contact number, email or id required")
        if not found:
            return self._unknown("Contact not found")
        self._book.remove(found[0].id)
        return json_answer(200, {"status": True})

    def _get_groups(self, _call: Call) -> Answer:
        rows = [("", _group(group)) for group in self._book.groups]
        return json_answer(200, {"status": True, "groups": self._suffer("get_groups", rows)})

    def _post_group(self, call: Call) -> Answer:
        """Add, or, with an id, rename."""
        name, group_id = _said(call, "group_name"), _said(call, "group_id")
        if not name:
            return error(400, "group_name parameter is missing")
        try:
            if group_id:
                group = self._book.rename_group(_as_id(group_id), name)
            else:
                group = self._book.add_group(name)
        except LookupError:
            return self._unknown("group doesn't exist")
        except SystemGroupError:
            return error(400, "system groups can't be modified")
        except TakenError as why:
            return self._taken(str(why))
        return json_answer(200, {"status": True, "group": _group(group)})

    def _change_member(self, call: Call, change: Callable[[int, int], None]) -> Answer:
        who, wanted = _said(call, "contact"), _said(call, "group")
        if not wanted:
            return error(400, NO_GROUP)
        if not who:
            return error(400, "contact parameter is missing")
        try:
            contact = self._book.find(who)
        except LookupError:
            return self._unknown("contact not found")
        try:
            group = self._book.group(wanted)
        except LookupError:
            return self._unknown("group not found")
        change(contact.id, group.id)
        return json_answer(200, {"status": True})

    def _delete_group(self, call: Call) -> Answer:
        wanted = _said(call, "group")
        if not wanted:
            return error(400, NO_GROUP)
        try:
            self._book.remove_group(wanted)
        except LookupError:
            return self._unknown("group not found")
        except SystemGroupError:
            return error(400, "system groups can't be deleted")
        return json_answer(200, {"status": True})

    def _asked(self, call: Call) -> list[Contact] | None:
        """Whom a request names, by the first of its parameters; None: nobody."""
        by: dict[str, Callable[[str], list[Contact]]] = {
            "number": self._book.by_number,
            "email": self._book.by_email,
            "id": self._book.by_id,
        }
        for name, look in by.items():
            if _said(call, name):
                return look(_said(call, name))
        return None

    def _unknown(self, text: str) -> Answer:
        return error(404 if self._account.apt_statuses else 400, text)

    def _taken(self, text: str) -> Answer:
        return error(409 if self._account.apt_statuses else 400, text)

    def _suffer(self, operation: str, rows: list[tuple[str, Shown]]) -> list[Shown]:
        """The rows that a list has after every fault that fired."""
        numbers = {number for number, _ in rows}
        for fault in self._world.faults.draw("rows", NAME, operation, numbers):
            match fault.kind.name:
                case "rows_lost":
                    rows = [row for row in rows if fault.number not in {None, row[0]}]
                case "rows_shuffled":
                    self._world.dice.shuffle(rows)
        return [shown for _, shown in rows]

    def _shown(self, contact: Contact) -> Shown:
        return {
            "id": contact.id,
            "number": contact.number[1:],
            "name": contact.name,
            "description": contact.description,
            "email": contact.email,
            "icon": ICON,
            "is_blocked": int(self._book.blocked(contact)),
            "user_id": str(contact.user_id),
            "language": contact.language,
            "created_at_unix": int(contact.created_at.timestamp()),
        }

    def _listed(self, contact: Contact) -> Shown:
        shown = self._shown(contact)
        return {"id": shown.pop("id"), "created_at": _time(contact.created_at)} | shown

    def _groups_shown(self, contact: Contact) -> Shown:
        """Here alone `system` is a word."""
        groups = [_group(group) for group in self._book.groups_of(contact.id)]
        return {"groups": [group | {"system": str(group["system"])} for group in groups]}


def _said(call: Call, name: str) -> str:
    return clean(str(call.fields.get(name, ""))).strip()


def _as_id(text: str) -> str:
    """A group's id and never its name."""
    if not (text.isascii() and text.isdigit()):
        raise LookupError(text)
    return text


def _group(group: Group) -> Shown:
    return {
        "id": group.id,
        "group_name": group.name,
        "created_at": _time(group.created_at),
        "system": int(group.system),
    }


def _time(time: datetime | None) -> str:
    return time.strftime(TIME) if time else NEVER


def _integer(number: str) -> int | str:
    """As `post_contact` shows it; there is no sample of a contact without a number."""
    return int(number[1:]) if number else ""
