"""VuduMobile's codes of verification: `send_verification`, as a text or as a call."""

from bot.sandbox.vudumobile_account import VuduMobileAccount
from bot.sandbox.vudumobile_answers import error
from bot.sandbox.vudumobile_line import NAME, Line
from bot.sandbox.wire import Answer, Call, json_answer
from bot.sandbox.world import World

SPOKEN = {"fr": "Votre code de vérification : {code}", "en": "Your verification code: {code}"}
"""The document does not print what the person reads or hears."""


class VuduMobileVerification:
    """A landline is called, any other number is sent a text."""

    def __init__(self, world: World, account: VuduMobileAccount, line: Line) -> None:
        self._world = world
        self._account = account
        self._line = line
        self._asked: set[str] = set()

    def restart(self) -> None:
        """No code was ever sent."""
        self._asked.clear()

    def send(self, call: Call) -> Answer:
        """Answers the identifier of the request, its own where none was given."""
        code, language = str(call.fields.get("code", "")), str(call.fields.get("language", ""))
        wrong = self._wrong(call, code, language)
        if wrong:
            return error(400, wrong)
        request_id = str(call.fields.get("request_id") or 50_000 + call.request.id)
        known = request_id in self._asked
        self._asked.add(request_id)
        if not (known and self._account.request_id_once):
            text = SPOKEN[language or self._account.default_language].format(code=code)
            self._carry(call, text, request_id)
        return json_answer(200, {"status": True, "request_id": request_id})

    def _wrong(self, call: Call, code: str, language: str) -> str:
        """What is wrong with a request; the document has no texts for it."""
        wrong = {
            "to parameter is missing": not call.fields.get("to"),
            "to parameter is invalid": not call.numbers,
            "code parameter is missing": not code,
            "code parameter is invalid": not _is_code(code),
            "language parameter is missing": not language and self._account.language_required,
            "language parameter is invalid": bool(language) and language not in SPOKEN,
        }
        return next((what for what, is_wrong in wrong.items() if is_wrong), "")

    def _carry(self, call: Call, text: str, request_id: str) -> None:
        (number,) = call.numbers
        phone = self._world.phones(NAME, number)
        births = self._world.faults.draw("birth", NAME, call.operation, (number,))
        bubble = self._line.accept(
            number,
            text,
            "api",
            births,
            listed=self._account.verification_in_feed,
            kind="tts" if phone.landline else "sms",
        )
        bubble.id = request_id
        self._line.note(number, text, bubble, call.request)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and 4 <= len(text) <= 10
