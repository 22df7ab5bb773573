"""Functions that are passed on to be called: `executor.submit(f, x)`, `Thread(target=f, args=(x,))`, `partial(f, x)`."""

from __future__ import annotations

from collections.abc import Iterator

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

CALLING = FIRST | SECOND | THREADS | EACH


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
        yield from _thread(call, place)


def _thread(call: Call, place: Place) -> Iterator[Call]:
    keywords = dict(call.keywords)
    target, args = keywords.get("target"), keywords.get("args")
    if target is None:
        return
    # `Thread(target=f, args=(x, y))`; other containers are passed like `*args`.
    items = args.node.elements if args is not None and isinstance(args.node, (cst.Tuple, cst.List)) else ()
    positional = tuple(Written(item.value, place) for item in items if not isinstance(item, cst.StarredElement))
    stars = () if args is None or items else (args,)
    splats = (keywords["kwargs"],) if "kwargs" in keywords else ()
    yield Call(call.node, target, positional, (), stars, splats)
