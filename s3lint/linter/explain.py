"""What s3lint believes about the storage calls on one line: values, where each came from, and what each rule made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
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
from s3lint.linter.policy import match_suppressions
from s3lint.linter.prefilter import filter_for
from s3lint.project.patterns import is_test
from s3lint.registry import rules
from s3lint.registry.rule import Match, Rule
from s3lint.support.silence import without_parser_warnings
from s3lint.syntax.site import locate

NOT_GIVEN = describe(Absent())


@dataclass(frozen=True, slots=True)
class Belief:
    """One thing that s3lint asked about a call: its name, its value in words, and the places that the value came by."""

    name: str
    value: str
    way: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule made of a fact: `outcome` in words, and the names of the beliefs that it looked at."""

    rule: Rule
    outcome: str
    looked_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One fact about a call on the line. `confidence` is how sure its receiver is."""

    kind: str
    text: str
    confidence: Confidence
    beliefs: tuple[Belief, ...]
    verdicts: tuple[Verdict, ...]


@without_parser_warnings()
def explain(engine: Engine, path: Path, data: bytes, row: int) -> list[Explanation]:
    """The facts of the calls that stand on a row, in source order, seen by every rule. Raises `Unreadable`."""
    module = engine.module(path, data)
    every = Selection(replace(engine.settings, select=("ALL",), extend_select=(), ignore=()))
    checker = Checker(engine.analysis, engine.settings, every)
    context = Context(module, engine.settings, engine.analysis.callers)
    found = filter_for(every.codes).mentions(data)
    steps = checker.steps(engine.analysis.evaluator.module_scope(module).suite, found)
    here = (step for step in steps if step.block.part.start <= row <= step.block.part.end)
    facts = [fact for step in here for fact in checker.facts(step, context, found) if _stands_on(fact, row)]
    return [_explained(fact, _Judge(engine, context, checker)) for fact in facts]


def _stands_on(fact: object, row: int) -> bool:
    if not isinstance(fact, Fact):
        return False
    start, end = locate(fact.site)
    return start.row <= row <= end.row


@dataclass(frozen=True, slots=True)
class _Judge:
    engine: Engine
    context: Context
    checker: Checker

    def verdict(self, rule: Rule, matches: list[Match], looked_at: tuple[str, ...]) -> Verdict:
        found = [finding_of(match) for match in matches]
        outcome = "; ".join(self._reported(finding) for finding in found) or "silent"
        if rule.code not in self.engine.selection.codes:
            outcome = f"off ({outcome})"
        return Verdict(rule, outcome, looked_at)

    def _reported(self, finding: Finding) -> str:
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


def _explained(fact: Fact, judge: _Judge) -> Explanation:
    beliefs = dict(_receiver_of(fact, judge.context)) | dict(_fields_of(fact))
    verdicts = []
    for check, rule in judge.checker.checks.get(type(fact), ()):
        asked: dict[str, Value] = {}
        matches = list(check(recording(fact, asked), judge.context))
        beliefs |= asked
        verdicts.append(judge.verdict(rule, matches, tuple(asked)))
    shown = tuple(_belief(name, value) for name, value in beliefs.items())
    return Explanation(type(fact).__name__, _code_of(fact), fact.confidence, shown, tuple(verdicts))


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


def _belief(name: str, value: Value) -> Belief:
    hops = [hop for choice in alternatives(value) for hop in _hops(choice)]
    way = (Related(hop.site.module.path, locate(hop.site)[0], hop.message) for hop in hops)
    return Belief(name, describe(value), tuple(dict.fromkeys(way)))


def _hops(value: Value) -> Iterator[Hop]:
    if value.site is not None and not isinstance(value, (Absent, Unknown)):
        yield Hop(value.site, "written here")
    yield from value.trace


def _code_of(fact: Fact) -> str:
    """The call as it is written, on one line."""
    code = fact.site.block.tree.code_for_node(fact.site.node)
    return " ".join(code.split())


def recording(fact: Fact, asked: dict[str, Value]) -> Fact:
    """The same fact; what is asked of its values is noted."""
    kind: Any = type(fact)
    copy: Fact = object.__new__(_recording_type(kind))
    for item in fields(fact):
        value = getattr(fact, item.name)
        if isinstance(value, (Parameters, Arguments)):
            value = _recording_lookup(value, asked)
        object.__setattr__(copy, item.name, value)
    object.__setattr__(copy, "asked", asked)
    return copy


@cache
def _recording_type(kind: type[Fact]) -> type[Fact]:
    names = {item.name for item in fields(kind)}

    def look(self: Any, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if name in names and isinstance(value, Value):
            object.__getattribute__(self, "asked")[name] = value
        return value

    return type(kind.__name__, (kind,), {"__getattribute__": look})


class _AskedParameters(Parameters):
    asked: dict[str, Value]

    def get(self, name: str) -> Value:
        value = self.asked[name] = super().get(name)
        return value


class _AskedArguments(Arguments):
    asked: dict[str, Value]

    def get(self, name: str | None, position: int | None = None) -> Value:
        value = super().get(name, position)
        self.asked[name or f"argument {position}"] = value
        return value


def _recording_lookup(value: Parameters | Arguments, asked: dict[str, Value]) -> Parameters | Arguments:
    kind: type[Parameters | Arguments] = _AskedParameters if isinstance(value, Parameters) else _AskedArguments
    copy = object.__new__(kind)
    for item in fields(value):
        object.__setattr__(copy, item.name, getattr(value, item.name))
    object.__setattr__(copy, "asked", asked)
    return copy


def rows_of(explanation: Explanation) -> Iterator[str]:
    """The lines of an explanation for people."""
    yield f"{explanation.kind} ({explanation.confidence} confidence): {explanation.text}"
    missing = [belief.name for belief in explanation.beliefs if belief.value == NOT_GIVEN]
    for belief in explanation.beliefs:
        if belief.name in missing:
            continue
        yield f"  {belief.name}: {belief.value}"
        for place in belief.way:
            yield f"    {place.path.name}:{place.location.row}:{place.location.column} {place.message}"
    if missing:
        yield f"  not given: {', '.join(missing)}"
    for verdict in explanation.verdicts:
        looked = f" (looked at {', '.join(verdict.looked_at)})" if verdict.looked_at else ""
        yield f"  {verdict.rule.code} {verdict.rule.name}: {verdict.outcome}{looked}"


def no_call(row: int) -> str:
    """What is said of a line with no storage call."""
    return f"No storage call stands on line {row}: none of {len(rules())} rules has anything to look at there."
