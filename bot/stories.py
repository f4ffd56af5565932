"""Talks written down: `rules/stories/NAME.yaml`, for people to read and for `check` to play.

from: "+15145550001"            # who texts
gateway: vudumobile
at: "2026-12-24 23:00"          # by the installation's zone
sandbox: true                   # with the examples for the sandbox; left out: without them
talk:
  - they: "RDV"
  - we: "Quel jour?"            # what is answered; nothing between two texts is silence
  - wait: 30m                   # time passes
  - we: "Trop tard."
  - as: "+15145550002"          # another phone texts from here on
  - lang: en                    # that person chose a language
  - {we: "RDV, +15145550002", to: "+15145559999"}     # said to another phone
  - {mail: "RDV", to: rdv@clinique.example, subject: "SMS"}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.validation import Wrong

FOLDER = "stories"
"""Below the folder of the rules."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_PLAIN = frozenset({"gateway", "wait", "lang"})
"""Keys whose values have no need of quotes."""
_MEANT = frozenset({"true", "false", "null"})


@dataclass(slots=True)
class Story:
    """A talk as it went."""

    number: str
    gateway: str
    at: str
    talk: list[Mapping[str, str]] = field(default_factory=list)
    """Items in the order of their keys; the first key says what an item is."""
    sandbox: bool = False
    """Whether the examples for the sandbox were asked too."""

    def written(self) -> str:
        """Write it down as YAML."""
        head = {"from": self.number, "gateway": self.gateway, "at": self.at}
        lines = [_line(key, value) for key, value in head.items()]
        lines += ["sandbox: true"] if self.sandbox else []
        lines.append("talk:" if self.talk else "talk: []")
        for item in self.talk:
            lines += _item(item)
        return "\n".join(lines) + "\n"


def _item(item: Mapping[str, str]) -> Sequence[str]:
    lines = [_line(key, value) for key, value in item.items()]
    return [f"{'    ' if place else '  - '}{line}" for place, line in enumerate(lines)]


def _line(key: str, value: str) -> str:
    """Write a value so that YAML means this very text, on one line."""
    plain = key in _PLAIN and value not in _MEANT
    return f"{key}: {value}" if plain else f'{key}: "{"".join(map(_escaped, value))}"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    code = ord(sign)
    # A file of ours holds no NUL, however it is written.
    return {"\0": "", "\n": "\\n", "\t": "\\t"}.get(
        sign, f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
    )


def save(story: Story, rules: Path, name: str) -> Path:
    """Write a story below the folder of the rules; one that is there is kept. Raises `Wrong`."""
    if not _NAME.fullmatch(name):
        raise Wrong(
            f"{name!r} is no name for a story", "use small letters a to z, digits, - and _"
        )
    file = rules / FOLDER / f"{name}.yaml"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(story.written())
    except FileExistsError:
        raise Wrong(f"there is a story {name!r} already", "give another name") from None
    except OSError as error:
        what = f"the story cannot be written ({error.strerror})"
        raise Wrong(what, f"check that you may write {file.parent}") from error
    return file
