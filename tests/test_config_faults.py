"""Every fault of a configuration is told at once: where, what, what to do, and no secret."""

import json
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from bot.config import (
    Config,
    load_config,
)
from bot.yamlfile import Faults
from tests.configs import loaded, told


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"there is no configuration here; make one with `textobot"):
        load_config(tmp_path / "config.yaml", {})


@pytest.mark.parametrize("content", ["", "- a\n", "just words\n"])
def test_a_file_that_is_no_configuration_says_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(content)

    with pytest.raises(Faults, match="this is no configuration; write `key: value` lines"):
        load_config(file, {})


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("foo: 1", "2:1: there is no key 'foo' here; known here: alarms, ceilings, gateways, "),
        ("langauge: fr", "2:1: there is no key 'langauge' here; did you mean 'language'?"),
        ("language: french", "2:1: language: this is no language; write two letters"),
        (
            "timezone: America/Montréal",
            "2:1: timezone: there is no such timezone; did you mean Am",
        ),
        ("timezone: ../../etc/passwd", "2:1: timezone: there is no such timezone; write it like"),
        (
            "store: mysql://h/d",
            "2:1: store: this is no store; write sqlite:///data/textobot.db, o",
        ),
        (
            "store: 'sqlite:///:memory:'",
            "2:1: store: this is no store; write sqlite:///data/texto",
        ),
        ("store: sqlite:///", "2:1: store: this is no store; write sqlite:///data/textobot.db, o"),
        ("secret: too short", "2:1: secret: it has fewer than 32 characters; take what `openssl"),
        ("reload: never", "2:1: reload should be 'signal' or 'watch'; change it"),
        ("history: forever", "2:1: history: this is no duration; write it like 500ms, 3s, 15m"),
        ("history: 3", "2:1: history: this is no duration; write it like 500ms, 3s, 15m, 2h or 1"),
        ("replies: {max_age: 0s}", "2:11: max_age: this duration is out of bounds; write one fro"),
        ("replies: {per_number: []}", "2:11: per_number should have at least 1 item; change it"),
        ("replies: {per_number: [0/s]}", "2:24: per_number: this is no rate; write it like 20/s"),
        ("replies: {delivery: maybe}", "2:11: delivery should be 'at_most_once' or 'at_least"),
        ("replies: {only_numbers: ['+1']}", "2:26: only_numbers: this is no number; write `+`"),
        ("replies: {only_numbers: [15145550101]}", "2:26: only_numbers: this is no number; write"),
        ("replies: {only_numbers: ['+15145']}", "2:26: only_numbers: no number of that country"),
        ("replies: {takeover: {seen: true}}", "2:22: there is no key 'seen' here; known here: s"),
        ("verification: {length: 3}", "2:16: length should be greater than or equal to 4; change"),
        ("verification: {length: 11}", "2:16: length should be less than or equal to 10; change"),
        ("verification: {countries: [Canada]}", "2:28: countries: there is no such country; wr"),
        ("web: {listen: localhost}", "2:7: listen: this is no address to listen on; write host"),
        ("web: {listen: '0.0.0.0:99999'}", "2:7: listen: this is no address to listen on; wri"),
        ("web: {hosts: ['https://x.com']}", "2:15: hosts: this is no host name; write it without"),
        ("webhooks: [{}]", "2:12: the key 'url' is missing; add it"),
        ("webhooks: [{url: 'http://x.com'}]", "2:13: url: plain http:// would show every text"),
        ("webhooks: [{url: 'ftp://x.com'}]", "2:13: url: this is no address; write it like htt"),
        ("webhooks: [{url: 'https://u:p@x.com'}]", "2:13: url: credentials cannot stand in an a"),
        ("webhooks: [{url: 'https://x.com', events: [Ä]}]", "2:44: events: this is no event; "),
        ("retention: {texts: 1h}", "2:13: texts: this duration is out of bounds; write one from"),
        ("gateways: {Mine: {kind: clever}}", "2:12: Mine: a gateway cannot have this name; writ"),
        ("gateways: {mine: {}}", "2:12: mine does not say what it is; add kind: vudumobile or c"),
        ("gateways: {clever: {kind: sms}}", "2:12: clever does not say what it is; add kind: vu"),
        ("gateways: {clever: {login: l}}", "2:12: clever: the password is empty; give login and"),
        ("gateways: {clever: {password: p}}", "2:12: clever: the login is empty; give login and"),
        ("gateways: {clever: {api_key: k}}", "2:21: there is no key 'api_key' here; known here: "),
        ("gateways: {clever: {sender: Été}}", "2:21: sender: this is no sender; write 11 letters"),
        ("gateways: {clever: {sender: twelve chars}}", "2:21: sender: this is no sender; write "),
        ("gateways: {clever: {follow: 30m}}", "2:21: follow: this duration is out of bounds; wr"),
        ("gateways: {clever: {references: ['a/b']}}", "2:34: references: this is no reference;"),
        ("gateways: {vudumobile: {poll: 100ms}}", "2:25: poll: this duration is out of bounds;"),
        ("gateways: {vudumobile: {rate: fast}}", "2:25: rate: this is no rate; write it like 20"),
        ("gateways: {vudumobile: {url: 'http://x.com'}}", "2:25: url: plain http:// would show"),
        ("gateways: {vudumobile: {url: 'https://x.com/\\n'}}", None),
        ('gateways: {vudumobile: {url: "https://x.com/\\n"}}', "2:25: url: this is no address; "),
        ('gateways: {vudumobile: {api_key: "a\\nb"}}', "2:25: api_key: it holds a line break or"),
        ("rules: ${NOWHERE}", "2:1: the environment has no NOWHERE; set it, or write ${NOWHERE:-"),
        ("rules: ${NO-", "2:1: a `${` is not followed by a name and a `}`; write ${NAME} or ${NA"),
        ("secret_file: gone", "2:1: the file that secret_file names cannot be used (No such file"),
        ("secret_file: .", "2:1: the file that secret_file names cannot be used (Is a directory)"),
        ("secret_file: config.yaml\nsecret: x", "2:1: secret and secret_file are both given; ke"),
    ],
)
def test_a_fault_says_where_it_is_and_what_to_do(
    tmp_path: Path, content: str, fault: str | None
) -> None:
    if fault is None:  # a backslash in single quotes is only a backslash
        assert loaded(tmp_path, content).gateways
        return
    found = told(tmp_path, content)

    assert found[0].startswith(fault)
    assert "; " in found[0], "what to do is told too"


def test_every_fault_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    content = (
        "foo: 1\nrules: ${NOWHERE}\nstore: mysql://u:hunter2@h/d\n"
        "gateways:\n  clever: {login: l, password: p, poll: 1x, pacee: 1s}\nhistory: -1d\n"
    )
    places = [fault.split(": ")[0] for fault in told(tmp_path, content, mode=0o644)]

    assert places == ["2:1", "3:1", "4:1", "6:35", "6:45", "7:1"]


# --- INV-33 --------------------------------------------------------------------------------------

SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40).map(
    "s3cr3t-".__add__
)


@settings(max_examples=40)
@given(st.lists(SECRETS, min_size=5, max_size=5, unique=True))
def test_inv_33_a_configuration_never_shows_its_secrets(secrets: list[str]) -> None:
    api_key, login, password, webhook, key = secrets
    config = Config.model_validate(
        {
            "organisation": {"name": "Radio", "contact": "418 555-0199"},
            "secret": key * 5,
            "store": "postgresql://user:hunter2%2F@host/database",
            "gateways": {
                "vudumobile": {"kind": "vudumobile", "api_key": api_key},
                "clever": {"kind": "clever", "login": login, "password": password},
            },
            "webhooks": [{"url": "https://example.com", "secret": webhook}],
        }
    )

    assert config.secrets == {
        *(api_key, login, password, webhook, key * 5),
        *("hunter2%2F", "hunter2/"),
    }
    shown = f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
    unquoted = json.loads(json.dumps(shown))
    assert not any(secret in unquoted for secret in (*secrets, "hunter2"))


CANARY = "s3cr3t_hunter2"
SECRET_PLACES = [
    "secret: '{0}'",
    "store: '{0}'",
    "store: 'mysql://u:{0}@h/d'",
    "store: ['{0}']",
    "secret_file: '{0}'",
    "gateways: {{vudumobile: {{api_key: ['{0}']}}}}",
    "gateways: {{vudumobile: {{api_key: '{0}', rate: '{0}', poll: '{0}', url: '{0}'}}}}",
    "gateways: {{vudumobile: {{kind: '{0}'}}}}",
    "gateways: {{clever: {{login: '{0}'}}}}",
    "gateways: {{clever: {{password: '{0}', timezone: '{0}', sender: '{0}'}}}}",
    "gateways: {{clever: {{references: ['/{0}'], our_number: '{0}'}}}}",
    "gateways: {{clever: '{0}'}}",
    "webhooks: [{{secret: '{0}'}}]",
    "webhooks: [{{url: 'https://user:{0}@example.com'}}]",
    "web: {{listen: '{0}', hosts: ['{0}/']}}",
    "language: '{0}'",
    "reload: '{0}'",
    "replies: {{delivery: '{0}', only_numbers: ['{0}'], takeover: {{seen_in_feed: '{0}'}}}}",
    "verification: {{length: '{0}', countries: ['{0}']}}",
    "rules: '${{{0}'",
]


@pytest.mark.parametrize("place", SECRET_PLACES)
def test_inv_33_no_fault_quotes_a_value(tmp_path: Path, place: str) -> None:
    faults = told(tmp_path, place.format(CANARY), mode=0o644)

    assert faults
    assert not any(CANARY in fault for fault in faults)


@pytest.mark.parametrize("place", SECRET_PLACES)
def test_inv_33_no_traceback_quotes_a_value(tmp_path: Path, place: str) -> None:
    with pytest.raises(Faults) as caught:
        loaded(tmp_path, place.format(CANARY))

    printed = "".join(traceback.format_exception(caught.value))
    assert CANARY not in printed
