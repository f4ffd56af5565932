"""Every error of VuduMobile's document, and what is none of them."""

from __future__ import annotations

import pytest

from bot.clients import Rejected, Unconfirmed, VuduMobile
from bot.gateways.book import EXISTS, UNKNOWN
from bot.gateways.vudumobile_tables import INCOMPLETE, NOBODY, STARTED, SYSTEM, UNFIT
from tests.clients.test_vudumobile_document import EXAMPLES
from tests.gateways.server import Reply, ScriptedServer, sample

CODES = {
    "texte de l'erreur": "400",
    "to, subject, message or format parameter is missing": INCOMPLETE,
    "to is not a valid email address": UNFIT,
    "group parameter is missing": INCOMPLETE,
    "Contact number or email required": INCOMPLETE,
    "Contact already exists with this number": EXISTS,
    "Contact not found": UNKNOWN,
    "Contact number, email or id required": INCOMPLETE,
    "File required": INCOMPLETE,
    "The email some@some.com must be associated to a user on your account": UNFIT,
    "Wrong delimiters": UNFIT,
    "CSV file malformed": UNFIT,
    "CSV file could not be read": UNFIT,
    "group already exists": EXISTS,
    "group doesn't exist": UNKNOWN,
    "system groups can't be modified": SYSTEM,
    "system groups can't be deleted": SYSTEM,
    "contact not found": UNKNOWN,
    "group not found": UNKNOWN,
    "broadcast not found": UNKNOWN,
    "broadcast identifier parameter is missing": INCOMPLETE,
    "broadcast has already been sent or started": STARTED,
    "broadcast has already been sent or is currently being processed": STARTED,
    "broadcast has no valid recipients": NOBODY,
    "Invalid broadcast information": UNFIT,
    "Contact and broadcast required": INCOMPLETE,
}
CALLS = {example.function: example.call for example in EXAMPLES} | {
    "import_contacts": lambda v: v.import_contacts(b"number\n", "some@some.com")
}
REFUSALS = [
    pytest.param(function, said, status, id=f"{function}, {status}: {said}")
    for function, several in sample("vudumobile/refusals").items()
    for said in several
    for status in (400, 404, 409, 499)
    # Words that say nothing leave it to the status, and these two mean something of their own.
    if CODES[said] != "400" or status not in {404, 409}
]


@pytest.mark.parametrize(("function", "said", "status"), REFUSALS)
async def test_a_refusal_of_the_document_has_its_word(
    function: str, said: str, status: int, server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    """Success is 200, and errors are from 400 to 499. In `get_contact` nobody is an answer."""
    server.say(Reply(status, {"status": False, "error": said}))
    if (function, said) == ("get_contact", "Contact not found"):
        assert await vudumobile.get_contact(id="1") == []
        return
    with pytest.raises(Rejected) as refused:
        await CALLS[function](vudumobile)
    assert refused.value.code == (str(status) if CODES[said] == "400" else CODES[said])
    assert said in refused.value.reason
    assert len(server.asked) == 1


async def test_a_success_that_says_it_failed_is_no_success(
    server: ScriptedServer, vudumobile: VuduMobile
) -> None:
    server.say(Reply(200, {"status": False, "error": "texte de l'erreur"}))
    with pytest.raises(Unconfirmed):
        await vudumobile.send("15145555555", "test")
