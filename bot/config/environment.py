"""What a configuration takes from elsewhere: `${NAME}`, `${NAME:-default}`, and files of secrets.

A secret may stand in a file of its own: `api_key_file: /run/secrets/key` in the configuration, or
`NAME_FILE` in the environment where `${NAME}` is read and `NAME` is not set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.yamlfile import Document, Fault, Key, Value

SECRET_KEYS = frozenset({"secret", "api_key", "login", "password", "store"})
FILE = "_file"
SECRET_FILE_LIMIT = 64 * 1024
"""Bytes; a larger file was named by mistake."""

_REFERENCE = re.compile(r"\$\$|\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?P<default>[^}]*))?\}|\$\{")


class Expansion:
    """One document with what it takes from elsewhere put in, and the faults found on the way."""

    def __init__(self, document: Document, environ: Mapping[str, str], folder: Path) -> None:
        self.faults: list[Fault] = []
        self._document = document
        self._environ = environ
        self._folder = folder
        self.value = self._expand(document.value, ())

    def _expand(self, value: Value, path: tuple[Key, ...]) -> Value:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, list):
            return [self._expand(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            expanded = {key: self._expand(item, (*path, key)) for key, item in value.items()}
            for key in [f"{secret}{FILE}" for secret in SECRET_KEYS]:
                if key in expanded:
                    self._put_in(expanded, key, path)
            return expanded
        return value

    def _put_in(self, section: dict[str, Value], key: str, path: tuple[Key, ...]) -> None:
        """Replace `api_key_file` by the `api_key` that stands in that file."""
        secret = key.removesuffix(FILE)
        named = section.pop(key)
        if not named:
            return
        if section.get(secret):
            what = f"{secret} and {key} are both given"
            self._fault((*path, key), what, "keep one of the two")
            return
        section[secret] = self._content(str(named), key, (*path, key))

    def _text(self, text: str, path: tuple[Key, ...]) -> str:
        if "$" not in text:
            return text
        return _REFERENCE.sub(lambda found: self._referred(found, path), text)

    def _referred(self, found: re.Match[str], path: tuple[Key, ...]) -> str:
        if found[0] == "$$":
            return "$"
        name, default = found["name"], found["default"]
        if name is None:
            remedy = "write ${NAME} or ${NAME:-default}; a dollar that means itself is `$$`"
            self._fault(path, "a `${` is not followed by a name and a `}`", remedy)
            return ""
        value = self._environ.get(name, "")
        if not value and (named := self._environ.get(f"{name}_FILE")):
            return self._content(named, f"{name}_FILE", path)
        if not value and default is not None:
            return default
        if name not in self._environ:
            remedy = f"set it, or write ${{{name}:-}} if it may be missing"
            self._fault(path, f"the environment has no {name}", remedy)
        return value

    def _content(self, named: str, by: str, path: tuple[Key, ...]) -> str:
        """Read a secret's file. Its name is not quoted: the secret may stand there by mistake."""
        try:
            with (self._folder / named).open("rb") as file:
                content = file.read(SECRET_FILE_LIMIT + 1)
            if len(content) <= SECRET_FILE_LIMIT:
                return content.decode().strip("\r\n")
            reason = "it is too large"
        except UnicodeDecodeError:
            reason = "it is not UTF-8"
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "this is no path"
        remedy = "give the path of a file that holds the secret and nothing else"
        self._fault(path, f"the file that {by} names cannot be used ({reason})", remedy)
        return ""

    def _fault(self, path: tuple[Key, ...], what: str, remedy: str) -> None:
        self.faults.append(self._document.fault(path, what, remedy))


def literal_secrets(value: Value, path: tuple[Key, ...] = ()) -> Iterator[tuple[Key, ...]]:
    """Find the secrets that stand in the file itself, rather than in what it refers to."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from literal_secrets(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from literal_secrets(item, (*path, index))
    elif isinstance(value, str) and (key := _key(path)) in SECRET_KEYS:
        literal = _REFERENCE.sub(lambda found: found["default"] or "", value)
        if _password(literal) if key == "store" else literal:
            yield path


def _key(path: tuple[Key, ...]) -> str:
    """Give the key under which a value stands, also within a list."""
    return next((key for key in reversed(path) if isinstance(key, str)), "")


def _password(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return url
