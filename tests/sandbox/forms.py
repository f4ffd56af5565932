"""The form of an answer: the names and types in it, in order."""

from typing import Any


def form(value: Any) -> Any:
    """The names and types of an answer, without what it says."""
    if isinstance(value, dict):
        plain = {n: v for n, v in value.items() if not isinstance(v, dict | list)}
        nested = {n: form(v) for n, v in value.items() if isinstance(v, dict | list)}
        said = " ".join(f"{name}:{type(v).__name__}" for name, v in plain.items())
        return (said, nested) if nested else said
    if isinstance(value, list):
        return [form(value[0])] if value else []
    return type(value).__name__
