"""What Clever says when there is nothing to show: refusals, and campaigns that nobody knows."""

from bot.sandbox.clever_account import CleverAccount
from bot.sandbox.wire import Answer, json_answer

PHRASES = {
    400: "Les paramètres de la requête sont incorrects.",
    401: "L'authentification est incorrecte.",
    402: "Le crédit du compte est insuffisant. Paiement requis pour accéder à la ressource.",
    403: "La demande n'a pas été autorisée.",
    404: "La ressource demandée n'existe pas.",
    405: "L'opération demandée n'est pas permise.",
    409: "La requête entre en conflit avec une autre requête.",
    501: "Le serveur HTTP ne supporte pas la fonctionnalité nécessaire pour traiter la requête.",
    500: "Erreur du service lors du traitement de la requête.",
    503: "Le serveur HTTP est actuellement incapable de traiter la requête.",
}

NAMED = "reference: une campagne porte déjà cette référence"

FOREIGN: dict[str, object] = {
    "nb_destination": 1,
    "number_list": "+33699999999",
    "status": 2,
    "short_code": "",
    "encodage": 3,
    "text": "Rendez-vous confirmé chez un autre client",
    "hd_send": "2017-10-12 13:56:55",
    "type_push": "sms",
    "unit": 7,
    "nb_sms": 1,
    "options": "F1",
}
"""Another customer's campaign."""


def refusal(account: CleverAccount, status: int, why: str = "") -> Answer:
    """The document gives phrases, and no body: this one is ours."""
    reason = f"Account expired {account.expires[:10]}" if status == 430 else ""
    message = why or reason or PHRASES.get(status, "Une erreur est survenue.")
    answer = json_answer(status, {"errors": {"message": message}}, reason)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Clever"'
    return answer


def unknown(account: CleverAccount, name: str) -> Answer:
    """There is no such campaign, and so no `name` of it."""
    if account.unknown_reference == 200:
        return json_answer(200, {name: []})
    return refusal(account, account.unknown_reference)


def nothing() -> Answer:
    """204, with the header of the pictures."""
    return Answer(204, headers={"Content-Type": "text/html; charset=UTF-8"})
