"""The account at VuduMobile: what can be set of it."""

from dataclasses import dataclass


@dataclass(slots=True)
class VuduMobileAccount:
    """The account, and how its gateway behaves where the document leaves it open.

    `firewall_open`: our address is known to the vendor. `detailed_statuses`: UNDELIV_300 in
    place of failed. `exclusive`: a text of exactly date_start is not listed. `unordered`: rows
    come in any order. `default_direction`: mo, as the document says, or both, as its sample
    shows. `variables_in_mails`: what the document fills in in broadcasts alone (`_NAME_`) is
    filled in in mails, too. `default_language`: of a contact for whom none is said.
    `unknown_contact`: `get_contact` answers an "error" or an "empty" list. `apt_statuses`: 404
    and 409 where a contact or group is unknown or there already, in place of 400. `tous_id`: of
    the group Tous, which the samples give two. `capital_groups`: TOUS and BLOCKED, as the text
    spells them. `skew`: seconds by which the gateway's clock is ahead. `feed_lag`: seconds until
    a text or a message is listed. `echo`: texts are listed "exact", or "trimmed" of the blanks
    around them. `users`: addresses of the account's users, by commas.
    `import_file`: a list of contacts comes as an "upload", as the text of a field of the "form",
    or as "either". `csv_delimiter`: of such a list. `csv_header`: its first line is the "names"
    of `post_contact`, or there is "none" and the order is that of the document's sample.
    `past_launch`: a broadcast of which launch_date is over goes "now", has to "wait" for
    `start_broadcast`, or is "refuse"d. `missing_language`: a contact for whose language there is
    no text gets the "other", or is "skip"ped. `blocked_get_broadcasts`: who is in Blocked is
    among the recipients. `broadcast_shape`: `list` and texts stand "beside" the broadcast, as in
    the sample, or "inside" it. `verification_in_feed`: codes are listed like messages.
    `request_id_once`: a second code of the same request is not sent. `language_required`: a code
    needs a language.
    """

    api_key: str = "sandbox-key"
    our_number: str = "+15149541234"
    firewall_open: bool = True
    detailed_statuses: bool = True
    exclusive: bool = False
    unordered: bool = True
    date_start_required: bool = True
    default_direction: str = "mo"
    variables_in_mails: bool = False
    default_language: str = "fr"
    unknown_contact: str = "error"
    apt_statuses: bool = False
    tous_id: int = 1
    capital_groups: bool = False
    skew: float = 0.0
    feed_lag: float = 0.0
    echo: str = "exact"
    users: str = "some@some.com"
    import_file: str = "upload"
    csv_delimiter: str = ","
    csv_header: str = "names"
    past_launch: str = "now"
    missing_language: str = "other"
    blocked_get_broadcasts: bool = False
    broadcast_shape: str = "beside"
    verification_in_feed: bool = False
    request_id_once: bool = False
    language_required: bool = False
