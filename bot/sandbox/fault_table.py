"""The menu of faults, as data: what can be broken, where, with which options, in plain words.

`stage` says when a fault is drawn: "before" (the request waits), "instead" (something else
than the documented answer), "after" (the answer was made, and suffers), "birth" (a text or a
message comes into being), "rows" (a list is read), "push" (one Clever campaign is read).
`times` counts requests, or, at "birth", texts and messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Option = float | int | str | bool
SENDS = (
    *("send", "pushs", "send_verification", "send_email", "pushsmails"),
    *("post_broadcast", "start_broadcast", "test_broadcast"),
    *("pushscriterias", "pushsbroadcasts", "pushsmailcriterias", "pushsmailbroadcasts"),
)
LISTS = (
    *("get_feed", "mos", "deliveries"),
    *("get_contacts", "get_groups", "contactlists", "contactlist"),
    "get_broadcasts",
)
BOTH = ("vudumobile", "clever")
VUDUMOBILE = ("vudumobile",)
CLEVER = ("clever",)

GROUPS = {
    "answer": ("The answer", "La réponse"),
    "body": ("What the answer says", "Le contenu de la réponse"),
    "refusal": ("Refusals", "Refus"),
    "clock": ("The gateway's clock", "L'horloge de la passerelle"),
    "rows": ("Incoming texts", "Textos entrants"),
    "feed": ("The form of lists", "La forme des listes"),
    "evidence": ("Traces of what was sent", "Traces des envois"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault as it stands on the menu. `operations` empty: all of them."""

    name: str
    group: str
    stage: str
    en: str
    fr: str
    gateways: tuple[str, ...] = BOTH
    operations: tuple[str, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)


_ACCEPTED: Mapping[str, Option] = {"accepted": False}

# A table is read by rows: a fault is a line or two, whatever a formatter would make of it.
# fmt: off
_KINDS = (
    Kind("answer_lost", "answer", "after",
         "Taken on, but the line is cut before the answer",
         "Accepté, mais la ligne est coupée avant la réponse"),
    Kind("answer_hangs", "answer", "after",
         "Taken on, and the answer never comes", "Accepté, et la réponse ne vient jamais"),
    Kind("answer_slow", "answer", "after",
         "Taken on at once, answered much later", "Accepté aussitôt, répondu bien plus tard",
         options={"seconds": 40.0}),
    Kind("answer_cut", "answer", "after",
         "Taken on, and the answer breaks off in the middle",
         "Accepté, et la réponse s'interrompt au milieu"),
    Kind("answer_drips", "answer", "after",
         "Taken on, and answered a letter at a time",
         "Accepté, et répondu une lettre à la fois", options={"seconds": 2.0}),
    Kind("accepted_late", "answer", "instead",
         "The line is cut; the message is taken on later all the same",
         "La ligne est coupée; le message est quand même accepté plus tard",
         operations=SENDS, options={"seconds": 60.0}),
    Kind("refused", "answer", "instead",
         "The line is cut before anything is taken on",
         "La ligne est coupée avant toute acceptation"),
    Kind("slow", "answer", "before",
         "Everything takes a while", "Tout prend un certain temps", options={"seconds": 5.0}),
    Kind("keepalive_cut", "answer", "after",
         "The open connection closes under the next request",
         "La connexion ouverte se ferme sous la requête suivante"),
    Kind("garbled", "body", "after", "JSON that is none", "Du JSON qui n'en est pas"),
    Kind("truncated", "body", "after", "Half of the JSON", "La moitié du JSON"),
    Kind("empty", "body", "after", "An empty answer", "Une réponse vide"),
    Kind("html", "body", "after",
         "A web page, said to be a success", "Une page web, dite réussie"),
    Kind("null", "body", "after", "The word null", "Le mot null"),
    Kind("status_false", "body", "after",
         "A success that says it failed", "Un succès qui dit avoir échoué", VUDUMOBILE),
    Kind("nan", "body", "after", "A number that is none (NaN)",
         "Un nombre qui n'en est pas (NaN)"),
    Kind("bom", "body", "after", "A byte-order mark first", "Une marque d'ordre au début"),
    Kind("latin1", "body", "after", "Latin-1 instead of UTF-8", "Du Latin-1 au lieu d'UTF-8"),
    Kind("huge", "body", "after",
         "An answer without end", "Une réponse sans fin", options={"mib": 64}),
    Kind("nested", "body", "after",
         "Brackets a hundred thousand deep", "Des crochets sur cent mille niveaux",
         options={"depth": 100_000}),
    Kind("content_type", "body", "after",
         "The answer says it is plain text", "La réponse se dit texte brut"),
    Kind("no_body", "body", "after",
         "Taken on (202), without a word more", "Accepté (202), sans un mot de plus",
         CLEVER, ("pushs", "pushsmails", "contacts", "users", "pushscriterias",
                  "pushsbroadcasts", "pushsmailcriterias", "pushsmailbroadcasts")),
    Kind("http_400", "refusal", "instead", "Wrong parameters (400)",
         "Paramètres incorrects (400)", options=_ACCEPTED),
    Kind("wrong_key", "refusal", "instead",
         "The key or password is wrong", "La clé ou le mot de passe est refusé"),
    Kind("firewall", "refusal", "instead",
         "The firewall does not know our address", "Le pare-feu ne connaît pas notre adresse",
         VUDUMOBILE, options={"ip": ""}),
    Kind("http_402", "refusal", "instead", "No credit left (402)", "Plus de crédit (402)"),
    Kind("http_403", "refusal", "instead", "Forbidden (403)", "Interdit (403)"),
    Kind("http_404", "refusal", "instead", "Not found (404)", "Introuvable (404)"),
    Kind("http_409", "refusal", "instead", "In conflict with another request (409)",
         "En conflit avec une autre requête (409)", options=_ACCEPTED),
    Kind("http_429", "refusal", "instead", "Too many requests (429)",
         "Trop de requêtes (429)", options={"retry_after": ""}),
    Kind("http_430", "refusal", "instead", "The account has expired (430)",
         "Le compte est expiré (430)"),
    Kind("http_500", "refusal", "instead", "Error of the service (500)",
         "Erreur du service (500)", options=_ACCEPTED),
    Kind("http_501", "refusal", "instead", "Not implemented (501)", "Non réalisé (501)"),
    Kind("http_502", "refusal", "instead", "Bad gateway (502)",
         "Mauvaise passerelle (502)", options=_ACCEPTED),
    Kind("http_503", "refusal", "instead", "Overloaded or in maintenance (503)",
         "Surcharge ou maintenance (503)", options={"retry_after": "", "accepted": False}),
    Kind("http_504", "refusal", "instead", "Gateway time-out (504)",
         "Délai dépassé (504)", options=_ACCEPTED),
    Kind("redirect", "refusal", "instead", "Sent to another address (302)",
         "Renvoyé à une autre adresse (302)", options={"status": 302}),
    Kind("date_wrong", "clock", "after", "The Date of answers is wrong",
         "La date des réponses est fausse", options={"seconds": -3600.0}),
    Kind("date_missing", "clock", "after", "Answers have no Date", "Réponses sans date"),
    Kind("row_late", "rows", "birth", "A text is listed late, with its old time",
         "Un texto est listé en retard, à son ancienne heure",
         operations=("text",), options={"seconds": 120.0}),
    Kind("row_future", "rows", "birth", "A text is dated in the future",
         "Un texto est daté du futur", operations=("text",), options={"seconds": 600.0}),
    Kind("row_repeated", "rows", "birth", "A text is listed twice", "Un texto est listé deux fois",
         operations=("text", "send", "pushs")),
    Kind("id_reused", "rows", "birth", "A text gets the id of the one before",
         "Un texto reçoit l'id du précédent", VUDUMOBILE, ("text",)),
    Kind("text_trimmed", "rows", "birth", "Blanks around the words are lost",
         "Les blancs autour des mots se perdent", operations=("text", "send", "pushs")),
    Kind("text_entities", "rows", "birth", "Signs come as HTML entities",
         "Les signes deviennent des entités HTML", operations=("text", "send", "pushs")),
    Kind("text_not_gsm", "rows", "birth", "What GSM cannot write becomes ?",
         "Ce que le GSM n'écrit pas devient ?", operations=("text", "send", "pushs")),
    Kind("mo_in_two", "rows", "birth", "An answer is listed under two campaigns",
         "Une réponse est listée sous deux campagnes", CLEVER, ("text",)),
    Kind("rows_lost", "feed", "rows", "All rows are gone, and come back",
         "Toutes les lignes disparaissent, puis reviennent", operations=LISTS),
    Kind("rows_shuffled", "feed", "rows", "Rows in no order", "Lignes dans le désordre",
         operations=LISTS),
    Kind("renumbered", "feed", "rows", "Every id is another one", "Tous les id changent",
         VUDUMOBILE, ("get_feed",), {"by": 1_000_000}),
    Kind("ids_as_strings", "feed", "rows", "Numbers written as words",
         "Des nombres écrits en chaînes", VUDUMOBILE, ("get_feed",)),
    Kind("bare_rows", "feed", "rows", "Rows without id, direction and status",
         "Lignes sans id, direction ni statut", VUDUMOBILE, ("get_feed",)),
    Kind("wrapped_list", "feed", "rows", "The list stands inside an object",
         "La liste est dans un objet", VUDUMOBILE, ("get_feed",)),
    Kind("braces_damaged", "feed", "rows", "Braces as in the printed sample",
         "Accolades comme dans l'exemple imprimé", VUDUMOBILE, ("get_feed",)),
    Kind("mobile_in_from", "feed", "rows", "Our message shows the mobile as its sender",
         "Notre message montre le mobile comme émetteur", VUDUMOBILE, ("get_feed",)),
    Kind("mt_late", "evidence", "birth", "What we sent is listed late",
         "Notre envoi est listé en retard", operations=("send", "pushs"),
         options={"seconds": 120.0}),
    Kind("mt_hidden", "evidence", "birth", "What we sent is never listed",
         "Notre envoi n'est jamais listé", operations=("send", "pushs")),
    Kind("foreign_mt", "evidence", "birth", "Somebody else sends the same text",
         "Quelqu'un d'autre envoie le même texte", operations=("send", "pushs")),
    Kind("status_backwards", "evidence", "rows", "Receipts go back a step",
         "Les accusés reculent d'un pas", operations=("get_feed", "deliveries")),
    Kind("duplicate_reference", "evidence", "birth", "A campaign gets the reference before",
         "Une campagne reçoit la référence précédente", CLEVER, ("pushs",)),
    Kind("suffixed_reference", "evidence", "birth", "A reference with a long tail",
         "Une référence à longue queue", CLEVER, ("pushs",)),
    Kind("foreign_push", "evidence", "push", "An unknown reference is somebody else's campaign",
         "Une référence inconnue est la campagne d'un autre", CLEVER, ("push",)),
    Kind("numbers_reordered", "evidence", "push", "A campaign lists its numbers otherwise",
         "Une campagne liste ses numéros autrement", CLEVER, ("push",)),
)
# fmt: on

FAULTS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
