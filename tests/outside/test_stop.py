"""STOP in every form that people use, at any moment, through SIGKILL and an older backup (INV-12).

A hundred phones on both gateways: each gets its one confirmation, in the language of its word,
and nothing more until it texts START.
"""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.outside.harness import ROOT, Stage, mobile, stage
from tests.outside.killing import RATES, REPLIES, Killer

pytestmark = pytest.mark.kill

MORNING = datetime(2026, 6, 1, 14, tzinfo=UTC)
"""A Monday; what we start may leave in Montréal and in Paris."""
RULES = """\
rules:
  - {id: echo, keyword: [echo], reply: "Echo {{ rest }}"}
  - id: appointment
    keyword: [rdv]
    timeout: 2m
    steps:
      - {id: day, ask: "Which day?", expect: date, invalid: "E.g. 24/12", tries: 20}
      - {id: sure, ask: "Sure?", expect: yes_no}
    reply: "Booked."
    timed_out: {reply: "Too late."}
  - id: trial
    keyword: [trial]
    do: {later: {after: 2m, send: "How was it?"}}
    reply: "Enjoy."
  - {id: deals, keyword: [rabais], do: {join: deals}}
  - {id: anything-else, anything: true, reply: "Not understood."}
lists:
  - id: deals
    names: {fr: [rabais], en: [deals]}
    confirm: true
    welcome: "You are in."
"""
BEFORE: dict[str, tuple[str, ...]] = {
    "idle": (),
    "a reply": ("echo one",),
    "a question": ("rdv",),
    "its second question": ("rdv", "24/12"),
    "a double opt-in": ("rabais",),
    "a follow-up": ("trial",),
    "an unsure text": ("stop texting me",),
    "an unsure text in a question": ("rdv", "laissez-moi tranquille"),
    "another form": (),
}
"""What is texted before the STOP; the last one texts two forms."""
SAID = {"Echo one", "Which day?", "Sure?", "Enjoy.", "How was it?", "Too late.", "Not understood."}
"""Before the STOP, besides what is asked in words of our own."""
ENDED = {
    "fr": ("vous ne recevrez plus de texto",),
    "en": ("you will get no more texts",),
    "both": ("vous ne recevrez plus de texto", "No more texts from us"),
}
ASKED = ("do you want no more texts?", "ne plus recevoir nos textos?", "à la liste", "the list")
BACK = ("textos", "Echo back")
"""Parts of what is said to « Reprendre svp » or « debut! », and then to an ordinary text."""


def stops() -> list[dict[str, Any]]:
    """Every form that opts out, with the language of its confirmation."""
    table = ROOT / "tests" / "core" / "stop_phrases.yaml"
    rows = yaml.safe_load(table.read_text("utf-8"))["rows"]
    return [row for row in rows if row.get("is") == "out"]


@dataclass(slots=True)
class Phone:
    """Who texts what; `plan` is seconds and words, `languages` those of its STOPs."""

    gateway: str
    number: str
    kind: str
    languages: set[str] = field(default_factory=set)
    plan: list[tuple[float, str]] = field(default_factory=list)

    @property
    def peer(self) -> tuple[str, str]:
        return self.gateway, self.number


def cast(dice: random.Random, count: int, seconds: float) -> list[Phone]:
    """Each kind of moment in turn; how long after the text before STOP comes is drawn."""
    forms, phones = stops(), []
    for index in range(count):
        gateway = "clever" if index % 5 == 4 else "vudumobile"
        kind = tuple(BEFORE)[index % len(BEFORE)]
        phone = Phone(gateway, mobile(300 + index, gateway), kind)
        moment = dice.uniform(0, seconds - 40)
        for words in BEFORE[kind]:
            phone.plan.append((moment, words))
            moment += dice.choice((2, 5, 20, dice.uniform(2, 30)))
        for form in dice.sample(forms, 2 if kind == "another form" else 1):
            phone.plan.append((moment, form["text"]))
            phone.languages.add(form["lang"])
            moment += dice.choice((2, 15))
        phones.append(phone)
    return phones


async def type_all(scene: Stage, phones: list[Phone]) -> None:
    """Everybody texts by the clock."""
    clock = scene.sandbox.clock
    begun = clock.monotonic()
    plan = [(moment, phone, words) for phone in phones for moment, words in phone.plan]
    for moment, phone, words in sorted(plan, key=lambda line: line[0]):
        await clock.sleep_until(begun + moment)
        scene.sandbox.text(phone.gateway, phone.number, words)


def wrong(scene: Stage, phone: Phone, *after: str) -> str:
    """What is wrong with what this phone got; `after`: and what it may get after the START."""
    got = scene.replies(*phone.peer)
    begins = [n for n, text in enumerate(got) if any(all(part in text for part in parts)
                                                     for parts in ENDED.values())]  # fmt: skip
    if len(begins) != 1:
        return f"{phone} has {len(begins)} confirmations: {got}"
    place = begins[0]
    confirmation, before, rest = got[place], got[:place], got[place + 1 :]
    right = [
        all(part in confirmation for part in ENDED[language])
        for language in (*phone.languages, "both")
    ]
    if not any(right) or "Radio Exemple" not in confirmation or len(confirmation) > 160:
        return f"{phone}: {confirmation!r} is no confirmation for {phone.languages}"
    if any(text not in SAID and not any(part in text for part in ASKED) for text in before):
        return f"{phone} was told {before} before"
    fits = [part in text for part, text in zip(after, rest, strict=False)]
    if len(rest) != len(after) or not all(fits):
        return f"{phone} got {rest} after its confirmation, expected {after}"
    return ""


async def silent(scene: Stage, phones: list[Phone], when: str, *but: str) -> None:
    """Each has its one confirmation, and nothing else since; `but`: parts of what it may have."""
    complaints = [sentence for phone in phones if (sentence := wrong(scene, phone, *but))]
    assert complaints == [], "\n".join([when, *complaints, scene.log[-4000:]])


def read(scene: Stage, texts: int) -> Callable[[], bool]:
    """Whether so many texts are in the inbox."""
    return lambda: len(scene.select("SELECT id FROM inbox")) >= texts


async def all_text(
    scene: Stage, phones: list[Phone], say: Callable[[Phone], tuple[str, ...]]
) -> None:
    """Everybody texts something, seconds apart, and it is decided what comes of it."""
    wanted = len(scene.select("SELECT id FROM inbox"))
    for phone in phones:
        for place, words in enumerate(say(phone)):
            scene.sandbox.text(phone.gateway, phone.number, words, offset=2 * place)
            wanted += 1
    await scene.until("all was read", read(scene, wanted), minutes=40)
    await scene.quiet(minutes=60)


@pytest.mark.parametrize(
    ("seed", "count", "seconds"), [(51, 100, 180.0), (52, 36, 90.0)], ids=["a hundred", "fewer"]
)
async def test_one_confirmation_and_nothing_more(
    tmp_path: Path, seed: int, count: int, seconds: float
) -> None:
    dice = random.Random(seed)
    phones = cast(dice, count, seconds)
    async with stage(
        tmp_path, rules=RULES, start=MORNING, seed=seed, replies=REPLIES, gateways=RATES
    ) as scene:
        scene.campaign(phone.number for phone in phones if phone.gateway == "clever")
        await scene.up()

        async def copy() -> None:
            await scene.sandbox.clock.sleep(dice.uniform(0.3, 0.7) * seconds)
            status, _, errors = await scene.command("backup", "copy")
            assert (status, errors) == (0, "")

        killer = Killer(scene, random.Random(seed + 1))
        await asyncio.gather(type_all(scene, phones), killer.spree(3), copy())
        texts = sum(len(phone.plan) for phone in phones)
        await scene.until("all was read", read(scene, texts), minutes=30)
        await scene.quiet(minutes=60)
        await silent(scene, phones, "before the backup is restored")
        await scene.daemon.stop()

        status, output, errors = await scene.command("restore", "copy")
        assert (status, errors) == (0, "")
        lacked = re.search(r"hold again: (\d+)\.", output)
        assert lacked is not None
        assert int(lacked[1]) > 0, "the copy lacked no opt-out: this shows nothing"
        await scene.world(130)  # what was to be said later, or to time out, is due at the start
        await scene.up()
        await scene.until("all was read again", read(scene, texts), minutes=30)
        words = ("rdv", "echo", "oui", "trial", "laissez-moi tranquille")
        await all_text(scene, phones, lambda phone: (phone.plan[-1][1], dice.choice(words)))
        await scene.daemon.kill()
        await scene.up()
        await silent(scene, phones, "after the backup was restored")

        back = ("Reprendre svp", "debut!")
        await all_text(scene, phones, lambda _: (dice.choice(back), "echo back"))
        await scene.world(20)
        await silent(scene, phones, "after START", *BACK)
        assert scene.surprises() == []
        await scene.daemon.stop()
