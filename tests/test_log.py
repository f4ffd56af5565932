"""The log says what happened, one sentence a line, and gives nothing and nobody away (INV-33)."""

import io
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, strategies as st

from bot.log import HIDDEN, Redactor, configure, logger, mask, mute

API_KEY = "k7Q2/v9+x4Zt"
PASSWORD = "p@ss word"
Lines = Callable[[], list[str]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """Log as JSON; gives the lines since it was last asked."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure([API_KEY, PASSWORD, ""], json=True)

    def since() -> list[str]:
        return capsys.readouterr().err.splitlines()

    yield since
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_a_sentence_with_an_action_and_ids(lines: Lines) -> None:
    logger("bot.poller").info("A text came in", action="text.received", inbound=12, late=False)

    line = json.loads(lines()[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("at"))
    assert line == {
        "level": "info",
        "event": "A text came in",
        "module": "bot.poller",
        "action": "text.received",
        "inbound": 12,
        "late": False,
    }


def test_a_command_that_tells_all_itself_logs_nothing(lines: Lines) -> None:
    mute()
    logger("bot").error("The account is held", action="gateway.held")
    logging.getLogger("aiohttp").error("A library says so")
    assert lines() == []

    configure([], json=True)
    logger("bot").error("The account is held", action="gateway.held")
    assert len(lines()) == 1


def test_on_a_terminal_a_line_is_readable(lines: Lines) -> None:
    configure([API_KEY], json=False)

    logger("bot").warning("The account is held", action="gateway.held", reason=f"no {API_KEY}")

    plain = re.sub(r"\x1b\[[0-9;]*m", "", lines()[0])
    assert plain[8:] == (
        " warning  The account is held  action=gateway.held reason=no [hidden]"
    )  # after the time of day


def test_json_is_written_where_stderr_is_no_terminal(lines: Lines) -> None:
    configure([])

    logger("bot").info("Hello")

    assert json.loads(lines()[0])["event"] == "Hello"


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    logger("bot").debug("Much ado")

    assert lines() == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(f"refused: {API_KEY}!", f"refused: {HIDDEN}!", id="a secret"),
        pytest.param(["x", API_KEY], ["x", HIDDEN], id="in a list"),
        pytest.param({"a": {API_KEY: PASSWORD}}, {"a": {HIDDEN: HIDDEN}}, id="in a mapping"),
        pytest.param("k7Q2%2Fv9%2Bx4Zt", HIDDEN, id="quoted in an address"),
        pytest.param(ValueError(API_KEY), HIDDEN, id="in an error"),
        pytest.param("VUDUMOBILE-API-KEY: abc", f"VUDUMOBILE-API-KEY: {HIDDEN}", id="a header"),
        pytest.param(
            "{'Authorization': 'Basic dXNlcg=='}",
            f"{{'Authorization': '{HIDDEN}'}}",
            id="a header as Python prints it",
        ),
        pytest.param("authorization=Bearer abc.d", f"authorization={HIDDEN}", id="a token"),
        pytest.param({"Authorization": "x"}, {"Authorization": HIDDEN}, id="a mapping of headers"),
        pytest.param({"vudumobile-api-key": ["x"]}, {"vudumobile-api-key": [HIDDEN]}, id="list"),
        pytest.param("whsec_abcdef", f"whsec_{HIDDEN}", id="a webhook's secret"),
        pytest.param("to +15145550101.", "to +1514•••••01.", id="a number by mistake"),
        pytest.param("a\nb\r\x1b[31m\u202e\x00", "a\\nb\\r\\x1b[31m\\u202e\\x00", id="control"),
        pytest.param("\ud800", "\\ud800", id="a lone surrogate"),
        pytest.param("Échéance à 8 h 👍", "Échéance à 8 h 👍", id="nothing wrong"),
        pytest.param(None, None, id="nothing"),
        pytest.param(1.5, 1.5, id="a figure"),
    ],
)
def test_what_must_not_be_written_is_hidden(lines: Lines, value: object, shown: object) -> None:
    logger("bot").info("It happened", reason=value)

    (line,) = lines()
    assert json.loads(line)["reason"] == shown


def test_of_an_error_its_kind_and_place_are_told_but_not_its_message(lines: Lines) -> None:
    replies: dict[str, str] = {}
    try:
        replies["the text of a person"]
    except KeyError:
        logger("bot").exception("A text is parked", action="text.parked")

    (written,) = lines()
    line = json.loads(written)
    assert line["error"] == "KeyError"
    assert re.fullmatch(r"test_log\.py:\d+ test_of_an_error_\w+", line["where"])
    assert "person" not in written


def test_libraries_are_heard_from_warnings_upwards_and_as_carefully(lines: Lines) -> None:
    library = logging.getLogger("aiohttp.access")

    library.info("GET /?key=%s", API_KEY)
    library.warning("refused\n%s", API_KEY)
    library.log(logging.ERROR + 5, "between two levels")

    told = [json.loads(line) for line in lines()]
    assert [one["event"] for one in told] == [
        "refused\\n" + HIDDEN,
        "between two levels",
    ]
    assert {one["module"] for one in told} == {"aiohttp.access"}


def test_a_library_that_says_nonsense_is_quoted(lines: Lines) -> None:
    ours = next(one for one in logging.getLogger().handlers if type(one).__module__ == "bot.log")

    ours.handle(logging.LogRecord("aiohttp", logging.ERROR, "", 0, "%d", ("no figure",), None))

    (line,) = lines()
    assert json.loads(line)["event"] == "%d"


def test_a_log_that_cannot_be_written_stops_nobody(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = io.TextIOWrapper(io.BytesIO())
    full.close()
    monkeypatch.setattr(sys, "stderr", full)

    logger("bot").info("Hello")

    assert lines() == []


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param("+15145550101", "+1514•••••01", id="Montreal"),
        pytest.param("+33612345678", "+3361•••••78", id="France"),
        pytest.param("15145550101", "1514•••••01", id="as a vendor writes it"),
        pytest.param("+4512345678", "+451•••••78", id="a shorter one"),
        pytest.param("36180", "•••80", id="a short code"),
        pytest.param("911", "•••", id="a very short one"),
        pytest.param("BANQUE", "••••UE", id="letters"),
        pytest.param("", "", id="none"),
    ],
)
def test_a_masked_number_can_be_recognised_but_not_called(number: str, shown: str) -> None:
    assert mask(number) == shown


@given(st.from_regex(r"\+?[0-9]{0,15}", fullmatch=True))
def test_a_mask_hides_five_digits_of_any_number_that_can_be_called(number: str) -> None:
    shown = mask(number)

    assert len(shown) == len(number)
    assert shown.count("•") >= min(5, len(number.lstrip("+")) - 2)


PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@given(
    st.lists(st.text(PRINTABLE, min_size=1), min_size=1), st.text(PRINTABLE), st.text(PRINTABLE)
)
def test_no_secret_is_ever_written(secrets: list[str], before: str, after: str) -> None:
    redact = Redactor(secrets)

    for secret in secrets:
        around = redact.text(f"{before}{secret}{after}").split(HIDDEN)

        assert len(around) > 1
        assert not any(secret in part for part in around)
