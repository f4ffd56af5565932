"""VuduMobile's codes of verification: what is answered, and what a phone or a landline gets."""

import pytest

from tests.sandbox.conftest import MOBILE, Client

SAMPLE = {"to": "15145555556", "code": "12346", "language": "fr", "request_id": "56789"}


def failed(text: str) -> tuple[int, dict[str, object]]:
    return 400, {"status": False, "error": text}


async def test_the_sample(client: Client) -> None:
    assert await client.ask("send_verification", **SAMPLE) == (
        200,
        {"status": True, "request_id": "56789"},
    )
    (bubble,) = client.sandbox.phone("vudumobile", "+15145555556").received
    assert (bubble.text, bubble.kind) == ("Votre code de vérification : 12346", "sms")
    assert await client.feed("mt") == []
    (line,) = client.sandbox.ledger
    assert (line.number, line.id) == ("+15145555556", "56789")


async def test_the_sample_as_it_is_printed_lacks_its_signs(client: Client) -> None:
    """ "to=15145555556code=12346language=fr" is one parameter, and no number."""
    form = {"to": "15145555556code=12346language=fr", "request_id": "56789"}
    assert await client.ask("send_verification", **form) == failed("to parameter is invalid")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"to": ""}, "to parameter is missing"),
        ({"to": "METEO"}, "to parameter is invalid"),
        ({"code": ""}, "code parameter is missing"),
        *(
            ({"code": code}, "code parameter is invalid")
            for code in ("123", "12345678901", "12a45", "١٢٣٤", "-1234")
        ),
        ({"language": "de"}, "language parameter is invalid"),
        ({"language": "FR"}, "language parameter is invalid"),
    ],
)
async def test_errors(client: Client, change: dict[str, str], text: str) -> None:
    assert await client.ask("send_verification", **SAMPLE | change) == failed(text)
    assert client.sandbox.ledger == []


@pytest.mark.parametrize("code", ["1234", "0000", "1234567890"])
@pytest.mark.parametrize(
    ("language", "words"), [("fr", "Votre code"), ("en", "Your verification")]
)
async def test_codes_and_languages(client: Client, code: str, language: str, words: str) -> None:
    form = {"to": MOBILE, "code": code, "language": language}
    status, answer = await client.ask("send_verification", **form)
    assert (status, answer["status"], answer["request_id"].isdigit()) == (200, True, True)
    (bubble,) = client.sandbox.phone("vudumobile", MOBILE).received
    assert bubble.text.startswith(words)
    assert bubble.text.endswith(code)


@pytest.mark.parametrize(("required", "status"), [(False, 200), (True, 400)])
async def test_two_readings_of_no_language(client: Client, required: bool, status: int) -> None:
    client.sandbox.vudumobile.language_required = required
    client.sandbox.vudumobile.default_language = "en"
    assert (await client.ask("send_verification", to=MOBILE, code="1234"))[0] == status
    texts = [one.text for one in client.sandbox.phone("vudumobile", MOBILE).received]
    assert texts == ([] if required else ["Your verification code: 1234"])


@pytest.mark.parametrize(("once", "texts"), [(False, 2), (True, 1)])
async def test_two_readings_of_a_request_that_is_repeated(
    client: Client, once: bool, texts: int
) -> None:
    client.sandbox.vudumobile.request_id_once = once
    for _ in range(2):
        answer = await client.ask("send_verification", **SAMPLE)
        assert answer == (200, {"status": True, "request_id": "56789"})
    assert len(client.sandbox.phone("vudumobile", SAMPLE["to"]).received) == texts


async def test_codes_may_show_in_the_feed(client: Client) -> None:
    client.sandbox.vudumobile.verification_in_feed = True
    await client.ask("send_verification", **SAMPLE)
    (row,) = await client.feed("mt")
    assert (row["to"], row["message"]) == ("15145555556", "Votre code de vérification : 12346")


@pytest.mark.parametrize(
    ("number", "landline", "kind"),
    [
        ("15145558000", None, "tts"),
        (MOBILE, True, "tts"),
        ("15145558000", False, "sms"),
        (MOBILE, None, "sms"),
    ],
)
async def test_a_landline_is_called(
    client: Client, number: str, landline: bool | None, kind: str
) -> None:
    if landline is not None:
        body = {"gateway": "vudumobile", "number": number, "landline": landline}
        assert (await client.control("landline", **body))["landline"] is landline
    await client.ask("send_verification", to=number, code="1234", language="fr")
    state = await client.read_control(f"state?phones=vudumobile:{number}")
    (bubble,) = state["phones"][0]["bubbles"]
    assert bubble["kind"] == kind
