"""Texting the rules in the terminal, as somebody would who has just written them."""

from pathlib import Path

import pytest

from bot.chat import COMMANDS
from tests.chatting import Chat, after, chatted, write_rules


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration and rules."""
    monkeypatch.chdir(tmp_path)
    write_rules(tmp_path)
    return tmp_path


@pytest.fixture
def chat(folder: Path) -> Chat:
    return chatted


# Texting


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("meteo", ["< Beau, dit-on", "  (1 segment, GSM-7)", "  weather (météo)"]),
        ("bonjour", ["  no rule answers this text"]),
        ("nuit", ["  no rule answers this text"]),
        (
            "vote 3",
            [
                "< Vote 3",
                "  Merci",
                "  (1 segment, GSM-7)",
                "  vote (vote)",
                "  choice = 3",
                "  remember last = '3'",
                "  tag: voter",
                "  tell your programs: vote",
            ],
        ),
        ("rdv", ["< Quel jour?", "  (1 segment, GSM-7)", "  appointment (rdv), asks day"]),
        (
            "patron!",
            [
                "< Transmis",
                "  (1 segment, GSM-7)",
                "< to +15145559999: De +15145550001: patron!",
                "  (1 segment, GSM-7)",
                "  pass (patron)",
                "  pass on to +15145559999: De +15145550001: patron!",
            ],
        ),
        ("//wait", ["  no rule answers this text"]),
    ],
)
def test_a_text_its_answer_and_why(chat: Chat, text: str, shown: list[str]) -> None:
    assert after(chat(text), text) == shown


def test_what_costs_more_is_told(chat: Chat) -> None:
    assert "  (2 segments, UCS-2)" in after(chat("long"), "long")


def test_a_conversation(chat: Chat) -> None:
    result = chat("rdv", "bof", "24/12", "/state")

    wrong = "  appointment (its question day), not understood as date: try 1 of 3"
    assert after(result, "bof") == ["< Quel jour?", "  (1 segment, GSM-7)", wrong]
    assert after(result, "24/12")[:2] == [
        "< mail to rdv@clinique.example, SMS +15145550001 (appointment): 2026-12-24",
        "< Noté",
    ]
    assert "  day = 2026-12-24" in after(result, "24/12")
    assert after(result, "/state") == [
        "+15145550001 on vudumobile. It is Mon 2026-03-02 12:00.",
        "  no question is open",
    ]


def test_a_stop_is_obeyed(chat: Chat) -> None:
    result = chat("STOP", "meteo", "/state", "START", "meteo")

    assert after(result, "STOP")[-1] == "  STOP: an opt-out word"
    assert after(result, "meteo") == ["  silence: the number is opted out"]
    assert "  opted out" in after(result, "/state")
    assert "  opted out" not in result.stdout.split("> START")[1]


def test_what_was_texted_plays_no_tricks_on_a_terminal(chat: Chat) -> None:
    """INV-31."""
    result = chat("patron \x1b[31m\u202e")

    assert all(sign.isprintable() or sign == "\n" for sign in result.stdout)


def test_nothing_is_logged_and_nothing_is_kept(chat: Chat, folder: Path) -> None:
    result = chat("meteo", "rdv", "/wait 1h")

    assert result.stderr == ""
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml", "rules"]


# Time


def test_time_outs_and_follow_ups_come_with_time(chat: Chat) -> None:
    result = chat("later", "/wait 9 m", "/wait 2m", "rdv", "/at 2026-03-02 13:00")

    assert after(result, "/wait 9 m") == ["It is Mon 2026-03-02 12:09."]
    assert after(result, "/wait 2m")[:2] == ["  Mon 12:10", "< Encore?"]
    assert after(result, "/at 2026-03-02 13:00")[:2] == ["  Mon 12:41", "< Trop tard"]
    assert result.stdout.endswith("It is Mon 2026-03-02 13:00.\n")


def test_going_back_begins_anew(chat: Chat) -> None:
    result = chat("rdv", "/at 2026-03-01 23:00", "nuit", "/state")

    assert after(result, "/at 2026-03-01 23:00") == [
        "That is earlier: all that was said is forgotten.",
        "It is Sun 2026-03-01 23:00.",
    ]
    assert after(result, "nuit")[0] == "< Il fait nuit"
    assert "  no question is open" in after(result, "/state")


# Who


def test_another_phone_knows_nothing_of_the_first(chat: Chat) -> None:
    result = chat(
        "rdv", "/as 514 555 0123", "24/12", "/as +33612345678 clever", "meteo", "/wait 1h"
    )

    assert after(result, "/as 514 555 0123") == ["You are +15145550123 on vudumobile."]
    assert after(result, "24/12") == ["  no rule answers this text"]
    assert after(result, "/as +33612345678 clever") == ["You are +33612345678 on clever."]
    assert after(result, "/wait 1h")[1] == "< to +15145550001: Trop tard"


@pytest.mark.parametrize("number", ["40404", "VUDU"])
def test_a_robot_can_be_tried(chat: Chat, number: str) -> None:
    result = chat(f"/as {number}", "meteo", f"/as {number} clever", options=("--from", number))

    assert result.stdout.startswith(f"You are {number} on vudumobile")
    assert after(result, f"/as {number} clever") == [f"You are {number} on clever."]
    assert after(result, "meteo") == [
        "  silence: a sender that is no person: short, alphabetic, or a number of ours"
    ]


def test_what_comes_back_word_for_word_is_told_as_that(chat: Chat) -> None:
    echoed = after(chat("long", "L’ete " + "x" * 80), "L’ete " + "x" * 80)

    assert echoed == ["  silence: a text of ours that comes back word for word"]


def test_a_language_is_chosen(chat: Chat) -> None:
    result = chat("meteo", "/lang", "weather", options=("--lang", "en"))

    assert after(result, "meteo")[0] == "< Fair."
    assert after(result, "weather")[0] == "< Fair."
    assert after(chat("/lang en", "meteo"), "meteo")[0] == "< Fair."


def test_all_that_is_known_of_somebody(chat: Chat) -> None:
    result = chat("vote 3", "/lang en", "later", "/state", "rdv", "/reset", "/state")

    assert after(result, "/state")[1:] == [
        "  no question is open",
        "  set: last = 3",
        "  tags: voter",
        "  language: en",
        "  follow-up, Mon 12:10: Encore?",
    ]
    assert result.stdout.endswith("  no question is open\n")


# What cannot be done


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/sae x", "there is no /sae; did you mean /save? (to text a slash, type two)"),
        ("/dance", "there is no /dance; /help lists what there is"),
        ("/wait", "this is no duration; write it like 500ms"),
        ("/wait 1 hour", "this is no duration"),
        ("/at noon", "'noon' is no time; write day and hour"),
        ("/as bob", "this is no number; write `+`"),
        ("/as +1514", ", a short code, or a name like RADIO"),
        ("/as bob", ", a short code, or a name like RADIO"),
        ("/as", "nobody is named; write /as and a number"),
        ("/as +15145550002 orange", "no number"),
        ("/lang french", "'french' is no language; write two small letters"),
        ("/save ../../outside", "'../../outside' is no name for a story"),
        ("/save /tmp/outside", "is no name for a story"),
        ("/save", "'' is no name for a story"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    chat: Chat, folder: Path, line: str, told: str
) -> None:
    result = chat("meteo", line, "meteo", code=1)

    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout.count("< Beau, dit-on") == 2  # and the talk goes on
    assert list(folder.rglob("*outside*")) == []


@pytest.mark.parametrize("line", ["/why", "/save mine"])
def test_before_anything_was_said(chat: Chat, line: str) -> None:
    assert "type a text first" in chat(line, code=1).stderr


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--from", "bob"), "this is no number"),
        (("--gateway", "orange"), "there is no gateway 'orange'; write one of vudumobile, clever"),
        (("--lang", "french"), "'french' is no language"),
        (("--at", "noon"), "'noon' is no time"),
        (("-c", "nowhere.yaml"), "there is no configuration here"),
    ],
)
def test_a_beginning_that_cannot_be(chat: Chat, options: tuple[str, ...], told: str) -> None:
    result = chat("meteo", options=options, code=2)

    assert told in result.stderr
    assert result.stdout == ""


def test_the_help_has_every_command(chat: Chat) -> None:
    shown = "\n".join(after(chat("/help", "/quit", "meteo"), "/help"))

    assert all(f"/{one.usage} " in shown and one.help in shown for one in COMMANDS.values())
    for off in ("replies.burst", "per_number", "only_numbers"):
        assert off in shown
    assert "Beau" not in shown  # nothing is read after /quit


def test_an_installation_without_rules_or_gateways(chat: Chat, folder: Path) -> None:
    (folder / "rules" / "a.yaml").unlink()
    (folder / "config.yaml").write_text("organisation: {name: Radio, contact: '418'}\n")

    result = chat("meteo", "/as +33600000001 clever", "AIDE")

    assert "Without a rule of your own, only STOP, START and HELP are answered." in result.stdout
    assert after(result, "AIDE")[0].startswith("< Radio: 418.")
