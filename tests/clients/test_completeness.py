"""Each function of the vendors' documents has a method, a place in the sandbox, a command, and
an example in docs/clients.md; and nothing else pretends to be one.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import click
import pytest

from bot.cli import main
from bot.sandbox import Sandbox
from tests.clients.functions import VENDORS, Function, Vendor

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
EACH = [
    pytest.param(vendor, function, id=f"{vendor.name}: {function.section}")
    for vendor in VENDORS
    for function in vendor.functions
]
each_function = pytest.mark.parametrize(("vendor", "function"), EACH)
each_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)


def commands(vendor: Vendor) -> dict[str, click.Command]:
    group = main.commands[vendor.name]
    assert isinstance(group, click.Group)
    return dict(group.commands)


def methods(vendor: Vendor) -> dict[str, Any]:
    """Everything that a client can be awaited for."""
    return {
        name: method
        for name, method in inspect.getmembers(vendor.client, callable)
        if not name.startswith("_")
    }


@each_function
def test_it_is_a_method_that_says_where_it_is_documented(
    vendor: Vendor, function: Function
) -> None:
    method = methods(vendor)[function.method]

    assert inspect.iscoroutinefunction(method)
    told = " ".join((inspect.getdoc(method) or "").split())
    assert f'"{function.section}"' in told
    assert "Raises" in told


@each_function
async def test_the_sandbox_plays_it(vendor: Vendor, function: Function, sandbox: Sandbox) -> None:
    assert await vendor.plays(sandbox, function)


@each_function
def test_it_is_a_command_that_explains_itself(vendor: Vendor, function: Function) -> None:
    command = commands(vendor)[function.command]

    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{function.command} {parameter.opts[0]}"
        elif parameter.human_readable_name not in command.help:
            pytest.fail(f"{function.command} does not explain {parameter.human_readable_name}")


@each_function
def test_the_page_has_an_example_of_it(vendor: Vendor, function: Function) -> None:
    assert f"await {vendor.name}.{function.method}(" in PAGE
    assert f"textobot {vendor.name} {function.command}" in PAGE


@each_vendor
def test_nothing_else_pretends_to_be_a_function(vendor: Vendor) -> None:
    known = vendor.functions
    assert set(methods(vendor)) == {one.method for one in known}
    assert set(commands(vendor)) == {one.command for one in known} | vendor.more_commands
