"""Commands that ask a played vendor, in this process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.sandbox import Sandbox

CONFIG = """
organisation: {{name: Radio, contact: '418'}}
timezone: America/Montreal
gateways:
  vudumobile: {{url: {sandbox.vudumobile_url}, api_key: '${{KEY:-}}', our_number: '+15149541234'}}
  clever: {{url: {sandbox.clever_url}, login: '${{LOGIN:-}}', password: '${{PASSWORD:-}}'}}
"""


class Commands:
    """`textobot`, where the configuration in the current folder leads to the sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.sandbox = sandbox
        self.folder = folder
        self.names: dict[str, str] = {}
        """What is meant by words of commands, where that is not known beforehand."""
        patch.chdir(folder)
        patch.setenv("KEY", sandbox.vudumobile.api_key)
        patch.setenv("LOGIN", sandbox.clever.login)
        patch.setenv("PASSWORD", sandbox.clever.password)
        patch.setenv("CLEVER_USER_PASSWORD", "Printemps26")
        patch.setenv("TEXTOBOT_CLOCK", sandbox.clock.spec)
        (folder / "config.yaml").write_text(CONFIG.format(sandbox=sandbox))

    async def __call__(self, *arguments: str, typed: str | None = None) -> Result:
        """Call it beside the sandbox, which answers meanwhile: a command has a loop of its own."""
        runner = CliRunner()
        words = [self.names.get(one, one) for one in arguments]
        result = await asyncio.to_thread(runner.invoke, main, words, input=typed)
        assert "Traceback" not in result.output, result.output
        return result
