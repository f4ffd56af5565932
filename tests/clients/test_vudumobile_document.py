"""Every request of VuduMobile's document is what the client sends, and every answer is read.

Where we send something else than a sample, the table says so, and why.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from bot.clients import VuduMobile
from bot.vendors.doing import jsonable
from tests.clients.conftest import KEY
from tests.clients.reading import lost
from tests.gateways.server import Reply, ScriptedServer, sample

MONTREAL = ZoneInfo("America/Montreal")
JOHN = "number=1514555555&name=John%20Smith&description=Dev&email=some%40some.com&language=fr"
WHOLE = (
    "name=test&fr_message=message_text&en_message=message_text&fr_subject=email_subject_text"
    "&en_subject=email_subject_text&fr_email=email_text&en_email=email_text&from_groups=1,2"
    "&launch_date=2018-01-01 12:00:00"
)
BROADCAST: Mapping[str, Any] = {
    "name": "test",
    **dict.fromkeys(("fr_message", "en_message"), "message_text"),
    **dict.fromkeys(("fr_subject", "en_subject"), "email_subject_text"),
    **dict.fromkeys(("fr_email", "en_email"), "email_text"),
    "from_groups": ["1", "2"],
    "launch_date": datetime(2018, 1, 1, 12, tzinfo=UTC),
}
SMITH: Mapping[str, Any] = {
    "number": "15145555555",
    "name": "John Smith",
    "description": "Dev",
    "email": "some@some.com",
    "language": "fr",
}
ELEVEN = {"1514555555": "15145555555"}
"""Ten digits with a 1 in front are one too few: no such number can be dialled."""
Call = Callable[[VuduMobile], Awaitable[Any]]


@dataclass(frozen=True)
class Example:
    """A request that the document shows, and how it is made."""

    function: str
    form: str
    call: Call
    answer: str
    instead: Mapping[str, str] = field(default_factory=dict)
    """What we write in place of what the sample has."""


def _at(written: str, zone: tzinfo = UTC) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=zone)


EXAMPLES = (
    Example(
        "get_feed",
        "date_start=2013-09-09 03:26:00",
        lambda v: v.get_feed(_at("2013-09-09 03:26:00")),
        "feed-of-the-document",
        # The default is told in one way and shown in another: it is never left open.
        {"03:26:00": "03:26:00&direction=mo"},
    ),
    Example(
        "get_feed",
        "date_start=2013-09-08 23:26:00&direction=mo&pref_timezone=America/Montreal",
        lambda v: v.get_feed(_at("2013-09-09 03:26:00"), direction="mo", timezone=MONTREAL),
        "feed-of-the-document-in-montreal-time",
    ),
    Example(
        "get_feed",  # in C#
        "date_start=2013-09-08 23:26:00&pref_timezone=America/Montreal",
        lambda v: v.get_feed(_at("2013-09-08 23:26:00", MONTREAL), timezone=MONTREAL),
        "feed-of-the-document-in-montreal-time",
        {"&pref": "&direction=mo&pref"},
    ),
    Example(
        "send",
        "to=1514555555&message=test+message",
        lambda v: v.send("15145555555", "test message"),
        "sent",
        ELEVEN,
    ),
    Example(
        "send",  # in ASP.Net
        "to=15145555555&message=Un message de test",
        lambda v: v.send("+1 514 555-5555", "Un message de test"),
        "sent",
    ),
    Example(
        "send",  # in PHP
        "to=15145555555&message=test message",
        lambda v: v.send("514-555-5555", "test message"),
        "sent",
    ),
    Example(
        "send_email",
        "to=some%40some.com&subject=my+subject&message=test+message&format=text",
        lambda v: v.send_email("some@some.com", "my subject", "test message"),
        "done",
    ),
    Example("get_contacts", "group=Tous", lambda v: v.get_contacts("Tous"), "contacts-of-a-group"),
    Example("get_contacts", "group=6", lambda v: v.get_contacts("6"), "contacts-of-a-group"),
    Example(
        "get_contact",
        "number=15145555555",
        lambda v: v.get_contact(number="15145555555"),
        "contact-found",
    ),
    Example(
        "get_contact",
        "email=some%40some.com",
        lambda v: v.get_contact(email="some@some.com"),
        "contact-found",
    ),
    Example("get_contact", "id=1", lambda v: v.get_contact(id="1"), "contact-found"),
    Example(
        "post_contact",
        f"{JOHN}&user_id=",
        lambda v: v.post_contact(**SMITH, user_id=""),
        "contact-added",
        ELEVEN,
    ),
    Example(
        "post_contact",
        f"id=1&{JOHN}",
        lambda v: v.post_contact(id="1", **SMITH),
        "contact-changed",
        ELEVEN,
    ),
    Example(
        "delete_contact",
        "number=15145555555",
        lambda v: v.delete_contact(number="+15145555555"),
        "done",
    ),
    Example(
        "delete_contact",
        "email=some%40some.com",
        lambda v: v.delete_contact(email="some@some.com"),
        "done",
    ),
    Example("delete_contact", "id=123", lambda v: v.delete_contact(id="123"), "done"),
    Example("get_groups", "", lambda v: v.get_groups(), "groups"),
    Example("post_group", "group_name=test", lambda v: v.post_group("test"), "group-made"),
    Example(
        "post_group",
        "group_id=26&group_name=NEW_test",
        lambda v: v.post_group("NEW_test", group_id="26"),
        "group-renamed",
    ),
    *(
        Example(function, f"group=test&contact={written}", call, "done")
        for function, written, call in (
            (
                "add_group_contact",
                "15145555555",
                lambda v: v.add_group_contact("test", "+15145555555"),
            ),
            ("add_group_contact", "1", lambda v: v.add_group_contact("test", "1")),
            (
                "delete_group_contact",
                "15145555555",
                lambda v: v.delete_group_contact("test", "+15145555555"),
            ),
            ("delete_group_contact", "1", lambda v: v.delete_group_contact("test", "1")),
        )
    ),
    Example("delete_group", "group=test", lambda v: v.delete_group("test"), "done"),
    Example("delete_group", "group=26", lambda v: v.delete_group("26"), "done"),
    Example("get_broadcasts", "", lambda v: v.get_broadcasts(), "broadcasts"),
    Example("get_broadcast", "broadcast=50", lambda v: v.get_broadcast("50"), "broadcast"),
    Example("delete_broadcast", "broadcast=50", lambda v: v.delete_broadcast("50"), "done"),
    Example("start_broadcast", "broadcast=50", lambda v: v.start_broadcast("50"), "done"),
    Example("post_broadcast", WHOLE, lambda v: v.post_broadcast(**BROADCAST), "broadcast-made"),
    Example(
        "post_broadcast",
        f"broadcast=26&{WHOLE}".replace("from_groups", "rom_groups"),
        lambda v: v.post_broadcast(broadcast="26", **BROADCAST),
        "broadcast-made",
        {"rom_groups": "from_groups"},  # a letter is missing in the sample
    ),
    Example(
        "test_broadcast",
        "broadcast=50&contact=15145555555",
        lambda v: v.test_broadcast("50", "15145555555"),
        "done",
    ),
    Example(
        "send_verification",
        "to=15145555556code=12346language=fr&request_id=56789",
        lambda v: v.send_verification("15145555556", "12346", language="fr", request_id="56789"),
        "code-sent",
        {"code=": "&code=", "language=": "&language="},  # two `&` are missing in the sample
    ),
)
each_example = pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda one: f"{one.function}: {one.form[:40]}"
)


@each_example
async def test_a_request_is_sent_as_it_is_shown(
    example: Example, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body=sample(f"vudumobile/{example.answer}")))
    await example.call(vudumobile)

    (asked,) = server.asked
    form = example.form
    for written, ours in example.instead.items():
        assert written in form
        form = form.replace(written, ours)
    assert (asked.method, asked.path) == ("POST", f"/api/{example.function}")
    assert asked.headers["vudumobile-api-key"] == KEY
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    sent = parse_qsl(asked.body, keep_blank_values=True, strict_parsing=bool(asked.body))
    assert sent == parse_qsl(form.encode(), keep_blank_values=True)


async def test_a_file_is_uploaded_where_the_document_shows_its_name_alone(
    server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    """`file=abc.csv&overwrite=0&email=some%40some.com`: nothing of the file is in that."""
    server.say(Reply(body=sample("vudumobile/import-begun")))
    content = "number,name\n15145555555,Zoé\r\n".encode()
    told = await vudumobile.import_contacts(content, "some@some.com", name="abc.csv")

    (asked,) = server.asked
    media, _, boundary = asked.headers["content-type"].partition("; boundary=")
    overwrite, email, file, end = asked.body.split(f"--{boundary}".encode())[1:]
    assert (told, media, asked.path) == (
        "some@some.com",
        "multipart/form-data",
        "/api/import_contacts",
    )
    named = b'\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    assert (overwrite, email) == (named % (b"overwrite", b"0"), named % (b"email", told.encode()))
    head, _, sent = file.partition(b"\r\n\r\n")
    assert b'name="file"; filename="abc.csv"' in head
    assert (sent, end) == (content + b"\r\n", b"--\r\n")


def _shown(answer: str) -> Any:
    """What stands in a sample, without what only wraps it."""
    shown = sample(f"vudumobile/{answer}")
    if not isinstance(shown, dict):
        return {"messages": shown}
    if answer == "broadcast":  # texts and messages stand beside it
        return {"id": "50", **shown.pop("broadcast"), **shown} | {"status": None}
    wrapped = {"contact", "groups", "group", "broadcasts"} & set(shown)
    if answer.startswith("contacts-of"):
        return shown
    if wrapped:
        return shown[wrapped.pop()]
    return shown


LOSSLESS = [
    example
    for example in EXAMPLES
    if example.answer not in {"done", "broadcast-made"}  # they say nothing but that it was done
]


@pytest.mark.parametrize("example", LOSSLESS, ids=lambda one: f"{one.function}: {one.form[:40]}")
async def test_an_answer_is_read_without_loss(
    example: Example, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body=sample(f"vudumobile/{example.answer}")))
    read = jsonable(await example.call(vudumobile))
    shown = _shown(example.answer)
    if example.function == "post_contact":
        (shown,) = shown
    if example.function in {"send", "send_verification"}:
        shown.pop("status")
    assert list(lost(shown, read)) == []


def test_what_is_lost_is_named() -> None:
    shown = {"id": 7, "at": "2017-01-11 16:36:01", "rows": [{"a": "1"}, {"a": "2"}], "none": None}
    read = {"id": "7", "at": "2017-01-11T16:36:02Z", "rows": [{"a": "1"}]}
    assert list(lost(shown, read)) == [
        ".at: '2017-01-11 16:36:01' became '2017-01-11T16:36:02Z'",
        ".rows: 2 became 1",
    ]


@pytest.mark.parametrize("broadcast", [None, "26"])
async def test_a_broadcast_that_was_made_has_its_id(
    broadcast: str | None, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(body=sample("vudumobile/broadcast-made")))
    assert await vudumobile.post_broadcast(broadcast=broadcast, **BROADCAST) == "26"


async def test_times_of_a_zone_are_read_in_it(
    server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    """The document shows the same texts twice."""
    server.say(
        Reply(body=sample("vudumobile/feed-of-the-document")),
        Reply(body=sample("vudumobile/feed-of-the-document-in-montreal-time")),
    )
    utc, local = [
        (await vudumobile.get_feed(_at("2013-09-09 00:00:00"), timezone=zone)).messages[0]
        for zone in (None, MONTREAL)
    ]
    assert utc.at == local.at == _at("2013-09-09 03:26:18")
    assert local.at.hour == 23
