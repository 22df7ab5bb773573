"""Options for runs of pytest in a process of their own."""

from __future__ import annotations

from importlib.metadata import entry_points
from itertools import chain


def with_plugins(*names: str) -> list[str]:
    """Return options that let pytest import some plugins alone: to import all that are installed takes longer than a small suite."""
    others = (entry.name for entry in entry_points(group="pytest11") if entry.name.partition(".")[0] not in names)
    return list(chain.from_iterable(("-p", f"no:{name}") for name in ("cacheprovider", *others)))
