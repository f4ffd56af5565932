"""Lists shown, one number put on one or taken off, members written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from bot.answers import write_csv
from bot.config import Config, load_config
from bot.config.notation import write_duration
from bot.control.listing import Enrol, Remove
from bot.core.consent import Consent, How
from bot.core.enrolling import REFUSED, Enrolled
from bot.core.rules import SubscriptionList
from bot.explained import local
from bot.lists.doing import Refused, basis, done, ending, lists_of, looked, who_acts
from bot.services.roster import Roster, UnknownList
from bot.storage.members import Member
from bot.terminal import DONE, count, show, table
from bot.who import phone_of

PAGE = 1000
SHOWN = 20
"""Members that `show` lists; `export` has all."""
HEADS = (
    *("number", "language", "joined", "ends", "opted out"),
    *("consent", "how", "agreed", "wording", "expires"),
)
COUNTED = (
    *("list", "names", "members", "opted out"),
    *("joined in 7 days", "left in 7 days", "mirror"),
)
Row = tuple[Member, Consent | None]


def overview(config_path: Path) -> int:
    """List the lists."""

    def act() -> int:
        found = looked(load_config(config_path), Roster.overview)
        rows = [
            (
                one.id,
                ", ".join(one.names) or "(no rule file has it)",
                str(one.tally.members),
                str(one.tally.opted_out),
                str(one.tally.joined),
                str(one.tally.left),
                ", ".join(f"{gateway}: {group}" for gateway, group in one.mirror.items()),
            )
            for one in found
        ]
        if rows:
            table(COUNTED, rows)
        else:
            show("There is no list yet: write one under `lists:` in a rule file.")
        return DONE

    return ending(act)


def show_list(config_path: Path, of_list: str) -> int:
    """Show one list, and who is first on it."""

    def act() -> int:
        config = load_config(config_path)
        known = lists_of(config).get(of_list)
        rows = _rows(config, of_list, SHOWN + 1)
        for line in _head(known, of_list):
            show(line)
        if rows:
            table(HEADS, [_cells(row, config) for row in rows[:SHOWN]])
        if len(rows) > SHOWN:
            show(f"and more: `textobot lists export {of_list}` shows all.")
        elif not rows:
            show("Nobody is on it.")
        return DONE

    return ending(act)


def _head(known: SubscriptionList | None, of_list: str) -> Iterable[str]:
    if known is None:
        yield f"{of_list}: no rule file has it any more"
        return
    yield f"{of_list}: {', '.join(name.written for name in known.names)} ({known.source})"
    yield f"  who joins by a text is asked once more: {'yes' if known.confirm else 'no'}"
    if known.lasts is not None:
        yield f"  a membership lasts {write_duration(known.lasts)}"


def export(config_path: Path, of_list: str, *, as_csv: bool) -> int:
    """Write out who is on a list, and by which consent."""

    def act() -> int:
        config = load_config(config_path)
        lines = [_cells(row, config) for row in _rows(config, of_list)]
        if as_csv:
            write_csv(([head.replace(" ", "_") for head in HEADS], lines))
        else:
            table(HEADS, lines)
            show(f"{count(len(lines), 'member')}.")
        return DONE

    return ending(act)


def add(
    config_path: Path,
    of_list: str,
    written: str,
    *,
    kind: str,
    wording: str,
    language: str,
    welcome: bool,
) -> int:
    """Put one number on a list."""

    def act() -> int:
        config, ground = load_config(config_path), basis(kind, wording, How.OPERATOR)
        asked = Enrol(
            of_list=of_list,
            people=[(phone_of(written, config), 0, None, language)],
            kind=ground.kind,
            how=ground.how,
            cause=who_acts(),
            wording=ground.wording,
            welcome=welcome,
        )
        told = done(config, asked.model_dump(mode="json"))
        fate, number = Enrolled(told["fates"][0]), asked.people[0][0]
        if fate in REFUSED:
            raise Refused(f"{number}: {fate}")
        show(f"{number}: {fate}")
        return DONE

    return ending(act)


def remove(config_path: Path, of_list: str, written: str, *, wording: str) -> int:
    """Take one number off a list."""

    def act() -> int:
        config = load_config(config_path)
        number = phone_of(written, config)
        asked = Remove(
            of_list=of_list,
            number=number,
            cause=who_acts(),
            wording=wording or "taken off by an operator",
        )
        gone = done(config, asked.model_dump(mode="json"))["removed"]
        show(f"{number}: {'removed' if gone else 'was not on the list'}")
        return DONE

    return ending(act)


def _rows(config: Config, of_list: str, most: int | None = None) -> list[Row]:
    async def look(roster: Roster) -> list[Row]:
        rows: list[Row] = []
        after = ""
        while page := await roster.page(of_list, after=after, limit=most or PAGE):
            after = page[-1].number
            agreed = await roster.consents([one.number for one in page], of_list)
            rows += [(one, agreed.get(one.number)) for one in page]
            if most is not None:
                break
        return rows

    try:
        return looked(config, look)
    except UnknownList as unknown:
        raise Refused(str(unknown)) from unknown


def _cells(row: Row, config: Config) -> Sequence[str]:
    one, agreed = row
    return (
        one.number,
        one.language,
        local(one.joined_at, config),
        _at(one.ends_at, config),
        "yes" if one.opted_out else "no",
        *(
            (
                agreed.kind.value,
                agreed.how.value,
                local(agreed.at, config),
                agreed.wording.replace("\n", " "),
                _at(agreed.expires_at, config),
            )
            if agreed
            else ("", "", "", "", "")
        ),
    )


def _at(instant: datetime | None, config: Config) -> str:
    return "" if instant is None else local(instant, config)
