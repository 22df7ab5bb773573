"""Call a function with a module as soon as it is imported, now if it is already."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from threading import local
from types import ModuleType
from typing import Any

Then = Callable[[ModuleType], None]

_waiting: dict[str, list[Then]] = {}


def when_imported(name: str, then: Then) -> None:
    """Call `then` with the module of this name after it has run, or at once if it has."""
    if name in sys.modules:
        then(sys.modules[name])
        return
    _waiting.setdefault(name, []).append(then)
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds the modules that are waited for with the other finders, and adds what follows to their loader."""

    def __init__(self) -> None:
        self._searching = local()

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return the spec that the other finders give, with a loader that calls what waits for the module."""
        if fullname not in _waiting or getattr(self._searching, "name", "") == fullname:
            return None
        self._searching.name = fullname  # so that the search below does not come back here
        try:
            spec = find_spec(fullname)
        finally:
            self._searching.name = ""
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, loader: Any) -> None:
        self.loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self.loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        # Put back first: what a module runs may ask for its loader.
        if module.__spec__ is not None:
            module.__spec__.loader = self.loader
        module.__loader__ = self.loader
        self.loader.exec_module(module)
        # Only now: many programs search for a module just to see whether it is installed.
        for then in _waiting.pop(module.__name__, ()):
            then(module)
