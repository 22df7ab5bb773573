"""Read the manifest, which holds what s3lint's own rules declare: so a run imports only the rules of whose facts it meets one.

`make manifest` writes it from the modules of the rules; a test compares both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from pathlib import Path

from s3lint.finding import Severity
from s3lint.registry.rule import Declared, Rule

MANIFEST = Path(__file__).with_name("manifest.json")

FUNCTIONS = ("checks", "comparisons", "decisions", "declared")
"""Fields of a rule that hold its functions; of these the manifest has the fields of `Declared`."""


def declared_rules() -> list[Rule]:
    """Return s3lint's own rules as the manifest has them, sorted by code."""
    return [_rule(entry) for entry in json.loads(MANIFEST.read_bytes())]


def manifest_of(rules: Iterable[Rule]) -> str:
    """Return the text of the manifest of some rules."""
    return json.dumps([_entry(rule) for rule in sorted(rules, key=lambda rule: rule.code)], indent=2) + "\n"


def _entry(rule: Rule) -> dict[str, object]:
    """Return the fields of a rule that have no default, or another value than it."""
    plain = {each.name: getattr(rule, each.name) for each in fields(rule) if each.name not in FUNCTIONS}
    defaults = {each.name: each.default for each in fields(rule)}
    told = {name: value for name, value in plain.items() if defaults[name] is MISSING or value != defaults[name]}
    if "severity" in told:
        told["severity"] = rule.severity.name
    return told | {"declared": {"kinds": rule.kinds, "compares": rule.compares, "decides": rule.decides}}


def _rule(entry: dict[str, object]) -> Rule:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    declared = dict(entry["declared"])  # type: ignore[call-overload]
    values["declared"] = Declared(tuple(declared["kinds"]), declared["compares"], declared["decides"])
    if "severity" in values:
        values["severity"] = Severity[str(values["severity"])]
    return Rule(**values)  # type: ignore[arg-type]
