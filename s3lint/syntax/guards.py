"""Collect the conditions on the way to a statement or to a name in it: branches, tests that leave the function, `x if y else z`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import libcst as cst

from s3lint.support.frozen import frozen
from s3lint.syntax.names import dotted_name
from s3lint.syntax.walk import subtree

Branch = tuple[cst.CSTNode | None, bool, bool]
"""The clause of a branch, whether control leaves the suite in it, and whether it does so by an exception."""

# Statements of a module after which a condition may hold, since control passes them only where it does.
REFUSING = re.compile(r"\A(?:assert|if|match|try|with)\b")

GUARDING = frozenset({cst.Assert, cst.If, cst.Match, cst.With, cst.Try, cst.TryStar})
"""Statements that control passes only where some condition holds."""


@frozen()
class Guard:
    """A condition, and whether it holds. `refused`: every other case was refused by an exception."""

    test: cst.BaseExpression
    holds: bool
    refused: bool = False


def may_refuse(text: str) -> bool:
    """Tell by its text whether a statement of a module may end the program. Most cannot, and need no parsing."""
    return REFUSING.match(text) is not None and ("raise" in text or "assert" in text or "exit(" in text)


def names_tested(test: cst.BaseExpression) -> set[str]:
    """Return the names and attributes in a condition, dotted."""
    found = (dotted_name(node) for node in subtree(test) if type(node) is cst.Name or type(node) is cst.Attribute)
    return {name for name in found if name is not None}


def guards_of_branch(owner: cst.CSTNode, clauses: Sequence[cst.CSTNode | None]) -> list[Guard]:
    """Return what holds when control enters the last of the branches of an `if` or `match`: its test, and none before it."""
    found: list[Guard] = []
    for clause in clauses:
        tests = _tests_of(owner, clause)
        if clause is clauses[-1]:
            found += [Guard(test, holds=True) for test in tests]
        elif len(tests) == 1:
            found.append(Guard(tests[0], holds=False))
    return found


def guards_past(owner: cst.CSTNode, branches: Sequence[Branch]) -> list[Guard]:
    """Return what holds when control passes an `if` or `match` by a way on which it may go on."""
    found: list[Guard] = []
    for clause, ends, refuses in branches:
        # Control may come out of this branch, so nothing is known of the tests behind it.
        tests = _tests_of(owner, clause)
        if not ends or not tests:
            break
        if len(tests) == 1:
            found.append(Guard(tests[0], holds=False, refused=refuses))
    passing = [clause for clause, ends, _ in branches if not ends]
    covers_all = not _tests_of(owner, branches[-1][0])
    if len(passing) == 1 and covers_all:
        # All other ways leave, so control came by the one that is left.
        refused = all(refuses for _, ends, refuses in branches if ends)
        found += [Guard(test, holds=True, refused=refused) for test in _tests_of(owner, passing[0])]
    return found


def _tests_of(owner: cst.CSTNode, clause: cst.CSTNode | None) -> list[cst.BaseExpression]:
    """Return the conditions that must all hold on the way into a branch; none for `else` and `case _`."""
    if isinstance(clause, cst.If):
        return [clause.test]
    if not isinstance(clause, cst.MatchCase) or not isinstance(owner, cst.Match):
        return []
    if isinstance(clause.pattern, cst.MatchAs) and clause.pattern.pattern is None:
        return [clause.guard] if clause.guard is not None else []
    return [_matches(owner.subject, clause.pattern), *([clause.guard] if clause.guard is not None else [])]


def _matches(subject: cst.BaseExpression, pattern: cst.MatchPattern) -> cst.BaseExpression:
    """Return the comparison that a pattern of literals makes; for any other pattern a condition that says nothing."""
    patterns = [part.pattern for part in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    values = [part.value for part in patterns if isinstance(part, cst.MatchValue)]
    tests: list[cst.BaseExpression] = []
    if values:
        listed = cst.Tuple([cst.Element(value) for value in values])
        tests.append(cst.Comparison(subject, [cst.ComparisonTarget(cst.In(), listed)]))
    for part in patterns:
        if isinstance(part, cst.MatchSingleton):
            tests.append(cst.Comparison(subject, [cst.ComparisonTarget(cst.Is(), part.value)]))
        elif not isinstance(part, cst.MatchValue):
            tests.append(cst.Call(cst.Name("isinstance"), [cst.Arg(subject)]))
    return reduce(lambda left, right: cst.BooleanOperation(left, cst.Or(), right), tests)


CONDITIONAL = frozenset({cst.IfExp, cst.BooleanOperation, cst.ListComp, cst.SetComp, cst.GeneratorExp})
"""Expressions with parts that are evaluated only where a condition holds."""


def guards_of_names(nodes: Iterable[cst.CSTNode]) -> dict[int, list[Guard]]:
    """Return the conditions under which each name or attribute of a statement is evaluated, by the `id` of its node."""
    found: dict[int, list[Guard]] = {}
    # By exact type: `isinstance` asks the metaclass of libcst's nodes, which takes ten times as long.
    for node in (node for node in nodes if type(node) in CONDITIONAL):
        for part, guard in _parts(node):
            names = names_tested(guard.test)
            for inner in subtree(part):
                if isinstance(inner, (cst.Name, cst.Attribute)) and dotted_name(inner) in names:
                    found.setdefault(id(inner), []).append(guard)
    return found


def _parts(node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, Guard]]:
    """Yield the parts of an expression that are evaluated only where a condition does or does not hold."""
    if isinstance(node, cst.IfExp):
        yield node.body, Guard(node.test, holds=True)
        yield node.orelse, Guard(node.test, holds=False)
    elif isinstance(node, cst.BooleanOperation):
        # `x and x.get(…)`: the right side is evaluated only if the left one is true; of `or` only if it is false.
        yield node.right, Guard(node.left, isinstance(node.operator, cst.And))
    elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        for condition in node.for_in.ifs:
            yield node.elt, Guard(condition.test, holds=True)
