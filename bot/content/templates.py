"""What an installation says: its messages, rendered; the built-in texts, until it replaces them.

`templates/<language>/NAME.j2` are its files. A message is text, text by language, or the name of a
template; each may be Jinja, as far as `bot.content.dialect` admits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from unicodedata import normalize

from jinja2 import Template, UndefinedError

from bot.content.dearness import Saying
from bot.content.dialect import SOURCE_LIMIT, Dialect, NotAdmitted, Problem
from bot.content.uses import Use
from bot.content.variants import Variants
from bot.core.sayings import Message
from bot.core.segments import is_dear
from bot.yamlfile import Fault

TEXT_LIMIT = 1600
"""Characters that we say at most, and see of any text."""
NAMES = frozenset(
    {
        "answers",
        "text",
        "rest",
        "number",
        "our_number",
        "gateway",
        "language",
        "now",
        "organisation",
    }
    | {"subscriber"}
)
"""What every template sees; a rule adds what it captures."""
NAMED = frozenset({"named"})
"""Whether the organisation was named already, in the other language of the same message."""
BUILT_IN: Mapping[str, frozenset[str]] = {
    "changed": frozenset(),
    "confirm": frozenset({"list"}),
    "ended": frozenset(),
    "forwarded": frozenset(),
    "help": NAMED,
    "kept": NAMED,
    "left": frozenset({"list"}),
    "started": NAMED,
    "stopped": NAMED,
    "unsure": NAMED,
    "verification": frozenset({"code", "minutes"}),
    "wrong_code": frozenset(),
}
"""The templates that we say ourselves, and what each sees beside `NAMES`."""
LANGUAGE = re.compile(r"[a-z]{2}")
"""How a language is written: `fr`."""

_TOO_LONG = f"the message is longer than {TEXT_LIMIT} characters"
_BUILTIN = Path(__file__).with_name("builtin")
_COMPILED = 4096  # of 2 kB each; who has more texts than that compiles the rare ones again
_JINJA = re.compile(r"{[{%#]")
_BARE_NAME = re.compile(r"\{\{ *([a-z_][a-z0-9_]*) *\}\}")
_MANY = 100
_OTHERWISE = frozenset({"false", "none", "subscriber", "true"})
"""Words that Jinja, or our dialect, does not read as a name that is said."""
_MORE = re.compile(r"{[{%#]|{$")
_INERT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What has no place in an SMS: control characters, bidi overrides, halves of surrogate pairs."""


class RenderError(Exception):
    """A message cannot be said. The words are about our own templates, never somebody's text."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who speaks."""

    name: str
    contact: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """A template in one language."""

    file: str
    """Empty for one that is built in."""
    language: str
    uses: tuple[Use, ...]


class Templates:
    """All templates by language and name, and what every message sees."""

    def __init__(
        self,
        sources: Mapping[str, Mapping[str, str]],
        *,
        organisation: Organisation,
        language: str,
        timezone: tzinfo,
    ) -> None:
        self.faults: tuple[Fault, ...] = ()
        """What is wrong with the files that they were read from."""
        self.names = frozenset(name for texts in sources.values() for name in texts)
        """Of all templates."""
        self.files: dict[str, list[TemplateFile]] = {name: [] for name in self.names}
        """By name, in each language; none where they were not read from files."""
        self._sources = sources
        self._organisation = organisation
        self._known = {
            "organisation": organisation.name,
            "organisation.name": organisation.name,
            "organisation.contact": organisation.contact,
        }
        self._language = language
        self._dialect = Dialect(timezone)
        self._compiled = lru_cache(maxsize=_COMPILED)(self._compile)

    @classmethod
    def load(
        cls, folder: Path, *, organisation: Organisation, language: str, timezone: tzinfo
    ) -> Templates:
        """Read the built-in templates, and those of a folder, which may be missing.

        Never raises for what is wrong with them: see `faults`.
        """
        faults: list[Fault] = []
        read: dict[tuple[str, str], tuple[str, str]] = {}
        for where in (_BUILTIN, folder):
            for path, text in _read(where, faults):
                read[path.parent.name, path.stem] = "" if where is _BUILTIN else str(path), text
        sources: dict[str, dict[str, str]] = {}
        for (spoken, name), (_, text) in read.items():
            sources.setdefault(spoken, {})[name] = text
        templates = cls(sources, organisation=organisation, language=language, timezone=timezone)
        for (spoken, name), (file, text) in read.items():
            problems, uses = templates.read(text, spoken)
            faults += [Fault(file, one.line, one.column, one.what, one.remedy) for one in problems]
            templates.files[name].append(TemplateFile(file, spoken, tuple(uses)))
        templates.faults = tuple(sorted(faults))
        return templates

    @property
    def digest(self) -> str:
        """Tells whether two processes say the same."""
        return hashlib.sha256(repr(sorted(self._sources.items())).encode()).hexdigest()

    def read(self, text: str, language: str = "") -> tuple[list[Problem], list[Use]]:
        """Say what is wrong with a text that may be Jinja, and which names it uses.

        Where a language is given it may include that language's templates.
        """
        single = list(_single_braced(text))
        if not _JINJA.search(text):
            long = Problem(1, 1, _TOO_LONG, "shorten it")
            return [*single, *([long] if len(text) > TEXT_LIMIT else [])], []
        uses = _bare_uses(text)
        if uses is not None:
            return single, uses
        problems, uses = self._dialect.read(text, self._beside(language))
        return [*single, *problems], uses

    def is_dear(self, text: str) -> bool:
        """Tell whether a text that may be Jinja leaves GSM 03.38 by what is known of it."""
        return is_dear(text) or ("organisation" in text and is_dear("".join(self._known.values())))

    def variants(self, text: str, language: str) -> tuple[list[str], bool]:
        """Give what a text may say by itself, the dearest ways; and whether more is filled in."""
        if not _JINJA.search(text):
            return [_plain(text)], False
        found = Variants(self._known)
        said = found.of(self._dialect.tree(text, self._beside(language)).body)
        return [_plain(one) for one in said], found.filled

    def sayings(self) -> Iterator[Saying]:
        """Yield the templates that are dear; the built-in ones are so by the organisation."""
        for name, files in self.files.items():
            for one in files:
                text = self._sources[one.language][name]
                if self.is_dear(text):
                    kind = "template" if one.file else "built-in text"
                    yield Saying(one.file, 1, 1, f"the {kind} {name!r}", one.language, text)

    def render(self, message: Message, language: str, data: Mapping[str, Any]) -> str:
        """Say a message in a language; where it has none, in the installation's, or in any.

        `data` are the names that the message sees beside `language` and `organisation`. What comes
        out is plain: composed, without control characters and outer blanks. Raises `RenderError`.
        """
        said = self.fill(message, language, data)
        if not said:
            raise RenderError("the message is empty")
        return said

    def fill(self, message: Message, language: str, data: Mapping[str, Any]) -> str:
        """Do what `render` does for what is kept or passed on, and may be nothing at all."""
        source, spoken, included = self._chosen(message, language)
        if _JINJA.search(source):
            filled = self._filled(source, spoken, data)
            if filled is None:
                filled = self._said(self._compiled(source, included), spoken, data)
            source = filled
        said = _plain(source)
        if len(said) > TEXT_LIMIT:
            raise RenderError(_TOO_LONG)
        return said

    def _chosen(self, message: Message, language: str) -> tuple[str, str, str]:
        """Give a message's source, its language, and that of the templates it may include."""
        texts = message.texts
        if message.template:
            texts = {
                spoken: sources[message.template]
                for spoken, sources in self._sources.items()
                if message.template in sources
            }
        for spoken in (language, self._language, "", *texts):
            if spoken in texts:
                return texts[spoken], spoken or language, spoken if message.template else ""
        raise RenderError(f"there is no template {message.template!r}")

    def _filled(self, source: str, language: str, data: Mapping[str, Any]) -> str | None:
        """Fill in bare names (`{{ number }}`), as Jinja would; None where it takes more.

        Most replies are no more than that, and compiling costs a hundred times as much as this.
        """
        pieces = _pieces(source)
        if pieces is None:
            return None
        said = list(pieces)
        for place in range(1, len(pieces), 2):
            name = pieces[place]
            value = language if name == "language" else data.get(name)
            if type(value) is not str:
                return None
            said[place] = value[:TEXT_LIMIT]
        return "".join(said)

    def _compile(self, source: str, included: str) -> Template:
        try:
            return self._dialect.compile(source, self._beside(included))
        except NotAdmitted as refused:
            raise RenderError(str(refused)) from None

    def _beside(self, language: str) -> Callable[[str], str | None]:
        """Find templates for inclusion, by their file names, in the folder of a language."""
        return partial(_included, self._sources.get(language, {}))

    def _said(self, template: Template, language: str, data: Mapping[str, Any]) -> str:
        seen = {"named": False} | {name: _short(value) for name, value in data.items()}
        seen |= {"language": language, "organisation": self._organisation}
        try:
            return _joined(template.root_render_func(template.new_context(seen)))
        except RenderError:
            raise
        except UndefinedError as error:
            raise RenderError(str(error.message)) from None
        except Exception as error:  # noqa: BLE001 - their words may quote somebody's text
            raise RenderError(f"the template fails with {type(error).__name__}") from None


@lru_cache(maxsize=_COMPILED)
def _pieces(source: str) -> Sequence[str] | None:
    """Take apart texts and bare names, in turns; None where there is more than bare names."""
    pieces = _BARE_NAME.split(source)
    return None if any(map(_MORE.search, pieces[::2])) else pieces


def _bare_uses(source: str) -> list[Use] | None:
    """Give what a text uses that has bare names alone, and not many; None for any other."""
    found = [*_BARE_NAME.finditer(source)]
    literals = _BARE_NAME.split(source)[::2]
    many = len(source) > TEXT_LIMIT or len(found) > _MANY
    if many or any(map(_MORE.search, literals)) or any(one[1] in _OTHERWISE for one in found):
        return None
    return [
        Use(one[1], source.count("\n", 0, begin) + 1, begin - source.rfind("\n", 0, begin))
        for one in found
        for begin in [one.start(1)]
    ]


def _single_braced(source: str) -> Iterator[Problem]:
    """Find names that would be said as they stand: `{rest}`."""
    for found in _SINGLE.finditer(source) if "{" in source else ():
        begin = found.start()
        line, column = source.count("\n", 0, begin) + 1, begin - source.rfind("\n", 0, begin)
        what = f"{found[0]} would be said as it stands"
        yield Problem(line, column, what, f"write {{{{ {found[1]} }}}}")


_SINGLE = re.compile(r"(?<!\{)\{ *([a-zA-Z_]\w*(?:\.\w+)?) *\}(?!\})")


def _short(value: object) -> object:
    return value[:TEXT_LIMIT] if isinstance(value, str) else value


def _joined(pieces: Iterable[str]) -> str:
    """Join what a template says, as it says it. Raises `RenderError` if that is too long."""
    said, room = [], TEXT_LIMIT
    for piece in pieces:
        said.append(piece)
        room -= len(piece)
        if room < 0:
            raise RenderError(_TOO_LONG)
    return "".join(said)


def _included(sources: Mapping[str, str], name: str) -> str | None:
    return sources.get(name.removesuffix(".j2")) if name.endswith(".j2") else None


def _plain(text: str) -> str:
    """Compose accents, and take out what has no place in an SMS."""
    return normalize("NFC", _INERT.sub("", text.replace("\t", " "))).strip()


def _read(folder: Path, faults: list[Fault]) -> Iterator[tuple[Path, str]]:
    """Read the templates of a folder, `<language>/NAME.j2`, and note those that cannot be read."""
    for file in sorted(folder.glob("*/*.j2")):
        if not LANGUAGE.fullmatch(file.parent.name):
            what = f"{file.parent.name!r} is no language"
            faults.append(Fault(str(file), 1, 1, what, "name the folder by two letters, like fr"))
            continue
        try:
            with file.open(encoding="utf-8-sig") as opened:
                yield file, opened.read(SOURCE_LIMIT + 1)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            what = f"the template cannot be read ({reason})"
            faults.append(Fault(str(file), 1, 1, what, "check the file, and save it as UTF-8"))
