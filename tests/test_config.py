"""`config.yaml`: every fault at once, with line, column and remedy, and never a secret."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, strategies as st
from pydantic import BaseModel, SecretStr, ValidationError

from bot.config import (
    CleverSection,
    Config,
    Rate,
    VuduMobileSection,
    load_config,
    sandbox_config,
)
from bot.config.environment import SECRET_KEYS
from bot.config.notation import parse_duration, write_duration
from bot.core.messages import Delivery
from tests.configs import loaded, told

SHIPPED = Path(__file__).parent.parent / "config.yaml"

# --- the shipped file ----------------------------------------------------------------------------


def test_the_shipped_file_is_right_and_turns_nothing_on() -> None:
    config = load_config(SHIPPED, {})

    assert {name: section.on for name, section in config.gateways.items()} == {
        "vudumobile": False,
        "clever": False,
    }


def test_every_setting_has_a_line_in_the_shipped_file() -> None:
    written = yaml.safe_load(SHIPPED.read_text())

    assert_all_there(Config, written)
    assert_all_there(VuduMobileSection, written["gateways"]["vudumobile"])
    assert_all_there(CleverSection, written["gateways"]["clever"])


def assert_all_there(model: type[BaseModel], written: Mapping[str, Any]) -> None:
    assert list(written) == list(model.model_fields)
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            assert_all_there(field.annotation, written[name])


def test_every_setting_of_the_shipped_file_has_its_default() -> None:
    config = load_config(SHIPPED, {})

    assert config.gateways == {
        "vudumobile": VuduMobileSection(our_number="+15149541234"),
        "clever": CleverSection(),
    }
    defaults = Config(organisation=config.organisation, gateways=config.gateways)
    assert config.model_dump() == defaults.model_dump()


def test_every_line_of_the_shipped_file_says_what_it_is_for() -> None:
    settings_ = [line for line in SHIPPED.read_text().splitlines() if re.match(r" *\w+:", line)]
    heads = {"vudumobile:", "clever:"}  # which are names

    assert [one for one in settings_ if "#" not in one and one.strip() not in heads] == []


def test_every_secret_may_stand_in_a_file() -> None:
    assert set(secret_keys(Config)) == SECRET_KEYS


def secret_keys(annotation: Any) -> Iterator[str]:
    for name, field in getattr(annotation, "model_fields", {}).items():
        if field.annotation is SecretStr:
            yield name
        yield from secret_keys(field.annotation)
    for part in get_args(annotation):
        yield from secret_keys(part)


def test_an_editor_is_told_that_values_are_written_as_text() -> None:
    schema = Config.model_json_schema(mode="serialization")

    kept = schema["$defs"]["Retention"]["properties"]["texts"]
    assert (kept["type"], kept["default"]) == ("string", "90d")
    rate = schema["$defs"]["CleverSection"]["properties"]["rate"]
    assert (rate["type"], rate["default"]) == ("string", "2/s")
    assert schema["properties"]["timezone"]["type"] == "string"


# --- what is read --------------------------------------------------------------------------------


def test_everything_but_the_organisation_has_a_default(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")

    assert config.language == "fr"
    assert config.timezone.key == "America/Montreal"
    assert config.gateways == {}
    assert config.replies.max_age == timedelta(minutes=15)
    assert config.replies.per_number == (Rate(6, 60), Rate(30, 86400))
    assert config.replies.delivery is Delivery.AT_MOST_ONCE
    assert (config.web.host, config.web.port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param("clever: {}", CleverSection, id="its name is the kind"),
        pytest.param("clever-paris: {}", CleverSection, id="its name has the kind in it"),
        pytest.param("clever:", CleverSection, id="nothing but its name"),
        pytest.param("main: {kind: vudumobile}", VuduMobileSection, id="said"),
        pytest.param("clever: {kind: vudumobile}", VuduMobileSection, id="said otherwise"),
    ],
)
def test_the_kind_may_be_left_out_where_the_name_says_it(
    tmp_path: Path, content: str, kind: type[BaseModel]
) -> None:
    config = loaded(tmp_path, f"gateways:\n  {content}")

    assert [type(section) for section in config.gateways.values()] == [kind]


@pytest.mark.parametrize(
    ("content", "on"),
    [
        pytest.param("vudumobile: {api_key: ''}", False, id="VuduMobile without a key"),
        pytest.param("vudumobile: {api_key: k}", True, id="VuduMobile with a key"),
        pytest.param("clever: {login: '', password: ''}", False, id="Clever without a login"),
        pytest.param("clever: {login: l, password: 0123}", True, id="Clever with a login"),
    ],
)
def test_a_gateway_without_credentials_is_off(tmp_path: Path, content: str, on: bool) -> None:
    (section,) = loaded(tmp_path, f"gateways:\n  {content}").gateways.values()

    assert section.on is on


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param('"+15149541234"', "+15149541234", id="E.164"),
        pytest.param("+15149541234", "+15149541234", id="without quotes"),
        pytest.param('"+1 (514) 954-1234"', "+15149541234", id="as people write it"),
        pytest.param('"+33 6 12 34 56 78"', "+33612345678", id="French"),
        pytest.param("36180", "36180", id="short code"),
        pytest.param("0123", "0123", id="short code with a leading zero"),
        pytest.param('""', "", id="not said"),
    ],
)
def test_numbers_are_kept_in_one_form(tmp_path: Path, written: str, number: str) -> None:
    config = loaded(tmp_path, f"gateways:\n  vudumobile:\n    our_number: {written}")

    (section,) = config.gateways.values()
    assert isinstance(section, VuduMobileSection)
    assert section.our_number == number


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("500ms", timedelta(milliseconds=500)),
        ("1.2s", timedelta(seconds=1.2)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("14d", timedelta(days=14)),
    ],
)
def test_durations(written: str, duration: timedelta) -> None:
    assert parse_duration(written) == duration


@given(st.integers(0, 10**9 - 1).map(lambda count: timedelta(milliseconds=count)))
def test_a_duration_is_read_as_it_was_written(duration: timedelta) -> None:
    assert parse_duration(write_duration(duration)) == duration


@pytest.mark.parametrize("written", ["20/s", "6/min", "100/h", "30/day"])
def test_a_rate_is_written_as_it_was_read(written: str) -> None:
    assert str(Rate.parse(written)) == written


@pytest.mark.parametrize(
    ("content", "store", "data"),
    [
        ("", "sqlite:///{here}/data/textobot.db", "{here}/data"),
        ("store: sqlite:///my.db", "sqlite:///{here}/my.db", "{here}"),
        ("store: sqlite:////var/lib/t/t.db", "sqlite:////var/lib/t/t.db", "/var/lib/t"),
        ("store: postgresql://h/d", "postgresql://h/d", "{here}/data"),
    ],
)
def test_paths_are_relative_to_the_file(
    tmp_path: Path, content: str, store: str, data: str
) -> None:
    config = loaded(tmp_path, content)

    here = tmp_path
    assert config.path == here / "config.yaml"
    assert config.store_url == store.format(here=here)
    assert config.data_folder == Path(data.format(here=here))
    assert config.rules_folder == here / "rules"
    assert config.templates_folder == here / "templates"


def test_who_may_call_us_by_which_name(tmp_path: Path) -> None:
    config = loaded(tmp_path, "web: {listen: '[::1]:0', hosts: [bot.example.com]}")

    assert (config.web.host, config.web.port) == ("::1", 0)
    assert config.web.known_hosts == {"localhost", "127.0.0.1", "::1", "bot.example.com"}


# --- the environment, and files of secrets -------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "environ", "value"),
    [
        pytest.param("${NAME}", {"NAME": "x"}, "x", id="a variable"),
        pytest.param("${NAME}", {"NAME": "a: [b"}, "a: [b", id="is not read as YAML"),
        pytest.param("${NAME}", {"NAME": "${OTHER}"}, "${OTHER}", id="is not expanded again"),
        pytest.param("${NAME:-y}", {}, "y", id="a default"),
        pytest.param("${NAME:-y}", {"NAME": ""}, "y", id="a default for an empty one"),
        pytest.param("${NAME:-y}", {"NAME": "x"}, "x", id="a default that is not needed"),
        pytest.param("a ${NAME}-${NAME:-y}", {"NAME": "x"}, "a x-x", id="within a text"),
        pytest.param("$$5 and $${NAME}", {}, "$5 and ${NAME}", id="dollars"),
        pytest.param("5$ or $NAME", {"NAME": "x"}, "5$ or $NAME", id="nothing to expand"),
    ],
)
def test_values_read_the_environment(
    tmp_path: Path, written: str, environ: Mapping[str, str], value: str
) -> None:
    config = loaded(tmp_path, f"rules: '{written}'", environ)

    assert config.rules == value


@pytest.mark.parametrize("content", ["hunter2hunter2", "hunter2hunter2\n", "hunter2hunter2\r\n"])
@pytest.mark.parametrize(
    ("written", "environ"),
    [
        pytest.param("api_key_file: key", {}, id="a key of the configuration"),
        pytest.param("api_key_file: ${WHERE}", {"WHERE": "key"}, id="a key, from the environment"),
        pytest.param("api_key: ${KEY:-}", {"KEY_FILE": "key"}, id="the environment"),
        pytest.param("api_key: ${KEY}", {"KEY_FILE": "key", "KEY": ""}, id="an empty variable"),
    ],
)
def test_a_secret_may_stand_in_a_file(
    tmp_path: Path, written: str, environ: Mapping[str, str], content: str
) -> None:
    (tmp_path / "key").write_bytes(content.encode())

    config = loaded(tmp_path, f"gateways:\n  vudumobile:\n    {written}", environ)

    (section,) = config.gateways.values()
    assert isinstance(section, VuduMobileSection)
    assert section.api_key.get_secret_value() == "hunter2hunter2"


def test_a_file_that_is_not_named_is_not_read(tmp_path: Path) -> None:
    config = loaded(tmp_path, "gateways: {vudumobile: {api_key: '', api_key_file: '${NO:-}'}}")

    assert [section.on for section in config.gateways.values()] == [False]


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2@h/d", "postgresql://u:${PW:-hunter2}@h/d"]
)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o644])
def test_a_file_with_secrets_that_others_can_read_is_refused(
    tmp_path: Path, mode: int, url: str
) -> None:
    (fault,) = told(tmp_path, f"store: {url}", mode=mode)

    assert fault == (
        "2:1: a secret stands here, and others can read this file; "
        f"run `chmod 600 {tmp_path}/config.yaml`, or refer to it as ${{NAME}}"
    )


def test_a_file_that_refers_to_its_secrets_may_be_read(tmp_path: Path) -> None:
    content = (
        "store: postgresql://u:${PASSWORD}@h/d\n"
        "gateways: {vudumobile: {api_key: '${KEY:-}'}, clever: {login: ''}}\n"
    )

    config = loaded(tmp_path, content, {"PASSWORD": "hunter2", "KEY": "k"}, mode=0o644)

    assert config.store_url == "postgresql://u:hunter2@h/d"


# --- the sandbox ---------------------------------------------------------------------------------


def test_the_sandbox_touches_nothing_that_is_real(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        "store: postgresql://h/real\nlanguage: en\n"
        "replies: {only_numbers: ['+15145550101'], max_age: 2m}\n"
        "webhooks: [{url: https://example.com}]\n"
        "gateways: {mine: {kind: vudumobile, api_key: real}}",
    )

    played = sandbox_config(
        config,
        vudumobile_url="http://127.0.0.1:1/v",
        clever_url="http://127.0.0.1:1/c",
        folder=tmp_path / "played",
        api_key="k",
        login="l",
        password="p",
        our_number="+15145550000",
    )

    assert {name: section.on for name, section in played.gateways.items()} == {
        "vudumobile": True,
        "clever": True,
    }
    assert {section.poll for section in played.gateways.values()} == {timedelta(seconds=1)}
    assert played.store_url == f"sqlite:///{tmp_path}/played/textobot.db"
    assert played.data_folder == tmp_path / "played"
    assert played.rules_folder == config.rules_folder
    assert played.webhooks == ()
    assert played.replies.only_numbers == ()
    assert played.replies.max_age == timedelta(minutes=2)
    assert played.language == "en"
    assert played.secrets == {"k", "l", "p"}


def test_nothing_in_a_configuration_can_be_changed(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")

    with pytest.raises(ValidationError, match="frozen"):
        config.language = "en"
