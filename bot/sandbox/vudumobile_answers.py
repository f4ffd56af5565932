"""What VuduMobile says when it does not do what was asked."""

from bot.sandbox.wire import Answer, json_answer

TEXTS = {
    402: "Insufficient credits",
    409: "The request conflicts with another request",
    429: "Too many requests",
    430: "The account has expired",
    500: "Internal error",
    503: "Service unavailable",
}
"""The document has no text for these."""


def error(status: int, text: str) -> Answer:
    """The document's form of every error."""
    return json_answer(status, {"status": False, "error": text})
