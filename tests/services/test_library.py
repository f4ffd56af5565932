"""The rules in force: the old ones stay when the files get faults, and it is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import metrics
from bot.app import load_content
from bot.config import load_config
from bot.content.voice import Voice
from bot.core.conversation import Conversation, Subscriber
from bot.core.decide import decide
from bot.core.messages import Inbound
from bot.core.sayings import Message
from bot.core.turn import Turn
from bot.services.library import Library
from bot.yamlfile import Faults
from tests.clock import NOON
from tests.services.played import ANA, POLICY, Scene, rule

GOOD = "rules: [{id: a, keyword: [météo], reply: Soleil}]\n"
BETTER = "rules: [{id: a, keyword: [météo], reply: Pluie}, {id: b, anything: true, reply: Quoi}]\n"
REFUSED = "textobot_rules_refused 1.0"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The operator's file of rules."""
    (tmp_path / "config.yaml").write_text("organisation: {name: Radio, contact: '418'}\n")
    file = tmp_path / "rules" / "a.yaml"
    file.parent.mkdir()
    file.write_text(GOOD)
    return file


@pytest.fixture
def library(rules: Path) -> Iterator[Library]:
    config = load_config(rules.parent.parent / "config.yaml", {})
    yield Library(lambda: load_content(config, sandbox=False))
    metrics.RULES_REFUSED.set(0)


def test_a_reload_puts_the_new_rules_into_force(rules: Path, library: Library) -> None:
    before = library.rulebook.digest
    rules.write_text(BETTER)

    assert library.reload()

    assert [one.id for one in library.rulebook.rules] == ["a", "b"]
    assert library.rulebook.digest != before


@pytest.mark.parametrize(
    "faulty",
    [
        pytest.param(b"rules: [{id: a, keyword: [x], reply: '{{ nobody }}'}]", id="a template"),
        pytest.param(b"rules: [", id="YAML"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"rules: [{id: a, keyword: [x]}, {id: a}]", id="many"),
    ],
)
def test_faulty_files_leave_the_old_rules_in_force_and_say_so(
    rules: Path, library: Library, faulty: bytes
) -> None:
    """INV-41: in the log, in `/readyz` (by `faults`) and in the metrics; until they are mended."""
    rules.write_bytes(faulty)

    with capture_logs() as lines:
        assert not library.reload()

    assert [one.id for one in library.rulebook.rules] == ["a"]
    assert [line["action"] for line in lines] == ["rules.refused"]
    assert str(library.faults[0]) in lines[0]["faults"]
    assert REFUSED in metrics.exposition().decode()

    rules.write_text(BETTER)
    assert library.reload()
    assert library.faults == ()
    assert REFUSED not in metrics.exposition().decode()


def test_a_file_that_goes_takes_its_rules_along(rules: Path, library: Library) -> None:
    rules.unlink()

    assert library.reload()
    assert library.rulebook.rules == ()


def test_faults_at_the_start_are_raised(rules: Path) -> None:
    rules.write_text("rules: [")
    config = load_config(rules.parent.parent / "config.yaml", {})

    with pytest.raises(Faults):
        Library(lambda: load_content(config, sandbox=False))


async def test_a_reload_changes_nothing_of_what_waits(scene: Scene) -> None:
    """INV-41."""
    library = scene.library(rule("weather", "météo", reply="Soleil"))
    await scene.receive("météo")
    responder = scene.responder()
    responder._speech = replace(responder._speech, library=library)
    await responder.tick()

    library._load = scene.library(rule("other", "autre"))._load
    assert library.reload()
    await scene.send(scene.sender())

    assert [batch.text for batch in scene.gateway.taken] == ["Soleil"]


@pytest.mark.parametrize(
    ("texts", "languages", "said"),
    [
        pytest.param({"fr": "Oui", "en": "Yes"}, ("fr", "en"), "Oui\nYes", id="both"),
        pytest.param({"": "Ok"}, ("fr", "en"), "Ok", id="what is the same once"),
        pytest.param({"": "{{ rest }}, {{ number }}"}, ("fr",), "ici, +15145550001", id="names"),
        pytest.param({"": "{{ text }}"}, ("fr",), "météo {{ 7*7 }}", id="a text is only shown"),
        pytest.param({"": "{{ now|date }}"}, ("fr",), "2 mars 2026", id="a date of the zone"),
    ],
)
def test_what_is_said(
    library: Library, texts: dict[str, str], languages: tuple[str, ...], said: str
) -> None:
    """INV-31."""
    text = Inbound(
        id=1,
        gateway="vudumobile",
        conversation="vudumobile:" + ANA,
        number=ANA,
        our_number="",
        text="météo {{ 7*7 }}",
        sent_at=NOON,
        received_at=NOON,
        history=False,
        attempts=1,
    )
    conversation = Conversation(text.conversation, text.gateway, ANA)
    turn = Turn(text, conversation, Subscriber(ANA), library.rulebook, POLICY, NOON)
    decision = replace(decide(turn), names={"rest": "ici"})

    assert Voice(decision, turn, library.templates).say(Message(texts), languages) == said
