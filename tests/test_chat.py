"""Texting the rules in the terminal, as somebody would who has just written them."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, strategies as st

from bot.chat import COMMANDS
from bot.cli import main
from bot.stories import Story
from bot.yamlfile import parse, read

ROOT = Path(__file__).parent.parent
RULES = """
rules:
  - {id: weather, keyword: {fr: [météo], en: [weather]}, reply: {fr: "Beau, %s", en: "Fair."}}
  - {id: night, keyword: [nuit], when: {hours: "22:00-06:00"}, reply: "Il fait nuit"}
  - {id: long, keyword: [long], reply: "l’été %s"}
  - id: vote
    keyword: [vote]
    expect: {choice: integer 1..5}
    reply: "Vote {{ choice }}\\nMerci"
    do: {set: {last: "{{ choice }}"}, tag: voter, webhook: vote}
  - id: appointment
    keyword: [rdv]
    timeout: 30m
    steps: [{id: day, ask: "Quel jour?", expect: date}]
    reply: "Noté"
    do: {forward: {email: rdv@clinique.example, text: "{{ day }}"}}
    timed_out: {reply: "Trop tard"}
  - {id: later, keyword: [later], do: {later: {after: 10m, send: "Encore?"}}, reply: "Oui"}
  - {id: pass, keyword: [patron], do: {forward: "+15145559999"}, reply: "Transmis"}
lists:
  - {id: deals, names: [rabais]}
"""
Chat = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration and rules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\ntimezone: UTC\n"
        "gateways: {vudumobile: {our_number: '+15149541234'}, clever: {}}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES % ("dit-on", "x" * 80))
    return tmp_path


@pytest.fixture
def chat(folder: Path) -> Chat:
    def chatted(*lines: str, options: tuple[str, ...] = (), code: int = 0) -> Result:
        at = () if "--at" in options else ("--at", "2026-03-02 12:00")
        typed = "".join(f"{line}\n" for line in lines)
        result = CliRunner().invoke(main, ["chat", *at, *options], input=typed)
        assert (result.exit_code, "Traceback" in result.output) == (code, False), result.output
        return result

    return chatted


def after(result: Result, typed: str) -> list[str]:
    """What is shown after a line that was typed, up to the next one."""
    lines = result.stdout.splitlines()
    begin = lines.index(f"> {typed}") + 1
    end = next((n for n in range(begin, len(lines)) if lines[n].startswith("> ")), len(lines))
    return lines[begin:end]


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
    result = chat("later", "/wait 9m", "/wait 2m", "rdv", "/at 2026-03-02 13:00")

    assert after(result, "/wait 9m") == ["It is Mon 2026-03-02 12:09."]
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


# The rules


def test_rules_are_read_again(chat: Chat, folder: Path) -> None:
    file = folder / "rules" / "a.yaml"

    def lines() -> Iterator[str]:
        yield "meteo"
        file.write_text("rules: [{id: a, keyword: meteo, reply: '{{ nobody }}'}]\n")
        yield "/reload"
        yield "meteo"
        file.write_text("rules: [{id: a, keyword: meteo, reply: Pluie}]\n")
        yield "/reload"
        yield "meteo"

    said = interactive(folder, lines())

    assert "rules/a.yaml:1:" in said
    assert "these are not in force; mend them" in said
    assert "1 rule in force." in said
    assert said.index("Beau, dit-on") < said.index("these are not in force") < said.index("Pluie")


def test_faulty_rules_are_told_as_check_tells_them(folder: Path) -> None:
    (folder / "rules" / "a.yaml").write_text("rules: [{id: a}]\n")

    told = CliRunner().invoke(main, ["check"])
    result = CliRunner().invoke(main, ["chat"], input="meteo\n")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == told.stderr


def test_the_explanation_is_that_of_explain(chat: Chat, folder: Path) -> None:
    result = chat("vote 3", "/why")

    told = CliRunner().invoke(main, ["explain", "vote 3"])
    assert [line.rstrip() for line in after(result, "/why")] == [
        line.rstrip() for line in told.stdout.splitlines()
    ]


@pytest.fixture
def sky() -> Iterator[str]:
    """The address of a server that knows the sky."""

    class Sky(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"sky": f"bleu {self.path}"}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Sky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("options", "outcome", "reply"),
    [((), "answered", "< bleu /w?t=QC"), (("--offline",), "no help (not asked", "< Panne")],
)
def test_addresses_are_really_asked(
    chat: Chat, folder: Path, sky: str, options: tuple[str, ...], outcome: str, reply: str
) -> None:
    lookup = {"url": sky + "/w?t={{ rest }}", "expect": {"sky": "text"}, "fallback": "Panne"}
    rule = {"id": "a", "keyword": "ville", "do": {"lookup": lookup}, "reply": "{{ sky }}"}
    (folder / "rules" / "a.yaml").write_text(json.dumps({"rules": [rule]}))

    asked, answered, *_ = after(chat("ville QC", options=options), "ville QC")

    assert asked.startswith(f"  asked {sky}/w?t=QC: {outcome}")
    assert answered == reply


# Stories


def test_a_talk_is_written_down_as_it_went(chat: Chat, folder: Path) -> None:
    chat(
        *("rdv", "/wait 5m", "/as +33612345678 clever", "/lang en", "vote 3", "/wait 1h"),
        *("bonjour", "/as 5145550001 vudumobile", "rdv", "24/12", "/save soir-1"),
    )

    story = read(folder / "rules" / "stories" / "soir-1.yaml", texts={"at", "from"}).value
    assert story == {
        "from": "+15145550001",
        "gateway": "vudumobile",
        "at": "2026-03-02 12:00",
        "talk": [
            {"they": "rdv"},
            {"we": "Quel jour?"},
            {"wait": "5m"},
            {"as": "+33612345678", "gateway": "clever"},
            {"lang": "en"},
            {"they": "vote 3"},
            {"we": "Vote 3\nMerci"},
            {"wait": "25m"},
            {"we": "Trop tard", "to": "+15145550001"},
            {"wait": "35m"},
            {"they": "bonjour"},
            {"as": "+15145550001", "gateway": "vudumobile"},
            {"they": "rdv"},
            {"we": "Quel jour?"},
            {"they": "24/12"},
            {
                "mail": "2026-12-24",
                "to": "rdv@clinique.example",
                "subject": "SMS +15145550001 (appointment)",
            },
            {"we": "Noté"},
        ],
    }
    assert CliRunner().invoke(main, ["check"]).exit_code == 0


@given(st.text(), st.text(st.characters(max_codepoint=0x3FF)))
def test_whatever_was_said_is_read_back(they: str, we: str) -> None:
    """But for NUL, which no phone sends and no file of ours may hold."""
    they, we = (text.encode("utf-8", "ignore").decode().replace("\0", "") for text in (they, we))
    talk: list[Mapping[str, str]] = [
        {"they": they},
        {"we": we, "to": "+15145559999"},
        {"wait": "5m"},
        {"lang": "no"},
    ]

    written = Story("+15145550001", "null", "2026-03-02 12:00", talk).written()

    told = parse(written.encode(), "story.yaml").value
    assert told == {
        "from": "+15145550001",
        "gateway": "null",
        "at": "2026-03-02 12:00",
        "talk": talk,
    }


def test_a_story_that_is_there_is_kept(chat: Chat, folder: Path) -> None:
    file = folder / "rules" / "stories" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("mine")

    result = chat("meteo", "/save mine", code=1)

    assert "there is a story 'mine' already; give another name" in result.stderr
    assert file.read_text() == "mine"


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
    assert "Beau" not in shown  # nothing is read after /quit


def test_an_installation_without_rules_or_gateways(chat: Chat, folder: Path) -> None:
    (folder / "rules" / "a.yaml").unlink()
    (folder / "config.yaml").write_text("organisation: {name: Radio, contact: '418'}\n")

    result = chat("meteo", "/as +33600000001 clever", "AIDE")

    assert "Without a rule of your own, only STOP, START and HELP are answered." in result.stdout
    assert after(result, "AIDE")[0].startswith("< Radio: 418.")


# A real terminal


def interactive(folder: Path, lines: Iterator[str]) -> str:
    """Type lines into a terminal, one when the one before was answered, and Ctrl-C at last."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat", "--at", "2026-03-02 12:00"],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "TERM": "xterm", "PATH": "", "HOME": str(folder)},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    shown = _until(master, "> ")
    try:
        for line in lines:
            os.write(master, f"{line}\n".encode())
            shown += _until(master, "> ")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return shown


def _until(master: int, prompt: str) -> str:
    """Read a terminal until it waits for the next line."""
    shown, end = "", time.monotonic() + 60
    while not shown.endswith(prompt):
        assert time.monotonic() < end, shown
        shown += os.read(master, 4096).decode("utf-8", "replace")
    return shown


def test_in_a_terminal_why_is_faint(folder: Path) -> None:
    shown = interactive(folder, iter(["meteo"]))

    assert "< Beau, dit-on" in shown
    assert "\x1b[2m  weather (météo)\x1b[0m" in shown
