"""The one way in which asking fails: whoever asks goes on without an answer."""


class NotAnswered(Exception):
    """There is no answer that can be used.

    The reason is for the operator. It never quotes what was texted or answered.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
