"""Describe the helpers of `s3lint.runtime` that rules recommend: signature and link. Imports `runtime` on demand."""

from __future__ import annotations

import inspect
from enum import EnumMeta
from importlib import import_module
from typing import Any

from s3lint import SITE

PAGE = f"{SITE}runtime"


class _Plain(str):
    """An annotation that prints without quotes: modules with postponed evaluation give annotations as strings."""

    __slots__ = ()
    __repr__ = str.__str__


def helper(path: str) -> Any:
    """Return the function or class at a path such as `s3lint.runtime.delta.append`. Raises `AttributeError` if there is none."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def signature(path: str) -> str:
    """Return how a helper is called: `s3lint.runtime.object_key(*segments: Segment, …) -> str`; of an enumeration its members."""
    found = helper(path)
    if isinstance(found, EnumMeta):
        return " | ".join(f"{path}.{member}" for member in found.__members__)
    plain = inspect.signature(found)
    parameters = [one.replace(annotation=_plain(one.annotation)) for one in plain.parameters.values()]
    return f"{path}{plain.replace(parameters=parameters, return_annotation=_plain(plain.return_annotation))}"


def url(path: str) -> str:
    """Return the address of a helper's documentation."""
    return f"{PAGE}/#{anchor(path)}"


def anchor(path: str) -> str:
    """Return the anchor of a helper's heading in `docs/runtime.md`, as renderers of Markdown make it."""
    return path.removeprefix("s3lint.runtime.").lower().replace(".", "")


def _plain(annotation: Any) -> Any:
    return _Plain(annotation) if isinstance(annotation, str) else annotation
