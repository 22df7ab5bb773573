"""Tell which branches of an `if` or `match` may run, and who decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.conditions import evaluate_condition
from s3lint.inference.place import CallContext, Place
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.walk import subtree

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def matches_all(node: cst.Match) -> bool:
    """Tell whether the last case takes everything that no other did: `case _:` or `case name:`."""
    last = node.cases[-1]
    return isinstance(last.pattern, cst.MatchAs) and last.pattern.pattern is None and last.guard is None


def branches_taken(evaluator: Evaluator, step: Step, context: CallContext | None) -> tuple[list[Suite], bool]:
    """Return the branches of an `if` that may run, and whether control may pass it without any.

    Tests are worth a look only in a call that is followed: what decides them is what the caller passes.
    """
    found: list[Suite] = []
    for suite in step.suites:
        if not isinstance(suite.clause, cst.If):
            return [*found, suite], False
        known = evaluate_condition(evaluator, suite.clause.test, Place(step, (), context)) if context is not None else None
        if known is not False:
            found.append(suite)
        if known:
            return found, False
    return found, True


def may_reach(evaluator: Evaluator, step: Step, context: CallContext) -> bool:
    """Tell whether control may reach a step in a call: no test around it, or before it, is known to be otherwise."""
    suite: Suite = step.suite
    while True:
        for earlier in suite.steps[: step.index]:
            if isinstance(earlier.node, cst.If) and any(branch.ends for branch in earlier.suites):
                taken, passes = branches_taken(evaluator, earlier, context)
                if not passes and all(branch.ends for branch in taken):
                    return False
        if suite.owner is None:
            return True
        if isinstance(suite.owner.node, cst.If) and suite not in branches_taken(evaluator, suite.owner, context)[0]:
            return False
        step, suite = suite.owner, suite.owner.suite


def decided_by_parameter(scope: Scope, tested: set[str]) -> bool:
    """Tell whether names in a test are parameters of a function, or what a method of one returns.

    After `name = path.strip("/")` a test of `name` asks about what the caller passed, too.
    """
    own = set(scope.parameters) - {"self"}
    return any(name in own or _is_made_of(scope, name, own) for name in tested)


def _is_made_of(scope: Scope, name: str, parameters: set[str]) -> bool:
    changing = scope.suite.changes.get(name, ())
    node = scope.suite.steps[changing[0]].node if len(changing) == 1 else None
    if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.Call) or not isinstance(node.value.func, cst.Attribute):
        return False
    owner = node.value.func.value
    return isinstance(owner, cst.Name) and owner.value in parameters


def parameter_chooses(step: Step, name: str = "") -> bool:
    """Tell whether a parameter of the function decides which branch of an `if` runs.

    `if not name: name = …` is a fallback for the name, not a choice.
    """
    node, tests = step.node, []
    # `elif` is an `If` in the `orelse` of the one before.
    while type(node) is cst.If:
        tests.append(node.test)
        node = node.orelse  # type: ignore[assignment]
    used = {part.value for test in tests for part in subtree(test) if type(part) is cst.Name}
    if name in used:
        return False
    scope = step.suite.scope
    return scope.kind == "function" and any(parameter in used for parameter in scope.parameters if parameter != "self")
