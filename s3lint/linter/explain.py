"""Explain one line: the inferred values of its storage calls, where each came from, and what each rule made of them.

Every rule runs over the facts of the line, including rules that are off. Each finding is shown with the reason why it is not reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import libcst as cst

from s3lint.config.selection import Selection
from s3lint.facts import Fact, Parameters
from s3lint.facts.context import Context
from s3lint.finding import Confidence, Finding, Related
from s3lint.inference.arguments import Arguments
from s3lint.inference.render import describe
from s3lint.inference.values import Absent, Hop, Unknown, Value, alternatives
from s3lint.linter.checker import Checker
from s3lint.linter.engine import Engine, suppressions_of
from s3lint.linter.findings import finding_of
from s3lint.linter.observed_values import ObservedValues
from s3lint.linter.policy import match_suppressions
from s3lint.linter.prefilter import prefilter_for
from s3lint.project.patterns import is_test
from s3lint.registry import rules
from s3lint.registry.rule import Match, Rule
from s3lint.support.frozen import frozen
from s3lint.support.interpreter import without_parser_warnings
from s3lint.syntax.site import locate

NOT_GIVEN = describe(Absent())


@frozen()
class Observation:
    """A value that was inferred about a call: its name, the value in words, and the places of its data flow."""

    name: str
    value: str
    way: tuple[Related, ...] = ()


@frozen()
class Outcome:
    """What one rule made of a fact, in words, and the names of the observations that it asked for."""

    rule: Rule
    text: str
    asked: tuple[str, ...] = ()


@frozen()
class Explanation:
    """One fact about a call on the line. `confidence` is how sure its receiver is."""

    kind: str
    text: str
    confidence: Confidence
    observations: tuple[Observation, ...]
    outcomes: tuple[Outcome, ...]


@without_parser_warnings()
def explain(engine: Engine, path: Path, data: bytes, row: int) -> list[Explanation]:
    """Return the facts of the calls on a row, in source order, as every rule sees them. Raises `Unreadable`."""
    module = engine.module(path, data)
    # Rules that are off are shown too, marked as such.
    every = Selection(replace(engine.settings, select=("ALL",), extend_select=(), ignore=()))
    checker = Checker(engine.analysis, engine.settings, every)
    context = Context(module, engine.settings, engine.analysis.callers)
    found = prefilter_for(every.codes).mentions(data)
    steps = checker.steps(engine.analysis.evaluator.module_scope(module).suite, found)
    here = (step for step in steps if step.block.part.start <= row <= step.block.part.end)
    facts = [fact for step in here for fact in checker.facts(step, context, found) if _is_on(fact, row)]
    return [_explained(fact, _Explainer(engine, context, checker)) for fact in facts]


def _is_on(fact: object, row: int) -> bool:
    if not isinstance(fact, Fact):
        return False
    start, end = locate(fact.site)
    return start.row <= row <= end.row


@frozen()
class _Explainer:
    engine: Engine
    context: Context
    checker: Checker

    def outcome(self, rule: Rule, matches: list[Match], asked: tuple[str, ...]) -> Outcome:
        found = [finding_of(match) for match in matches]
        text = "; ".join(self._reported(finding) for finding in found) or "silent"
        if rule.code not in self.engine.selection.codes:
            text = f"off ({text})"
        return Outcome(rule, text, asked)

    def _reported(self, finding: Finding) -> str:
        """Tell whether a finding is reported, in the order in which the policy decides."""
        place = f"{finding.path.name}:{finding.start.row}:{finding.start.column}"
        if finding.confidence < self.engine.settings.min_confidence:
            return f"{finding.confidence} confidence, under min-confidence: {place} {finding.message}"
        if not self.engine.selection.checks_tests(finding.code) and is_test(finding.path, self.engine.settings):
            return f"not reported in tests: {place} {finding.message}"
        if finding.code in self.engine.selection.ignored_in(finding.path):
            return f"ignored in this file: {place} {finding.message}"
        data = self.engine.files.read(finding.path)
        suppressions = suppressions_of(data) if data is not None else ()
        if any(by is not None for _, by in match_suppressions([finding], suppressions, self.engine.selection)):
            return f"suppressed by a comment: {place} {finding.message}"
        return f"reports {place} {finding.message}"


def _explained(fact: Fact, explainer: _Explainer) -> Explanation:
    values = dict(_receiver_of(fact, explainer.context)) | dict(_fields_of(fact))
    outcomes = []
    for check, rule in explainer.checker.checks[type(fact)]:
        asked: dict[str, Value] = {}
        matches = list(check(observed(fact, asked.__setitem__), explainer.context))
        values |= asked
        outcomes.append(explainer.outcome(rule, matches, tuple(asked)))
    shown = tuple(_observation(name, value) for name, value in values.items())
    return Explanation(type(fact).__name__, _code_of(fact), fact.confidence, shown, tuple(outcomes))


def _receiver_of(fact: Fact, context: Context) -> Iterator[tuple[str, Value]]:
    node = fact.site.node
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        yield "receiver", context.callers.evaluate(node.func.value, fact.place)


def _fields_of(fact: Fact) -> Iterator[tuple[str, Value]]:
    for item in fields(fact):
        value = getattr(fact, item.name)
        if isinstance(value, Value) and not isinstance(value, Absent):
            yield item.name, value
        elif isinstance(value, Parameters):
            passed = dict.fromkeys((*value.positions[: value.arguments.count], *value.names()))
            yield from ((name, value.get(name)) for name in passed)


def _observation(name: str, value: Value) -> Observation:
    hops = [hop for choice in alternatives(value) for hop in _hops(choice)]
    way = (Related(hop.site.module.path, locate(hop.site)[0], hop.message) for hop in hops)
    return Observation(name, describe(value), tuple(dict.fromkeys(way)))


def _hops(value: Value) -> Iterator[Hop]:
    if value.site is not None and not isinstance(value, (Absent, Unknown)):
        yield Hop(value.site, "written here")
    yield from value.trace


def _code_of(fact: Fact) -> str:
    """The call as it is written, on one line."""
    code = fact.site.block.tree.code_for_node(fact.site.node)
    return " ".join(code.split())


def observed(fact: Fact, observe: Callable[[str, Value], None]) -> Fact:
    """Return the same fact, which reports each argument that a rule asks for."""
    watched: dict[str, Any] = {
        item.name: replace(value, on_get=observe)
        for item in fields(fact)
        if isinstance(value := getattr(fact, item.name), Parameters | Arguments)
    }
    return replace(fact, **watched)


def is_of(explanation: Explanation, seen: ObservedValues) -> bool:
    """Tell whether recorded calls are of the call that is explained. A fact about a name alone has none of the call's parameters."""
    return f"{seen.method}(" in explanation.text and any(each.name in seen.values for each in explanation.observations)


def rows_of(explanation: Explanation, seen: Sequence[ObservedValues] = ()) -> Iterator[str]:
    """The lines of an explanation for people, with the values that recorded calls of the line had."""
    yield f"{explanation.kind} ({explanation.confidence} confidence): {explanation.text}"
    recorded = [each for each in seen if is_of(explanation, each)]
    values = {name: text for each in recorded for name, text in each.texts().items()}
    missing = [each.name for each in explanation.observations if each.value == NOT_GIVEN and each.name not in values]
    for each in explanation.observations:
        if each.name in missing:
            continue
        yield f"  {each.name}: {each.value}"
        for place in each.way:
            yield f"    {place.path.name}:{place.location.row}:{place.location.column} {place.message}"
        if each.name in values:
            yield f"    observed: {values.pop(each.name)}"
    if missing:
        yield f"  not given: {', '.join(missing)}"
    for name, text in values.items():
        yield f"  {name}: observed: {text}"
    for call in recorded:
        yield f"  recorded calls of {call.method}: {call.count:,}"
    for outcome in explanation.outcomes:
        asked = f" (read {', '.join(outcome.asked)})" if outcome.asked else ""
        yield f"  {outcome.rule.code} {outcome.rule.name}: {outcome.text}{asked}"


def no_call(row: int) -> str:
    """The message for a line without storage calls."""
    return f"No storage call on line {row}: none of the {len(rules())} rules applies."
