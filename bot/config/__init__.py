"""The configuration: `config.yaml`, what it refers to, and the installation's key."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr, ValidationError

from bot.config.environment import Expansion, literal_secrets
from bot.config.notation import Rate
from bot.config.settings import (
    SHORTEST_SECRET,
    CleverSection,
    Config,
    GatewaySection,
    VuduMobileSection,
)
from bot.config.webhooks import Webhook
from bot.validation import faults_of
from bot.yamlfile import Document, Fault, Faults, read

__all__ = [
    "CleverSection",
    "Config",
    "GatewaySection",
    "Rate",
    "VuduMobileSection",
    "Webhook",
    "installation_secret",
    "load_config",
    "sandbox_config",
]

TEXTS = frozenset(
    {
        *("name", "contact", "our_number", "only_numbers", "references", "sender"),
        *("secret", "api_key", "login", "password"),
    }
)
"""Keys whose values are text even where they look like numbers."""


def load_config(path: Path | str, environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check the whole configuration. Raises `Faults` with all that is wrong in it."""
    path = Path(path)
    if not path.exists():
        remedy = "make one with `textobot init`, or name yours with `-c FILE`"
        raise Faults([Fault(str(path), 1, 1, "there is no configuration here", remedy)])
    noted: list[Fault] = []
    document = read(path, texts=TEXTS, noted=noted)
    if not isinstance(document.value, dict):
        remedy = "write `key: value` lines, or make a file with `textobot init`"
        raise Faults([*noted, Fault(str(path), 1, 1, "this is no configuration", remedy)])
    expansion = Expansion(document, environ, path.absolute().parent)
    faults = [*noted, *expansion.faults, *_open_secrets(document, path)]
    try:
        config = Config.model_validate(expansion.value, context=path.absolute())
    except ValidationError as error:
        told = {(fault.line, fault.column) for fault in faults}
        more = faults_of(error, document, model=Config)
        raise Faults([*faults, *(f for f in more if (f.line, f.column) not in told)]) from None
    if faults:
        raise Faults(faults)
    return config


def _open_secrets(document: Document, path: Path) -> list[Fault]:
    """Refuse secrets in a file that others can read."""
    where = next(literal_secrets(document.value), None)
    if where is None or not _is_open(path):
        return []
    what = "a secret stands here, and others can read this file"
    return [document.fault(where, what, f"run `chmod 600 {path}`, or refer to it as ${{NAME}}")]


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


# --- the sandbox ---------------------------------------------------------------------------------


def sandbox_config(
    config: Config,
    *,
    vudumobile_url: str,
    clever_url: str,
    folder: Path,
    api_key: str,
    login: str,
    password: str,
    our_number: str,
    webhooks: tuple[Webhook, ...] = (),
) -> Config:
    """Give the configuration with both gateways played by the sandbox, and a store of its own.

    What would keep the sandbox from real people's data, or silent, is set aside: `store`,
    `secret`, `webhooks` and `replies.only_numbers`. `webhooks`: of what is played, too.
    """
    gateways: dict[str, GatewaySection] = {
        "vudumobile": VuduMobileSection(
            url=vudumobile_url,
            api_key=SecretStr(api_key),
            our_number=our_number,
            poll=timedelta(seconds=1),
        ),
        "clever": CleverSection(
            url=clever_url,
            login=SecretStr(login),
            password=SecretStr(password),
            poll=timedelta(seconds=1),
        ),
    }
    changes = {
        "gateways": gateways,
        "store": SecretStr(f"sqlite:///{folder.absolute() / 'textobot.db'}"),
        "secret": SecretStr(""),
        "webhooks": webhooks,
        "replies": config.replies.model_copy(update={"only_numbers": ()}),
    }
    return config.model_copy(update=changes)


# --- the installation's key ----------------------------------------------------------------------


def installation_secret(config: Config) -> bytes:
    """Give the key that signs codes and hashes; without one in the configuration, `data/secret`.

    That file is made at the first start, whole and on the disk before it can be seen, and by one
    of several processes that start together. Raises `Faults` where it cannot be used.
    """
    if configured := config.secret.get_secret_value():
        return configured.encode()
    path = config.data_folder / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        if _is_open(path):
            what = "others can read the installation's key"
            raise Faults([Fault(str(path), 1, 1, what, f"run `chmod 600 {path}`")])
        key = path.read_bytes().strip()
    except OSError as error:
        what = f"the installation's key cannot be read or made ({error.strerror})"
        remedy = "let whoever runs Textobot write this folder, or give `secret` in the config"
        raise Faults([Fault(str(path), 1, 1, what, remedy)]) from error
    if len(key) < SHORTEST_SECRET:
        remedy = "put back the one from your backup; without it, codes and hashes are void"
        raise Faults([Fault(str(path), 1, 1, "the installation's key is damaged", remedy)])
    return key


def _make_secret(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces what is there: of two first starts, both read the first's key.
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
