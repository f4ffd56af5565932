"""Tries out what the vendors' documents leave open, by texts to the operator's own phone.

They go through the outbox as every message does, so that nothing leaves without its intent, and
nobody takes them for messages of a stranger. What is found out is kept with what ordinary traffic
teaches (`bot.core.calibration`); the reconciler judges by both.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.calibration import level
from bot.core.conversation import conversation_key
from bot.core.messages import Delivery, MessageClass, Outbound, Sent, Sighting, Status
from bot.gateways.base import GatewayError
from bot.services.account import Account
from bot.services.desk import NotDone
from bot.storage import messages as stored, outbox
from bot.storage.outbox import Handed

LIFE = timedelta(minutes=2)
LEAVES = 25.0
"""Seconds that a text of ours is given to leave, and then as many to be listed."""
EVERY = 1.0
Told = Mapping[str, object]


class Step(StrEnum):
    """What is tried, one after the other; each is one text at most."""

    PLAIN = "plain"
    """How late is a message listed, and is `date_start` inclusive?"""
    DRESSED = "dressed"
    """Does it come back as it was sent: accents, quotes, blanks, a sign beyond Latin?"""
    TWICE = "twice"
    """Is the same text to the same number taken a second time?"""
    CODE = "code"
    """Does the listing show a code that the vendor sent for us?"""


TEXTS = {
    Step.PLAIN: "Textobot: essai {tag} (1), rien a faire.",
    Step.DRESSED: "Textobot: essai {tag} (2)  l’été « œuf » € [a] …",
    Step.TWICE: "Textobot: essai {tag} (1), rien a faire.",
}
STEPS: Mapping[bool, tuple[Step, ...]] = {
    False: (Step.PLAIN, Step.DRESSED, Step.CODE),
    True: (Step.PLAIN, Step.TWICE),
}
"""By whether each message is a campaign of its own (`Traits.campaigns`)."""


class Calibrating:
    """Carries out one step at a time. `drive` sends what is due, where no daemon does."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        drive: Callable[[str], Awaitable[object]] | None = None,
    ) -> None:
        self._accounts = accounts
        self._drive = drive

    async def step(self, gateway: str, number: str, step: Step, tag: str) -> Told:
        """Try one thing, and keep what was found. Raises `NotDone`.

        And `StoreError` where another instance has the account in hand.
        `tag` tells the texts of one calibration from those of another.
        """
        account = self._accounts.get(gateway)
        if account is None:
            raise NotDone(f"there is no gateway {gateway!r}, or it is off")
        await account.expect_in_hand()
        try:
            found = await self._found(account, number, step, tag)
        except GatewayError as error:
            raise NotDone(f"{gateway}: {error.reason}") from error
        at = account.clock.now().isoformat(timespec="seconds")
        account.calibration = account.calibration.found(**found, at=at)
        await account.remember()
        return found

    async def _found(self, account: Account, number: str, step: Step, tag: str) -> Told:
        if step is Step.CODE:
            listed = await account.gateway.examiner.lists_code(number)
            return {} if listed is None else {"codes_listed": listed}
        sent = await self._sent(account, number, step, tag)
        if account.gateway.traits.campaigns:
            return await self._of_campaign(account, sent, step)
        seen = await self._listed(account, sent)
        if seen is None:
            account.calibration = account.calibration.missed()
            return {f"{step}_listed": False}
        sighting, lag = seen
        changed = level(sent.text, sighting.text)
        account.calibration = account.calibration.seen(lag, changed)
        found: dict[str, object] = {f"{step}_listed": True, f"{step}_level": changed}
        if step is Step.PLAIN:
            found["lag"] = round(lag, 1)
            found["date_start_inclusive"] = await account.gateway.examiner.includes(
                sighting.gateway_id, sighting.at
            )
        return found

    async def _of_campaign(self, account: Account, sent: Handed, step: Step) -> Told:
        """Say what a campaign showed: how it is named, and whether it went to the number."""
        learned = account.gateway.learned
        look = await account.gateway.examiner.look(sent.handed_at)
        found: dict[str, object] = {
            "named_for_its_second": learned.get("named"),
            "nobody": look.nobody,
        }
        if step is Step.TWICE:
            found["duplicates_taken"] = await self._delivered(account, sent)
        return found

    async def _sent(self, account: Account, number: str, step: Step, tag: str) -> Handed:
        """Have a text sent, and wait until it is taken. Raises `NotDone` where it is not."""
        now = account.clock.now()
        text = TEXTS[step].format(tag=tag)
        message = _message(account.name, number, text, f"calibrate {tag}/{step}", now)
        async with account.database.write() as connection:
            await outbox.enqueue(connection, [message])
        end = account.clock.monotonic() + LEAVES
        while account.clock.monotonic() < end:
            if self._drive is not None:
                await self._drive(account.name)
            async with account.database.read() as connection:
                which, status = await stored.caused(
                    connection, message.conversation, message.cause
                )
                handed = await outbox.handed(connection, [which], *TAKEN)
            if handed:
                return handed[0]
            if Status(status) in NEVER:
                break
            await account.clock.sleep(EVERY)
        raise NotDone(f"{account.name}: the text did not leave ({status}); see the log")

    async def _listed(self, account: Account, sent: Handed) -> tuple[Sighting, float] | None:
        """Wait until the listing shows a text; give it, and the seconds that it took."""
        end = account.clock.monotonic() + LEAVES
        while account.clock.monotonic() < end:
            for one in await account.gateway.messages(sent.handed_at):
                if _is(one, sent):
                    lag = (account.clock.now() - sent.handed_at).total_seconds()
                    return one, max(0.0, lag)
            await account.clock.sleep(EVERY)
        return None

    async def _delivered(self, account: Account, sent: Handed) -> bool:
        """Say whether a campaign shows that it went to its number."""
        asked = Sent(sent.id, sent.gateway_id, sent.number, sent.handed_at)
        end = account.clock.monotonic() + LEAVES
        while account.clock.monotonic() < end:
            if any(_is(one, sent) for one in await account.gateway.receipts([asked])):
                return True
            await account.clock.sleep(EVERY)
        return False


TAKEN = (Status.SENT, Status.DELIVERED, Status.UNDELIVERED, Status.EXPIRED)
NEVER = (Status.FAILED, Status.SUPPRESSED, Status.CANCELLED, Status.LAPSED, Status.ABANDONED)


def _is(one: Sighting, sent: Handed) -> bool:
    """Tell whether a listed message is ours: by its id, or where there is none by its words."""
    if one.gateway_id and sent.gateway_id:
        return one.gateway_id == sent.gateway_id
    return sent.number in one.numbers and level(sent.text, one.text) is not None


def _message(gateway: str, number: str, text: str, cause: str, now: datetime) -> Outbound:
    """Give a message to the operator: it waits for no better hour, and is not kept long."""
    return Outbound(
        cause=cause,
        conversation=conversation_key(gateway, number),
        gateway=gateway,
        number=number,
        text=text,
        message_class=MessageClass.FORWARD,
        delivery=Delivery.AT_MOST_ONCE,
        created_at=now,
        not_before=now,
        expires_at=now + LIFE,
        rule="calibrate",
    )
