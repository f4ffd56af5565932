"""Bare names are filled in without Jinja, to the letter as Jinja would."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from bot.content import templates
from bot.content.templates import Organisation, RenderError, Templates
from bot.core.sayings import Message

TEMPLATES = Templates(
    {}, organisation=Organisation("Radio"), language="fr", timezone=ZoneInfo("America/Montreal")
)
DATA = {"rest": "Mon {{ pays }}", "number": "+15145550001", "text": "", "count": 3}
PIECES = st.sampled_from(
    [
        *("Bonjour ", "{", "}", "}}", "{ {", "\n", "é"),
        *("{{ rest }}", "{{rest}}", "{{  number }}", "{{ language }}", "{{ text }}"),
        *("{{ count }}", "{{ organisation }}", "{{ nobody }}"),
    ]
)


def said(source: str) -> str:
    try:
        return TEMPLATES.render(Message({"": source}), "fr", DATA)
    except RenderError as error:
        return f"refused: {error}"


@given(st.lists(PIECES, min_size=1, max_size=8))
def test_it_says_what_jinja_says(pieces: list[str]) -> None:
    source = "".join(pieces)

    quickly = said(source)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "_pieces", lambda _source: None)
        assert quickly == said(source)


def test_bare_names_take_no_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TEMPLATES, "_compiled", None)

    assert said("Merci {{ number }}: {{ rest }}") == "Merci +15145550001: Mon {{ pays }}"
