"""Replace functions and methods of imported modules by ones that record first, and put them back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .imported import when_imported
from .recorder import Described, Recorder, running

Describe = Callable[[tuple[Any, ...], dict[str, Any]], "tuple[str, dict[str, Any]] | None"]
"""From the arguments of a call to its operation and parameters; None for a call that is not recorded."""

_replaced: dict[int, list[tuple[Any, str, Any]]] = {}


def wrap(recorder: Recorder, module: str, owner: str, name: str, describe: Describe) -> None:
    """Wrap `owner.name` of a module when the module is imported (`owner` empty: a function of the module). Missing ones are left."""
    when_imported(module, functools.partial(_replace, recorder, owner, name, describe))


def _replace(recorder: Recorder, owner: str, name: str, describe: Describe, module: Any) -> None:
    if recorder.failed:
        return
    holder = getattr(module, owner, None) if owner else module
    original = vars(holder).get(name) if holder is not None else None
    if not callable(original):
        return

    @functools.wraps(original)
    def called(*arguments: Any, **keywords: Any) -> Any:
        recorder.record(lambda: _described(describe, arguments, keywords))
        with running():
            return original(*arguments, **keywords)

    setattr(holder, name, called)
    _replaced.setdefault(id(recorder), []).append((holder, name, original))


def _described(describe: Describe, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Described]:
    made = describe(arguments, keywords)
    return [made] if made is not None else []


def restore(recorder: Recorder) -> None:
    """Put back everything that was wrapped for a recorder."""
    for holder, name, original in reversed(_replaced.pop(id(recorder), [])):
        setattr(holder, name, original)
