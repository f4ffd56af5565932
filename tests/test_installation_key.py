"""The installation's key is made once, whole and closed to others, and never made again."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.config import installation_secret
from bot.yamlfile import Faults
from tests.configs import loaded


def test_a_configured_key_is_the_key(tmp_path: Path) -> None:
    assert installation_secret(loaded(tmp_path, f"secret: {'k' * 32}")) == b"k" * 32


def test_the_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")

    key = installation_secret(config)

    made = config.data_folder / "secret"
    assert installation_secret(config) == key
    assert len(key) == 64
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert list(made.parent.iterdir()) == [made]
    assert installation_secret(loaded(tmp_path, "secret_file: data/secret")) == key


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    config = loaded(tmp_path, "")

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(installation_secret, [config] * 32))

    assert len(keys) == 1


@pytest.mark.parametrize(
    ("content", "mode", "fault"),
    [
        pytest.param(
            "k" * 64, 0o640, "others can read the installation's key; run `chmod", id="open"
        ),
        pytest.param("", 0o600, "the installation's key is damaged; put back", id="empty"),
        pytest.param("k" * 31, 0o600, "the installation's key is damaged; put back", id="cut"),
    ],
)
def test_a_key_that_cannot_be_trusted_is_refused(
    tmp_path: Path, content: str, mode: int, fault: str
) -> None:
    config = loaded(tmp_path, "")
    config.data_folder.mkdir()
    (config.data_folder / "secret").write_text(content)
    (config.data_folder / "secret").chmod(mode)

    with pytest.raises(Faults, match=fault):
        installation_secret(config)


def test_a_key_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    config = loaded(tmp_path, "store: sqlite:///config.yaml/textobot.db")

    with pytest.raises(Faults, match="the installation's key cannot be read or made"):
        installation_secret(config)
