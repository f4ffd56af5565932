"""Clever's contacts over its API: `contacts`, `contacts/{id}`, `contactlists[/{login}]`.

Chapters 3.5 to 3.10 of the document. Its samples do not agree on names and types, so each
function answers as its own sample does.
"""

from collections.abc import Callable, Mapping

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_answers import nothing, refusal
from bot.sandbox.clever_book import NAMES, CleverBook, CleverContact, NumberTakenError
from bot.sandbox.clever_users import CleverUsers
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World, clean

NAME = "clever"
REQUIRED = {"lastname": ("lastName", "lastname"), "gsm_primary": ("gsmPrimary", "gsm_primary")}
"""As in the sample, and as in the table."""
ONE = {"GET": "contact", "PUT": "put_contact", "DELETE": "delete_contact"}
PLACE = {"longitude": "2.6566156", "latitude": "48.8511663"}
"""Where every address is: the sample's."""
MORE = (
    *("gsm_secondary", "landline_primary", "landline_secondary", "email"),
    *("fax_primary", "fax_secondary", "zip_code", "city", "street", "street_number"),
)
"""In the order of the sample."""
Shown = dict[str, object]


def contact_route(tail: str, method: str) -> tuple[str, str]:
    """(operation, id or login) of a path of contacts."""
    match tail.split("/"):
        case ["contacts"]:
            return "contacts", ""
        case ["contacts", contact_id]:
            return ONE.get(method, "contact"), contact_id
        case ["contactlists"]:
            return "contactlists", ""
        case ["contactlists", login]:
            return "contactlist", login
    return tail or method, ""


class CleverContacts:
    """Answers for the contacts."""

    def __init__(
        self, world: World, account: CleverAccount, book: CleverBook, users: CleverUsers
    ) -> None:
        self._world = world
        self._account = account
        self._book = book
        self._users = users
        self.operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "contacts": ("POST", self._create),
            "contact": ("GET", lambda call: self._with(call, self._read)),
            "put_contact": ("PUT", lambda call: self._with(call, self._change)),
            "delete_contact": ("DELETE", lambda call: self._with(call, self._delete)),
            "contactlists": ("GET", self._list),
            "contactlist": ("GET", self._list_of_user),
        }

    def concerns(self, contact_id: str, fields: Mapping[str, object]) -> tuple[str, ...]:
        """The phones that a request is about, for the faults of one number."""
        try:
            known = [self._book.find(_id(contact_id)).gsm_primary]
        except (LookupError, ValueError):
            known = []
        given = [str(fields[name]) for name in REQUIRED["gsm_primary"] if fields.get(name)]
        return tuple(known + given)

    def _create(self, call: Call) -> Answer:
        try:
            said = self._said(call.fields)
            added = self._book.add(
                said.pop("gsm_primary"),
                said.pop("name"),
                said.pop("lastname"),
                duplicates=_duplicates(call.fields),
                **said,
            )
        except NumberTakenError as why:
            return refusal(self._account, 409, str(why))
        except ValueError as why:
            return refusal(self._account, 400, str(why))
        return json_answer(201, {"contact": _as_text(added)})

    def _with(self, call: Call, then: Callable[[Call, CleverContact], Answer]) -> Answer:
        try:
            contact = self._book.find(_id(call.reference))
        except ValueError:
            return refusal(self._account, 400, "id_contact: doit être un entier")
        except LookupError:
            return refusal(self._account, 404)
        return then(call, contact)

    def _read(self, _call: Call, contact: CleverContact) -> Answer:
        text = self._account.contact_shape == "text"
        return json_answer(200, {"contact": (_as_text if text else _as_pictured)(contact)})

    def _change(self, call: Call, contact: CleverContact) -> Answer:
        """What may be left out and is, stays as it was."""
        try:
            said = self._said(call.fields)
            self._book.edit(contact.id, duplicates=_duplicates(call.fields), **said)
        except NumberTakenError as why:
            return refusal(self._account, 409, str(why))
        except ValueError as why:
            return refusal(self._account, 400, str(why))
        return nothing()

    def _delete(self, _call: Call, contact: CleverContact) -> Answer:
        self._book.remove(contact.id)
        return nothing()

    def _list(self, call: Call) -> Answer:
        return self._listed(call, self._book.of())

    def _list_of_user(self, call: Call) -> Answer:
        """A user is known by having contacts, or by having been created over the API."""
        if not self._account.manager:
            return refusal(self._account, 403)
        own = call.reference == self._account.login
        contacts = self._book.of("" if own else call.reference)
        if not (contacts or self._users.knows(call.reference)):
            return refusal(self._account, 404)
        return self._listed(call, contacts)

    def _listed(self, call: Call, contacts: list[CleverContact]) -> Answer:
        numbers = {contact.gsm_primary for contact in contacts}
        for fault in self._world.faults.draw("rows", NAME, call.operation, numbers):
            match fault.kind.name:
                case "rows_lost":
                    contacts = [c for c in contacts if fault.number not in {None, c.gsm_primary}]
                case "rows_shuffled":
                    self._world.dice.shuffle(contacts)
        return json_answer(200, {"contact": [_as_listed(contact) for contact in contacts]})

    def _said(self, fields: Mapping[str, object]) -> dict[str, str]:
        """What is said of a contact, by our names. ValueError: what must be said is not."""
        said: dict[str, str] = {}
        for written, value in fields.items():
            name = _ours(written)
            if name in NAMES and self._accepts(name, written) and value is not None:
                said[name] = clean(str(value)).strip()
        for name in ("name", "lastname", "gsm_primary"):
            if name not in said:
                raise ValueError(f"{name}: obligatoire")
        return said

    def _accepts(self, name: str, written: str) -> bool:
        """What the table alone has can be written either way."""
        if name not in REQUIRED or self._account.contact_names == "either":
            return True
        sample, table = REQUIRED[name]
        return written == (sample if self._account.contact_names == "sample" else table)


def _ours(written: str) -> str:
    """gsmPrimary, gsm_primary → gsm_primary; what is unknown stays what it is."""
    flat = written.replace("_", "").lower()
    return next((name for name in NAMES if name.replace("_", "") == flat), written)


def _duplicates(fields: Mapping[str, object]) -> bool:
    value = fields.get("duplicates")
    if value is not None and str(value) not in {"0", "1"}:
        raise ValueError("duplicates: 0 ou 1")
    return str(value) == "1"


def _id(text: str) -> int:
    """ValueError for what is no id."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _as_text(contact: CleverContact) -> Shown:
    """As 3.5 and 3.7 print it: the id a word, the number international."""
    return {
        "id": str(contact.id),
        "name": contact.name,
        "lastName": contact.lastname,
        "gsmPrimary": contact.gsm_primary,
        "email": contact.email,
    }


def _as_pictured(contact: CleverContact) -> Shown:
    """As the picture of 3.7 shows it: the id a number, the phone without +33."""
    return {
        "id": contact.id,
        "name": contact.name,
        "last_name": contact.lastname,
        "gsm_primary": contact.gsm_primary.removeprefix("+33"),
        "email": contact.email,
    }


def _as_listed(contact: CleverContact) -> Shown:
    """As 3.9 and 3.10: short for whom only the usual is known, else everything."""
    short = _as_pictured(contact)
    more: Shown = {name: getattr(contact, name) for name in MORE}
    if not any(value for name, value in more.items() if name != "email"):
        return short
    placed = PLACE if contact.street and contact.city else dict.fromkeys(PLACE, "")
    short.pop("email")
    return short | more | placed
