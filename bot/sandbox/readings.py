"""How a gateway can be set to behave where its document leaves that open, in plain words.

Each is a setting of an account. What the page has buttons for is not among them.
"""

from dataclasses import dataclass

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A setting as it stands on the page; `choices` empty: any value of its type."""

    gateway: str
    name: str
    en: str
    fr: str
    choices: tuple[Value, ...] = ()


V, C = "vudumobile", "clever"

# A table is read by rows: a reading is two lines, whatever a formatter would make of it.
# fmt: off
_READINGS = (
    Reading(V, "exclusive", "date_start itself is not listed", "date_start lui-même exclu"),
    Reading(V, "unordered", "The feed has no order", "Le fil est sans ordre"),
    Reading(V, "date_start_required", "date_start is required", "date_start est obligatoire"),
    Reading(V, "default_direction", "Direction where none is said",
            "Direction par défaut", ("mo", "both")),
    Reading(V, "feed_lag", "Seconds until a row is listed", "Secondes avant d'être listé"),
    Reading(V, "echo", "Texts are listed", "Les textes sont listés", ("exact", "trimmed")),
    Reading(V, "verification_in_feed", "Codes are in the feed", "Les codes sont dans le fil"),
    Reading(V, "request_id_once", "A request_id counts once", "Un request_id compte une fois"),
    Reading(V, "language_required", "A code needs a language", "Un code exige une langue"),
    Reading(V, "variables_in_mails", "Variables in mails, too", "Variables aussi en courriel"),
    Reading(V, "default_language", "Language of the account",
            "Langue du compte", ("fr", "en")),
    Reading(V, "unknown_contact", "An unknown contact gives",
            "Un contact inconnu donne", ("error", "empty")),
    Reading(V, "apt_statuses", "404 and 409 in place of 400", "404 et 409 au lieu de 400"),
    Reading(V, "tous_id", "Id of Tous", "Id de Tous", (1, 6)),
    Reading(V, "capital_groups", "TOUS and BLOCKED in capitals", "TOUS et BLOCKED en capitales"),
    Reading(V, "users", "Addresses of users", "Courriels des usagers"),
    Reading(V, "import_file", "A list of contacts comes as",
            "Une liste vient comme", ("upload", "form", "either")),
    Reading(V, "csv_delimiter", "Its columns are parted by",
            "Ses colonnes sont séparées par", (",", ";", "\t")),
    Reading(V, "csv_header", "Its first line has", "Sa première ligne a", ("names", "none")),
    Reading(V, "past_launch", "A launch_date that is over",
            "Une launch_date passée", ("now", "wait", "refuse")),
    Reading(V, "missing_language", "No text in their language",
            "Pas de texte dans leur langue", ("other", "skip")),
    Reading(V, "blocked_get_broadcasts", "Blocked get broadcasts",
            "Blocked reçoit les envois massifs"),
    Reading(V, "broadcast_shape", "list and texts stand",
            "list et textes sont", ("beside", "inside")),
    Reading(V, "skew", "Seconds its clock is ahead", "Secondes d'avance de l'horloge"),
    Reading(C, "expired_blocks_reading", "Expired: no reading either",
            "Expiré : plus de lecture non plus"),
    Reading(C, "unknown_reference", "An unknown reference gives",
            "Une référence inconnue donne", (404, 400, 200, 500)),
    Reading(C, "same_second", "A second push in a second",
            "Un second envoi dans la seconde", ("conflict", "share")),
    Reading(C, "reference_shape", "Tails of references",
            "Suffixes des références", ("sample", "plain", "suffixed")),
    Reading(C, "duplicates_mean", "duplicates=0 drops equals in",
            "duplicates=0 écarte l'égal de", ("list", "history", "silent")),
    Reading(C, "answers", "A phone answers", "Un téléphone répond à", ("newest", "any")),
    Reading(C, "mo_in_two", "Answers under two campaigns", "Réponses sous deux campagnes"),
    Reading(C, "feed_lag", "Seconds until an answer is listed",
            "Secondes avant une réponse listée"),
    Reading(C, "echo", "Texts are listed", "Les textes sont listés", ("exact", "trimmed")),
    Reading(C, "not_latin", "What encodage 3 cannot write",
            "Hors de l'encodage 3", ("replace", "refuse")),
    Reading(C, "offset_times", "+0200 behind times", "+0200 après les heures"),
    Reading(C, "account_path", "Path of the account",
            "Chemin du compte", ("account", "accounts", "both")),
    Reading(C, "mail_path", "Path of mails",
            "Chemin des courriels", ("pushsmails", "pushmails", "both")),
    Reading(C, "mail_deliveries_path", "Path of their deliveries",
            "Chemin de leurs acquittements", ("pushsmails", "pushmails", "both")),
    Reading(C, "authorization", "Authorization", "Authorization", ("basic", "bare", "either")),
    Reading(C, "pictures", "Answers as in the pictures", "Réponses comme sur les images"),
    Reading(C, "contact_names", "Names of a contact's fields",
            "Noms des champs d'un contact", ("sample", "table", "either")),
    Reading(C, "contact_shape", "A contact is shown as in the",
            "Un contact est montré comme", ("text", "picture")),
    Reading(C, "manager", "The account is a manager", "Le compte est gestionnaire"),
    Reading(C, "coming", "What is yet to come gives",
            "Ce qui est à venir donne", (200, 404, 501)),
    Reading(C, "user_fields", "A user needs what is in the",
            "Un utilisateur exige", ("table", "sample")),
    Reading(C, "user_shape", "A user's parameters stand",
            "Ses paramètres sont", ("nested", "flat", "either")),
    Reading(C, "user_ids", "A new user is answered with its id", "Un nouvel utilisateur a son id"),
    Reading(C, "list_required", "Campaigns to contacts need a list",
            "Envois aux contacts : liste exigée"),
    Reading(C, "empty_campaign", "A campaign to nobody gives",
            "Une campagne à personne donne", (400, 201)),
    Reading(C, "broadcast_counts", "Campaigns to all count", "Envois à tous : comptés"),
    Reading(C, "landlines_called", "Landlines of contacts are called",
            "Les fixes des contacts sont appelés"),
    Reading(C, "refunds", "Taking back gives units back", "Supprimer rend les unités"),
    Reading(C, "skew", "Seconds its clock is ahead", "Secondes d'avance de l'horloge"),
)
# fmt: on

READINGS = {(reading.gateway, reading.name): reading for reading in _READINGS}


def choices(gateway: str, name: str) -> tuple[Value, ...]:
    """The values that a setting takes; empty: any of its type."""
    reading = READINGS.get((gateway, name))
    return reading.choices if reading else ()
