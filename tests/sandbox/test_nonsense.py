"""Whatever is sent to the played APIs, they answer as vendors do, never with a crash."""

import asyncio
import json
from random import Random

import pytest

from bot.sandbox.faults import OPERATIONS
from tests.sandbox.conftest import GSM, MOBILE, Client

VALUES = [
    "",
    "0",
    "-1",
    "a",
    "é",
    "\x00",
    "\ud800",
    "😀" * 300,
    "+",
    "+1" * 40,
    "1;2",
    ";",
    "null",
    "0001-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "2026-06-01 12:00:00 ",
    "%",
    "../..",
    GSM,
    MOBILE,
    None,
    True,
    0,
    -1,
    3,
    1e308,
    [],
    [None],
    {},
    {"a": 1},
]
FORM = [
    "date_start",
    "direction",
    "pref_timezone",
    "to",
    "message",
    "code",
    "language",
    "request_id",
    "subject",
    "format",
    "broadcast",
    "contact",
    "name",
    "from_groups",
    "launch_date",
    "fr_message",
    "file",
    "email",
    "overwrite",
]
DATAS = [
    "text",
    "number_list",
    "encodage",
    "short_code",
    "hd_send",
    "filename",
    "type_push",
    "options",
    "duplicates",
    "email_list",
    "email_subject",
    "type_mail",
    "open_tag",
    "criteria",
    "gsm_routage_mo",
    "mail_routage_mo",
    "cascade",
    "time_cascade",
    "all_number",
    "predefined_message",
    "account",
    "username",
    "credit",
]
PATHS = [
    "",
    "account/me",
    "account",
    "pushs",
    "pushs/",
    "pushs/x",
    "pushs/x/mos",
    "pushs//mos",
    "pushs/%2e%2e/mos",
    "pushs/Push20260601140000/deliveries",
    "users",
    "users/1",
    "users/x",
    "contacts",
    "contacts/x",
    "fieldlist",
    "pushscriterias",
    "pushsbroadcasts",
    "pushsmailcriterias",
    "pushsmailbroadcasts",
    "pushs/a/b/c",
    "pushsmails",
    "pushsmails/x",
    "pushsmails/x/deliveries",
    "pushsmails/x/y/z",
    "pushmails",
]


@pytest.mark.parametrize("seed", range(3))
async def test_vudumobile(client: Client, seed: int) -> None:
    dice = Random(seed)
    for _ in range(300):
        form = {
            name: str(dice.choice(VALUES)).encode("utf-8", "surrogatepass")
            for name in dice.sample(FORM, dice.randrange(len(FORM)))
        }
        operation = dice.choice([*OPERATIONS["vudumobile"], "x", ""])
        async with client.http.post(
            f"{client.sandbox.vudumobile_url}/{operation}", headers=client.key, data=_encoded(form)
        ) as answer:
            assert answer.status < 500, form
            json.loads(await answer.read())


@pytest.mark.parametrize("seed", range(3))
async def test_clever(client: Client, seed: int) -> None:
    dice = Random(seed)
    good = {
        "text": "a",
        "number_list": GSM,
        "encodage": 3,
        "email_list": "a@b.example",
        "email_subject": "a",
        "criteria": "name=Anne",
    }
    client.sandbox.clever_book.add(GSM, "Anne", "Roy", gsm_secondary="1")
    for _ in range(300):
        datas = good | {
            name: dice.choice(VALUES) for name in dice.sample(DATAS, dice.randrange(4))
        }
        body = json.dumps({"datas": datas} if dice.random() < 0.9 else dice.choice(VALUES))
        async with client.http.request(
            dice.choice(["GET", "POST", "PUT", "DELETE"]) if dice.random() < 0.3 else "POST",
            f"{client.sandbox.clever_url}/{dice.choice([*PATHS, 'pushs', 'pushsmails'])}",
            headers=client.basic | {"Content-Type": "application/json"},
            data=body,
        ) as answer:
            assert answer.status < 500, body
            json.loads(await answer.read() or b"{}")
        client.later(0.7)


async def test_a_key_that_is_no_text(client: Client) -> None:
    port = int(client.sandbox.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /vudumobile/api/send HTTP/1.0\r\nVUDUMOBILE-API-KEY: \xff\xfe\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert b" 403 " in head.splitlines()[0]
    assert json.loads(body)["status"] is False


def _encoded(form: dict[str, bytes]) -> bytes:
    from urllib.parse import quote_from_bytes

    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in form.items()).encode()
