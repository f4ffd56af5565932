"""Each example of Clever's document: what it sends is what we send, what it answers is read whole.

Samples of requests stand as `asked-…` beside the answers, in tests/gateways/payloads/clever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from bot.clients import Clever
from bot.gateways.clever_time import instant, read
from bot.gateways.clever_types import ZONE
from bot.gateways.numbers import e164
from tests.gateways.server import PAYLOADS, Reply, ScriptedServer, sample

TWO = ["+33600000001", "+33600000002"]
INBOX = ["inbox@example.com", "inbox@example.com"]
CRITERIA = "diffusion=on and BRINGUP=oui"
CONTACT: dict[str, Any] = {
    "name": "contact",
    "lastname": "contact lastname",
    "email": "contact@email.com",
}
USER: dict[str, Any] = {
    "username": "useryb",
    "password": "A12345678e",
    "name": "clever",
    "lastname": "tec",
    "telephone": "+33160536053",
    "email": "support@clever.fr",
    "company_name": "IS",
    "address": "Croissy",
    "zip_code": "77183",
    "city": "Croissy",
    "country": "France",
}
PAGE: dict[str, Any] = {"format": "html", "duplicates": True}


@dataclass(frozen=True)
class Example:
    section: str
    call: Callable[[Clever], Awaitable[Any]]
    line: str
    """Of the request."""
    asked: str = ""
    answered: str = ""
    status: int = 200


def posted(
    section: str,
    call: Callable[[Clever], Awaitable[Any]],
    path: str,
    asked: str,
    answered: str,
) -> Example:
    return Example(section, call, f"POST /{path}", asked, answered, 201)


def got(
    section: str, call: Callable[[Clever], Awaitable[Any]], path: str, answered: str
) -> Example:
    return Example(section, call, f"GET /{path}", answered=answered)


EXAMPLES = (
    got("3.1", lambda c: c.account(), "account/me", "account"),
    got("3.1", lambda c: c.account(), "account/me", "account-of-the-picture"),
    posted("3.2", lambda c: c.create_user(**USER), "users", "asked-for-a-user", "user-created"),
    posted(
        "3.5",
        lambda c: c.create_contact("+33600000001", **CONTACT),
        "contacts",
        "asked-for-a-contact",
        "contact-created",
    ),
    Example(
        "3.6",
        lambda c: c.modify_contact("214917", "+33600000002", **CONTACT),
        "PUT /contacts/214917",
        "asked-to-modify-a-contact",
        status=204,
    ),
    got("3.7", lambda c: c.find_contact("214917"), "contacts/214917", "contact"),
    got("3.7", lambda c: c.find_contact("214917"), "contacts/214917", "contact-of-the-picture"),
    Example("3.8", lambda c: c.delete_contact("214917"), "DELETE /contacts/214917", status=204),
    got("3.9", lambda c: c.list_contacts(), "contactlists", "contacts"),
    got("3.10", lambda c: c.list_user_contacts("useryb"), "contactlists/useryb", "contacts"),
    posted(
        "3.11",
        lambda c: c.push(TWO, "send push test"),
        "pushs",
        "asked-for-a-push",
        "push-created",
    ),
    posted(
        "3.11",
        lambda c: c.push(TWO, "test envoi du message"),
        "pushs",
        "asked-for-a-push-in-the-picture",
        "push-created-in-the-picture",
    ),
    posted(
        "3.12",
        lambda c: c.push_mails(INBOX, "push mail", "Send Push Mail test", **PAGE),
        "pushsmails",
        "asked-for-mails",
        "push-of-mails-created",
    ),
    posted(
        "3.12",
        lambda c: c.push_mails(INBOX, "push mail", "Send Push Mail", **PAGE),
        "pushsmails",
        "asked-for-mails-in-the-picture",
        "push-of-mails-created",
    ),
    posted(
        "3.13",
        lambda c: c.push_by_criteria(CRITERIA, "send push criteria test"),
        "pushscriterias",
        "asked-for-a-push-by-criteria",
        "push-by-criteria-created",
    ),
    posted(
        "3.14",
        lambda c: c.push_mails_by_criteria(
            CRITERIA, "push mail", "send push criteria test", **PAGE
        ),
        "pushsmailcriterias",
        "asked-for-mails-by-criteria",
        "mails-by-criteria-created",
    ),
    posted(
        "3.14",
        lambda c: c.push_mails_by_criteria(
            CRITERIA, "push mail", "send push criteria test", **PAGE
        ),
        "pushsmailcriterias",
        "asked-for-mails-by-criteria",
        "mails-by-criteria-created-in-the-picture",
    ),
    *(
        posted(
            "3.15",
            lambda c: c.push_to_all(
                "send push all contacts test",
                answers_to_number="+336000000012",
                answers_to_mail="test@clever.fr",
            ),
            "pushsbroadcasts",
            "asked-for-a-push-to-all",
            answered,
        )
        for answered in (
            "push-created-for-all-contacts",
            "push-created-for-all-contacts-in-the-picture",
        )
    ),
    *(
        posted(
            "3.16",
            lambda c: c.push_mails_to_all("push mail", "Send Push mail for all contacts", **PAGE),
            "pushsmailbroadcasts",
            asked,
            answered,
        )
        for asked, answered in (
            ("asked-for-mails-to-all", "mails-created-for-all-contacts"),
            (
                "asked-for-mails-to-all-in-the-picture",
                "mails-created-for-all-contacts-in-the-picture",
            ),
        )
    ),
    Example(
        "3.17",
        lambda c: c.delete_push("Push20171013131152"),
        "DELETE /pushs/Push20171013131152",
        status=204,
    ),
    Example(
        "3.18",
        lambda c: c.delete_mail_push("Push20171013135153"),
        "DELETE /pushsmails/Push20171013135153",
        status=204,
    ),
    *(
        got(
            "3.19",
            lambda c: c.find_push("Push20171012135655"),
            "pushs/Push20171012135655",
            answered,
        )
        for answered in ("push", "push-of-the-picture")
    ),
    got(
        "3.20",
        lambda c: c.find_mail_push("Push20171012153053"),
        "pushsmails/Push20171012153053",
        "push-of-mails",
    ),
    *(
        got(
            "3.21",
            lambda c: c.deliveries("Push20171013162450"),
            "pushs/Push20171013162450/deliveries",
            answered,
        )
        for answered in ("deliveries", "deliveries-of-the-picture")
    ),
    *(
        got(
            "3.22",
            lambda c: c.mail_deliveries("Push20171013133510"),
            "pushmails/Push20171013133510/deliveries",
            answered,
        )
        for answered in ("deliveries-of-mails", "deliveries-of-mails-in-the-picture")
    ),
    got("3.23", lambda c: c.mos("Push20171013163000"), "pushs/Push20171013163000/mos", "mos"),
)
each_example = pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda one: f"{one.section} {one.asked} {one.answered}".strip()
)


@each_example
async def test_what_is_sent_is_what_the_document_shows(
    clever: Clever, server: ScriptedServer, example: Example
) -> None:
    answer = sample(f"clever/{example.answered}") if example.answered else b""
    server.say(Reply(example.status, answer))

    await example.call(clever)

    (asked,) = server.asked
    assert f"{asked.method} {asked.path}" == example.line
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["content-type"] == "application/json"
    if not example.asked:
        assert asked.body == b""
        return
    shown = sample(f"clever/{example.asked}")["datas"]
    shown = shown[0] if isinstance(shown, list) else shown
    sent = asked.json["datas"]
    if example.section == "3.2":  # the sample leaves out what the table wants
        sent = within(sent, shown)
    assert sent == shown


@each_example
async def test_what_is_answered_is_read_without_loss(
    clever: Clever, server: ScriptedServer, example: Example
) -> None:
    answer = sample(f"clever/{example.answered}") if example.answered else None
    server.say(Reply(example.status, answer or b""))

    read = await example.call(clever)

    if answer is None:
        assert read is None
        return
    told = dict(leaves(shown(read)))
    for name, value in leaves(answer):
        assert same(told[name], value), name
    assert set(told) == {name for name, _ in leaves(answer)}


async def test_what_the_examples_mean(clever: Clever, server: ScriptedServer) -> None:
    def say(name: str) -> None:
        server.say(Reply(200, sample(f"clever/{name}")))

    say("contacts")
    first, second = (await clever.list_contacts()).contacts
    assert (first.id, first.phone, first.street) == ("214905", "+33771100899", "rue de paris")
    assert (second.lastname, second.phone) == ("contact lastname", "+33600000001")
    say("push-by-criteria-created")
    push = await clever.push_by_criteria(CRITERIA, "send push criteria test")
    assert push.reference == "Push201710121707081059df851c0e82a0484665235b4cd228f"
    assert push.sends_at == datetime(2017, 10, 12, 15, 7, 8, tzinfo=UTC)
    say("mails-created-for-all-contacts")
    mails = await clever.push_mails_to_all("push mail", "Send Push mail for all contacts")
    assert mails.addresses == ("test@clever.fr", "inbox@example.com")
    say("user-created")
    user = await clever.create_user(**USER)
    assert user.password.get_secret_value() == USER["password"]
    assert USER["password"] not in f"{user!r}{user}{user.model_dump_json()}"
    say("mos")
    (mo,) = (await clever.mos("Push20171013163000")).mos
    assert (mo.number, mo.text) == ("+33651028452", "Ok Yacine")
    assert mo.received_at == datetime(2017, 10, 13, 14, 32, 7, tzinfo=UTC)


def test_every_sample_is_used() -> None:
    there = {path.stem for path in (PAYLOADS / "clever").glob("*.json")}

    assert there == {name for one in EXAMPLES for name in (one.asked, one.answered) if name}


# --- the same, in other words --------------------------------------------------------------------


def within(sent: Any, wanted: Any) -> Any:
    """Give of what was sent what is wanted."""
    if not isinstance(wanted, dict):
        return sent
    return {name: within(sent[name], value) for name, value in wanted.items()}


def shown(model: Any) -> Any:
    """Give what a model was made of, under the vendor's names; a secret in clear."""
    if isinstance(model, BaseModel):
        assert not model.model_extra
        fields = type(model).model_fields
        return {
            fields[name].alias or name: shown(getattr(model, name))
            for name in model.model_fields_set
            if name != "unreadable"
        }
    if isinstance(model, SecretStr):
        return model.get_secret_value()
    if isinstance(model, tuple):
        return [shown(one) for one in model]
    return model


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Give all that stands in an answer, by where it stands, however that is spelled."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            plain = name.replace("_", "").lower().replace("statut", "status")
            outer = "" if plain in WRAPPERS else f"{plain}."
            yield from leaves(inner, at + outer)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{at}{number}.")
    else:
        yield at, value


WRAPPERS = {"account", "company", "user", "contact", "push", "deliveries", "mos"}


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, datetime):
        return ours == instant(read(theirs), ZONE, ours)
    if isinstance(ours, list):
        return ";".join(map(str, ours)) == str(theirs).strip().replace(",", ";")
    if theirs == "noFile":
        return bool(ours == "")
    if isinstance(ours, str) and ours.startswith("+"):
        return bool(ours == e164(str(theirs), "33"))
    if isinstance(ours, float | bool):
        return bool(ours == float(theirs))
    return str(ours) in {str(theirs), str(theirs).strip()}
