"""An explanation with everything in it, and somebody who gives it."""

from datetime import datetime

HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"


def told(text: str) -> dict[str, str]:
    return {"en": f"{text} in English", "fr": f"{text} en français"}


def rule(name: str, why: str = "", *, answers: bool = False) -> dict[str, object]:
    return {
        "rule": name,
        "source": "rules/a.yaml:1:5",
        "by": told("word"),
        "answers": answers,
        "why": told(why) if why else {"en": "", "fr": ""},
    }


ANSWERED: dict[str, object] = {
    "words": ["meteo"],
    "reason": told("reason"),
    "built_in": "",
    "silent": None,
    "asked": [rule("weather", answers=True), rule("anything", "later")],
    "captured": {"town": HOSTILE},
    "does": [told("deed")],
    "replies": [
        {
            "text": "Beau",
            "languages": ["fr"],
            "segments": 2,
            "encoding": "UCS-2",
            "dear": ["’"],
            "cheaper": HOSTILE,
        }
    ],
    "error": "",
}
STOPPED: dict[str, object] = ANSWERED | {
    "built_in": "stop",
    "asked": [],
    "silent": told("silence"),
    "replies": [],
    "does": [],
    "captured": {},
    "error": "the template fails",
}


class Explainer:
    """Explains as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.answer: dict[str, object] | None = ANSWERED

    def __call__(
        self, gateway: str, number: str, text: str, at: datetime
    ) -> dict[str, object] | None:
        assert at.tzinfo is not None
        self.asked.append((gateway, number, text))
        return self.answer
