"""INV-12: an opt-out is heard however it is typed, and no mere sentence opts anybody out.

The phrases are drawn from the lists of words that Twilio, AWS, Bird, Braze, Esendex, CTIA, the FCC
and the Canadian short code guidelines publish, and from the misfires that users of other systems
report.
"""

import re

import pytest
from hypothesis import given, strategies as st

from bot.core.builtin_words import WordClass, read_builtin
from bot.core.text import words

OUT = """
STOP | stop | Stop. | STOP! | « Stop » | "stop" | stop ? | (stop) | ＳＴＯＰ | s\u200btop
STOPALL | StopAll | stop all | ARRET | ARRÊT | Arrêt | arrêt! | arre\u0302t | ARRETER | arrêter
UNSUBSCRIBE | Unsubscribe. | DESABONNER | désabonner | DÉSABONNER
STOPP | stooop | STOPPP!!! | arrrêt | ARRETT | ARRETE | arrête | arrêtez | ARET | unsubscribbe
UNSUB | OPTOUT | opt-out | Opt out | revoke | désabonnement | désinscrire | DESINSCRIPTION
Stop svp | STOP S.V.P. | stop stp | Stop, s’il vous plaît | stop s'il te plait | Stop. Merci
stop merci beaucoup | ARRÊT svp | arrêt merci d'avance | Stop. Thank you | stop thanks
STOP please | stop pls | stop, thank you very much! | Unsubscribe please | stop thx
svp arrêt | please stop | merci, stop | Stop please, thank you | STOP merci bonne journée
Stop stop stop | STOP STOP | stop. stop. stop. STOP!!! | arrêt arrêt | stop arret | STOP/ARRÊT
S.T.O.P. | S T O P | STOP 🛑 | 🛑 stop 🛑 | STOP 🙏🏽🙏🏽 | STOP/STOP | STOP --
stop quit | stop fin
"""
OUT_OR_END = """
CANCEL | Cancel. | cancell | cancel please | ANNULER | annuler svp | END | end. | FIN | fin!
QUIT | quit please | QUITTER | quittter | quiter | Cancel cancel | Fin. Merci | annulerr
"""
IN = """
START | start. | Start please | UNSTOP | DEBUT | DÉBUT | début svp | REPRENDRE | reprendre merci
starrt | START START
"""
HELP = """
HELP | help! | Help please | AIDE | aide svp | Aide ? | INFO | info | Info? | INFO svp | aide merci
helpp | HELP AIDE | aide/help
"""
NOBODY = """
on se voit à l'arrêt de bus | We have got to STOP this bill | we must stop this bill
stop pollution now please friends | stopwatch | stopping by later | arrêtons-nous là-dessus
non-stop | can't stop, won't stop | Je ne peux pas m'arrêter de rire | I want to end this
the end of the world | fin de semaine | à la fin | annuler mon rendez-vous | cancel my order
annuler rdv | quit smoking | end game | start the car | let's start | début mai
info météo | help me move | une aide-soignante | à l'aide de | shop | step | stopper | SHOP
STOP the war now | nonstop | finish | fine | weekend | finalement | Finn | trend | legend
Quit, he said | stop les textos maintenant | merci | svp | please | thank you | merci beaucoup
🛑 | 👍 | ??? | . | oui | non | 1 | météo | 8:00 | yes no | start stop | help stop | fin start
information | infos | starting | restart | unstoppable | reprendre demain | helper | aides
s'il vous plaît | bonne journée | bus stop | l'arrêt | I stop
"""


CLASSES = [
    (WordClass.OUT, OUT),
    (WordClass.OUT_OR_END, OUT_OR_END),
    (WordClass.IN, IN),
    (WordClass.HELP, HELP),
    (None, NOBODY),
]
TABLE = [
    (phrase.strip(), word_class)
    for word_class, phrases in CLASSES
    for phrase in re.split(r"[|\n]", phrases.strip())
]


@pytest.mark.parametrize(("phrase", "word_class"), TABLE, ids=str)
def test_a_phrase_is_of_its_class(phrase, word_class):
    found = read_builtin(words(phrase))

    certain = found if found is not None and found.certain else None
    assert (certain and certain.word_class) == word_class
    assert not (certain and certain.about)


@pytest.mark.parametrize(
    ("phrase", "about"),
    [
        pytest.param("STOP RABAIS", "rabais", id="a list"),
        pytest.param("Arrêt météo, svp", "meteo", id="a list, an accent, a courtesy"),
        pytest.param("unsubscribe: deals!", "deals", id="punctuation"),
        pytest.param("stopp  Hebdo 🙏", "hebdo", id="a doubled letter and an emoji"),
        pytest.param("stop appels", "appels", id="the list's own doubled letter stays"),
        pytest.param("désabonnez-moi de la météo svp", "meteo", id="articles"),
        pytest.param("stop the weather alerts", "weather alerts", id="two words"),
        pytest.param("take me off the deals list", "deals", id="it is called a list"),
        pytest.param("STOP 12345", "12345", id="digits"),
    ],
)
def test_what_follows_stop_names_a_list(phrase, about):
    found = read_builtin(words(phrase))

    assert found is not None
    assert (found.word_class, found.about) == (WordClass.OUT, tuple(about.split()))


@pytest.mark.parametrize(
    ("phrase", "languages"),
    [
        pytest.param("stop", {"fr", "en"}, id="STOP is both"),
        pytest.param("info", {"fr", "en"}, id="so is INFO"),
        pytest.param("ARRÊT", {"fr"}, id="ARRET is French"),
        pytest.param("unsubscribe", {"en"}, id="UNSUBSCRIBE is English"),
        pytest.param("annuler", {"fr"}, id="ANNULER is French"),
        pytest.param("start", {"en"}, id="START is English"),
        pytest.param("début", {"fr"}, id="DEBUT is French"),
        pytest.param("aide help", {"fr", "en"}, id="two words, one of each"),
        pytest.param("arret arret", {"fr"}, id="the same word twice"),
    ],
)
def test_the_word_tells_the_language(phrase, languages):
    found = read_builtin(words(phrase))

    assert found is not None
    assert found.languages == languages


def test_a_newline_or_a_nul_changes_nothing():
    assert read_builtin(words("stop\nstop\r\n\x00")) == read_builtin(words("stop"))


@given(st.text(max_size=60), st.sampled_from(["stop", "arrêt", "help", "fin"]), st.text())
def test_any_text_is_read(before, word, after):
    found = read_builtin(words(f"{before} {word} {after}"))

    assert found is None or found.word


@given(st.lists(st.sampled_from(["the", "bus", "we", "must", "pas", "de"]), min_size=3))
def test_a_sentence_around_the_word_opts_nobody_out(others):
    for said in ([*others[:1], "stop", *others[1:]], ["stop", *others]):
        found = read_builtin(said)
        assert found is None or not found.certain


@pytest.mark.parametrize("courtesy", ["please ", "merci ", "s il vous plait "])
def test_a_long_text_of_courtesies_is_read_at_once(courtesy):
    assert read_builtin(words(courtesy * 10_000)) is None
    found = read_builtin(words("stop " + courtesy * 10_000))
    assert found is not None
    assert found.word == "stop"
