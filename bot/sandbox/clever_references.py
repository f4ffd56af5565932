"""The names of Clever's campaigns: a second has one, whatever is sent in it."""

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.world import World


def reference_of(created: datetime) -> str:
    """Push and the second of creation, by a clock in Paris."""
    return created.strftime("Push%Y%m%d%H%M%S")


class References:
    """Names campaigns of messages and of mails alike."""

    def __init__(self, world: World, account: CleverAccount) -> None:
        self._world = world
        self._account = account
        self.owners: list[Callable[[str], bool]] = []
        """Who may say that a reference is taken."""

    def taken(self, reference: str) -> bool:
        """Whether a campaign of any kind has it."""
        return any(owns(reference) for owns in self.owners)

    def new(self, *, tailed: bool = False, always: bool = False) -> str:
        """Empty when the second is taken and that is a conflict.

        `tailed`: in the document's sample a campaign of this kind has a tail; `always`: it has
        one whatever the account's setting.
        """
        now = self._account.local(self._world.clock.now())
        usual, shape = reference_of(now), self._account.reference_shape
        if always or shape == "suffixed" or (tailed and shape == "sample"):
            return usual + self._tail(now)
        if self.taken(usual) and self._account.same_second != "share":
            return ""
        return usual

    def free(self, when: datetime) -> str:
        """For a campaign that is begun on the site: of the next second that is free."""
        reference, second = reference_of(when), when
        while self.taken(reference):
            second = datetime.fromtimestamp(second.timestamp() + 1, when.tzinfo)
            reference = reference_of(second)
        return reference

    def _tail(self, now: datetime) -> str:
        """33 signs: 10, the second in hexadecimal, and chance; as in both samples."""
        return f"10{int(now.timestamp()) & 0xFFFFFFFF:08x}{self._world.dice.getrandbits(92):023x}"
