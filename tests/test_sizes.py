"""A function fits a screen, and a module has one purpose."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path.relative_to(ROOT)
    for part in ("bot", "tests", "bench")
    for path in (ROOT / part).rglob("*.py")
)
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_and_its_functions_are_short(path: Path) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    long = {
        node.name: length
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and "versions" not in path.parts  # a migration is a list of statements
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}
    lines = source.count("\n")
    assert lines <= LONGEST_MODULE
