"""How Clever's campaigns of messages leave: what they cost, texts and calls, cascades, answers."""

from itertools import count

from bot.sandbox.campaigns import Campaigns, Push
from bot.sandbox.clever_account import UNITS, CleverAccount
from bot.sandbox.faults import Fault
from bot.sandbox.mails import Mail, source
from bot.sandbox.phones import Accepted, Bubble, is_landline
from bot.sandbox.segments import Segments, measure
from bot.sandbox.wishes import LIST, Wish
from bot.sandbox.world import Request, World

NAME = "clever"
FIRST_ID = 675


class CleverLaunches:
    """Takes campaigns on, and lets the phones have them at their hour."""

    def __init__(self, world: World, account: CleverAccount, campaigns: Campaigns) -> None:
        self._world = world
        self._account = account
        self._campaigns = campaigns
        self.restart()

    def restart(self) -> None:
        """Nothing was ever launched."""
        self._ids = count(FIRST_ID)

    def units(self, wish: Wish) -> int:
        """What it costs."""
        return sum(self._price(wish, number) for number in wish.numbers)

    def launch(
        self, wish: Wish, reference: str, births: list[Fault], request: Request | None = None
    ) -> Push:
        """Take it on, for the ledger too where a request asked for it."""
        world, now = self._world, self._world.clock.now()
        parts, units = self._measured(wish).count, self.units(wish)
        push = Push(reference, wish, self._account.local(now), parts, units)
        push.id, push.request = next(self._ids), request.id if request else 0
        push.born(births, world.clock.monotonic())
        push.shown = self._account.echoed(push.shown)
        self._account.credit -= push.unit
        self._campaigns.add(push)
        if request is not None:
            world.ledger += [
                Accepted(NAME, number, wish.text, now, reference, request.id)
                for number in wish.numbers
            ]
        wait = (wish.start - push.created).total_seconds() if wish.start else 0.0
        if wait > 0:
            world.agenda.after(wait, lambda: self._send_out(push))
        else:
            self._send_out(push)
        world.tell("settings")
        return push

    def refund(self, pushes: list[Push]) -> None:
        """They were deleted before they left."""
        if self._account.refunds:
            self._account.credit += sum(push.unit for push in pushes)
        self._world.tell("settings")

    def pass_on(self, push: Push, number: str, text: str) -> None:
        """An answer goes to the phone and the address that the campaign names."""
        routing, world = push.wish.routing, self._world
        if routing.gsm:
            told = f"{number}: {text}"
            bubble = world.bubble("mt", told, measure(told), origin="operator")
            world.carry(world.phones(NAME, routing.gsm), bubble)
        if routing.mail:
            written = source(routing.mail, f"MO {number}", text, html=False)
            now = world.clock.now()
            world.post(Mail(NAME, routing.mail, written, now, push.reference, push.request))

    def _send_out(self, push: Push) -> None:
        """Let the phones have it, unless it was deleted."""
        if all(push is not one for one in self._campaigns.of(push.reference)):
            return
        push.out = True
        for number in push.wish.numbers:
            bubble = self._carry(push, number)
            following = push.wish.next_numbers.get(number, ())
            if following:
                self._await(push, bubble, following)

    def _carry(self, push: Push, number: str) -> Bubble:
        wish, world = push.wish, self._world
        origin = "api" if push.request else "operator"
        bubble = world.bubble("mt", wish.written(), self._measured(wish), origin=origin)
        bubble.id = bubble.reference = push.reference
        bubble.sender, bubble.kind = wish.sender, self._kind(wish, number)
        push.messages.append((number, bubble))
        world.carry(world.phones(NAME, number), bubble)
        return bubble

    def _await(self, push: Push, bubble: Bubble, following: tuple[str, ...]) -> None:
        """In a cascade: where it has not arrived after the time given, try the next number."""
        push.cascading += 1

        def look() -> None:
            push.cascading -= 1
            if bubble.state != "delivered":
                self._cascade(push, following)

        self._world.agenda.after(push.wish.routing.minutes * 60.0, look)

    def _cascade(self, push: Push, following: tuple[str, ...]) -> None:
        """Another number costs like the first; nothing more is tried without credit."""
        number, *rest = following
        price = self._price(push.wish, number)
        if self._account.credit < price:
            return
        self._account.credit -= price
        push.unit += price
        bubble = self._carry(push, number)
        self._world.tell("settings")
        if rest:
            self._await(push, bubble, tuple(rest))

    def _kind(self, wish: Wish, number: str) -> str:
        """How a number is reached: a landline that is in the book is called."""
        if not wish.written_text:
            return wish.type_push
        if wish.whom != LIST and self._account.landlines_called and is_landline(number):
            return "tts"
        return "flash" if wish.options == "F0" else "sms"

    def _price(self, wish: Wish, number: str) -> int:
        kind = self._kind(wish, number)
        if kind in UNITS and kind != "sms":
            return UNITS[kind]
        return UNITS["sms"] * self._measured(wish).count

    @staticmethod
    def _measured(wish: Wish) -> Segments:
        return measure(wish.written(), ucs2=wish.encodage == 4)
