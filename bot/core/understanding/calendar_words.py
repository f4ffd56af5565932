"""The words of the calendar, in French and English, in normal form."""

from __future__ import annotations

from bot.core.courtesies import phrases


def _counted(*listed: str, first: int) -> dict[str, int]:
    return {word: value for value, words in enumerate(listed, first) for word in words.split()}


MONTHS = _counted(
    "janvier janv january jan",
    "fevrier fevr fev february feb",
    "mars march mar",
    "avril avr april apr",
    "mai may",
    "juin june jun",
    "juillet juil july jul",
    "aout august aug",
    "septembre september sept sep",
    "octobre october oct",
    "novembre november nov",
    "decembre december dec",
    first=1,
)
WEEKDAYS = _counted(
    "lundi lun monday mon",
    "mardi tuesday tues tue",
    "mercredi mer wednesday weds wed",
    "jeudi jeu thursday thurs thur thu",
    "vendredi ven friday fri",
    "samedi sam saturday sat",
    "dimanche dim sunday sun",
    first=0,
)
WEEKDAYS_OF_DATES = WEEKDAYS | {"mar": 1}
"""Before a date `mar` is mardi; alone it is mardi or March."""

FEASTS = {
    phrase: (month, day)
    for month, day, listed in (
        (1, 1, "jour de l an, nouvel an, new year s day, new years day"),
        (2, 14, "{la|} saint valentin, {la|} st valentin, valentine s day, valentines day"),
        (6, 24, "{la|} saint jean, {la|} st jean, {la|} {saint|st} jean baptiste"),
        (7, 1, "fete du canada, canada day"),
        (10, 31, "halloween"),
        (12, 24, "veille de noel, christmas eve"),
        (12, 25, "{a|} noel, jour de noel, {at|} christmas, christmas day, xmas"),
        (12, 31, "new year s eve, new years eve, saint sylvestre, {la|} st sylvestre"),
    )
    for phrase in phrases(listed)
}
"""Days of the same date each year, by month and day; doubled letters once."""

DAYS_FROM_TODAY = {
    phrase: days
    for days, listed in {
        -2: "avant hier, day before yesterday",
        -1: "hier, yesterday",
        0: "aujourd hui, aujourdhui, ajd, auj, today",
        1: "demain, 2main, tomorrow, tmrw, tmr, tmw, 2moro, 2morrow, 2mrw",
        2: "apres demain, day after tomorrow",
    }.items()
    for phrase in phrases(listed)
}
"""The phrases with doubled letters written once."""
