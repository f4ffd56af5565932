"""Who is no person: a sender that nobody reads at, our own text that comes back, a rhythm.

Whatever answers each of our replies would be answered for ever. The loop guard ends that by
count, and after a good many replies; these tell it sooner and say why. Each must rather miss a
robot, which the loop guard stops, than silence a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from zlib import crc32

from bot.core.text import words

HEARD = 8
"""Instants of a number's last texts that are worth keeping for `rhythmic`."""
FEWEST = 6
"""Texts that make a rhythm: five intervals."""
QUICKEST, SLOWEST = 1_000, 15 * 60_000
"""Milliseconds between texts. What is quicker is one long text in parts, or a finger that
stutters; a rhythm that is slower costs no more than a reply each quarter of an hour."""
STEADY_PART = 0.05
STEADY = 2_000
"""The longest interval exceeds the shortest by less than this part of it, and by less than so many
milliseconds."""
LONG_ENOUGH = 20
"""Letters and digits of a text that nobody types by chance: a keyword that we said alone, and
that a person sends back, has fewer."""


def is_robot_number(number: str, our_numbers: Collection[str]) -> bool:
    """Tell a sender that no person answers at: short, alphabetic, or ourselves."""
    return not number.startswith("+") or number in our_numbers


def mark(text: str) -> int:
    """Give what `echoes` knows a text of ours by, without keeping it: 32 bits, the same for ever.

    Case, accents, blanks, punctuation and emoji, of which gateways lose some, do not count.
    """
    return crc32(_letters(text).encode("utf-8", "surrogatepass"))


def echoes(text: str, said: Collection[int]) -> bool:
    """Tell whether a text is one of ours, word for word, of which we keep the marks."""
    letters = _letters(text)
    return len(letters) >= LONG_ENOUGH and mark(text) in said


def rhythmic(instants: Sequence[int]) -> bool:
    """Tell whether a number's last texts came at a beat that no person keeps.

    Epoch milliseconds by the gateway's clock, in any order, at most `HEARD` of them: by our own
    clock whatever we find at each poll would seem to have come at the beat of our polls.

    All that are given must keep the beat, five intervals at least. Of people who text once a
    minute give or take eight seconds, by hand, about one in two thousand does so by chance within
    a hundred texts: mostly at the sixth text, as with seven intervals it is one text in 400,000.
    A clock of whole seconds makes quick texts look even: a second of its rounding counts as
    unsteadiness, so that under 20 seconds it shows no rhythm.
    """
    if len(instants) < FEWEST:
        return False
    heard = sorted(instants)[-HEARD:]
    intervals = [later - earlier for earlier, later in pairwise(heard)]
    shortest, longest = min(intervals), max(intervals)
    rounding = 0 if any(instant % 1000 for instant in heard) else 1000
    spread = longest - shortest
    return (
        shortest >= QUICKEST
        and longest <= SLOWEST
        and spread < STEADY
        and spread + rounding < shortest * STEADY_PART
    )


def _letters(text: str) -> str:
    return "".join(word for word in words(text) if word[0].isalnum())
