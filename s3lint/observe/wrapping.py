"""Replace functions and methods of imported modules by ones that record first, and put them back."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .imported import when_imported
from .recorder import Described, Recorder, running

Describe = Callable[[tuple[Any, ...], dict[str, Any]], "tuple[str, dict[str, Any]] | None"]
"""From the arguments of a call to its operation and parameters; None for a call that is not recorded."""

Make = Callable[[Callable[..., Any]], Callable[..., Any]]
"""From a function to the one that replaces it."""

_replaced: dict[int, list[tuple[Any, str, Any, Any]]] = {}
"""For each recorder the holders and names of what was replaced, with what was there before and after."""


def wrap(recorder: Recorder, module: str, owner: str, name: str, describe: Describe) -> None:
    """Wrap `owner.name` of a module when the module is imported (`owner` empty: a function of the module). Missing ones are left."""
    replace(recorder, module, owner, name, functools.partial(_recording, recorder, describe))


def replace(recorder: Recorder, module: str, owner: str, name: str, make: Make) -> None:
    """Replace `owner.name` of a module by what `make` returns for it, when the module is imported. Missing ones are left."""
    when_imported(module, functools.partial(_replace, recorder, owner, name, make))


def _replace(recorder: Recorder, owner: str, name: str, make: Make, module: Any) -> None:
    if recorder.failed:
        return
    holder = getattr(module, owner, None) if owner else module
    found = vars(holder).get(name) if holder is not None else None
    if callable(found):
        replaced = _replaced.setdefault(id(recorder), [])
        # A package that is imported later takes over what was replaced in its modules.
        original = next((before for *_, before, after in replaced if after is found), None)
        after = make(found) if original is None else found
        setattr(holder, name, after)
        replaced.append((holder, name, original or found, after))


def _recording(recorder: Recorder, describe: Describe, original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def called(*arguments: Any, **keywords: Any) -> Any:
        recorder.record(lambda: _described(describe, arguments, keywords))
        with running():
            return original(*arguments, **keywords)

    return called


def _described(describe: Describe, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Described]:
    made = describe(arguments, keywords)
    return [made] if made is not None else []


def restore(recorder: Recorder) -> None:
    """Put back everything that was wrapped for a recorder."""
    for holder, name, original, _ in reversed(_replaced.pop(id(recorder), [])):
        setattr(holder, name, original)
