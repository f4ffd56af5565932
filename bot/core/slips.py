"""Words that are one slip of the thumb apart."""

from __future__ import annotations


def one_slip(typed: str, meant: str) -> bool:
    """Tell whether one letter is changed, missing, too many, or in its neighbour's place."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    if len(typed) == len(meant):
        wrong = [place for place in range(len(meant)) if typed[place] != meant[place]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and typed[wrong[0]] == meant[wrong[1]]
            and typed[wrong[1]] == meant[wrong[0]]
        )
    longer, shorter = (typed, meant) if len(typed) > len(meant) else (meant, typed)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))
