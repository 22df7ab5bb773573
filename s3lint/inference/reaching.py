"""Find the value of a name that reaches a statement: last assignment first, branches joined, loops settled.

`Unbound` stands for "no assignment of this scope reaches here"; the caller then looks further out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.annotations import annotated_value, promises_more
from s3lint.inference.branches import branches_taken, matches_all, parameter_chooses
from s3lint.inference.code_values import Class, Function
from s3lint.inference.containers import context_value, element
from s3lint.inference.loops import loop_of, settled
from s3lint.inference.mutations import augmented, changed_by_call, deleted, item_set, unpacked
from s3lint.inference.narrowing import narrowed
from s3lint.inference.parameters import parameter_value
from s3lint.inference.place import CallContext, Place
from s3lint.inference.values import Mapping, Never, Sequence, Unbound, Unknown, Value, alternatives, has_kind, join_values
from s3lint.syntax.bindings import is_filled_by_functions
from s3lint.syntax.flow import Scope, Step, Suite
from s3lint.syntax.functions import functions_of
from s3lint.syntax.guards import Guard, names_tested
from s3lint.syntax.module import Block
from s3lint.syntax.names import dotted_name, import_names, target_names
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

# An index behind every step of a suite.
END = 1 << 30

_NEVER = Never()


def before(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    """Return the value of a name when control reaches a step."""
    return _at(evaluator, step.suite, name, step.index, context)


def at_end(evaluator: Evaluator, suite: Suite, name: str, context: CallContext | None) -> Value:
    """Return the value of a name when control leaves a suite by its end."""
    return Never() if suite.ends else _at(evaluator, suite, name, END, context)


def final(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value:
    """Return the value of a name of a scope for code that runs later: functions of a module, closures, methods of a class."""
    value = _at(evaluator, scope.suite, name, END, context)
    if scope.kind != "module":
        return value
    if isinstance(value, (Mapping, Sequence)) and is_filled_by_functions(scope.module, name):
        value = value.opened()
    if name not in scope.module.outline.globals:
        return value
    return join_values([value, *assigned_by_functions(evaluator, scope, name)])


def bound_outside(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value | None:
    """Return the value of a name in the scopes around a scope; None where none of them binds it."""
    parent = scope.parent
    while parent is not None:
        # Methods do not see the names of their class's body.
        if parent.kind != "class" and parent.may_bind(name):
            # The body of a function runs later, so the last assignment around it counts, not the one above it.
            value = final(evaluator, parent, name, context if parent.kind == "function" else None)
            if not has_kind(value, Unbound):
                return value
            known = [choice for choice in alternatives(value) if not isinstance(choice, Unbound)]
            if known:
                return join_values(known)
        parent = parent.parent
    return None


def assigned_by_functions(evaluator: Evaluator, scope: Scope, name: str) -> list[Value]:
    """Return what functions that declare a name of the module `global` make of it."""
    steps = [scope.suite.steps[index] for index in scope.module.outline.globals[name]]
    functions = [function for step in steps for function in functions_of(step)]
    setting = [function for function in functions if name in function.outside and name in function.suite.changes]
    found = [_at(evaluator, function.suite, name, END, None) for function in setting]
    return [value for value in found if not isinstance(value, Unbound)]


def _at(evaluator: Evaluator, suite: Suite, name: str, index: int, context: CallContext | None) -> Value:
    step = suite.last_change(name, index)
    if suite.owner is None and suite.scope.kind == "module":
        # `from m import *` behind the assignment may bind the name anew.
        star = suite.last_change("*", index)
        if star is not None and (step is None or star.index > step.index):
            step = star
    value = at_start(evaluator, suite, name, context) if step is None else after(evaluator, step, name, context)
    # A guard counts only for the value that it tested: `if not x: return` before the last assignment says nothing of it.
    since = step.index if step is not None else -1
    guards = suite.guards_passed(name, since, index)
    return narrowed(value, name, guards) if guards else value


def after(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    """Return the value of a name when control leaves a step that may change it."""
    return evaluator.solve(("after", id(step), name), context, _after, evaluator, step, name, context, cyclic=_NEVER)


def _after(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    return _AFTER.get(step.kind, _after_simple)(evaluator, step, name, context)


def _after_with(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    return at_end(evaluator, step.suites[0], name, context)


def _after_match(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    assert isinstance(step.node, cst.Match)
    # Branches that return or raise add nothing: control does not pass them.
    ends = _ends(evaluator, step.suites, name, context)
    return join_values(ends if matches_all(step.node) else [before(evaluator, step, name, context), *ends])


def _after_definition(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    scope = step.scope
    if scope is None or scope.name != name:
        return _after_simple(evaluator, step, name, context)
    if any(decorator in (f"{name}.setter", f"{name}.deleter") for decorator in scope.decorators):
        return before(evaluator, step, name, context)  # reading the attribute still calls the getter
    if scope.kind != "function":
        return Class(scope)
    evaluator.depend_on_context(context)
    return Function(scope, context=context)


def _after_block(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    if step.scope is not None:
        return Class(step.scope) if step.scope.name == name else before(evaluator, step, name, context)
    # A block is parsed only if its outline says that it changes the name; a star import says so of every name.
    if step.block.part.kind == "statement" and "*" in step.changes and name not in step.changes:
        return _star_imported(evaluator, step, name, context)
    return _at(evaluator, step.body, name, END, context)


def _star_imported(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    for item in step.body.steps:
        if isinstance(item.node, cst.ImportFrom) and isinstance(item.node.names, cst.ImportStar):
            value = evaluator.imports.import_star(evaluator, item.node, Place(item, (), context), name)
            if value is not None:
                return value
    return before(evaluator, step, name, context)


def _after_import(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    assert isinstance(step.node, (cst.Import, cst.ImportFrom))
    place = Place(step, (), context)
    for local, alias in import_names(step.node):
        if local == name:
            value = evaluator.imports.import_name(evaluator, step.node, alias, place)
            return value if value.site is not None else value.at(Site(place.block, alias))
    return before(evaluator, step, name, context)


def _after_if(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    taken, passes = branches_taken(evaluator, step, context)
    ways = _ends(evaluator, taken, name, context)
    if passes:
        tests = [suite.clause.test for suite in step.suites if isinstance(suite.clause, cst.If)]
        guards = [Guard(test, holds=False) for test in tests if name in names_tested(test)]
        ways.append(narrowed(before(evaluator, step, name, context), name, guards))
    return join_values(ways, chosen=parameter_chooses(step, name))


def _ends(evaluator: Evaluator, suites: list[Suite], name: str, context: CallContext | None) -> list[Value]:
    return [at_end(evaluator, suite, name, context) for suite in suites if not suite.ends]


def _after_loop(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    body = step.suites[0]
    values = [before(evaluator, step, name, context), at_end(evaluator, body, name, context)]
    # `break` and `continue` leave before the end of the body, with other values than it has there.
    values += _at_jumps(evaluator, body, name, context)
    values += _ends(evaluator, step.suites[1:], name, context) if len(step.suites) > 1 else []
    # A name that the loop alone binds counts as bound: code behind it takes for granted that the loop ran.
    joined = join_values(value for value in values if not isinstance(value, Unbound))
    return settled(evaluator, joined, context, ("after", id(body.last_change(name, END)), name))


def _at_jumps(evaluator: Evaluator, body: Suite, name: str, context: CallContext | None) -> list[Value]:
    """Return the values with which `break` and `continue` leave the body."""
    jumps = [step for step in body.walk() if step.kind is cst.Break or step.kind is cst.Continue]
    return [before(evaluator, step, name, context) for step in jumps if loop_of(step) is body]


def _after_try(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    last = step.suites[-1]
    if last.role == "finally":
        return at_end(evaluator, last, name, context)
    return _after_handled(evaluator, step, name, context)


def _after_handled(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    has_else = any(suite.role == "orelse" for suite in step.suites)
    ways = [suite for suite in step.suites if suite.role in ("handler", "orelse") or (suite.role == "try" and not has_else)]
    return join_values(_ends(evaluator, ways, name, context))


def at_start(evaluator: Evaluator, suite: Suite, name: str, context: CallContext | None) -> Value:
    """Return the value of a name when control enters a suite."""
    value = _at_start(evaluator, suite, name, context)
    guards = suite.guards.get(name)
    return narrowed(value, name, guards) if guards else value


def _at_start(evaluator: Evaluator, suite: Suite, name: str, context: CallContext | None) -> Value:
    owner = suite.owner
    if owner is None:
        return _entering_scope(evaluator, suite.scope, name, context)
    if name not in owner.changes:
        return before(evaluator, owner, name, context)
    # The start of a round depends on the end of the round before: a cycle, which `solve` cuts with `Never` and joins again.
    if suite.role == "loop":
        return evaluator.solve(("enter", id(suite), name), context, _entering_loop, evaluator, suite, name, context, cyclic=_NEVER)
    if suite.role == "handler":
        return _entering_handler(evaluator, owner, suite, name, context)
    # `else` of a loop or `try` runs when the body has come to its end.
    if suite.role == "orelse":
        return _at(evaluator, owner.suites[0], name, END, context)
    # Control may also come from within the body, before any of its assignments.
    if suite.role == "finally":
        return join_values([_after_handled(evaluator, owner, name, context), before(evaluator, owner, name, context)])
    if suite.role == "with":
        return _entering_with(evaluator, owner, name, context)
    if suite.role == "case" and name in owner.changes and name not in suite.changes:
        return Unknown("it is matched by a pattern")
    walrus = _walrus(evaluator, owner, name, context)
    return walrus if walrus is not None else before(evaluator, owner, name, context)


def _entering_scope(evaluator: Evaluator, scope: Scope, name: str, context: CallContext | None) -> Value:
    if scope.kind == "function" and name in scope.parameters:
        return parameter_value(evaluator, scope, name, context)
    return Unbound()


def _entering_loop(evaluator: Evaluator, suite: Suite, name: str, context: CallContext | None) -> Value:
    owner = suite.owner
    assert owner is not None
    if isinstance(owner.node, cst.For) and name in set(target_names(owner.node.target)):
        items = evaluator.evaluate(owner.node.iter, Place(owner, (), context))
        return unpacked(evaluator, owner.node.target, element(items), name, Place(owner, (), context))
    values = [before(evaluator, owner, name, context), at_end(evaluator, suite, name, context)]
    last = suite.last_change(name, END)
    return settled(evaluator, join_values(values), context, ("enter", id(suite), name), ("after", id(last), name))


def _entering_handler(evaluator: Evaluator, owner: Step, suite: Suite, name: str, context: CallContext | None) -> Value:
    handler = suite.clause
    named = handler.name if isinstance(handler, (cst.ExceptHandler, cst.ExceptStarHandler)) else None
    if named is not None and dotted_name(named.name) == name:
        return Unknown("it is an exception")
    body = owner.suites[0]
    # Any statement of the body may raise: a handler sees the name before the body, or after any step that changes it.
    steps = [body.steps[index] for index in body.changes.get(name, ())]
    return join_values([before(evaluator, owner, name, context), *(after(evaluator, s, name, context) for s in steps)])


def _entering_with(evaluator: Evaluator, owner: Step, name: str, context: CallContext | None) -> Value:
    assert isinstance(owner.node, cst.With)
    for item in owner.node.items:
        if item.asname is not None and name in set(target_names(item.asname.name)):
            value = context_value(evaluator.evaluate(item.item, Place(owner, (), context)))
            return unpacked(evaluator, item.asname.name, value, name, Place(owner, (), context))
    return before(evaluator, owner, name, context)


def _after_simple(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value:
    node, place = step.node, Place(step, (), context)
    if type(node) is cst.Assign:
        # `a = a["k"] = value` assigns from left to right: the last target that changes the name decides.
        for target in reversed(node.targets):
            if name in set(target_names(target.target)):
                return _assigned(evaluator, target.target, node.value, place, name)
    if type(node) is cst.AnnAssign:
        return _annotated(evaluator, node, place, name)
    walrus = _walrus(evaluator, step, name, context)
    if walrus is not None:
        return walrus
    earlier = _altered(evaluator, place, name)
    if type(node) is cst.AugAssign:
        return augmented(evaluator, node, place, earlier)
    if type(node) is cst.Del:
        return deleted(evaluator, node, place, name, earlier)
    if type(node) is cst.Expr or type(node) is cst.Assign:
        return changed_by_call(evaluator, node.value, place, earlier)
    return earlier


def _altered(evaluator: Evaluator, place: Place, name: str) -> Value:
    """Return the value that a statement alters: one of a scope around it, where no assignment of its own scope reaches."""
    earlier = before(evaluator, place.step, name, place.context)
    if not isinstance(earlier, Unbound) or place.scope.kind != "function":
        return earlier
    outer = bound_outside(evaluator, place.scope, name, place.context)
    return outer if outer is not None else earlier


def _assigned(evaluator: Evaluator, target: cst.BaseExpression, value: cst.BaseExpression, place: Place, name: str) -> Value:
    if type(target) is cst.Subscript:
        earlier = _altered(evaluator, place, name)
        return item_set(evaluator, target, evaluator.evaluate(value, place), place, earlier, Site(place.block, value))
    return unpacked(evaluator, target, evaluator.evaluate(value, place), name, place)


def _annotated(evaluator: Evaluator, node: cst.AnnAssign, place: Place, name: str) -> Value:
    known = annotated_value(evaluator, node.annotation.annotation, place)
    if node.value is None:
        return known if known is not None else before(evaluator, place.step, name, place.context)
    value = _assigned(evaluator, node.target, node.value, place, name)
    return known if known is not None and (isinstance(value, Unknown) or promises_more(known, value)) else value


def _walrus(evaluator: Evaluator, step: Step, name: str, context: CallContext | None) -> Value | None:
    # Almost no block has a walrus; asking its text first saves the walk over its nodes.
    if name not in step.changes or step.kind is Block or ":=" not in step.block.text:
        return None
    for node, binders in step.nodes:
        if isinstance(node, cst.NamedExpr) and isinstance(node.target, cst.Name) and node.target.value == name:
            return evaluator.evaluate(node.value, Place(step, binders, context))
    return None


_AFTER: dict[type, Callable[[Evaluator, Step, str, CallContext | None], Value]] = {
    Block: _after_block,
    cst.If: _after_if,
    cst.For: _after_loop,
    cst.While: _after_loop,
    cst.Try: _after_try,
    cst.TryStar: _after_try,
    cst.With: _after_with,
    cst.Match: _after_match,
    cst.FunctionDef: _after_definition,
    cst.ClassDef: _after_definition,
    cst.Import: _after_import,
    cst.ImportFrom: _after_import,
}
