"""Every sample request of Clever's document, to the letter, and the form of its answer."""

from typing import Any

import pytest

from tests.sandbox.conftest import Client
from tests.sandbox.forms import form

ACCOUNT = (
    "name:str lastname:str email:str telephone:str credit:int date_expiration:str",
    {"company": "company_name:str address:str country:str city:str zip_code:int"},
)
CONTACT = "id:str name:str lastName:str gsmPrimary:str email:str"

COST = "type_push:str unit:int nb_sms:int"
MAIL_COST = "unit:int nb_mail:int open_tag:int type_mail:str"
WHOM = "reference:str nb_destination:int number_list:str"
MAIL = "email_list:str text:str email_subject:str hd_send:str"
CREATED = f"{WHOM} encodage:int text:str hd_send:str filename:str {COST} duplicates:int"
SENT = "message:str typemessage:str date_send:str recipient:str status:str"
USER = """{"datas": {"username": "useryb", "password": "A12345678e",
  "account": {"name": "clever", "lastname": "tec", "email": "support@clever.fr",
  "telephone": "+33160536053", "company": {"address": "Croissy", "company_name": "IS"}}}}"""
NEW_CONTACT = """{"datas" : {"name": "contact", "lastName": "contact lastname",
  "gsmPrimary": "+33600000002", "email" : "contact@email.com"}}"""
PUSH = """{"datas": {"text": "test envoi du message",
  "number_list": "+33600000001;+33600000002", "type_push": "sms", "encodage": 3,
  "options": "F1", "duplicates": 0}}"""
MAILS = """{"datas": {"text": "Send Push Mail test",
  "email_list": "inbox@example.com;inbox@example.com", "email_subject": "push mail",
  "open_tag": 0, "type_mail": "html", "duplicates": 1}}"""
BY_CRITERIA = """{"datas": {"text": "send push criteria test",
  "criteria": "diffusion=on and BRINGUP=oui", "type_push": "sms", "encodage": 3,
  "options": "F1", "duplicates": 0}}"""
MAILS_BY_CRITERIA = """{"datas": {"text": "send push criteria test",
  "criteria": "diffusion=on and BRINGUP=oui", "email_subject": "push mail", "open_tag": 0,
  "type_mail": "html", "duplicates": 1}}"""
TO_ALL = """{"datas": {"text": "send push all contacts test", "type_push": "sms",
  "encodage": 3, "options": "F1", "gsm_routage_mo": "+336000000012",
  "mail_routage_mo": "test@clever.fr", "duplicates": 0}}"""
MAILS_TO_ALL = """{"datas": {"text": "Send Push mail for all contacts",
  "email_subject": "push mail", "open_tag": 0, "duplicates": 1, "type_mail": "html"}}"""
PICTURED = MAILS_TO_ALL.replace('"datas": {', '"datas": [{').replace("}}", "}]}")
"""In a picture, "datas" is a list of one."""
NAMED = "Push20260601140000"
CREATED_TO_ALL = (
    f"{WHOM} encodage:int text:str date_entry:str hd_send:str {COST} options:str way:int "
    "duplicates:str mail_routage_mo:str gsm_routage_mo:str"
)
LISTED = (
    "id:int name:str last_name:str gsm_primary:str gsm_secondary:str landline_primary:str "
    "landline_secondary:str email:str fax_primary:str fax_secondary:str zip_code:str city:str "
    "street:str street_number:str longitude:str latitude:str"
)


@pytest.fixture(autouse=True)
def known(client: Client) -> None:
    """The contacts of the samples, and no user's number more than the sample has."""
    book = client.sandbox.clever_book
    book.add("+33771100899", "Clever", "ALGnew3", email="inbox@example.com", city="Torcy")
    book.edit(214_905, street="rue de paris", street_number="4")
    book.add("+33600000001", "contact", "contact lastname", email="contact@email.com")
    book.mark(214_906, diffusion="on", BRINGUP="oui")
    client.sandbox.clever.user_fields = "sample"
    client.sandbox.clever.user_ids = False


async def asked(client: Client, method: str, path: str, body: str = "") -> tuple[int, bytes, Any]:
    async with client.http.request(
        method,
        f"{client.sandbox.clever_url}/{path}",
        headers=client.basic | {"Content-Type": "application/json"},
        data=body or None,
    ) as answer:
        content = await answer.read()
        said = await answer.json() if content and answer.status < 400 else None
        return answer.status, content, said


ACCOUNT_OF_USER = (
    "name:str lastname:str email:str telephone:str",
    {"company": "address:str company_name:str"},
)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "shape"),
    [
        ("GET", "account/me", "", 200, {"account": ACCOUNT}),
        (
            *("POST", "users", USER, 201),
            {"user": ("username:str password:str", {"account": ACCOUNT_OF_USER})},
        ),
        ("POST", "contacts", NEW_CONTACT, 201, {"contact": CONTACT}),
        ("GET", "contacts/214905", "", 200, {"contact": CONTACT}),
        ("GET", "contactlists", "", 200, {"contact": [LISTED]}),
        ("GET", "contactlists/sandbox", "", 200, {"contact": [LISTED]}),
        ("POST", "pushs", PUSH, 201, {"push": CREATED}),
        (
            *("POST", "pushsmails", MAILS, 201),
            {"push": f"reference:str {MAIL} filename:str {MAIL_COST} duplicates:int"},
        ),
        ("POST", "pushscriterias", BY_CRITERIA, 201, {"push": CREATED}),
        (
            *("POST", "pushsmailcriterias", MAILS_BY_CRITERIA, 201),
            {
                "push": f"reference:str {MAIL} type_push:str {MAIL_COST} duplicates:int".replace(
                    "email_list:str", "email_list:str status:int"
                )
            },
        ),
        ("POST", "pushsbroadcasts", TO_ALL, 201, {"push": CREATED_TO_ALL}),
        *(
            (
                *("POST", "pushsmailbroadcasts", body, 201),
                {"push": f"reference:str {MAIL} type_push:str {MAIL_COST} duplicates:int"},
            )
            for body in (MAILS_TO_ALL, PICTURED)
        ),
    ],
)
async def test_a_sample_is_answered_in_its_form(
    client: Client, method: str, path: str, body: str, status: int, shape: Any
) -> None:
    answered, _, said = await asked(client, method, path, body)
    assert (answered, form(said)) == (status, ("", shape))


@pytest.mark.parametrize(
    ("before", "body", "path", "shape"),
    [
        (
            *("pushs", PUSH, f"pushs/{NAMED}"),
            {
                "push": f"{WHOM} status:int short_code:str encodage:int text:str hd_send:str "
                f"{COST} options:str"
            },
        ),
        (
            *("pushsmails", MAILS, f"pushsmails/{NAMED}"),
            {
                "push": f"reference:str {MAIL} type_push:str {MAIL_COST}".replace(
                    "email_list:str", "email_list:str status:int"
                )
            },
        ),
        ("pushs", PUSH, f"pushs/{NAMED}/deliveries", {"deliveries": [SENT]}),
        (
            *("pushsmails", MAILS, f"pushmails/{NAMED}/deliveries"),
            {
                "deliveries": [
                    "subject:str body:str reply_to:str date_send:str recipient:str status:str"
                ]
            },
        ),
    ],
)
async def test_what_is_read_of_a_sample_has_its_form(
    client: Client, before: str, body: str, path: str, shape: Any
) -> None:
    await asked(client, "POST", before, body)
    status, _, said = await asked(client, "GET", path)
    assert (status, form(said)) == (200, ("", shape))


async def test_the_sample_of_an_answer(client: Client) -> None:
    await asked(client, "POST", "pushs", PUSH)
    client.sandbox.text("clever", "+33600000001", "Ok Yacine")
    _, _, said = await asked(client, "GET", f"pushs/{NAMED}/mos")
    assert form(said) == ("", {"mos": ["status:str date_receive:str recipient:str message:str"]})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "contacts/214906", NEW_CONTACT),
        ("DELETE", "contacts/214906", ""),
        ("DELETE", f"pushs/{NAMED}", ""),
        ("DELETE", "pushsmails/Push20260601140001", ""),
    ],
)
async def test_samples_without_an_answer(
    client: Client, method: str, path: str, body: str
) -> None:
    later = '"hd_send": "2026-06-02 10:00:00", "text"'
    await asked(client, "POST", "pushs", PUSH.replace('"text"', later))
    client.later(1)
    await asked(client, "POST", "pushsmails", MAILS.replace('"text"', later))
    assert (await asked(client, method, path, body))[:2] == (204, b"")
