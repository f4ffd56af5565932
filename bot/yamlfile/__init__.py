"""YAML files as plain values that remember where they stood, and every fault told in plain words.

We read a small part of YAML. Only `true`, `false`, `null`, nothing at all, and plain numbers are
not text; a key is always text. Aliases, anchors, tags, merges, repeated keys and second documents
are faults. The parser's events are read as they come: no node is kept, nothing is constructed that
the file asks for, and how deep or long a file may be is known before it can do harm.
"""

from bot.yamlfile.document import Document, Key, Value
from bot.yamlfile.faults import Fault, Faults, shown
from bot.yamlfile.reading import DEPTH_LIMIT, SIZE_LIMIT, parse, read

__all__ = [
    "DEPTH_LIMIT",
    "SIZE_LIMIT",
    "Document",
    "Fault",
    "Faults",
    "Key",
    "Value",
    "parse",
    "read",
    "shown",
]
