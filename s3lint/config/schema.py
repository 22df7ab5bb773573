"""Make the JSON schema of `[tool.s3lint]`, by which editors complete and check the table.

`s3lint config --schema` prints it, and the site publishes it at `URL`.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from s3lint import SITE
from s3lint.config.load import SELECTORS, keys
from s3lint.finding import Confidence, Severity
from s3lint.registry import OWN, rules
from s3lint.settings import Settings

URL = f"{SITE}schema.json"

EXTEND = "another configuration file, whose settings apply unless this one sets them"
"""The description of `extend`, which is no field of `Settings`."""


def written() -> str:
    """Return the schema as the text of a JSON file."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON schema of the table, with a default and a description for each key."""
    hints = get_type_hints(Settings)
    known = {field.name: field for field in fields(Settings)}
    properties = {key: _property(known[name], hints[name]) for key, name in keys().items()}
    extend = {"type": "string", "description": EXTEND}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": URL,
        "title": "s3lint",
        "description": "The settings of s3lint: [tool.s3lint] in pyproject.toml, or the whole of s3lint.toml and .s3lint.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {"extend": extend, **properties},
        "definitions": {"rule": {"anyOf": [{"enum": _selectors()}, {"type": "string"}]}},
    }


def _property(field: Field[Any], kind: Any) -> dict[str, Any]:
    holds_rules = field.name in SELECTORS or field.name == "per_file_ignores"
    names = {"propertyNames": {"$ref": "#/definitions/rule"}} if field.name == "severity" else {}
    return {**_type(kind, holds_rules=holds_rules), **names, "description": about(field.name), "default": plain(default_of(field))}


def about(name: str) -> str:
    """Return the description of a field of `Settings`, which is its annotation."""
    described: str = get_type_hints(Settings, include_extras=True)[name].__metadata__[0]
    return described


def default_of(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def plain(value: Any) -> Any:
    """Return a setting as a value of TOML and JSON; a path that is not set is an empty text."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if value is None:
        return ""
    return str(value) if isinstance(value, Confidence | Severity | Path) else value


def _type(kind: Any, *, holds_rules: bool) -> dict[str, Any]:
    if kind is Confidence or kind is Severity:
        return {"enum": [str(level) for level in kind]}
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        return {"type": "array", "items": {"$ref": "#/definitions/rule"} if holds_rules else {"type": "string"}}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": _type(get_args(kind)[1], holds_rules=holds_rules)}
    if kind is int:
        return {"type": "integer", "minimum": 1}
    return {"type": "boolean" if kind is bool else "string"}


def _selectors() -> list[str]:
    """Return the selectors of s3lint's own rules: codes, beginnings of codes, names. Those of rule packs are valid too, but unknown here."""
    own = [rule for rule in rules().values() if rule.module.startswith(f"{OWN}.")]
    codes = [rule.code for rule in own]
    beginnings = sorted({code[:length] for code in codes for length in (3, 4)})
    return ["ALL", *beginnings, *codes, *(rule.name for rule in own)]
