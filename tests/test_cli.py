"""The command line: what it prints, how it ends, and one sentence where something is wrong."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot import look
from bot.app import load_content
from bot.cli import main
from bot.config import load_config
from bot.core.messages import Acceptance
from bot.gateways.base import Rejected
from bot.services.follow_ups import FollowUps
from bot.services.library import Library
from bot.services.mailer import Mailer
from bot.services.responder import Responder
from tests.services.played import ANA, open_scene

RULES = """
rules:
  - {id: weather, keyword: {fr: [météo], en: [weather]}, reply: {fr: "Beau.", en: "Fair."}}
  - {id: song, keyword: [chanson], reply: "Vous voulez {{ rest }}, {{ number }}"}
  - {id: lost, contains: [perdu], reply: "Objets perdus"}
  - {id: gold, keyword: [plan], when: {set: {plan: gold}, list: deals, tag: vip}, reply: "Or"}
  - {id: buy, keyword: [acheter], do: {set: {plan: gold}}, reply: "Merci"}
  - {id: night, keyword: [nuit], when: {hours: "22:00-06:00", gateway: clever}, reply: "Nuit"}
  - id: town
    keyword: [ville]
    expect: {town: word}
    once: number
    do:
      later: {after: 10m, send: "Encore {{ town }}?"}
      forward: {email: ville@exemple.example, text: "{{ town }}"}
    reply: "{{ town }}"
lists: [{id: deals, names: [rabais]}]
"""
Textobot = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody stands who has a configuration and rules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(
        "organisation: {name: Radio, contact: '418'}\n"
        "store: sqlite:///textobot.db\n"
        "timezone: UTC\ngateways: {vudumobile: {our_number: '+15149541234'}, clever: {}}\n"
    )
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES)
    return tmp_path


@pytest.fixture
def textobot(folder: Path) -> Textobot:
    def called(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert "Traceback" not in result.output
        return result

    return called


# check


def test_check_says_that_all_is_well(textobot: Textobot, folder: Path) -> None:
    (folder / "rules" / "b.yaml").write_text(
        "only: sandbox\nrules: [{id: x, anything: true, reply: Quoi}]\n"
    )

    result = textobot("check")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "All is well: 7 rules of your own, 1 for the sandbox alone.\n"


def test_check_names_every_fault_with_its_place_and_remedy(
    textobot: Textobot, folder: Path
) -> None:
    (folder / "rules" / "b.yaml").write_text(
        "rules:\n  - {id: x, keyword: [a], reply: '{{ nobody }}'}\n  - {id: y}\n"
    )
    (folder / "templates" / "fr").mkdir(parents=True)
    (folder / "templates" / "fr" / "weather.j2").write_text("{% if %}")

    result = textobot("check")

    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "rules/b.yaml",
        "rules/b.yaml",
        "templates/fr/weather.j2",
    ]
    assert all(";" in line and line.count(":") >= 3 for line in lines)


def test_check_compares_rules_with_the_configuration(textobot: Textobot, folder: Path) -> None:
    rule = "{id: x, keyword: [a], reply: b, when: {gateway: nowhere}}"
    (folder / "rules" / "b.yaml").write_text(f"rules: [{rule}]\n")

    result = textobot("check")

    assert result.exit_code == 1
    assert "there is no gateway 'nowhere'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("check", "-c", "nowhere.yaml"), "nowhere.yaml:1:1: there is no configuration here"),
        (("check", "-c", "rules"), "rules:1:1: the file cannot be read (Is a directory)"),
    ],
)
def test_check_of_what_is_no_configuration(
    textobot: Textobot, arguments: tuple[str, ...], told: str
) -> None:
    result = textobot(*arguments)

    assert result.exit_code == 1
    assert result.stderr.startswith(told)
    assert result.stderr.count("\n") == 1


def test_check_writes_the_schema_for_editors(textobot: Textobot) -> None:
    result = textobot("check", "--schema")

    assert result.exit_code == 0
    assert "rules" in json.loads(result.stdout)["properties"]


# explain


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["Météo!"], ["yes", "Reply (fr), 1 segment", "Beau."], id="a rule"),
        pytest.param(["weather"], ["Reply (en)", "Fair."], id="the language of the word"),
        pytest.param(["weather", "--lang", "fr"], ["Reply (fr)", "Beau."], id="the chosen one"),
        pytest.param(
            ["chanson perdu", "--from", "+15145550009"],
            ["keyword is asked before contains", "Vous voulez perdu, +15145550009"],
            id="who lost, and who asks",
        ),
        pytest.param(["STOP"], ["built-in word STOP", "Reply (fr, en)"], id="a built-in word"),
        pytest.param(["bonjour"], ["Nobody answers it."], id="nobody"),
        pytest.param([""], ["(no word)", "Nobody answers it."], id="nothing"),
        pytest.param(["[bold]météo"], ["Read as: bold meteo"], id="no markup"),
        pytest.param(
            ["plan", "--at", "2026-03-02 12:00"],
            ["gold", "list must be deals, and is none", "Nobody answers it."],
            id="a condition that does not hold",
        ),
        pytest.param(
            ["plan", "--set", "plan=gold", "--list", "deals", "--tag", "vip"],
            ["Reply (fr)", "Or"],
            id="what was set, a list and a tag",
        ),
        pytest.param(
            ["nuit", "--at", "2026-03-02 23:00", "--gateway", "clever"],
            ["Reply (fr)", "Nuit"],
            id="a time and a gateway",
        ),
        pytest.param(
            ["chanson", "--gateway", "clever"],
            ["Vous voulez , +33600000001"],
            id="who texts there",
        ),
        pytest.param(
            ["chanson", "--from", "514 555-0199"], ["+15145550199"], id="as it is dialled here"
        ),
        pytest.param(
            ["ville Québec"],
            [
                "Understood: town = Québec",
                "Does: pass on to ville@exemple.example: Québec",
                "Does: say after 10m, unless they text before: Encore Québec?",
            ],
            id="what is understood and done",
        ),
    ],
)
def test_explain_says_who_answers(
    textobot: Textobot, arguments: list[str], told: list[str]
) -> None:
    result = textobot("explain", *arguments)

    assert (result.exit_code, result.stderr) == (0, "")
    for words in told:
        assert words in result.stdout


@pytest.mark.parametrize("said", ["\x1b[31mrouge", "a\u202eb", "\x07"])
def test_what_was_texted_plays_no_tricks_on_a_terminal(textobot: Textobot, said: str) -> None:
    """INV-31."""
    result = textobot("explain", f"chanson {said}")

    assert result.exit_code == 0
    assert all(sign.isprintable() or sign == "\n" for sign in result.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(["explain"], 2, "give a text, or --id", id="neither"),
        pytest.param(["explain", "a", "--id", "1"], 2, "give a text, or --id", id="both"),
        pytest.param(["explain", "--id", "0"], 2, "0 is not in the range", id="no id"),
        pytest.param(["explain", "--id", "9" * 30], 2, "not in the range", id="a huge id"),
        pytest.param(["explain", "a", "--gateway", "x"], 2, "no gateway 'x'", id="no gateway"),
        pytest.param(
            ["explain", "a", "--lang", "french"], 2, "write two small letters", id="no language"
        ),
        pytest.param(["explain", "a", "--from", "bob"], 2, "is no number; write", id="no number"),
        pytest.param(["explain", "a", "--at", "noon"], 2, "write day and hour", id="no time"),
        pytest.param(["explain", "a", "--set", "x"], 2, "write name=value", id="no value"),
        pytest.param(["explain", "a", "--set", "X!=1"], 2, "this is no name", id="no name"),
        pytest.param(["explain", "a", "--list", "deal"], 2, "did you mean deals?", id="no list"),
        pytest.param(["explain", "a", "-c", "no.yaml"], 2, "no configuration", id="no file"),
        pytest.param(["explain", "--id", "1"], 1, "there is no store", id="no store yet"),
        pytest.param(["explain", "--id", "1", "-c", "no.yaml"], 2, "no configuration", id="-c"),
        pytest.param(["sing"], 2, "No such command 'sing'", id="no such command"),
        pytest.param(["check", "--sing"], 2, "No such option", id="no such option"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    textobot: Textobot, folder: Path, arguments: list[str], code: int, told: str
) -> None:
    result = textobot(*arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr
    assert not (folder / "textobot.db").exists()  # who looks makes nothing


def test_a_store_of_another_kind_is_told(textobot: Textobot, folder: Path) -> None:
    (folder / "textobot.db").touch()

    result = textobot("explain", "--id", "1")

    assert result.exit_code == 1
    assert "the schema of no textobot" in result.stderr


async def conversed(folder: Path) -> None:
    """A store with two answers to one rule, of which the newer counts, and all that came of it."""
    config = load_config(folder / "config.yaml")
    rulebook, templates = load_content(config, sandbox=False)
    async with open_scene(folder) as scene:
        library = Library(lambda: (rulebook, templates))
        speech = replace(scene.speech(), library=library)
        follow_ups = FollowUps(scene.database, speech, scene.clock, wake=scene.woken.append)
        for town in ("Québec", "Laval"):
            await scene.receive(f"ville {town}")
            await Responder(scene.database, speech, scene.clock, wake=scene.woken.append).tick()
        await Mailer(scene.account).tick()
        scene.clock.advance(600)
        await follow_ups.tick()


def test_explain_shows_all_that_came_of_a_text(textobot: Textobot, folder: Path) -> None:
    asyncio.run(conversed(folder))

    first, second = (textobot("explain", "--id", text).stdout for text in "12")

    assert "answer to town, kept, and replaced by a newer one: town = Québec\n" in first
    assert "mail to ville@exemple.example: Québec (done)\n" in first
    assert "follow-up for 2026-03-02 12:10:00: Encore Québec? (cancelled)\n" in first
    assert "answer to town, kept: town = Laval\n" in second
    assert "follow-up for 2026-03-02 12:10:00: Encore Laval? (done)\n" in second
    assert "follow-up 3, queued: Encore Laval?\n" in second


async def answered(folder: Path) -> None:
    """A store with a text that was answered, one refused for good, one nobody answers."""
    async with open_scene(folder) as scene:
        await scene.receive("météo", "chanson \x1b[31m", "bonjour")
        await scene.responder().tick()
        scene.gateway.answers.append(Rejected("bad number"))
        await scene.send(scene.sender())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "1",
            ["météo", "handled: a rule answered (weather)", "failed: Il fait beau.", "bad numb"],
        ),
        ("2", ["chanson \ufffd[31m", "(song)", "sent: Vous voulez"]),
        ("3", ["bonjour", "handled: no rule answers this text"]),
    ],
)
def test_explain_of_a_stored_text(
    textobot: Textobot, folder: Path, text: str, told: list[str]
) -> None:
    asyncio.run(answered(folder))

    result = textobot("explain", "--id", text)

    assert (result.exit_code, result.stderr) == (0, "")
    for words in told:
        assert words in result.stdout


@pytest.mark.parametrize("command", [["explain", "--id", "1"], ["user", ANA]])
@pytest.mark.parametrize(
    ("counted", "told"),
    [(None, ""), (1, ""), (2, "the gateway counts 2 segments, and we count 1")],
    ids=["says nothing", "agrees", "counts more"],
)
def test_segments_that_a_gateway_counts_otherwise_are_shown(
    textobot: Textobot, folder: Path, command: list[str], counted: int | None, told: str
) -> None:
    async def answered() -> None:
        async with open_scene(folder) as scene:
            await scene.receive("météo")
            await scene.responder().tick()
            scene.gateway.answers.append(Acceptance("7", counted))
            await scene.send(scene.sender())

    asyncio.run(answered())

    result = textobot(*command)

    assert (result.exit_code, result.stderr) == (0, "")
    assert told in result.stdout
    assert ("the gateway counts" in result.stdout) == bool(told)


def test_check_notes_what_is_dear_and_finds_no_fault(textobot: Textobot, folder: Path) -> None:
    """What a template comes to is known where the rule has examples."""
    called, said = f"tune {'x' * 70}", '"Oui… {{ rest }}"'
    song = f"rules: [{{id: s, keyword: [tune], examples: {{matches: [{called}]}}, reply: {said}}}]"
    (folder / "rules" / "dear.yaml").write_text(song)

    result = textobot("check")

    assert (result.exit_code, result.stderr) == (0, "")
    at = song.index("…") + 1
    assert f"rules/dear.yaml:1:{at}: note: the reply of 's' costs 2 segments" in result.stdout
    assert "because of … (free: ...); with what is free instead, 1, as 'tune x" in result.stdout


def test_explain_of_a_text_that_is_not_there(textobot: Textobot, folder: Path) -> None:
    asyncio.run(answered(folder))

    result = textobot("explain", "--id", "99")

    assert (result.exit_code, result.stderr) == (1, "textobot: there is no text 99 in the store\n")


# Whatever happens


def test_what_nobody_foresaw_is_a_sentence_too(
    textobot: Textobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INV-33: with its place, and without its words."""

    def fails(_path: Path) -> int:
        raise KeyError("s3cret")

    monkeypatch.setattr(look, "check", fails)

    result = textobot("check")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "KeyError at test_cli.py:" in result.stderr
    assert "s3cret" not in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", [None, *main.commands])
def test_every_command_says_what_it_does(textobot: Textobot, name: str | None) -> None:
    result = textobot(*([name] if name else []), "--help")

    assert result.exit_code == 0
    options = main.commands[name].params if name else []
    assert all(one.help for one in options if isinstance(one, click.Option))
