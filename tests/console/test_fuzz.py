"""Whatever a program asks is answered as the description says, and never with a 500."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from bot.console.openapi import document
from tests.console.api import EVERY, HOST, program
from tests.services.played import ANA

EXAMPLES = 4
"""For each operation, of what it may be asked and of what it may not."""
load_all_checks()
KNOWN = {"id": "inbound-1", "rule": "vote", "list": "deals", "number": ANA}
HELD: Any = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)


def aim(case: Case[Any], known: Mapping[str, str]) -> None:
    """Let it be about what there is."""
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    if isinstance(case.body, dict) and "purpose" in case.body:
        case.body = {"to": ANA, "purpose": case.body["purpose"]}
    elif isinstance(case.body, dict) and "to" in case.body:
        case.body |= {"to": ANA, "text": "Bonjour"}
        for other in ("template", "message", "gateway", "list", "data", "not_before"):
            case.body.pop(other, None)


def operations(schema: BaseSchema) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def fuzz(
    schema: BaseSchema,
    at: str,
    mode: GenerationMode,
    known: Mapping[str, str],
    *,
    aimed: bool,
) -> dict[str, set[int]]:
    """Ask everything, and say with which statuses it was answered."""
    asked: dict[str, set[int]] = {}
    for operation in operations(schema):

        @seed(1)
        @settings(
            max_examples=EXAMPLES,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            if aimed:
                aim(case, known)
            headers = {"Authorization": f"Bearer {EVERY}", "Host": HOST}
            got = case.call_and_validate(base_url=at, headers=headers, checks=HELD, timeout=10)
            asked.setdefault(case.operation.label, set()).add(got.status_code)

        ask()
    return asked


async def test_whatever_is_asked_the_answer_is_a_described_one(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        await asking.scene.receive("meteo", "vote 3")
        agreed = {"kind": "express", "wording": "Oui"}
        await asking.send({"to": ANA, "text": "Bonjour", "consent": agreed})
        await asking.ask("PUT", f"/lists/deals/members/{ANA}", {"consent": agreed})
        begun = await asking.ask("POST", "/verifications", {"to": ANA})
        known = KNOWN | {"verification": begun.body["id"]}
        schema = schemathesis.openapi.from_dict(document(asking.api.routes))

        right, strange, wrong = [
            await asyncio.to_thread(fuzz, schema, asking.at, mode, known, aimed=aimed)
            for mode, aimed in (
                (GenerationMode.POSITIVE, True),
                (GenerationMode.POSITIVE, False),
                (GenerationMode.NEGATIVE, False),
            )
        ]

    assert len(right) == len(strange) == len(wrong) == len(asking.api.routes)
    assert {label for label, statuses in right.items() if min(statuses) >= 300} == set()
    assert {label for label, statuses in wrong.items() if max(statuses) < 400} == set()
