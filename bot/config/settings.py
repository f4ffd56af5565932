"""Every setting of `config.yaml`: its name, its default, its bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PrivateAttr,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from bot.config.alarms import Alarms
from bot.config.limits import Ceilings, Quiet, Verification
from bot.config.notation import (
    LOOPBACK_NAMES,
    Duration,
    Listen,
    Number,
    OptionalNumber,
    Rate,
    RateText,
    Secret,
    Url,
    Zone,
    between,
    parse_listen,
    split_url,
)
from bot.config.section import Section
from bot.config.webhooks import Webhook, each_once
from bot.core.deliveries import Listeners
from bot.core.messages import Delivery
from bot.core.policy import Confirming
from bot.validation import Wrong

SHORTEST_SECRET = 32
"""Characters of the installation's key: six digits of a code are only as good as it is."""


def _checked(pattern: str, what: str, remedy: str) -> AfterValidator:
    """Make pydantic refuse a text that does not have the form of the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if form.fullmatch(text) is None:
            raise Wrong(what, remedy)
        return text

    return AfterValidator(check)


Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Language = Annotated[
    str, _checked("[a-z]{2}", "this is no language", "write two letters, like fr or en")
]
StopMention = Annotated[
    str,
    _checked(
        "|STOP (au )?[0-9 ]{3,10}|[A-Za-z0-9 .:]*STOP[A-Za-z0-9 .:]{0,24}",
        "this does not say how to stop",
        "write what your operator gave you, like STOP au 36111, without accents",
    ),
]


def _confirming(value: object) -> object:
    """Read `true` and `false` as once and never."""
    if isinstance(value, bool):
        return Confirming.ONCE if value else Confirming.NEVER
    return value


ConfirmStop = Annotated[Confirming, BeforeValidator(_confirming)]
GatewayName = Annotated[
    str,
    _checked(
        "[a-z][a-z0-9_-]{0,31}",
        "a gateway cannot have this name",
        "write a small letter, then small letters, digits, `-` and `_`",
    ),
]
Sender = Annotated[
    str,
    _checked(
        "[A-Za-z0-9 ]{0,11}",
        "this is no sender",
        "write 11 letters, digits and blanks at most, without accents",
    ),
]
Reference = Annotated[
    str,
    _checked("[A-Za-z0-9_.-]{1,80}", "this is no reference", "write it like Push20260131093000"),
]
Host = Annotated[
    str,
    _checked(
        r"(::)?[a-z0-9]([a-z0-9.:-]{0,249}[a-z0-9])?",
        "this is no host name",
        "write it without `https://` and without a port, in small letters",
    ),
]
Folder = Annotated[str, StringConstraints(min_length=1)]


class Organisation(Section):
    """Who is texting: said in the replies to HELP and STOP."""

    name: Said
    contact: Said


class VuduMobileSection(Section):
    """One account at VuduMobile."""

    kind: Literal["vudumobile"] = "vudumobile"
    url: Url = "https://api.vudumobile.net/api"
    api_key: Secret = SecretStr("")
    our_number: OptionalNumber = ""
    poll: Annotated[Duration, between("500ms", "1h")] = timedelta(seconds=3)
    rate: RateText = Rate(20, 1)
    carry_opt_outs: bool = True
    confirm_stop: ConfirmStop = Confirming.ONCE

    @property
    def on(self) -> bool:
        """Whether it has credentials."""
        return bool(self.api_key.get_secret_value())


class CleverSection(Section):
    """One account at Clever Multimedias."""

    kind: Literal["clever"] = "clever"
    url: Url = "https://webservicesmultimedias.clever-is.fr/api"
    login: Secret = SecretStr("")
    password: Secret = SecretStr("")
    sender: Sender = ""
    poll: Annotated[Duration, between("500ms", "1h")] = timedelta(seconds=5)
    follow: Annotated[Duration, between("1h", "365d")] = timedelta(days=14)
    references: tuple[Reference, ...] = ()
    timezone: Zone = ZoneInfo("Europe/Paris")
    rate: RateText = Rate(2, 1)
    pace: Annotated[Duration, between("0s", "1m")] = timedelta(seconds=1.2)
    confirm_stop: ConfirmStop = Confirming.ONCE
    stop_mention: StopMention = ""

    @property
    def on(self) -> bool:
        """Whether it has credentials."""
        return bool(self.login.get_secret_value())

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.login.get_secret_value()) != bool(self.password.get_secret_value()):
            missing = "password" if self.on else "login"
            raise Wrong(f"the {missing} is empty", "give login and password, or neither")
        return self


GatewaySection = VuduMobileSection | CleverSection
KINDS = ("vudumobile", "clever")


class Takeover(Section):
    """When a person answers instead of the rules."""

    seen_in_feed: bool = False
    silent_for: Annotated[Duration, between("1m", "30d")] = timedelta(minutes=30)


class Replies(Section):
    """What is answered, how often, and for how long a reply may try to leave."""

    max_age: Annotated[Duration, between("1s", "30d")] = timedelta(minutes=15)
    life: Annotated[Duration, between("1s", "30d")] = timedelta(hours=1)
    again: Annotated[Duration, between("1s", "30d")] = timedelta(minutes=5)
    per_number: Annotated[tuple[RateText, ...], Field(min_length=1)] = (
        Rate(6, 60),
        Rate(30, 86400),
    )
    delivery: Delivery = Delivery.AT_MOST_ONCE
    burst: Annotated[Duration, between("0s", "30s")] = timedelta(0)
    takeover: Takeover = Takeover()
    only_numbers: tuple[Number, ...] = ()


class Lookups(Section):
    """The addresses that rules may ask."""

    private_hosts: tuple[Host, ...] = ()


class Web(Section):
    """Pages, API, health and metrics."""

    listen: Listen = "127.0.0.1:8080"
    hosts: tuple[Host, ...] = ()

    @property
    def host(self) -> str:
        """The address that is listened on."""
        return parse_listen(self.listen)[0]

    @property
    def port(self) -> int:
        """The port that is listened on; 0: any that is free."""
        return parse_listen(self.listen)[1]

    @property
    def known_hosts(self) -> frozenset[str]:
        """The names under which we may be called."""
        return LOOPBACK_NAMES.union(self.hosts)


class Retention(Section):
    """For how long things are kept."""

    texts: Annotated[Duration, between("1d", "3650d")] = timedelta(days=90)
    codes: Annotated[Duration, between("1d", "3650d")] = timedelta(days=30)
    audit: Annotated[Duration, between("1d", "3650d")] = timedelta(days=365)


def _store(url: SecretStr) -> SecretStr:
    """Refuse what is no store. The address is not quoted: a password may stand in it."""
    text = url.get_secret_value()
    sqlite = text.startswith("sqlite:///") and text.removeprefix("sqlite:///").strip("/")
    if sqlite and ":memory:" not in text:
        return url
    parts = split_url(text)
    if parts is None or parts.scheme != "postgresql" or not parts.path.strip("/"):
        remedy = "write sqlite:///data/textobot.db, or postgresql://user:password@host/database"
        raise Wrong("this is no store", remedy)
    return url


def _installation_secret(secret: SecretStr) -> SecretStr:
    if 0 < len(secret.get_secret_value()) < SHORTEST_SECRET:
        what = f"it has fewer than {SHORTEST_SECRET} characters"
        raise Wrong(what, "take what `openssl rand -hex 32` prints, or leave it empty")
    return secret


class Config(Section):
    """The whole of `config.yaml`."""

    organisation: Organisation
    language: Language = "fr"
    timezone: Zone = ZoneInfo("America/Montreal")
    store: Annotated[Secret, AfterValidator(_store)] = SecretStr("sqlite:///data/textobot.db")
    secret: Annotated[Secret, AfterValidator(_installation_secret)] = SecretStr("")
    rules: Folder = "rules"
    templates: Folder = "templates"
    reload: Literal["signal", "watch"] = "signal"
    gateways: dict[GatewayName, Annotated[GatewaySection, Discriminator("kind")]] = Field(
        default_factory=dict
    )
    replies: Replies = Replies()
    quiet_hours: Quiet = Quiet()
    ceilings: Ceilings = Ceilings()
    alarms: Alarms = Alarms()
    lookups: Lookups = Lookups()
    history: Annotated[Duration, between("0s", "365d")] = timedelta(days=30)
    verification: Verification = Verification()
    web: Web = Web()
    webhooks: Annotated[tuple[Webhook, ...], AfterValidator(each_once)] = ()
    retention: Retention = Retention()
    _path: Path = PrivateAttr(Path("config.yaml"))

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401 - pydantic's signature
        """Keep where the file is: `model_validate(..., context=path)`."""
        if isinstance(context, Path):
            self._path = context

    @field_validator("gateways", mode="before")
    @classmethod
    def _kind_by_name(cls, gateways: object) -> object:
        """Read the kind from the name where it is left out: `clever`, `clever-paris`."""
        if not isinstance(gateways, dict):
            return gateways
        return {name: _with_kind(name, section) for name, section in gateways.items()}

    @property
    def path(self) -> Path:
        """The file that this was read from, absolute."""
        return self._path

    @property
    def rules_folder(self) -> Path:
        """Where the operator's rules are."""
        return self._path.parent / self.rules

    @property
    def templates_folder(self) -> Path:
        """Where the operator's templates are."""
        return self._path.parent / self.templates

    @property
    def store_url(self) -> str:
        """The store's address, its path absolute. Not to be shown: a password may be in it."""
        file = self._store_file
        return f"sqlite:///{file}" if file else self.store.get_secret_value()

    @property
    def data_folder(self) -> Path:
        """Where what we make is kept: beside the SQLite file, or in `data` beside the config."""
        return self._store_file.parent if self._store_file else self._path.parent / "data"

    @property
    def journal_path(self) -> Path:
        """What outlives a restored backup, see `bot.storage.journal`: beside the store."""
        name = self._store_file.name if self._store_file else "textobot"
        return self.data_folder / f"{name}.journal"

    @property
    def listeners(self) -> Listeners:
        """Which events each address wants that is on."""
        return {one.digest: frozenset(one.events) for one in self.webhooks if one.on}

    @property
    def _store_file(self) -> Path | None:
        scheme, _, path = self.store.get_secret_value().partition(":///")
        return self._path.parent / path if scheme == "sqlite" else None

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret of the installation, in clear: for whoever must hide them."""
        store = self.store.get_secret_value()
        return frozenset({*_secrets(self), *_passwords(store)} - {store, ""})


def _with_kind(name: object, section: object) -> object:
    kinds = [kind for kind in KINDS if kind in str(name)]
    if section is None:
        section = {}
    if not isinstance(section, dict) or "kind" in section or len(kinds) != 1:
        return section
    return {**section, "kind": kinds[0]}


def _secrets(value: object) -> Iterator[str]:
    """Give the secrets in a section, or in a collection of sections."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Section):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name))
    elif isinstance(value, dict | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _secrets(one)


def _passwords(url: str) -> tuple[str, ...]:
    """Give the password of an address as it stands there and as it is meant."""
    password = urlsplit(url).password or ""
    return password, unquote(password)
