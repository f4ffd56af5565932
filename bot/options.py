"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

CONFIG = click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("config.yaml"),
    show_default=True,
    help="The configuration file.",
)


def _instead(context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    if path is not None:
        context.obj = path


CONFIG_TOO = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    callback=_instead,
    expose_value=False,
    help="The configuration file, also given here.",
)
"""Of a command within a group whose own `CONFIG` is its object."""
CONSENT = click.option(
    "--consent",
    "kind",
    default="",
    type=click.Choice(["", "express", "implied", "inquiry", "transactional"]),
    metavar="KIND",
    help="On what ground: express (they said yes), implied (a purchase: two years), "
    "inquiry (a question: six months) or transactional (an order: for what it needs).",
)
WORDING = click.option("--wording", default="", help="What they agreed to, word for word.")
