"""Keys by the words that people try first, mostly in French."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = """
rules: regle, regles, rule
lists: liste, listes
id: nom, name, identifiant, title, titre
keyword: mot, mots, mot cle, mots cles, motcle, mot clef, cle, keywords, key, word, words, trigger
exactly: exactement, exact, exacte, equals, texte exact
contains: contient, contenant, contain, includes
pattern: motif, regex, regexp, patron
anything: tout, autre, autres, n importe quoi, default, sinon, else, any
reply: reponse, reponses, repondre, replies, answer, answers, response, say, send, message, text
ask: question, demande, demander, questions, prompt
expect: attend, attendre, attendu, expects, expected, type, reponse attendue
invalid: invalide, erreur, error, sinon, wrong
when: quand, si, condition, conditions, if
steps: etape, etapes, step, questions
next: suivant, suite, ensuite, goto, then
tries: essais, essai, tentatives, attempts, retries
timeout: delai, attente, expire, time out
timed_out: expired, trop tard, timedout
gave_up: abandon, abandonne, giveup
examples: exemple, exemples, example, tests
do: faire, fait, action, actions, does
once: une fois, unique, fois
only: seulement, uniquement
typos: typo, fautes, coquilles
hours: heure, heures, horaire, horaires, hour, time
days: jour, jours, day, weekdays
dates: date
country: pays
prefix: prefixe, indicatif
gateway: passerelle, gateways
language: langue, lang
list: liste
set: definir, retenir, garder, save, keep
join: inscrire, joindre, abonner, subscribe
leave: quitter, desinscrire, unsubscribe
forward: transferer, transfert, faire suivre, email, courriel
later: plus tard, rappel, delay, after
start: commencer, demarrer
tag: etiquette, tags
block: bloquer
matches: correspond, match, oui, yes
welcome: bienvenue, accueil
confirm: confirmer, confirmation
names: noms, nom, name
"""


def _by_word() -> dict[str, tuple[str, ...]]:
    meant: dict[str, tuple[str, ...]] = {}
    for line in _WORDS.strip().splitlines():
        key, _, listed = line.partition(": ")
        for word in listed.split(", "):
            meant[word] = (*meant.get(word, ()), key)
    return meant


OTHER_WORDS: Mapping[str, tuple[str, ...]] = _by_word()
"""By words in normal form, the keys that may be meant; it depends on where it is written."""
