"""Clever's users over its API: `users` and `users/{id}`, chapters 3.2 to 3.4 of the document.

Only creating one has a sample. What is asked for later is answered in the same shape, without
the password.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import count

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_answers import nothing, refusal
from bot.sandbox.mails import is_address
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import clean

FIRST_ID = 1_201
REQUIRED = {
    "table": (
        *("name", "lastname", "telephone", "email", "username", "password"),
        *("address", "zipCode", "city", "country"),
    ),
    "sample": (
        *("name", "lastname", "telephone", "email", "username", "password"),
        *("address", "company_name"),
    ),
}
ACCOUNT = ("name", "lastname", "email", "telephone", "credit")
COMPANY = ("address", "company_name", "zipCode", "city", "country")
"""Where each parameter stands in the sample, or by inference would."""
_PHONE = re.compile(r"\+\d{6,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CleverUser:
    """A user of the account, by the parameters' own names."""

    id: int
    username: str = ""
    password: str = ""
    name: str = ""
    lastname: str = ""
    email: str = ""
    telephone: str = ""
    credit: str = ""
    address: str = ""
    company_name: str = ""
    zipCode: str = ""  # noqa: N815 - the document's
    city: str = ""
    country: str = ""


NAMES = [field.name for field in fields(CleverUser)][1:]


class CleverUsers:
    """Keeps the users and answers for them."""

    def __init__(self, account: CleverAccount) -> None:
        self._account = account
        self.restart()
        self.operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "users": ("POST", self._create),
            "user": ("GET", lambda call: self._with(call, self._read)),
            "put_user": ("PUT", lambda call: self._with(call, self._change)),
        }

    def restart(self) -> None:
        """There is nobody but the account itself."""
        self._users: dict[int, CleverUser] = {}
        self._ids = count(FIRST_ID)

    @property
    def all(self) -> list[CleverUser]:
        """The oldest first."""
        return list(self._users.values())

    def knows(self, username: str) -> bool:
        """Whether somebody has that name."""
        return username == self._account.login or any(u.username == username for u in self.all)

    def _create(self, call: Call) -> Answer:
        if self._account.coming != 200:
            return refusal(self._account, self._account.coming)
        given = self._given(call.fields)
        wrong = self._wrong(given)
        if wrong:
            return refusal(self._account, 400, wrong)
        if self.knows(given["username"]):
            return refusal(self._account, 409, "username: déjà pris")
        user = _with(CleverUser(next(self._ids)), given)
        self._users[user.id] = user
        own: dict[str, object] = {"id": user.id} if self._account.user_ids else {}
        return json_answer(201, {"user": own | _shown(user, password=True)})

    def _with(self, call: Call, then: Callable[[Call, CleverUser], Answer]) -> Answer:
        if not (call.reference.isascii() and call.reference.isdigit()):
            return refusal(self._account, 400, "id_user: doit être un entier")
        user = self._users.get(int(call.reference[:12]))
        return then(call, user) if user else refusal(self._account, 404)

    def _read(self, _call: Call, user: CleverUser) -> Answer:
        return json_answer(200, {"user": {"id": user.id} | _shown(user, password=False)})

    def _change(self, call: Call, user: CleverUser) -> Answer:
        """Everything that is required is said again; what may be left out and is, stays."""
        given = self._given(call.fields)
        wrong = self._wrong(given)
        if wrong:
            return refusal(self._account, 400, wrong)
        if given["username"] != user.username and self.knows(given["username"]):
            return refusal(self._account, 409, "username: déjà pris")
        self._users[user.id] = _with(user, given)
        return nothing()

    def _given(self, said: Mapping[str, object]) -> dict[str, str]:
        """The parameters by name, from where the account's setting lets them stand."""
        account = _object(said.get("account"))
        company = _object(account.get("company"))
        flat = dict.fromkeys(NAMES, said)
        nested = dict.fromkeys(("username", "password"), said)
        nested |= dict.fromkeys(ACCOUNT, account) | dict.fromkeys(COMPANY, company)
        shapes = {"flat": (flat,), "nested": (nested,), "either": (flat, nested)}
        found: dict[str, str] = {}
        for shape in shapes[self._account.user_shape]:
            for name, where in shape.items():
                value = where.get(name)
                if value is not None and not isinstance(value, dict | list):
                    found[name] = clean(str(value)).strip()
        return found

    def _wrong(self, given: Mapping[str, str]) -> str:
        """Which parameter is wrong; empty: none."""
        missing = [n for n in REQUIRED[self._account.user_fields] if not given.get(n)]
        if missing:
            return f"{missing[0]}: obligatoire"
        credit = given.get("credit", "0")
        wrong = {
            "telephone: format international": not _PHONE.fullmatch(given["telephone"]),
            "email: adresse de courriel": not is_address(given["email"]),
            "password: au moins 6 caractères dont une lettre capitale et un chiffre": not (
                _is_password(given["password"])
            ),
            "credit: un entier": not re.fullmatch(r"[0-9]{0,9}", credit),
        }
        return next((what for what, is_wrong in wrong.items() if is_wrong), "")


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _is_password(text: str) -> bool:
    capital = any(character.isupper() for character in text)
    return len(text) >= 6 and capital and any(character.isdigit() for character in text)


def _with(user: CleverUser, given: Mapping[str, str]) -> CleverUser:
    return replace(user, **given)  # type: ignore[arg-type]  # all of them are words


def _shown(user: CleverUser, *, password: bool) -> dict[str, object]:
    """As the sample nests it; what was not said is not shown."""
    company = {name: getattr(user, name) for name in COMPANY if getattr(user, name)}
    account = {name: getattr(user, name) for name in ACCOUNT if getattr(user, name)}
    secret = {"password": user.password} if password else {}
    return {"username": user.username} | secret | {"account": account | {"company": company}}
