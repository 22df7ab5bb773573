"""The helpers of `s3lint.runtime` that rules point to, as a page shows them. Looking one up loads no other package."""

from __future__ import annotations

import inspect
from enum import EnumMeta
from importlib import import_module
from typing import Any

SITE = "https://s3lint.github.io/s3lint/runtime"


class _Plain(str):
    """An annotation that is written without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def helper(path: str) -> Any:
    """The function or class at a dotted path such as `s3lint.runtime.delta.append`. Raises `AttributeError` where there is none."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def signature(path: str) -> str:
    """How the helper is called: `s3lint.runtime.object_key(*segments: Segment, …) -> str`."""
    found = helper(path)
    if isinstance(found, EnumMeta):
        return " | ".join(f"{path}.{member}" for member in found.__members__)
    plain = inspect.signature(found)
    parameters = [one.replace(annotation=_plain(one.annotation)) for one in plain.parameters.values()]
    return f"{path}{plain.replace(parameters=parameters, return_annotation=_plain(plain.return_annotation))}"


def url(path: str) -> str:
    """Where the helper is documented."""
    return f"{SITE}/#{anchor(path)}"


def anchor(path: str) -> str:
    """The name of a helper's heading in `docs/runtime.md`, as Markdown's renderers write it."""
    return path.removeprefix("s3lint.runtime.").lower().replace(".", "")


def _plain(annotation: Any) -> Any:
    return _Plain(annotation) if isinstance(annotation, str) else annotation
