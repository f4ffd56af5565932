"""VuduMobile's import of a list: the answer says that it began, a mail how it ended."""

from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import Client

USER = "some@some.com"
LIST = "number,name,email,language\n15145550001,Anne,anne@some.com,en\n15145550002,Bob,,\n"


async def bring(
    client: Client, content: str | bytes | None = LIST, email: str | None = USER, **more: str
) -> tuple[int, Any]:
    """As `curl -F file=@abc.csv` does."""
    form = aiohttp.FormData(default_to_multipart=True)
    if content is not None:
        form.add_field("file", content, filename="abc.csv", content_type="text/csv")
    for name, value in ({"email": email} | more if email else more).items():
        form.add_field(name, value)
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/import_contacts", headers=client.key, data=form
    ) as answer:
        return answer.status, await answer.json()


def failed(text: str) -> tuple[int, dict[str, object]]:
    return 400, {"status": False, "error": text}


def book(client: Client) -> list[tuple[str, str, str, str]]:
    return [
        (c.number, c.name, c.email, c.language) for c in client.sandbox.vudumobile_book.contacts
    ]


ANNE = ("+15145550001", "Anne", "anne@some.com", "en")
BOB = ("+15145550002", "Bob", "", "fr")


async def test_the_sample(client: Client) -> None:
    assert await bring(client, overwrite="0") == (200, {"status": True, "email": USER})
    assert book(client) == [], "it has only begun"
    client.later(2)
    assert client.sandbox.mails("vudumobile")[0].to == USER
    assert "2 ajoutés" in client.sandbox.mails("vudumobile")[0].text
    assert book(client) == [ANNE, BOB]


@pytest.mark.parametrize(
    ("overwrite", "name", "said"),
    [
        ({}, "Anna", "1 inchangés"),
        ({"overwrite": "0"}, "Anna", "1 inchangés"),
        ({"overwrite": "1"}, "Anne", "1 modifiés"),
    ],
)
async def test_who_is_known_is_overwritten_only_where_that_is_said(
    client: Client, overwrite: dict[str, str], name: str, said: str
) -> None:
    anna = client.sandbox.vudumobile_book.add("15145550001", name="Anna", description="Dev")
    await bring(client, **overwrite)
    client.later(2)
    (mail,) = client.sandbox.mails("vudumobile")
    found = client.sandbox.vudumobile_book.find("15145550001")
    assert (found.name, found.description, found.id) == (name, "Dev", anna.id)
    assert said in mail.text
    assert "1 ajoutés" in mail.text


async def test_lines_that_are_no_contacts_are_counted(client: Client) -> None:
    await bring(client, "number,email\nMETEO,\n15145550001,\n,anne\n,a@b.ca\n\n")
    client.later(2)
    assert "2 ajoutés / added, 0 modifiés / changed, 0 inchangés / kept, 2 refusés" in (
        client.sandbox.mails("vudumobile")[0].text
    )


STRANGER = "The email {} must be associated to a user on your account"
DELIMITERS, MALFORMED = "Wrong delimiters", "CSV file malformed"
UNREADABLE = "CSV file could not be read"


@pytest.mark.parametrize(
    ("content", "more", "text"),
    [
        (None, {}, "File required"),
        (LIST, {"email": "me@some.com"}, STRANGER.format("me@some.com")),
        (LIST, {"email": None}, STRANGER.format("")),
        (LIST, {"overwrite": "yes"}, "overwrite parameter is invalid"),
        (LIST.replace(",", ";"), {}, DELIMITERS),
        (LIST.replace(",", "\t"), {}, DELIMITERS),
        (LIST + "15145550003,Chloé\n", {}, MALFORMED),
        (LIST + "15145550003,Chloé,,,fr\n", {}, MALFORMED),
        (LIST + '15145550003,"Chloé,,\n', {}, MALFORMED),
        ("nom,prenom\nAnne,Roy\n", {}, MALFORMED),
        ("", {}, UNREADABLE),
        (" \n\n", {}, UNREADABLE),
        (LIST.encode() + b"\xff\xfe", {}, UNREADABLE),
        (b"PK\x03\x04\0\0", {}, UNREADABLE),
    ],
)
async def test_errors(
    client: Client, content: str | bytes | None, more: dict[str, Any], text: str
) -> None:
    assert await bring(client, content, **more) == failed(text)
    client.later(60)
    assert (book(client), client.sandbox.mails("vudumobile")) == ([], [])


@pytest.mark.parametrize(
    ("setting", "content"),
    [
        ({"csv_delimiter": ";"}, LIST.replace(",", ";")),
        ({"csv_delimiter": "\t"}, LIST.replace(",", "\t")),
        ({"csv_header": "none"}, "15145550001,Anne,,anne@some.com,en\n15145550002,Bob,,,\n"),
        ({"users": "a@b.ca, SOME@some.com"}, LIST),
        ({}, "\ufeff" + LIST.replace("\n", "\r\n")),
        ({}, LIST.replace("number", "Number ")),
    ],
)
async def test_other_lists(client: Client, setting: dict[str, object], content: str) -> None:
    await client.control("settings", vudumobile=setting)
    assert (await bring(client, content))[0] == 200
    client.later(2)
    assert book(client) == [ANNE, BOB]


@pytest.mark.parametrize(
    ("setting", "as_form", "as_upload"),
    [("upload", 400, 200), ("form", 200, 400), ("either", 200, 200)],
)
async def test_three_readings_of_how_a_list_comes(
    client: Client, setting: str, as_form: int, as_upload: int
) -> None:
    client.sandbox.vudumobile.import_file = setting
    assert (await client.ask("import_contacts", file=LIST, email=USER))[0] == as_form
    assert (await bring(client))[0] == as_upload


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--a\r\n"),
        ("multipart/form-data; boundary=a", b"--b\r\n\r\nx"),
        ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx"),
        ("multipart/form-data; boundary=\xe9", b"\xff" * 100),
        ("text/csv", LIST.encode()),
    ],
)
async def test_what_is_no_form(client: Client, kind: str, body: bytes) -> None:
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/import_contacts",
        headers=client.key | {"Content-Type": kind},
        data=body,
    ) as answer:
        assert (answer.status, await answer.json()) == failed("File required")
