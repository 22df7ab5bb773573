"""Collect the facts of one function and of the first-party functions that it calls."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from s3lint.facts import Fact
from s3lint.facts.call_view import Views
from s3lint.facts.context import Context
from s3lint.facts.extractor import CALLS
from s3lint.inference.arguments import Call
from s3lint.inference.code_values import Function
from s3lint.inference.place import CallContext, Place
from s3lint.inference.values import alternatives
from s3lint.syntax.flow import Scope, Step
from s3lint.syntax.module import Block
from s3lint.triggers import TRIGGERS

MAX_HELPER_DEPTH = 2
"""Calls between a function and the helpers whose facts count as its own."""


def facts_within(scope: Scope, extractor: str, context: Context, depth: int = MAX_HELPER_DEPTH) -> list[Fact]:
    """Return the facts that an extractor makes of a scope and its helpers; parameters of a helper have the values passed there.

    The list is cached in the context, because several rules ask for it.
    """
    key = (scope, extractor, depth)
    if key not in context.facts:
        context.facts[key] = list(_facts(scope, extractor, context, None, depth))
    return context.facts[key]


def _facts(scope: Scope, extractor: str, context: Context, call: CallContext | None, depth: int) -> Iterator[Fact]:
    views = Views(TRIGGERS[extractor].names, context.callers, context.settings)
    for step in own_steps(scope):
        for node, binders in step.nodes:
            if type(node) is cst.Call:
                place = Place(step, binders, call)
                for view in views.of(node, place):
                    for extract in CALLS[extractor]:
                        yield from extract(view)
                if depth:
                    yield from _in_helper(node, place, extractor, context, depth - 1)


def own_steps(scope: Scope) -> Iterator[Step]:
    """Yield the statements of a scope; of a module those outside functions and classes, whose blocks it parses."""
    for step in scope.walk():
        if step.kind is Block:
            if step.scope is None and step.block.part.kind != "function":
                yield from step.body.walk()
        else:
            yield step


def _in_helper(node: cst.Call, place: Place, extractor: str, context: Context, depth: int) -> Iterator[Fact]:
    for callee in alternatives(context.evaluator.evaluate(node.func, place)):
        if isinstance(callee, Function) and callee.scope.kind == "function" and isinstance(callee.scope.node, cst.FunctionDef):
            # Recursion: a function that is already being followed is not entered again.
            if callee.scope is place.scope or (place.context is not None and place.context.of(callee.scope) is not None):
                continue
            bound = context.evaluator.context(callee.scope, Call.of(node, place), callee.receiver, place.context)
            yield from _facts(callee.scope, extractor, context, bound, depth)
