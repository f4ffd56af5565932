"""The handbook is true: each of its examples is read, checked and played, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import BaseModel

from bot.config import load_config
from bot.content.dialect import _FILTERS, _TESTS
from bot.content.entries import TEXT_KEYS, FileEntry, json_schema
from bot.content.templates import BUILT_IN, NAMES, Organisation, Templates
from bot.core.actions import VERBS
from bot.core.sayings import Message
from bot.core.segments import segments
from bot.core.understanding import Expected, Kind
from bot.talk import Talk, open_talk
from bot.yamlfile import parse
from tests.handbook import (
    BEGIN,
    KINDS,
    RULES,
    Book,
    Example,
    Phone,
    console,
    forget,
    lay_out,
    read,
    run,
)

BOOKS = {language: read(language) for language in ("fr", "en")}
LANGUAGES = pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
ADDRESS = "https://meteo.example"
"""Asked by examples of the handbook, and answered by a server of ours."""
NEWS = {"quebec": {"sky": "neige", "degrees": -8}, "london": {"sky": "rain", "degrees": 8}}


def of_kind(kind: str) -> list[Any]:
    return [
        pytest.param(book, one, id=f"{language}.md:{one.line}")
        for language, book in BOOKS.items()
        for one in book.examples
        if one.kind == kind
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handbook")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address() -> AsyncIterator[str]:
    """A server that knows the weather of some towns."""

    async def answer(request: web.Request) -> web.Response:
        known = NEWS.get(request.query["town"].lower())
        return web.json_response(known) if known else web.Response(status=404)

    application = web.Application()
    application.router.add_get("/now", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talks(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mapping[str, Talk]]:
    """An installation in each language, in a folder of its own: opening one is what takes time."""
    opened: dict[str, Talk] = {}
    async with AsyncExitStack() as stack:
        for language in BOOKS:
            folder = tmp_path_factory.mktemp(language)
            lay_out({}, language, folder)
            config = load_config(folder / "config.yaml", {})
            talk = open_talk(config, BEGIN, sandbox=True, offline=False)
            opened[language] = await stack.enter_async_context(talk)
        yield opened


async def play_alone(book: Book, talked: Example, folder: Path) -> None:
    """Play a talk with an installation whose configuration is of its own."""
    lay_out(talked.files, book.language, folder)
    config = load_config(folder / "config.yaml", {})
    burst = config.replies.burst
    async with open_talk(config, BEGIN, sandbox=True, offline=False, burst=burst) as talk:
        assert await Phone(talk, book.language).play(talked.text) == talked.text


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("book", "talked"), of_kind("talk"))
async def test_a_talk_goes_as_it_is_written(
    book: Book, talked: Example, talks: Mapping[str, Talk], address: str, tmp_path: Path
) -> None:
    if "config.yaml" in talked.files:
        await play_alone(book, talked, tmp_path)
        return
    talk = talks[book.language]
    if talked.goes_on:
        before = [one for one in book.examples if one.kind == "talk" and one.line < talked.line]
        await test_a_talk_goes_as_it_is_written(book, before[-1], talks, address, tmp_path)
    else:
        await forget(talk)
    files = {name: text.replace(ADDRESS, address) for name, text in talked.files.items()}
    lay_out(files, book.language, talk.config.path.parent)
    assert talk.library.reload(), talk.library.faults

    assert await Phone(talk, book.language).play(talked.text) == talked.text


@pytest.mark.parametrize(("book", "checked"), of_kind("check"))
def test_check_says_of_a_file_what_is_written(book: Book, checked: Example, folder: Path) -> None:
    lay_out(checked.files, book.language, folder)

    said = run("textobot check", folder)

    assert said == checked.text if checked.text else said.startswith("All is well")


@pytest.mark.parametrize(("book", "typed"), of_kind("console"))
def test_commands_print_what_is_written(book: Book, typed: Example, folder: Path) -> None:
    lay_out(typed.files, book.language, folder)

    assert console(typed.text, folder) == typed.text


@LANGUAGES
def test_a_talk_is_what_chat_shows(book: Book, folder: Path) -> None:
    talked = next(one for one in book.examples if one.kind == "talk")
    typed = re.findall(r"^> (.*)", talked.text, re.MULTILINE)
    lay_out(talked.files, book.language, folder)

    shown = run("textobot chat", folder, "\n".join(typed)).splitlines()

    written = [line for line in talked.text.splitlines() if line[0] in "<>"]
    assert [line for line in shown if line[:1] in {"<", ">"}] == written


# --- both languages, and everything --------------------------------------------------------------


@LANGUAGES
def test_only_what_can_be_tried_stands_between_fences(book: Book) -> None:
    assert {fence.kind for fence in book.fences} == set(KINDS)


def test_both_languages_have_the_same_examples() -> None:
    french, english = ([fence.kind for fence in book.fences] for book in BOOKS.values())

    assert french == english
    assert len(french) > 150


def read_entries(book: Book) -> Iterator[FileEntry]:
    """Give all rule files that have no fault."""
    wrong = [one.files[RULES] for one in book.examples if one.kind == "check" and one.text]
    for files in (one.files for one in book.examples):
        if RULES in files and files[RULES] not in wrong:
            value = parse(files[RULES].encode(), RULES, texts=TEXT_KEYS).value
            yield FileEntry.model_validate(value)


def written_in(entry: object) -> Iterator[tuple[str, str] | Expected]:
    """Name the keys of an entry and of all in it, and the types."""
    if isinstance(entry, Expected):
        yield entry
    elif isinstance(entry, list | tuple):
        for one in entry:
            yield from written_in(one)
    elif isinstance(entry, BaseModel):
        for name in entry.model_fields_set:
            alias = type(entry).model_fields[name].alias or name
            yield type(entry).__name__, alias
            yield from written_in(getattr(entry, name))
    elif hasattr(entry, "expected"):
        yield entry.expected


@LANGUAGES
def test_every_key_of_a_rule_file_has_an_example(book: Book) -> None:
    schema = json_schema()
    shapes = {"FileEntry": schema, **schema["$defs"]}
    every = {(name, key) for name, shape in shapes.items() for key in shape.get("properties", ())}

    written = {one for entry in read_entries(book) for one in written_in(entry)}

    assert every - written == set()
    assert {("DoEntry", verb) for verb in VERBS} <= written


@LANGUAGES
def test_every_type_has_an_example(book: Book) -> None:
    written = [one for entry in read_entries(book) for one in written_in(entry)]

    assert {one.kind for one in written if isinstance(one, Expected)} == set(Kind)


@LANGUAGES
def test_everything_that_messages_may_have_has_an_example(book: Book) -> None:
    jinja = " ".join(
        piece
        for fence in book.fences
        if fence.kind in {"yaml", "jinja"}
        for piece in re.findall(r"{[{%].*?[}%]}", fence.text)
    )

    assert {name for name in _FILTERS if not re.search(rf"\|{name}\b", jinja)} == set()
    assert {name for name in _TESTS if not re.search(rf"\bis {name}\b", jinja)} == set()
    assert {name for name in NAMES if not re.search(rf"(?<!\|)\b{name}\b", jinja)} == set()


@LANGUAGES
def test_replies_are_cheap(book: Book) -> None:
    said = "\n".join(one.text for one in book.examples if one.kind == "talk")

    for line in re.findall(r"^< (.*)", said, re.MULTILINE):
        assert segments(line).encoding == "GSM-7", line


@LANGUAGES
def test_every_built_in_template_is_said_or_replaced(book: Book, tmp_path: Path) -> None:
    templates = Templates.load(
        tmp_path,
        organisation=Organisation("Radio Exemple", "418 555-0199"),
        language=book.language,
        timezone=ZoneInfo("America/Montreal"),
    )
    some = dict.fromkeys(("answers", "list", "code", "minutes", "number"), "SOMETHING")
    said = "\n".join(one.text for one in book.examples if one.kind == "talk")
    files = {name for one in book.examples for name in one.files}

    for name in BUILT_IN:
        text = templates.render(Message(template=name), book.language, some)
        pattern = re.escape(text).replace("SOMETHING", ".+")
        replaced = f"templates/{book.language}/{name}.j2" in files
        assert replaced or re.search(pattern, said), name
