"""Every sample request of VuduMobile's document, to the letter, and the form of its answer."""

from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import Client
from tests.sandbox.forms import form

MEMBER = (
    "id:int created_at:str number:str name:str description:str email:str icon:str "
    "is_blocked:int user_id:str language:str created_at_unix:int"
)
FOUND = MEMBER.replace("created_at:str ", "")
POSTED = FOUND.replace("number:str", "number:int")
GROUP = "id:int group_name:str created_at:str system:int"
TEXTS = "fr_message:str en_message:str fr_email:str en_email:str fr_subject:str en_subject:str"
COUNTS = "number_sent:str number_failed:str number_delivered:str number_total:str"
ROW = (
    "id:str direction:str number:str user_id:str contact:str message:str dt:str "
    "delivered_at:NoneType status_mt:str replied_at:NoneType user_id_replied:str deleted:str "
    "is_kw:str part_count:str read:str flag:str"
)
POST = (
    "name=test&fr_message=message_text&en_message=message_text&fr_subject=email_subject_text"
    "&en_subject=email_subject_text&fr_email=email_text&en_email=email_text"
)
CONTACT = "number=1514555555&name=John%20Smith&description=Dev&email=some%40some.com&language=fr"
JOHN = "number=15145555555"
BROADCAST = f"id:str {COUNTS} launch_date:str end_date:str name:str message:str"


def done(**nested: Any) -> Any:
    """A success with something in it."""
    return ("status:bool", nested) if nested else "status:bool"


@pytest.fixture(autouse=True)
async def known(client: Client) -> None:
    """A world in which the samples make sense: John, the groups 11 to 26, broadcasts 26 to 50."""
    book = client.sandbox.vudumobile_book
    client.sandbox.vudumobile.tous_id = 6
    book.add("15145555555", name="John Smith", description="Dev", email="some@some.com")
    for number in range(11, 26):
        book.add_group(f"group {number}")
    book.add_group("test")
    for _ in range(26, 51):
        await client.ask("post_broadcast", name="x", fr_message="x", from_groups="6")


async def curl(client: Client, function: str, body: str) -> tuple[int, Any]:
    """As `curl -d` sends it: nothing is encoded that is not written so."""
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/{function}",
        headers=client.key | {"Content-Type": "application/x-www-form-urlencoded"},
        data=body.encode(),
    ) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("function", "body", "shape"),
    [
        ("get_feed", "date_start=2013-09-09 03:26:00", []),
        (
            "get_feed",
            "date_start=2013-09-08 23:26:00&direction=mo&pref_timezone=America/Montreal",
            [],
        ),
        ("send", "to=1514555555&message=test+message", "status:bool msg_id:int"),
        ("send", "to=15145555555&message=test message&", "status:bool msg_id:int"),
        (
            "send_email",
            "to=some%40some.com&subject=my+subject&message=test+message&format=text",
            done(),
        ),
        ("get_contacts", "group=Tous", ("", {"group": GROUP, "contacts": [MEMBER]})),
        ("get_contacts", "group=6", ("", {"group": GROUP, "contacts": [MEMBER]})),
        *(
            (
                "get_contact",
                body,
                done(contact=[(FOUND, {"groups": [GROUP.replace("system:int", "system:str")]})]),
            )
            for body in (JOHN, "email=some%40some.com", "id=1")
        ),
        ("post_contact", f"{CONTACT}&user_id=", done(contact=[POSTED])),
        (
            "post_contact",
            f"id=1&{CONTACT}",
            done(contact=[POSTED.replace("user_id:str", "user_id:int")]),
        ),
        *(("delete_contact", body, done()) for body in (JOHN, "email=some%40some.com", "id=1")),
        ("get_groups", "", done(groups=[GROUP])),
        ("post_group", "group_name=other", done(group=GROUP)),
        ("post_group", "group_id=26&group_name=NEW_test", done(group=GROUP)),
        *(
            (function, body, done())
            for function in ("add_group_contact", "delete_group_contact")
            for body in (f"group=test&contact={JOHN[7:]}", "group=test&contact=1")
        ),
        *(("delete_group", body, done()) for body in ("group=test", "group=26")),
        ("delete_broadcast", "broadcast=50", done()),
        ("start_broadcast", "broadcast=50", done()),
        (
            "post_broadcast",
            f"{POST}&from_groups=11,12&launch_date=2018-01-01 12:00:00",
            done(broadcast="id:int"),
        ),
        (
            "post_broadcast",
            f"broadcast=26&{POST}&rom_groups=1,2&launch_date=2018-01-01 12:00:00",
            done(broadcast="id:int"),
        ),
        ("test_broadcast", "broadcast=50&contact=15145555555", done()),
        (
            "send_verification",
            "to=15145555556&code=12346&language=fr&request_id=56789",
            "status:bool request_id:str",
        ),
    ],
)
async def test_a_sample_is_answered_in_its_form(
    client: Client, function: str, body: str, shape: Any
) -> None:
    status, answer = await curl(client, function, body)
    assert (status, form(answer)) == (200, shape)
    assert isinstance(answer, list) or answer.get("status", True) is True


async def test_the_samples_of_reading_broadcasts(client: Client) -> None:
    """One that was sent: they are the longest."""
    await curl(client, "post_broadcast", f"broadcast=50&{POST}")
    await curl(client, "start_broadcast", "broadcast=50")
    client.later(0.5)
    _, one = await curl(client, "get_broadcast", "broadcast=50")
    head = BROADCAST.removeprefix("id:str ").replace(" message:str", " broadcast_status:str")
    nested = {"broadcast": (head, {"from_groups": ["str"]}), "list": [ROW]}
    assert form(one) == (f"status:bool {TEXTS}", nested)
    _, all_of_them = await curl(client, "get_broadcasts", "")
    assert form(all_of_them) == done(
        broadcasts=[
            (f"{BROADCAST} broadcast_status:str {TEXTS}", {"from_groups": ["str"], "list": [ROW]})
        ]
    )


async def test_the_sample_of_an_import(client: Client) -> None:
    """The document writes `-d "file=abc.csv"` for a file that curl is to send."""
    upload = aiohttp.FormData({"overwrite": "0", "email": "some@some.com"})
    upload.add_field("file", "number,name\n15145550001,Anne\n", filename="abc.csv")
    url = f"{client.sandbox.vudumobile_url}/import_contacts"
    async with client.http.post(url, headers=client.key, data=upload) as answer:
        assert form(await answer.json()) == "status:bool email:str"
    client.sandbox.vudumobile.import_file = "form"
    body = "file=number%0A15145550002&overwrite=0&email=some%40some.com"
    assert (await curl(client, "import_contacts", body))[0] == 200


async def test_the_diagnosis(client: Client) -> None:
    """`wget -d`, which has no key and does not post."""
    async with client.http.get(f"{client.sandbox.vudumobile_url}/send") as answer:
        assert await answer.json() == {"status": False, "error": "API Key parameter is missing"}
