"""What `check` advises on, and the confirmation of STOP itself."""

from pathlib import Path

import pytest

from bot.advice import advice
from bot.app import load_templates
from bot.config import Config, load_config
from bot.core.sayings import Message
from bot.core.segments import segments

HOOK = "{vudumobile: {}}\nwebhooks: [{url:"
LONGEST_NAME = "Centre communautaire et culturel de la municipalite Exemple!"


def config_of(folder: Path, gateways: str, name: str = "Radio Exemple") -> Config:
    path = folder / "config.yaml"
    path.write_text(
        f'organisation: {{name: "{name}", contact: "418 555-0199"}}\ngateways: {gateways}\n'
    )
    path.chmod(0o600)
    (folder / "templates").mkdir(exist_ok=True)
    return load_config(path)


@pytest.mark.parametrize(
    ("gateways", "advised"),
    [
        pytest.param("{vudumobile: {}, clever: {}}", [], id="nothing"),
        pytest.param('{clever: {sender: "36111"}}', [], id="a short number is answered"),
        pytest.param("{clever: {sender: RADIO}}", ["stop_mention"], id="letters are not"),
        pytest.param(
            '{clever: {sender: RADIO, stop_mention: "STOP au 36111"}}', [], id="so it is said how"
        ),
        pytest.param("{vudumobile: {confirm_stop: false}}", ["confirm_stop"], id="never"),
        pytest.param("{vudumobile: {confirm_stop: true}}", [], id="once"),
        pytest.param("{vudumobile: {confirm_stop: each}}", [], id="each time"),
        pytest.param(f"{HOOK} http://127.0.0.1:1/a, secret: b}}]", [], id="this machine is told"),
        pytest.param(f"{HOOK} https://a.example/b}}]", ["secret is empty"], id="an unsigned one"),
        pytest.param(
            f"{HOOK} https://10.0.0.5/a, secret: b}}]", ["not public"], id="a private one"
        ),
    ],
)
def test_advice(tmp_path: Path, gateways: str, advised: list[str]) -> None:
    config = config_of(tmp_path, gateways)
    told = list(advice(config, load_templates(config)))

    assert len(told) == len(advised)
    assert all(word in line for word, line in zip(advised, told, strict=True))


def test_a_confirmation_of_two_segments_is_told(tmp_path: Path) -> None:
    config = config_of(tmp_path, "{vudumobile: {}}", name="Café d’à côté, Montréal")
    (told,) = advice(config, load_templates(config))

    assert "the confirmation of STOP takes 2 segments" in told


@pytest.mark.parametrize("languages", [("fr",), ("en",), ("fr", "en"), ("en", "fr")])
def test_a_confirmation_is_one_segment_with_the_longest_name(
    tmp_path: Path, languages: tuple[str, ...]
) -> None:
    assert len(LONGEST_NAME) == 60
    templates = load_templates(config_of(tmp_path, "{vudumobile: {}}", name=LONGEST_NAME))
    said = "\n".join(
        templates.render(Message(template="stopped"), language, {"named": place > 0})
        for place, language in enumerate(languages)
    )

    assert segments(said).count == 1
    assert segments(said).encoding == "GSM-7"
    assert said.count(LONGEST_NAME) == 1
