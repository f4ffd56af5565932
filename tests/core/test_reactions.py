"""INV-12: what a phone says of our words is neither a match nor an opt-out; what a person adds is.

The wordings are those that phones are reported to send where the other side has no iMessage or
RCS: the iPhone's, in English and in French with its several translations, and Google's, whose
emoji and quotation stand between invisible characters.
"""

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, strategies as st

from bot.core.reactions import looks_quoted, own_words, read_reaction
from bot.core.robots import echoes, mark
from bot.core.text import words

VOTE = "Votez: 1 pour Ana, 2 pour Léo. ARRÊT pour ne plus rien recevoir."
YES = "Répondez « OUI » pour confirmer, “NON” sinon, ou STOP"
PARTY = "C’est noté 🎉 À demain, 18 h !"
LINES = "Météo:\n12 °C, ensoleillé.\nSTOP pour cesser."
LATELY = (YES, VOTE, PARTY, LINES, "Merci")

WORDINGS = """
Liked “…” | Loved “…” | Disliked “…” | Laughed at “…” | Emphasized “…” | Questioned “…”
Removed a like from “…” | Removed a heart from “…” | Removed a laugh from “…”
Removed an exclamation from “…” | Removed a question mark from “…” | Removed a dislike from “…”
Reacted 😂 to “…” | Reacted 👍🏽 to “…” | Reacted 👨‍👩‍👧 to “…” | Reacted ‼️ to “…”
Removed 😂 from “…” | Reacted with a sticker to “…” | Removed a reaction from “…” | Liked "…"
Liked '…' | 👍 to “…”
A aimé « … » | A adoré « … » | a adoré « … » | N’a pas aimé « … » | N'a pas aimé "…" | Aimé “…”
A ri de « … » | A mis en évidence « … » | A souligné « … » | A posé une question sur « … »
S’est interrogé(e) sur « … » | A réagi avec 🔥 à « … » | A réagi 😂 à « … » | 👍 à "…"
A ajouté un « J’adore » à « … ». | A ajouté un point d’exclamation à « … »
a attribué la mention « J’aime » à « … » | a attribué la mention « Célébré » à « … »
A retiré la mention « Adore » de « … » | A retiré un cœur de « … » | A retiré 😂 de « … »
A retiré la réaction 😂 à « … » | A supprimé un « j'aime » depuis “…” | A supprimé un rire de « … »
« A aimé « … » » | Liked «…» | Liked „…“ | A aime\u0301 « … » | \u200aLiked “…”
\u200aReacted \u200b😂\u200b to “\u200a…\u200a”\u200a
\u200a\u200b👍\u200b à "\u200a…\u200a"\u200a
\u200aRemoved \u200c👍\u200c from “\u200a…\u200a”\u200a
"""
REACTIONS = [row.strip(" ") for row in WORDINGS.strip().replace("\n", "|").split("|")]
PICTURES = """
Loved an image | Liked a video | Laughed at an attachment | Questioned an audio message
Removed a heart from an image | Removed a like from a photo | Reacted 😂 to an image
A aimé une image | A adoré une photo | N’a pas aimé une vidéo | A ri d’une image
A réagi avec 😂 à une image | A retiré un cœur d’une image | A retiré un « J’aime » d’une photo
"""
OF_PICTURES = [row.strip() for row in PICTURES.strip().replace("\n", "|").split("|")]


@pytest.mark.parametrize("said", LATELY)
@pytest.mark.parametrize("wording", REACTIONS)
def test_a_wording_around_each_of_our_texts_is_a_reaction(wording, said):
    text = wording.replace("…", said)

    assert read_reaction(text, LATELY) == "reaction"
    assert looks_quoted(text)
    assert own_words(text, LATELY) == ""


@pytest.mark.parametrize("wording", REACTIONS)
def test_no_wording_makes_a_reaction_of_words_that_we_never_sent(wording):
    text = wording.replace("…", "On soupe où ce soir ?")

    assert read_reaction(text, LATELY) is None
    assert own_words(text, LATELY) == text


@pytest.mark.parametrize("text", OF_PICTURES)
def test_a_reaction_to_a_picture_is_known_by_its_wording(text):
    assert read_reaction(text, ()) == "reaction"
    assert read_reaction(f"{text} de chats", LATELY) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Liked “Votez: 1 pour Ana, 2 po…”", id="cut inside a word"),
        pytest.param("Liked “Votez: 1...”", id="cut with three dots"),
        pytest.param("A aimé « Votez: 1 pour Ana… »", id="cut, French quotes"),
        pytest.param("Liked “Votez: 1 pour Ana, 2", id="cut by a segment, never closed"),
        pytest.param("Liked “Votez: 1 pour Ana, 2”", id="cut and not said"),
        pytest.param("Liked “Votez: 1pour Ana, 2 pourLéo. ARRÊT pour… ”", id="blanks lost"),
        pytest.param(f"Liked “{LINES.replace(chr(10), ' ')}”", id="lines joined"),
        pytest.param(f"Liked “{VOTE.replace('Ê', 'E').replace('é', 'e')}”", id="accents lost"),
        pytest.param("Liked “C'est noté À demain, 18 h !”", id="emoji lost"),
        pytest.param("Liked “C'est noté ? À demain, 18 h !”", id="emoji become a question mark"),
        pytest.param(
            'A aimé "Répondez "OUI" pour confirmer, "NON" sinon, ou STOP"', id="quotes inside"
        ),
        pytest.param(f"Liked {VOTE}", id="quotes lost"),
        pytest.param(f"Reacted ? to ?{VOTE}?", id="emoji and quotes became question marks"),
        pytest.param(f"Liked “{VOTE} STOP au 36111”", id="a notice added on the way"),
        pytest.param(f"\n Liked “{VOTE}”.\n", id="blanks and a full stop around"),
    ],
)
def test_words_of_ours_that_changed_on_the_way_are_still_ours(text):
    assert read_reaction(text, LATELY) == "reaction"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Liked “Vot…”", id="three letters"),
        pytest.param("Liked “Votez”", id="a word of ours, not cut"),
        pytest.param("Liked “Votez: 1 pour Léo…”", id="it goes on otherwise"),
        pytest.param("> Votez: 1 pour Ana, 2 pour Léonie", id="a word that ours begins"),
        pytest.param(f"> {VOTE.rstrip('.')}ont\n2", id="our last word goes on"),
        pytest.param("Liked Merci", id="a short text without quotes"),
        pytest.param("Loved it, merci !", id="a person's words"),
        pytest.param("A aimé le spectacle", id="a person's words in French"),
        pytest.param("J’ai adoré « La complainte du phoque »", id="a song"),
        pytest.param("STOP", id="a word of ours alone"),
        pytest.param("« STOP »", id="a word of ours, quoted"),
        pytest.param("“Merci” de rien", id="a short text of ours, quoted"),
        pytest.param(VOTE, id="our text alone: an echo"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_it_is_read_as_usual(text):
    assert read_reaction(text, LATELY) is None
    assert own_words(text, LATELY) == text


@pytest.mark.parametrize(
    ("text", "own"),
    [
        pytest.param(f"> {VOTE}\n2", "2", id="a quoted line"),
        pytest.param(f">{VOTE}\r\n\r\nARRÊT", "ARRÊT", id="an opt-out below it"),
        pytest.param(f"2\n> {VOTE}", "2", id="above it"),
        pytest.param(
            "> Météo:\n> 12 °C, ensoleillé.\n> STOP pour cesser.\noui", "oui", id="lines"
        ),
        pytest.param(f">> {VOTE}\n> {LINES}\noui", "oui", id="a quotation in a quotation"),
        pytest.param(f"> {VOTE} 2", "2", id="line ends lost"),
        pytest.param("> Votez: 1 pour Ana, 2 p…\n2", "2", id="cut"),
        pytest.param("> Votez: 1 pour Ana...\n-3", "-3", id="cut, and a sign stays"),
        pytest.param(f"“{VOTE}” 2", "2", id="quotes"),
        pytest.param(f"« {VOTE} », 2 svp", "2 svp", id="French quotes and a comma"),
        pytest.param(f'"{VOTE}"\n👍', "👍", id="an emoji is an answer"),
        pytest.param("« Votez: 1 pour Ana… » 2", "2", id="quotes, cut"),
        pytest.param(f"“{PARTY}” oui", "oui", id="ours ends in punctuation"),
        pytest.param(f"2 pour “{VOTE}” merci", "2 pour merci", id="before and after"),
        pytest.param(f"Le 3 mars, Radio a écrit :\n> {VOTE}\n2", "2", id="who wrote, French"),
        pytest.param(f"On 3 March, Radio wrote:\n> {VOTE}\n2", "2", id="who wrote"),
        pytest.param(f"Liked “{VOTE}” “STOP”", "Liked “STOP”", id="two quotations, one ours"),
        pytest.param(f"“{VOTE}”", "", id="nothing added"),
        pytest.param(f"> {VOTE}", "", id="nothing added to a line"),
        pytest.param(f"Hat „{VOTE}“ mit 👍 markiert", "Hat mit 👍 markiert", id="a phone unknown"),
    ],
)
def test_a_quotation_leaves_what_the_person_added(text, own):
    assert looks_quoted(text)
    assert read_reaction(text, LATELY) == "quotation"
    assert own_words(text, LATELY) == own


def test_a_text_of_ours_may_begin_like_another():
    said = ("Votez maintenant", "Votez maintenant: 1 ou 2 ?")

    assert own_words("> Votez maintenant: 1 ou 2 ?\n1", said) == "1"
    assert own_words("> Votez maintenant\n2", said) == "2"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("météo", id="a keyword"),
        pytest.param("J'aimerais savoir l'heure d'ouverture, s'il vous plaît", id="apostrophes"),
        pytest.param("A quelle heure ouvrez-vous ?", id="A begins a question"),
        pytest.param("👍 merci", id="an emoji and a word"),
        pytest.param("5' ou 6\" ?", id="feet and inches"),
    ],
)
def test_what_we_said_is_not_looked_up_for_an_ordinary_text(text):
    assert not looks_quoted(text)


HOSTILE = {
    "nested quotes": "“" * 10_000 + "x" + "”" * 10_000,
    "quotes apart": "« a " * 10_000,
    "quoted beginnings of ours": "“Votez: 1 pour Ana " * 3_000,
    "quoted texts of ours": f"“{VOTE}” " * 1_000,
    "lines quoted": "> a\n" * 10_000,
    "ellipses": "“" + "Votez… " * 10_000,
    "apostrophes": "'" * 100_000,
    "blanks": " " * 100_000,
    "a word": "Liked “" + "a" * 100_000,
    "openings": "A retiré " * 10_000 + "de",
    "emoji": "👍" * 50_000 + " to",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_read_in_time(text):
    """INV-32. Far more than they take, and far less than a quadratic reading of them would."""
    began = time.process_time()
    read_reaction(text, LATELY)
    own_words(text, LATELY)

    assert time.process_time() - began < 0.5


@given(st.text(alphabet="“”«»\"'>… \nLikedaméto👍Votz:1", max_size=60), st.booleans())
def test_what_is_no_quotation_is_given_back_as_it_was(text, ours):
    said = (text,) if ours else ()
    reading = read_reaction(text, said)

    if reading is None:
        assert own_words(text, said) == text
    else:
        assert looks_quoted(text)
        assert len(own_words(text, said)) < len(text)


@given(st.text(max_size=80))
def test_any_text_of_ours_is_recognised_in_a_reaction_to_it(said):
    """Unless it has neither letter, digit nor emoji to compare."""
    text = f"Liked “{said}”"

    assert (read_reaction(text, (said,)) == "reaction") == bool(words(said))


PHRASES = yaml.safe_load((Path(__file__).parent / "phrases" / "reactions.yaml").read_text("utf-8"))
ROWS = PHRASES["rows"]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "reaction" in row], ids=lambda r: r["text"]
)
def test_a_phrase_is_a_reaction_or_is_none(row):
    assert (read_reaction(row["text"], row["sent"][::-1]) == "reaction") == row["reaction"]


@pytest.mark.parametrize("row", [row for row in ROWS if "own" in row], ids=lambda r: r["text"])
def test_a_phrase_that_quotes_us_has_own_words(row):
    assert read_reaction(row["text"], row["sent"][::-1]) == "quotation"
    assert own_words(row["text"], row["sent"][::-1]) == row["own"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_a_phrase_is_an_echo_or_is_none(row):
    assert echoes(row["text"], [mark(text) for text in row["sent"]]) == row.get("echo", False)
