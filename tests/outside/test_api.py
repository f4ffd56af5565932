"""Every example of docs/api.md, as a developer pastes it, against a daemon that runs."""

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.console.api import RULES
from tests.outside.harness import ROOT, stage

pytestmark = pytest.mark.kill

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)
ANA = "+15145550001"
START = datetime(2026, 6, 1, 15, tzinfo=UTC)
"""Nobody is asleep in Montréal."""
METHOD = re.compile(r"-X (\w+)|(-d )")
PLACE = re.compile(r'\$ADDRESS(/[^"?]*)')


def asked(example: str, paths: Any) -> tuple[str, str]:
    """Say which operation an example shows."""
    found = PLACE.search(example)
    method = METHOD.search(example)
    assert found is not None
    fits = [
        path for path in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), found.group(1))
    ]
    plain = min(fits, key=lambda path: path.count("{"))
    return plain, (method.group(1) or "POST").lower() if method else "get"


async def shell(script: str, **environ: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", script),
        env={"PATH": os.environ["PATH"], **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_every_example_works_and_every_operation_has_one(tmp_path: Path) -> None:
    async with stage(tmp_path, on=["vudumobile"], rules=RULES, start=START) as scene:
        daemon = await scene.up()
        scene.text("vudumobile", ANA, "vote 3", "Vote 3.")
        await scene.answered()
        scopes = "messages,verifications,answers,lists,rules,subscribers"
        # A group of commands takes -c before the command, which `scene.command` writes last.
        adding = f'cd "{tmp_path}" && "{sys.executable}" -m bot token add shop --scope {scopes}'
        status, token = await shell(adding, **scene._environ(limited=False))
        assert (status, token.startswith("textobot_")) == (0, True), token
        environ = {"TOKEN": token.strip(), "ADDRESS": daemon.address}
        _, told = await daemon.get("/api/v1/openapi.json")
        paths = json.loads(told)["paths"]

        for example in EXAMPLES:
            code, output = await shell(example, **environ)
            path, method = asked(example, paths)
            assert code == 0, f"{example}\n{output}"
            paths[path].pop(method, None)
            assert not output or json.loads(output)
            if path.endswith("/verifications"):
                environ["VERIFICATION"] = json.loads(output)["id"]

        assert {path: left for path, left in paths.items() if left} == {}
        await scene.until(
            "the message arrived",
            lambda: "Bonjour Ana, votre commande est prete." in scene.replies("vudumobile", ANA),
        )
        again, output = await shell(EXAMPLES[0], **environ)
        assert (again, json.loads(output)["id"]) == (0, "outbound-2")
        code, listed, errors = await scene.command("messages", "--number", ANA, "--json")
        assert [one["id"] for one in json.loads(listed)][:3] == [
            *("inbound-1", "outbound-1", "outbound-2"),
        ]
        assert (code, errors) == (0, "")
        code, listed, errors = await scene.command("verifications", "--json")
        assert [(one["id"], one["whose"]) for one in json.loads(listed)] == [
            (environ["VERIFICATION"], "token shop"),
        ]
        assert not {token.strip(), ANA} & set(re.findall(r"[\w+]+", daemon.log))
        assert scene.surprises() == []
