"""`textobot chat`: text the rules in the terminal; no gateway, no account, nobody else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from bot import log
from bot.app import near
from bot.config import Config, load_config
from bot.config.notation import parse_duration, write_duration
from bot.content.explain import Explanation
from bot.core.messages import Mail
from bot.core.segments import segments
from bot.explained import cost, print_explanation
from bot.services.library import Library
from bot.stories import Story, save as save_story
from bot.talk import Came, Heard, Message, Question, Standing, Talk, open_talk
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show
from bot.validation import Wrong
from bot.who import Who, gateway_of, gateways, instant_of, language_of, number_of
from bot.yamlfile import Faults

T = TypeVar("T")
FAINT = "dim"


def chat(config_path: Path, who: Who, *, sandbox: bool, offline: bool) -> int:
    """Let somebody text the rules until they have enough; give the exit code."""
    log.mute()
    phone = None
    try:
        config = load_config(config_path)
        with asyncio.Runner() as runner:
            phone = Chat(runner, config, who, sandbox=sandbox, offline=offline)
            try:
                phone.run(_lines())
            finally:
                phone.close()
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except Wrong as wrong:
        refuse(str(wrong))
        return WRONG
    except KeyboardInterrupt:
        show("")
        return DONE
    return FAILED if phone.refused and not sys.stdin.isatty() else DONE


def _lines() -> Iterator[str]:
    """Give what is typed, or what comes through a pipe; that is shown as if it were typed."""
    if sys.stdin.isatty():
        import readline  # noqa: F401, PLC0415 - lines can be edited and called back from now on

        while True:
            try:
                yield input("> ")
            except EOFError:
                show("")
                return
    for line in sys.stdin:
        show(f"> {line.rstrip()}")
        yield line


class _Enough(Exception):
    """Somebody said `/quit`."""


class Chat:
    """Somebody's phone, and the clock."""

    def __init__(
        self,
        runner: asyncio.Runner,
        config: Config,
        who: Who,
        *,
        sandbox: bool,
        offline: bool,
    ) -> None:
        """Raises `Faults`, `Wrong`."""
        self._runner = runner
        self._config = config
        self._sandbox = sandbox
        self._offline = offline
        self._gateway = gateway_of(who.gateway, config)
        self._number = number_of(who.number, self._gateway, config)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        language = language_of(who.language)
        self.refused = False
        """Something that was asked for could not be done."""
        self._stack = AsyncExitStack()
        self._begin(instant_of(who.at, config) if who.at else now)
        if language:
            self.choose(language)

    def run(self, lines: Iterable[str]) -> None:
        """Take one line after the other."""
        self._greet()
        for line in lines:
            try:
                self._take(line.strip())
            except _Enough:
                return
            except Wrong as wrong:
                refuse(str(wrong))
                self.refused = True

    def close(self) -> None:
        """Forget everything that was said."""
        self._await(self._stack.aclose())

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def _begin(self, start: datetime, library: Library | None = None) -> None:
        """Begin anew, with nobody and nothing known but the rules."""
        opening = open_talk(
            self._config, start, sandbox=self._sandbox, offline=self._offline, library=library
        )
        self._talk: Talk = self._await(self._stack.enter_async_context(opening))
        self._last: Heard | None = None
        at = f"{self._local(start):%Y-%m-%d %H:%M}"
        self._story = Story(self._number, self._gateway, at, sandbox=self._sandbox)

    def _greet(self) -> None:
        show(
            f"You are {self._number} on {self._gateway}; what you type is texted. /help for more."
        )
        show(f"{self._time()}; time stands still until /wait or /at.", style=FAINT)
        if not self._talk.library.rulebook.rules:
            show("Without a rule of your own, only STOP, START and HELP are answered.")
            if not self._sandbox:
                show("(--sandbox adds the rules that are for the sandbox alone.)")

    def _take(self, line: str) -> None:
        if not line:
            return
        if not line.startswith("/") or line.startswith("//"):
            self._text(line.removeprefix("/"))
            return
        name, _, argument = line[1:].partition(" ")
        if name not in COMMANDS:
            close = get_close_matches(name, COMMANDS, n=1)
            hint = f"did you mean /{close[0]}?" if close else "/help lists what there is"
            raise Wrong(f"there is no /{name}", f"{hint} (to text a slash, type two)")
        COMMANDS[name].do(self, argument.strip())

    # Texting

    def _text(self, text: str) -> None:
        self._note({"they": text})
        heard = self._await(self._talk.hear(self._gateway, self._number, text))
        self._last = heard
        self._show_all(heard.came)
        for line in _told(heard):
            show(f"  {line}", style=FAINT)

    def _show_all(self, came: Iterable[Came]) -> None:
        for one in came:
            match one:
                case Question(url=url, error=error):
                    outcome = f"no help ({error})" if error else "answered"
                    show(f"  asked {url}: {outcome}", style=FAINT)
                case Mail(to=to, subject=subject, text=text):
                    self._note({"mail": text, "to": to, "subject": subject})
                    _show_said(f"mail to {to}, {subject}: {text}")
                case Message():
                    self._show_message(one)

    def _show_message(self, message: Message) -> None:
        """Show what a phone gets; whose it is, where it is another's."""
        text, number = message.text, message.number
        ours = number == self._number
        self._note({"we": text} if ours else {"we": text, "to": number})
        _show_said(text if ours else f"to {number}: {text}")
        show(f"  ({cost(segments(text))})", style=FAINT)

    def _note(self, item: Mapping[str, str]) -> None:
        """Write down what happened."""
        self._story.talk.append(item)

    # Time

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self._config.timezone)

    def _time(self) -> str:
        return f"It is {self._local(self._talk.clock.now()):%a %Y-%m-%d %H:%M}"

    def wait(self, argument: str) -> None:
        """Let time pass."""
        self._let_pass(parse_duration("".join(argument.split())))

    def _let_pass(self, duration: timedelta) -> None:
        begun = self._talk.clock.now()
        self._await(self._until(begun + duration))
        show(f"{self._time()}.", style=FAINT)

    async def _until(self, end: datetime) -> None:
        """Let time pass; what comes meanwhile is shown at its time."""
        since = self._talk.clock.now()
        async for at, came in self._talk.wait(end - since):
            if came:
                self._note_wait(at - since)
                since = at
                show(f"  {self._local(at):%a %H:%M}", style=FAINT)
                self._show_all(came)
        self._note_wait(end - since)

    def _note_wait(self, duration: timedelta) -> None:
        if duration:
            self._note({"wait": write_duration(duration)})

    def go_to(self, argument: str) -> None:
        """Let time pass until then; begin anew where that is earlier."""
        to, now = instant_of(argument, self._config), self._talk.clock.now()
        if self._story.talk and to >= now:
            self._let_pass(to - now)
            return
        if self._story.talk:
            show("That is earlier: all that was said is forgotten.")
        self._restart(to)
        show(f"{self._time()}.", style=FAINT)
        self._read_again()

    def _restart(self, start: datetime) -> None:
        self._await(self._stack.aclose())
        self._begin(start, self._talk.library)

    # Who, and what is known

    def become(self, argument: str) -> None:
        """Text from another phone."""
        if not argument:
            raise Wrong("nobody is named", "write /as and a number, like /as +15145550002")
        number, _, last = argument.rpartition(" ")
        gateway, written = self._gateway, argument
        if number and last in gateways(self._config):
            gateway, written = last, number
        self._number = number_of(written, gateway, self._config)
        changed = {} if gateway == self._gateway else {"gateway": gateway}
        self._gateway = gateway
        if self._story.talk:
            self._note({"as": self._number, **changed})
        else:
            self._story.number, self._story.gateway = self._number, self._gateway
        show(f"You are {self._number} on {self._gateway}.", style=FAINT)

    def choose(self, argument: str) -> None:
        """Let this person have chosen a language, or none."""
        language = language_of(argument)
        self._await(self._talk.choose(self._number, language))
        self._note({"lang": language})

    def reload(self, _argument: str) -> None:
        """Read rules and templates again."""
        self._read_again()
        rules = self._talk.library.rulebook.rules
        show(f"{count(len(rules), 'rule')} in force.", style=FAINT)

    def _read_again(self) -> None:
        """Read what may have been edited meanwhile. Raises `Wrong` if it has faults."""
        library = self._talk.library
        if not library.reload():
            faults(Faults(library.faults))
            raise Wrong("these are not in force", "mend them; what was read before stays")

    def explain(self, _argument: str) -> None:
        """Explain the last text."""
        if self._last is None or self._last.explanation is None:
            raise Wrong("nothing was texted yet", "type a text first")
        print_explanation(self._last.explanation)

    def tell_state(self, _argument: str) -> None:
        """Show what is known of this person."""
        standing = self._await(self._talk.standing(self._gateway, self._number))
        show(f"{self._number} on {self._gateway}. {self._time()}.")
        for line in self._standing(standing):
            show(f"  {line}")

    def _standing(self, standing: Standing) -> Iterator[str]:
        person, position = standing.person, standing.conversation.position
        if position is not None:
            until = f"{self._local(position.times_out_at):%a %H:%M}"
            yield f"open question: {position.step} of {position.rule}, until {until}"
            for name, value in position.answers.items():
                yield f"  {name} = {value}"
        else:
            yield "no question is open"
        yield from (f"set: {name} = {value}" for name, value in person.values.items())
        marks = {
            "lists": ", ".join(sorted(person.lists)),
            "tags": ", ".join(sorted(person.tags)),
            "language": person.language,
        }
        yield from (f"{name}: {value}" for name, value in marks.items() if value)
        if person.opted_out:
            yield "opted out"
        if person.blocked:
            yield "blocked"
        silent = standing.conversation.silent_until
        if silent is not None and silent > self._talk.clock.now():
            yield f"a person answers, until {self._local(silent):%a %H:%M}"
        for later in standing.follow_ups:
            yield f"follow-up, {self._local(later.due_at):%a %H:%M}: {later.body.get('text')}"

    def reset(self, _argument: str) -> None:
        """Forget all that was said."""
        self._restart(self._talk.clock.now())
        show("All that was said is forgotten.", style=FAINT)
        self._read_again()

    def save(self, argument: str) -> None:
        """Write the talk as a story."""
        if not self._story.talk:
            raise Wrong("nothing was said yet", "type a text first")
        file = save_story(self._story, near(self._config.rules_folder), argument)
        show(f"Written to {file}.")

    def tell_commands(self, _argument: str) -> None:
        """List the commands."""
        show("What you type is texted. To text a slash first, type two. Beside:")
        for one in COMMANDS.values():
            show(f"  /{one.usage:<20} {one.help}")
        show("Each text is read alone: replies.burst does not hold here, nor do per_number and")
        show("only_numbers. Nothing is kept, or leaves, but what `lookup` asks (not --offline).")

    def quit(self, _argument: str) -> None:
        """End."""
        raise _Enough


class _Command(NamedTuple):
    do: Callable[[Chat, str], None]
    usage: str
    help: str


COMMANDS: Mapping[str, _Command] = {
    "wait": _Command(Chat.wait, "wait 30m", "let time pass; time-outs and follow-ups come"),
    "at": _Command(Chat.go_to, "at 2026-12-24 23:00", "go to a time; an earlier one begins anew"),
    "as": _Command(
        Chat.become, "as +15145550002", "text from another phone; a gateway may follow"
    ),
    "lang": _Command(Chat.choose, "lang fr", "let this person have chosen a language; or none"),
    "why": _Command(Chat.explain, "why", "explain the last text: each rule, and why it lost"),
    "state": _Command(Chat.tell_state, "state", "what is known of this person"),
    "reload": _Command(Chat.reload, "reload", "read the rules and templates again"),
    "save": _Command(Chat.save, "save NAME", "write the talk as the story rules/stories/NAME"),
    "reset": _Command(Chat.reset, "reset", "forget all that was said"),
    "help": _Command(Chat.tell_commands, "help", "this"),
    "quit": _Command(Chat.quit, "quit", "end; so does Ctrl-D"),
}
"""What can be typed beside texts, without the slash."""


def _show_said(text: str) -> None:
    first, *others = text.split("\n")
    show(f"< {first}")
    for line in others:
        show(f"  {line}")


def _told(heard: Heard) -> Iterator[str]:
    """Say in a few words why that was answered, and what was done."""
    found, reason = heard.explanation, str(heard.stored.get("reason") or "")
    if found is None:
        return
    if heard.stored["status"] == "parked":
        yield f"parked: it cannot be answered ({found.error or reason})"
    elif found.silent is not None:
        yield f"silence: {found.silent}"
    else:
        yield _who_answers(found, reason)
        if found.captured:
            yield ", ".join(f"{name} = {value}" for name, value in found.captured.items())
        if found.decision.asking is None:  # what came of that is shown already
            yield from map(str, found.does)


def _who_answers(found: Explanation, reason: str) -> str:
    answering, why = found.answering, found.decision.why
    if answering is None:
        return f"{why.words.upper()}: {found.reason}" if why.words else str(found.reason)
    understood = f", {answering.why}" if answering.why.en else ""
    asks = f", asks {why.detail['step']}" if reason == "asked" else ""
    return f"{answering.rule.id} ({answering.by}){understood}{asks}"
