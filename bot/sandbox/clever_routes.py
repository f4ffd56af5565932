"""Which function of Clever's a path and a method mean.

The document's text and its pictures do not agree on some paths; the account's settings decide.
"""

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.clever_contacts import contact_route

MAILS = {
    "pushsmails": ("pushsmails", "pushsmails"),
    "pushmails": ("pushmails", "pushsmails"),
    "pushsmailcriterias": ("pushsmails", "pushsmailcriterias"),
    "pushmailcriteria": ("pushmails", "pushsmailcriterias"),
    "pushsmailbroadcasts": ("pushsmails", "pushsmailbroadcasts"),
    "pushmailbroadcasts": ("pushmails", "pushsmailbroadcasts"),
}
"""Path → whether the text or the pictures have it (by the setting's words), and its function."""
USERS = {"GET": "user", "PUT": "put_user"}
ALONE = {"pushs", "pushscriterias", "pushsbroadcasts", "fieldlist", "predefinedmessage", "users"}


def route(account: CleverAccount, tail: str, method: str) -> tuple[str, str]:
    """(function, reference) of a path below /api/; of a contact or user, its id or login."""
    match tail.split("/"):
        case ["account" | "accounts" as word, "me"]:
            return ("account" if account.account_path in {word, "both"} else tail), ""
        case [word] if word in ALONE:
            return word, ""
        case ["users", user_id]:
            return USERS.get(method, "user"), user_id
        case ["pushs", reference, *rest]:
            return _push_route(tail, reference, rest, method)
        case [word, *rest] if word in MAILS:
            return _mail_route(account, word, rest, method)
    return contact_route(tail, method)


def _push_route(tail: str, reference: str, rest: list[str], method: str) -> tuple[str, str]:
    match rest:
        case []:
            return ("delete_push" if method == "DELETE" else "push"), reference
        case ["mos" | "deliveries" as part]:
            return part, reference
    return tail, ""


def _mail_route(
    account: CleverAccount, word: str, rest: list[str], method: str
) -> tuple[str, str]:
    spelling, function = MAILS[word]
    elsewhere = f"/{word}", ""
    if function == "pushsmails" and rest[1:] == ["deliveries"]:
        allowed = account.mail_deliveries_path in {word, "both"}
        return ("mail_deliveries", rest[0]) if allowed else elsewhere
    if account.mail_path not in {spelling, "both"}:
        return elsewhere
    match rest:
        case []:
            return function, ""
        case [reference] if function == "pushsmails":
            return ("delete_pushsmail" if method == "DELETE" else "pushsmail"), reference
    return elsewhere
