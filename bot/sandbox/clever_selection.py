"""Whom a Clever campaign by criteria, or to all contacts, goes to."""

from collections.abc import Iterable

from bot.sandbox.clever_book import CleverBook, CleverContact
from bot.sandbox.wishes import ALL, CRITERIA, LIST, Wish


class NobodyError(ValueError):
    """There is no recipient."""

    def __init__(self) -> None:
        super().__init__("criteria: aucun destinataire")


def chosen(wish: Wish, book: CleverBook) -> Wish:
    """The wish with its recipients and its words; a list that is given comes on top.

    NobodyError; ValueError says what else is wrong.
    """
    if wish.whom == LIST:
        return wish
    if wish.predefined:
        wish = wish.saying(predefined(book, wish.text))
    contacts = selected(wish.whom, wish.criteria, book)
    numbers = [number for one in contacts for number in _numbers(wish, one)] + wish.numbers
    if not numbers:
        raise NobodyError
    return wish.to(numbers, _following(wish, contacts))


def selected(whom: str, criteria: str, book: CleverBook) -> list[CleverContact]:
    """The account's own contacts that are meant. WrongCriteriaError."""
    if whom == CRITERIA:
        return book.matching(criteria)
    return book.of() if whom == ALL else []


def predefined(book: CleverBook, title: str) -> str:
    """The text of that title. ValueError: there is none."""
    if title not in book.messages:
        raise ValueError("text: aucun message prédéfini de ce titre")
    return book.messages[title]


def _numbers(wish: Wish, contact: CleverContact) -> tuple[str, ...]:
    return contact.numbers if wish.routing.all_numbers else contact.numbers[:1]


def _following(wish: Wish, contacts: Iterable[CleverContact]) -> dict[str, tuple[str, ...]]:
    """In a cascade, what is tried after a contact's first number."""
    if not wish.routing.cascade or wish.routing.all_numbers:
        return {}
    return {one.numbers[0]: one.numbers[1:] for one in contacts if one.numbers[1:]}
