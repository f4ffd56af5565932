"""What we say, before it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """What we say. Either texts by language, or the name of a template; texts may be Jinja."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Language to text; the key `""` is a text that serves every language."""
    template: str = ""
