"""Extract operations on Delta tables, and builders such as merges, which do nothing until they are executed."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import DeltaBuild, DeltaOperation, Fact
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.finding import Confidence
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.library_values import MERGE_CLAUSES, DeltaBuilder, DeltaHandle
from s3lint.inference.place import Place
from s3lint.inference.values import Parameter, Reference, Unknown, Value, alternatives
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.site import Site
from s3lint.triggers.api_names import BUILDERS, DELTA_METHODS


@from_calls("delta")
def delta_operations(view: CallView) -> Iterator[Fact]:
    """Yield a `DeltaOperation` for a `delete` or `vacuum` on a table that is known to be Delta."""
    if view.name in DELTA_METHODS:
        for receiver, confidence in view.receivers():
            if isinstance(receiver, DeltaHandle):
                yield DeltaOperation(
                    view.site, view.place, confidence, receiver.library, view.name, view.arguments, receiver.location
                )


@from_calls("delta")
def delta_builds(view: CallView) -> Iterator[Fact]:
    """Yield a `DeltaBuild` for a call that starts a builder, with the methods called on it there and later in its function."""
    if view.name not in BUILDERS:
        return
    started = _started(view)
    if started is None:
        return
    library, kind, confidence = started
    chain, methods = chain_of(view)
    executed = any(name.startswith("execute") for name in methods)
    clauses = tuple(methods)
    if not executed:
        later = _later(view.place, chain)
        executed_later = None if later is None else any(name.startswith("execute") for name in later)
        yield DeltaBuild(
            view.method, view.place, confidence, library, kind, (*clauses, *(later or ())), executed_later, _site(view, chain),
            view.name,
        )  # fmt: skip
    else:
        yield DeltaBuild(view.method, view.place, confidence, library, kind, clauses, True, _site(view, chain), view.name)


def _site(view: CallView, node: cst.CSTNode) -> Site:
    return Site(view.place.block, node)


def _started(view: CallView) -> tuple[str, str, Confidence] | None:
    """Return the library and kind of the builder that a call starts, and how sure that is; None if it starts none."""
    for value in alternatives(view.callers.evaluator.evaluate(view.call.node, view.place)):  # type: ignore[arg-type]
        if isinstance(value, DeltaBuilder) and value.start is not None:
            return value.library, value.kind, Confidence.HIGH
    # Frames of pandas have a `merge` as well. The clauses tell Delta's from them, and Spark's (`whenMatched…`) from delta-rs'
    # (`when_matched…`): the fifth character is a capital in Spark's alone.
    if view.name == "merge" and view.receiver is not None and _is_unresolved(view.receiver):
        _, methods = chain_of(view)
        clause = next((name for name in methods if name.startswith(MERGE_CLAUSES)), None)
        if clause is not None:
            return ("spark" if clause[4].isupper() else "delta-rs"), "merge", Confidence.MEDIUM
    return None


def _is_unresolved(value: Value) -> bool:
    return any(isinstance(choice, (Unknown, Parameter, BoundMethod, Reference)) for choice in alternatives(value))


def chain_of(view: CallView) -> tuple[cst.CSTNode, list[str]]:
    """Return the longest chain of method calls that begins with a call, and the names of the methods called on it."""
    return climb(view.place.step, view.call.node)


def climb(step: Step, node: cst.CSTNode) -> tuple[cst.CSTNode, list[str]]:
    """Return the outermost call or await of the chain on a node of a statement, and the names of the methods on the way."""
    parents = step.parents
    names: list[str] = []
    while True:
        parent = parents.get(id(node))
        if isinstance(parent, cst.Attribute) and parent.value is node:
            call = parents.get(id(parent))
            if isinstance(call, cst.Call) and call.func is parent:
                names.append(parent.attr.value)
                node = call
                continue
        if isinstance(parent, cst.Await):
            node = parent
            continue
        return node, names


def _later(place: Place, chain: cst.CSTNode) -> list[str] | None:
    """Return the methods called on a builder after the statement that makes it; None if code elsewhere may call others."""
    step = place.step
    # A chain that is a whole statement: its value is lost, so nothing can execute it later.
    if isinstance(step.node, cst.Expr) and step.node.value is chain:
        return []
    if isinstance(step.node, cst.Assign) and step.node.value is chain and len(step.node.targets) == 1:
        target = step.node.targets[0].target
        if isinstance(target, cst.Name) and place.scope.kind == "function":
            return _calls_on(place.scope, target.value, step)
    return None


def _calls_on(scope: Scope, name: str, since: Step) -> list[str] | None:
    """Return the methods called on a local name; None if the name is also passed on, returned or captured."""
    found: list[str] = []
    for step in scope.walk():
        if step is since:
            continue
        for node, _ in step.nodes:
            if isinstance(node, cst.Name) and node.value == name:
                found += climb(step, node)[1]
        if _escapes(step, name):
            return None
    return found


def _escapes(step: Step, name: str) -> bool:
    """Tell whether a statement uses a name otherwise than to call its methods or to assign it."""
    parents = step.parents
    for node, binders in step.nodes:
        if isinstance(node, cst.Name) and node.value == name:
            parent = parents.get(id(node))
            is_receiver = isinstance(parent, cst.Attribute) and parent.value is node
            is_target = isinstance(parent, cst.AssignTarget)
            # Inside a lambda or comprehension (binders) the use may come later or never.
            if binders or not (is_receiver or is_target):
                return True
    # A nested function or class that mentions the name may call any method on it.
    if step.scope is not None:
        return any(_mentions(inner, name) for inner in step.scope.walk())
    return False


def _mentions(step: Step, name: str) -> bool:
    return any(isinstance(node, cst.Name) and node.value == name for node, _ in step.nodes)
