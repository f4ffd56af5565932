"""Why a text was answered so, asked over the control API."""

import pytest

from tests.sandbox.conftest import MOBILE, Client
from tests.sandbox.explainer import ANSWERED, Explainer


async def why(client: Client, **query: object) -> tuple[int, object]:
    wanted = {name: str(value) for name, value in query.items()}
    async with client.http.get(f"{client.sandbox.url}/control/why", params=wanted) as answer:
        return answer.status, await answer.json()


async def explains(client: Client) -> bool:
    async with client.http.get(f"{client.sandbox.url}/control/state") as answer:
        return bool((await answer.json())["explains"])


async def test_who_answers_says_why(client: Client) -> None:
    bubble = await client.control("text", gateway="vudumobile", number=MOBILE, text="METEO")
    explainer = client.sandbox.explain = Explainer()

    answer = await why(client, gateway="vudumobile", number=MOBILE, key=bubble["key"])

    assert answer == (200, {"why": ANSWERED})
    assert explainer.asked == [("vudumobile", MOBILE, "METEO")]
    assert await explains(client)


async def test_a_sandbox_alone_explains_nothing(client: Client) -> None:
    bubble = await client.control("text", gateway="vudumobile", number=MOBILE, text="METEO")

    status, body = await why(client, gateway="vudumobile", number=MOBILE, key=bubble["key"])

    assert (status, await explains(client)) == (409, False)
    assert "nobody to explain it" in str(body)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        pytest.param({"gateway": "vudumobile", "number": MOBILE, "key": 999}, 409, id="no text"),
        pytest.param({"gateway": "orange", "number": MOBILE, "key": 1}, 409, id="no gateway"),
        pytest.param({"gateway": "vudumobile", "number": MOBILE, "key": "x"}, 400, id="no key"),
        pytest.param({"gateway": "vudumobile", "number": MOBILE}, 400, id="without a key"),
    ],
)
async def test_what_is_no_text_is_not_explained(
    client: Client, query: dict[str, object], status: int
) -> None:
    client.sandbox.explain = Explainer()

    assert (await why(client, **query))[0] == status


async def test_our_own_messages_are_not_explained(client: Client) -> None:
    client.sandbox.explain = Explainer()
    sent = client.sandbox.send_by_hand(MOBILE, "Bonjour")

    assert (await why(client, gateway="vudumobile", number=MOBILE, key=sent.key))[0] == 409
