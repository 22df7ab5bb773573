"""Convert values of TOML to the types of the fields of `Settings`; a value of another type is one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from s3lint.errors import ConfigurationError
from s3lint.finding import Confidence, Severity
from s3lint.project.toml import at

MAX_NUMBER = (1 << 63) - 1
"""The largest number of TOML, whose numbers have 64 bits."""


def suggestion(text: str, known: Iterable[str]) -> str:
    """Return `: did you mean …?` for the closest known word, or an empty text."""
    from difflib import get_close_matches

    close = get_close_matches(text, list(known), 1, 0.5)
    return f": did you mean {close[0]}?" if close else ""


def converted(key: str, value: Any, kind: Any, where: str) -> Any:
    """Convert a TOML value to the type of its field. Raises `ConfigurationError` for a value of another type."""
    if kind is Confidence or kind is Severity:
        return _one_of(key, value, {str(level): level for level in kind}, where)
    if get_origin(kind) is Literal:
        return _one_of(key, value, {choice: choice for choice in get_args(kind)}, where)
    if kind is bool or kind is str:
        return exactly(key, value, kind, where)
    if kind is int:
        return _positive(key, value, where)
    if Path in get_args(kind) and get_origin(kind) is not tuple:
        text = exactly(key, value, str, where)
        return Path(text) if text else None
    if get_origin(kind) is tuple:
        return _texts(key, value, where)
    inner = get_args(kind)[1]
    if not isinstance(value, dict):
        raise ConfigurationError(f"{at(where, key)}: {key} must be a table, not {kind_of(value)}")
    found, problems = dict[str, Any](), list[str]()
    for name, item in value.items():
        try:
            found[name] = converted(f"{key}.{name}", item, inner, where)
        except ConfigurationError as error:
            problems += error.args
    if problems:
        raise ConfigurationError(*problems)
    return found


def _one_of(key: str, value: Any, choices: Mapping[str, Any], where: str) -> Any:
    if value not in choices if isinstance(value, str) else True:
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        raise ConfigurationError(f"{at(where, key)}: {key} must be one of {', '.join(choices)}, not {_shown(value)}{hint}")
    return choices[value]


def exactly(key: str, value: Any, kind: type, where: str) -> Any:
    if type(value) is not kind:
        expected = {bool: "true or false", str: "a text"}[kind]
        raise ConfigurationError(f"{at(where, key)}: {key} must be {expected}, not {kind_of(value)}")
    if kind is str and "\0" in str(value):
        raise ConfigurationError(f"{at(where, key)}: {key} must not hold a NUL character")
    return value


def _positive(key: str, value: Any, where: str) -> int:
    if type(value) is not int or not 0 < value <= MAX_NUMBER:
        raise ConfigurationError(f"{at(where, key)}: {key} must be a positive whole number, not {_shown(value)}")
    return value


def _texts(key: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{at(where, key)}: {key} must be a list of texts, not {kind_of(value)}")
    other = next((item for item in value if not isinstance(item, str)), None)
    if other is not None:
        raise ConfigurationError(f"{at(where, key)}: {key} must be a list of texts, and holds {kind_of(other)}")
    if any("\0" in item for item in value):
        raise ConfigurationError(f"{at(where, key)}: {key} must not hold a NUL character")
    return tuple(value)


def _shown(value: Any) -> str:
    """Return a wrong value for a message, shortened."""
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else f"{value[:80]}…")
    return (
        repr(value) if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) <= MAX_NUMBER) else kind_of(value)
    )


def kind_of(value: Any) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return kinds.get(type(value), type(value).__name__)
