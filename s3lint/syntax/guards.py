"""Collect the conditions on the way to a statement or to a name in it: branches, tests that leave the function, `x if y else z`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from s3lint.support.frozen import frozen
from s3lint.syntax.names import dotted_name
from s3lint.syntax.walk import subtree

Branch = tuple[cst.CSTNode | None, bool, bool]
"""The clause of a branch, whether control leaves the suite in it, and whether it does so by an exception."""


@frozen()
class Guard:
    """A condition, and whether it holds. `refused`: every other case was refused by an exception."""

    test: cst.BaseExpression
    holds: bool
    refused: bool = False


def names_tested(test: cst.BaseExpression) -> set[str]:
    """Return the names and attributes in a condition, dotted."""
    found = (dotted_name(node) for node in subtree(test) if isinstance(node, (cst.Name, cst.Attribute)))
    return {name for name in found if name is not None}


def guards_of_branch(clauses: Sequence[cst.CSTNode | None]) -> list[Guard]:
    """Return what holds when control enters the last of the branches of an `if`: its test, and none of those before it."""
    return [Guard(clause.test, clause is clauses[-1]) for clause in clauses if isinstance(clause, cst.If)]


def guards_past(branches: Sequence[Branch]) -> list[Guard]:
    """Return what holds when control passes an `if` by a way on which it may go on."""
    found: list[Guard] = []
    for clause, ends, refuses in branches:
        # Control may come out of this branch, so nothing is known of the tests behind it.
        if not ends:
            break
        if isinstance(clause, cst.If):
            found.append(Guard(clause.test, holds=False, refused=refuses))
    # `if test: … else: raise`: whoever passes has taken the first branch.
    if len(branches) == 2:
        (first, leaves, _), (_, ends, refuses) = branches
        if isinstance(first, cst.If) and ends and not leaves:
            found.append(Guard(first.test, holds=True, refused=refuses))
    return found


def guards_of_names(nodes: Iterable[cst.CSTNode]) -> dict[int, list[Guard]]:
    """Return the conditions under which each name or attribute of a statement is evaluated, by the `id` of its node."""
    found: dict[int, list[Guard]] = {}
    for node in nodes:
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
