"""`s3lint rule`: show the page of a rule, or list all rules."""

from __future__ import annotations

import argparse
import json
from typing import Any

from s3lint.cli.output import print_error
from s3lint.registry import UnknownRule, find, registry, rules
from s3lint.registry.helpers import signature, url
from s3lint.registry.rule import Rule
from s3lint.registry.standard import clauses


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code: 2 for an unknown rule."""
    for problem in registry().problems:
        print_error(f"warning: {problem}")
    if options.all or options.rule is None:
        shown = list(rules().values())
    else:
        try:
            shown = [find(options.rule)]
        except UnknownRule as error:
            print_error(error)
            return 2
    if options.output_format == "json":
        print(json.dumps([as_dict(rule) for rule in shown], indent=2))
    elif options.all or options.rule is None:
        print("\n".join(_line(rule) for rule in shown))
    else:
        print(_page(shown[0]))
    return 0


def as_dict(rule: Rule) -> dict[str, Any]:
    """A rule as JSON."""
    return {
        "code": rule.code,
        "name": rule.name,
        "chapter": rule.chapter,
        "profile": rule.profile,
        "severity": str(rule.severity),
        "fix": rule.fix,
        "clause": _sentence(rule),
        "helper": rule.helper,
        "helper_signature": signature(rule.helper) if rule.helper is not None else None,
        "url": rule.url,
        "origin": registry().origins[rule.code],
        "page": rule.page,
    }


def _sentence(rule: Rule) -> str | None:
    """The sentence of the standard that a rule enforces. Other packages' rules may give a sentence of their own instead of an id."""
    if rule.clause is None:
        return None
    clause = clauses().get(rule.clause)
    return clause.text if clause is not None else rule.clause


def _line(rule: Rule) -> str:
    summary = rule.page.partition("\n")[0].partition(": ")[2]
    return f"{rule.code}  {rule.name:<29}  {rule.profile:<7}  {rule.severity!s:<7}  {registry().origins[rule.code]:<7}  {summary}"


def _page(rule: Rule) -> str:
    first, _, rest = rule.page.partition("\n")
    facts = [f"Standard: {_sentence(rule) or '-'}", f"Profile: {rule.profile}", f"Severity: {rule.severity}", f"Fix: {rule.fix}"]
    if rule.helper is not None:
        facts += [f"Helper: {signature(rule.helper)}", f"        {url(rule.helper)}"]
    return f"# {rule.code} {first}\n\n" + "\n".join(facts) + f"\n{rest}"
