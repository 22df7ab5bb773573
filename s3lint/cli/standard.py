"""`s3lint standard`: show each sentence of the standard and the rules that enforce it; for people and for assistants that write code."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

from s3lint.cli.output import print_error
from s3lint.cli.request import setting_overrides, settings_finder
from s3lint.config.load import keys
from s3lint.config.schema import default_of, plain
from s3lint.config.selection import Selection
from s3lint.errors import ConfigurationError, UsageError
from s3lint.finding import Severity
from s3lint.registry import rules
from s3lint.registry.rule import Rule
from s3lint.registry.standard import Clause, clauses, rules_of
from s3lint.reports import as_json, printable
from s3lint.settings import Settings

DESCRIPTION = "The storage standard for S3, DynamoDB and Delta Lake, which s3lint checks"

GLOBS = ("**/*.py", "**/*.pyi", "**/*.ipynb")

FOR_AUTHORS = (
    "bucket_env_var", "bucket_env", "key_naming", "sensitive_words", "encryption", "presign_max_seconds", "dynamodb_max_bytes",
    "lakehouse_formats", "default_format", "public_buckets", "require_reason",
)  # fmt: skip
"""Settings that whoever writes code must know."""

INTRODUCTION = """\
Code that uses S3, DynamoDB or Delta Lake follows this standard, and s3lint checks it. After each edit of a Python file run

    s3lint check --output-format concise FILE

Exit code 0: nothing to report. 1: findings, one a line as `path:row:column: CODE severity message`; correct each. 2: wrong usage or
configuration. `s3lint rule CODE` shows what to write instead, `s3lint check --explain FILE:LINE` the values that were inferred, and
`s3lint check --fix FILE` applies the safe fixes, marked `[*]`. Where the standard must be broken, end the line with
`# s3lint: allow[CODE] reason until=YYYY-MM-DD` and the reason why. Never suppress a finding to make the check pass."""


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0, or 2 for a wrong configuration."""
    if options.output_format == "text":
        sections = groupby(clauses().values(), key=lambda clause: clause.section)
        print("\n\n".join("\n".join([f"## {title}", *map(_lines, listed)]) for title, listed in sections))
        return 0
    try:
        path = Path(os.path.abspath(options.path))
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        settings = settings_finder(options, setting_overrides(options), [path])(path)
    except (ConfigurationError, UsageError) as error:
        print_error(error)
        return 2
    print(as_json(_as_json(settings), indent=2) if options.output_format == "json" else "\n".join(_document(settings, options)))
    return 0


def _lines(clause: Clause) -> str:
    enforcing = [f"{rule.code} {rule.name}" for rule in rules_of(clause, rules().values())]
    answer = ", ".join(enforcing) if enforcing else f"not checked: {clause.unchecked}"
    return f"- {clause.text}\n    {answer}"


def _as_json(settings: Settings) -> dict[str, Any]:
    """Return the sentences, the rules that are on and the settings that matter to authors."""
    selection = Selection(settings)
    return {
        "clauses": [
            {
                "id": clause.id,
                "section": clause.section,
                "text": clause.text,
                "rules": [rule.code for rule in rules_of(clause, rules().values())],
                "unchecked": clause.unchecked,
            }
            for clause in clauses().values()
        ],
        "rules": [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": str(_severity(rule, selection)),
                "finds": _finds(rule),
                "fix": rule.fix,
                "helper": rule.helper,
                "url": rule.url,
            }
            for rule in _rules_on(selection)
        ],
        "settings": {key: plain(getattr(settings, name)) for key, name in keys().items() if name in FOR_AUTHORS},
    }


def _document(settings: Settings, options: argparse.Namespace) -> Iterator[str]:
    """Yield the lines of a Markdown document, for `mdc` with the front matter of a rule file of Cursor."""
    selection = Selection(settings)
    on = _rules_on(selection)
    if options.output_format == "mdc":
        # JSON strings and lists are YAML too; a bare `*` would begin an alias.
        yield from (
            "---",
            f"description: {json.dumps(DESCRIPTION)}",
            f"globs: {json.dumps(list(GLOBS))}",
            "alwaysApply: false",
            "---",
            "",
        )
    yield from ("# Storage standard", "", INTRODUCTION)
    for title, listed in groupby(clauses().values(), key=lambda clause: clause.section):
        yield from ("", f"## {title}", "")
        for clause in listed:
            codes = [rule.code for rule in rules_of(clause, on)]
            yield f"- {clause.text}" + (f" ({', '.join(codes)})" if codes else "")
    yield from ("", "## Rules that are on", "")
    for rule in on:
        helper = f" Helper: `{rule.helper}`." if rule.helper is not None else ""
        yield f"- {rule.code} {rule.name} ({_severity(rule, selection)}): {_finds(rule)}{helper}"
    yield from ("", "## Settings of this project", "")
    yield from _settings(settings)


def _settings(settings: Settings) -> Iterator[str]:
    """Yield the settings that authors must know, as TOML in a list; defaults that are empty are left out."""
    defaults = {field.name: default_of(field) for field in fields(Settings)}
    for key, name in keys().items():
        value = getattr(settings, name)
        if name in FOR_AUTHORS and (value or value != defaults[name]):
            yield printable(f"- `{key}`: `{json.dumps(plain(value), ensure_ascii=False)}`")


def _rules_on(selection: Selection) -> list[Rule]:
    return [rule for rule in rules().values() if rule.code in selection.codes]


def _severity(rule: Rule, selection: Selection) -> Severity:
    return selection.severities.get(rule.code, rule.severity)


def _finds(rule: Rule) -> str:
    """Return what a rule finds, as the first line of its page has it."""
    finds = rule.page.partition("\n")[0].partition(": ")[2]
    return finds[:1].upper() + finds[1:]
