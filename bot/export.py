"""`textobot export`: everything that is kept of one person, as JSON and as CSV.

JSON has every column of every row. What came from the person and what was made of it are apart.
CSV has the same tables, with no cell that a spreadsheet takes for a formula.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import exports
from bot.answers import neutral
from bot.config import Config, installation_secret, load_config
from bot.core.pseudonyms import pseudonyms
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.storage.whose import Dossier, Row, gather
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show, table
from bot.validation import Wrong
from bot.who import phone_of
from bot.yamlfile import Faults

Tables = Mapping[str, Sequence[Row]]
SAID = ("id", "gateway", "number", "our_number", "text", "sent_at", "received_at", "reference")
"""What the person told us by a text; what was decided of it is ours."""
CHOSEN = ("number", "opted_out", "changed_at", "cause", "language", "remembered", "unsure_at")
WHOLE = "export.json"


def export(config_path: Path, written: str, target: Path | None, *, as_json: bool) -> int:
    """Write down what is kept of a number; without a target only say how much. Exit code."""
    try:
        config = load_config(config_path)
        number = phone_of(written, config)
        pseudonym = pseudonyms(installation_secret(config))(number)
        whole = _whole(config, number, asyncio.run(_read(config, (number, pseudonym))))
        if not any(whole["collected"].values()) and not any(whole["derived"].values()):
            refuse(f"nothing is known of {number}")
            return FAILED
        if target is not None:
            _write(config, pseudonym, whole, target)
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Wrong, StoreError) as error:
        refuse(str(error))
        return WRONG if isinstance(error, Wrong) else FAILED
    except OSError as error:
        refuse(f"{target} cannot be written: {error.strerror or error}")
        return FAILED
    if as_json:
        print(json.dumps(whole, default=_written))  # noqa: T201 - the output itself
    else:
        _tell(whole, target)
    return DONE


async def _read(config: Config, names: Sequence[str]) -> list[Dossier]:
    """Read what stands under a number, and what still does under its pseudonym."""
    async with open_beside(config.store_url) as database, database.read() as connection:
        return [await gather(connection, name) for name in names]


def _whole(config: Config, number: str, dossiers: Sequence[Dossier]) -> dict[str, Any]:
    rows = {name: [row for one in dossiers for row in one.rows[name]] for name in dossiers[0].rows}
    return {
        "number": number,
        "exported_at": datetime.now(UTC),
        "organisation": config.organisation.model_dump(),
        "recipients": [
            *(f"{name} ({one.kind})" for name, one in config.gateways.items()),
            *(one.url for one in config.webhooks),
        ],
        "kept_for_days": {
            name: period.total_seconds() / 86400 for name, period in config.retention
        },
        "collected": _collected(rows),
        "derived": _derived(rows, [row for one in dossiers for row in one.forwarded]),
    }


def _collected(rows: Tables) -> dict[str, Sequence[Row]]:
    """Give what came from the person, or from who enrolled them."""
    return {
        "texts": _columns(rows["inbox"], SAID),
        "answers": rows["answers"],
        "choices": _columns(rows["subscribers"], CHOSEN),
        "memberships": rows["members"],
        "consents": rows["consents"],
    }


def _derived(rows: Tables, forwarded: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """Give what was made of it, and what was said to them."""
    return {
        "decisions": _but(rows["inbox"], SAID[1:]),
        "messages": rows["outbox"],
        "passed_on": forwarded,
        "standing": _but(rows["subscribers"], CHOSEN[1:]),
        "conversations": rows["conversations"],
        "errands": rows["errands"],
        "events": rows["events"],
        "deliveries": rows["deliveries"],
        "contacts": rows["mirrored"],
        "unreachable": rows["stopped"],
        "verifications": _but(rows["verifications"], ["nonce"]),  # of which codes are made
        "code_sends": rows["code_sends"],
        "wrong_codes": rows["wrong_codes"],
    }


def _columns(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]


def _but(rows: Sequence[Row], names: Sequence[str]) -> list[Row]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


# --- files ---------------------------------------------------------------------------------------


def _write(config: Config, pseudonym: str, whole: Mapping[str, Any], target: Path) -> None:
    """Write a file (`.json`, `.zip`) or a folder. Raises `OSError`, also where it is there.

    It is made empty, remembered, and then filled: none that has something in it is ever missed,
    and nothing that we did not make is ever taken for one.
    """
    if target.suffix in {".json", ".zip"}:
        _put(target)
        exports.note(config, pseudonym, target)
        target.write_bytes(_as_json(whole) if target.suffix == ".json" else _packed(whole))
        return
    target.mkdir(mode=0o700)
    exports.note(config, pseudonym, target)
    for name, content in _files(whole):
        _put(target / name, content)


def _packed(whole: Mapping[str, Any]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(whole):
            archive.writestr(name, content)
    return packed.getvalue()


def _files(whole: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    yield WHOLE, _as_json(whole)
    for part in ("collected", "derived"):
        for name, rows in whole[part].items():
            if rows:
                yield f"{part}-{name}.csv", _as_csv(rows)


def _as_json(whole: Mapping[str, Any]) -> bytes:
    return json.dumps(whole, default=_written, ensure_ascii=False, indent=1).encode(
        "utf-8", "replace"
    )


def _as_csv(rows: Sequence[Row]) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(rows[0])
    writer.writerows([neutral(_cell(value)) for value in row.values()] for row in rows)
    return written.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _written(value) if isinstance(value, datetime) else str(value)


def _written(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="milliseconds")


def _put(path: Path, content: bytes = b"") -> None:
    """Write a file that is new, for whoever runs this alone."""
    how = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(path, how, 0o600), "wb") as file:
        file.write(content)


def _tell(whole: Mapping[str, Any], target: Path | None) -> None:
    lines = [
        (part, name.replace("_", " "), str(len(rows)))
        for part in ("collected", "derived")
        for name, rows in whole[part].items()
        if rows
    ]
    table(("part", "what", "rows"), lines)
    total = count(sum(int(rows) for _, _, rows in lines), "row")
    if target is None:
        show(
            f"{total}. Write them with --json, or name a FILE: person.json, person.zip, a folder."
        )
    else:
        show(f"{total} in {target}. `textobot forget` deletes it, if it is still there.")
