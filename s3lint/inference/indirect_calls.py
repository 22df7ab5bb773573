"""Functions that are passed on to be called: `executor.submit(f, x)`, `partial(f, x)`, `PythonOperator(python_callable=f)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from s3lint.inference.arguments import Call, Written
from s3lint.inference.place import Place

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
