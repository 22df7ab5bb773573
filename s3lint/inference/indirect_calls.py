"""Functions that are passed on to be called: `executor.submit(f, x)`, `partial(f, x)`, `PythonOperator(python_callable=f)`.

A function of the project that calls its first argument with all the others, as helpers that try again do, is told by its body.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from s3lint.inference.arguments import Call, Written
from s3lint.inference.code_values import Function
from s3lint.inference.parameters import is_receiver
from s3lint.inference.place import Place
from s3lint.inference.values import Value
from s3lint.syntax.flow import Scope
from s3lint.syntax.walk import subtree

FIRST = frozenset(
    {
        "submit",
        "to_thread",
        "partial",
        "run_sync",
        "run_in_threadpool",
        "apply_async",
        "apply",
        "call_soon",
        "start_soon",
        "retry_call",
    }
)
"""Functions whose first argument is called with the others."""

SECOND = frozenset({"run_in_executor", "call_later"})
"""Functions whose second argument is called with those behind it."""

THREADS = frozenset({"Thread", "Process", "Timer"})

EACH = frozenset({"map", "starmap", "imap", "imap_unordered", "map_async"})
"""Functions whose first argument is called with one item of each further argument."""

OPERATORS = frozenset({"PythonOperator", "BranchPythonOperator", "ShortCircuitOperator", "PythonVirtualenvOperator"})
"""Airflow's operators that call a function."""

CALLING = FIRST | SECOND | THREADS | EACH | OPERATORS


def by_reference(node: cst.Call, place: Place) -> Iterator[Call]:
    """Yield the calls that a call makes of functions passed to it. A `map` passes its containers: one item of each is the argument."""
    name = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", None)
    if name not in CALLING:
        return
    call = Call.of(node, place)
    if name in FIRST and call.positional:
        yield call.without_first(1)
    elif name in SECOND and len(call.positional) > 1:
        yield call.without_first(2)
    elif name in EACH and call.positional:
        yield call.without_first(1).over_items(unpack=name == "starmap")
    elif name in THREADS:
        yield from _deferred(call, place, "target", "args", "kwargs")
    elif name in OPERATORS:
        # Airflow passes variables of the run too, by the names of parameters: what stands for them here is unknown.
        for made in _deferred(call, place, "python_callable", "op_args", "op_kwargs"):
            yield replace(made, splats=(*made.splats, Written(node, place)))


def _deferred(call: Call, place: Place, target: str, args: str, kwargs: str) -> Iterator[Call]:
    """Yield the call of a function that is given with its arguments by keywords: `Thread(target=f, args=(x, y), kwargs={})`."""
    keywords = dict(call.keywords)
    function, passed = keywords.get(target), keywords.get(args)
    if function is None:
        return
    # Other containers than a tuple or list that is written out are passed like `*args`.
    items = passed.node.elements if passed is not None and isinstance(passed.node, (cst.Tuple, cst.List)) else ()
    positional = tuple(Written(item.value, place) for item in items if not isinstance(item, cst.StarredElement))
    stars = () if passed is None or items else (passed,)
    splats = (keywords[kwargs],) if kwargs in keywords else ()
    yield Call(call.node, function, positional, (), stars, splats)


def relayed(node: cst.Call, place: Place, callee: Value) -> Iterator[Call]:
    """Yield the call that a function of the project makes of its first argument: `call_with_retry(s3.put_object, Bucket=…)`."""
    own = _own_keywords(callee.scope) if isinstance(callee, Function) else None
    call = Call.of(node, place)
    if own is not None and call.positional:
        left = tuple((name, written) for name, written in call.keywords if name not in own)
        yield replace(call.without_first(1), keywords=left)


def _own_keywords(scope: Scope) -> frozenset[str] | None:
    """Return the keywords that a function keeps from what it calls with everything else; None if it is no such function."""
    if not isinstance(scope.node, cst.FunctionDef):
        return None
    params = scope.node.params
    names = [each.name.value for each in (*params.posonly_params, *params.params) if not is_receiver(scope, each.name.value)]
    if len(names) != 1 or not isinstance(params.star_kwarg, cst.Param):
        return None
    star, rest = getattr(params.star_arg, "name", None), params.star_kwarg.name.value
    everything = [*([("*", star.value)] if isinstance(star, cst.Name) else []), ("**", rest)]
    _ = scope.block.statements if scope.block is not None else ()  # Fills the body.
    nodes = list(subtree(scope.node.body))
    args = [arg for each in nodes if isinstance(each, cst.Call) for arg in each.args]
    # Whatever else is done with the arguments may add or take away some.
    passed_on = sum(arg.star == "**" and isinstance(arg.value, cst.Name) and arg.value.value == rest for arg in args)
    if passed_on != sum(isinstance(each, cst.Name) and each.value == rest for each in nodes):
        return None
    made = [_stars(each) for each in nodes if isinstance(each, cst.Call) and getattr(each.func, "value", None) == names[0]]
    return (
        frozenset(each.name.value for each in params.kwonly_params) if made and all(each == everything for each in made) else None
    )


def _stars(call: cst.Call) -> list[tuple[str, str]]:
    return [(arg.star, arg.value.value if isinstance(arg.value, cst.Name) else "") for arg in call.args]
