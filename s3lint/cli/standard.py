"""`s3lint standard`: show each sentence of the standard and the rules that enforce it."""

from __future__ import annotations

import argparse
import json
from itertools import groupby

from s3lint.registry import rules
from s3lint.registry.standard import Clause, clauses, rules_of


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if options.output_format == "json":
        print(json.dumps([_as_dict(clause) for clause in clauses().values()], indent=2))
        return 0
    sections = groupby(clauses().values(), key=lambda clause: clause.section)
    print("\n\n".join("\n".join([f"## {title}", *map(_lines, listed)]) for title, listed in sections))
    return 0


def _as_dict(clause: Clause) -> dict[str, object]:
    codes = [rule.code for rule in rules_of(clause, rules().values())]
    return {"id": clause.id, "section": clause.section, "text": clause.text, "rules": codes, "unchecked": clause.unchecked}


def _lines(clause: Clause) -> str:
    enforcing = [f"{rule.code} {rule.name}" for rule in rules_of(clause, rules().values())]
    answer = ", ".join(enforcing) if enforcing else f"not checked: {clause.unchecked}"
    return f"- {clause.text}\n    {answer}"
