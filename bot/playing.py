"""Plays the stories beside the rules, and says where a talk goes otherwise than it is written.

A story that comes to an address that is asked goes no further: nobody is asked for a test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot import log
from bot.app import load_content
from bot.config import Config
from bot.config.notation import parse_duration
from bot.core.messages import Mail
from bot.services.library import Library
from bot.stories import FOLDER
from bot.talk import Came, Message, Question, Talk, open_talk
from bot.validation import Wrong, faults_of
from bot.who import gateway_of, instant_of, language_of, number_of
from bot.yamlfile import Document, Fault, Faults, read, shown

TEXTS = frozenset({"from", "gateway", "at", "talk"})
"""Below these keys everything is text, as typed."""
REMEDY = "mend the rules, or write into the story what is right"


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    they: str | None = None
    we: str | None = None
    to: str = ""
    mail: str | None = None
    subject: str | None = None
    wait: str | None = None
    become: str | None = Field(None, alias="as")
    gateway: str = ""
    lang: str | None = None

    @property
    def said(self) -> bool:
        return self.we is not None or self.mail is not None


class _StoryFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str = Field("", alias="from")
    gateway: str = ""
    at: str
    sandbox: bool = False
    talk: list[_Item]


class _Astray(Exception):
    """The talk goes otherwise than it is written."""

    def __init__(self, place: int, what: str) -> None:
        super().__init__(what)
        self.place = place
        self.what = what


class _AsksSomebody(Exception):
    """An address is asked: what it would answer nobody knows."""


def play(config: Config, rules: Path) -> tuple[int, list[Fault]]:
    """Play every story below the folder of the rules: how many there are, and what is wrong.

    The rules have no faults.
    """
    files = sorted((rules / FOLDER).rglob("*.yaml"))
    if not files:
        return 0, []
    log.mute()
    faults: list[Fault] = []
    libraries = {
        sandbox: Library(partial(load_content, config, sandbox=sandbox))
        for sandbox in (False, True)
    }
    for file in files:
        faults += asyncio.run(_play(file, config, libraries))
    return len(files), faults


async def _play(file: Path, config: Config, libraries: Mapping[bool, Library]) -> list[Fault]:
    noted: list[Fault] = []
    try:
        document = read(file, texts=TEXTS, noted=noted)
        # A control character is a slip of the pen in a rule; here somebody texted it.
        if slips := [one for one in noted if "control" not in one.what]:
            return slips
        try:
            story = _StoryFile.model_validate(document.value)
        except ValidationError as error:
            return faults_of(error, document, model=_StoryFile)
        return await _played(story, document, config, libraries[story.sandbox])
    except Faults as wrong:
        return list(wrong.faults)


async def _played(
    story: _StoryFile, document: Document, config: Config, library: Library
) -> list[Fault]:
    try:
        start = instant_of(story.at, config)
        gateway = gateway_of(story.gateway, config)
        number = number_of(story.number, gateway, config)
    except Wrong as wrong:
        return [document.fault((), wrong.what, wrong.remedy)]
    opening = open_talk(config, start, sandbox=story.sandbox, offline=True, library=library)
    async with opening as talk:
        phone = _Phone(talk, gateway, number)
        try:
            await phone.play(story.talk)
        except _Astray as astray:
            return [document.fault(("talk", astray.place), astray.what, REMEDY)]
        except Wrong as wrong:
            return [document.fault(("talk", phone.place), wrong.what, wrong.remedy)]
        except _AsksSomebody:
            pass
    return []


@dataclass(slots=True)
class _Phone:
    """Who texts in a story, and where it has come to."""

    talk: Talk
    gateway: str
    number: str
    place: int = field(default=0, init=False)
    """Of the item that is played."""

    async def play(self, items: Sequence[_Item]) -> None:
        """Raises `_Astray`, `_AsksSomebody`, `Wrong`."""
        while self.place < len(items):
            begun = self.place
            came = await self._done(items[begun])
            self.place = self._compared(items, begun, [*self._sayings(came)])

    async def _done(self, item: _Item) -> Sequence[Came]:
        """Do what an item says; give what came of it."""
        if item.said:
            raise _Astray(self.place, "nothing is said here")
        if item.they is not None:
            return (await self.talk.hear(self.gateway, self.number, item.they)).came
        if item.wait is not None:
            passing = self.talk.wait(parse_duration(item.wait))
            return [one async for _, came in passing for one in came]
        if item.lang is not None:
            await self.talk.choose(self.number, language_of(item.lang))
        elif item.become is not None:
            config = self.talk.config
            self.gateway = gateway_of(item.gateway or self.gateway, config)
            self.number = number_of(item.become, self.gateway, config)
        else:
            raise Wrong("this says nothing", "write one of they, we, mail, wait, as, lang")
        return ()

    def _compared(self, items: Sequence[_Item], begun: int, said: Sequence[_Item]) -> int:
        """Compare what was said with what is written; give the place of the next thing to do."""
        place = begun + 1
        for one in said:
            if place >= len(items) or not items[place].said:
                raise _Astray(begun, f"{_told(one)} is said, and the story has nothing there")
            if items[place] != one:
                raise _Astray(place, f"{_told(one)} is said in its place")
            place += 1
        return place

    def _sayings(self, came: Sequence[Came]) -> Iterator[_Item]:
        for one in came:
            match one:
                case Question():
                    raise _AsksSomebody
                case Mail(to=to, subject=subject, text=text):
                    yield _Item.model_validate({"mail": text, "to": to, "subject": subject})
                case Message(number=number, text=text):
                    to = "" if number == self.number else number
                    yield _Item.model_validate({"we": text, "to": to})


def _told(said: _Item) -> str:
    text = said.we if said.we is not None else said.mail
    return f"{shown(text or '')} to {said.to}" if said.to else shown(text or "")
