"""Recipes for fixes of several rules: add metadata to a write, replace a value where the call gets it, read the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from s3lint.fixes.changes import AddArgument, AddEntry, Change, Plan, Replace
from s3lint.inference.queries import is_missing
from s3lint.inference.values import Absent, Mapping, Text, alternatives
from s3lint.storage.media_types import TYPES, extension_of
from s3lint.syntax.site import source_of

if TYPE_CHECKING:
    from s3lint.facts import ObjectCall
    from s3lint.inference.values import Value
    from s3lint.settings import Settings
    from s3lint.syntax.site import Site

REPEATABLE = re.compile(
    r"[\w.]+|'[^'\\]*'|\"[^\"\\]*\"|f\"[^\"\\{}]*(?:\{[\w.]+\}[^\"\\{}]*)*\"|f'[^'\\{}]*(?:\{[\w.]+\}[^'\\{}]*)*'"
)
"""Expressions without side effects, which a fix may repeat."""

FALLBACK_TYPE = '"application/octet-stream"'


def is_direct(fact: ObjectCall) -> bool:
    """Return whether the call is written in the code, and not made by a helper that got the function as a value."""
    function = fact.parameters.arguments.call.function
    return function is not None and getattr(fact.site.node, "func", None) is function.node


def with_metadata(fact: ObjectCall, name: str, text: str) -> Change | None:
    """Return the change that adds a metadata argument to a write; None if its arguments are passed in a way that cannot be edited."""
    nested = fact.parameters.nested
    if not is_direct(fact):
        return None
    if nested is None:
        return AddArgument(fact.site, name, text)
    written = fact.parameters.written(nested)
    if written is None:
        given = fact.parameters.arguments.get(nested, fact.parameters.positions.index(nested))
        return AddArgument(fact.site, nested, f'{{"{name}": {text}}}') if isinstance(given, Absent) else None
    if type(written.node).__name__ == "Dict":
        return AddEntry(written.site, name, text)
    if is_missing(fact.parameters.arguments.value_of(written)):
        return Replace(written.site, f'{{"{name}": {text}}}')
    if type(written.node).__name__ in ("Name", "Attribute"):
        held = source_of(written.site)
        always = all(isinstance(choice, Mapping) for choice in alternatives(fact.parameters.arguments.value_of(written)))
        return Replace(written.site, f'{{**{held if always else f"({held} or {{}})"}, "{name}": {text}}}')
    return None


def content_type(fact: ObjectCall) -> tuple[str, tuple[str, ...]] | None:
    """Return an expression for the content type, by the key or else the file, and its imports; None if neither tells."""
    for parameter in ("Key", "Filename"):
        found = {_known_type(value) for value in alternatives(fact.parameters.get(parameter))}
        known = found.pop() if len(found) == 1 else None
        if known is not None:
            return f'"{known}"', ()
    from s3lint.fixes.imports import local_name

    for parameter in ("Key", "Filename"):
        written = fact.parameters.written(parameter)
        module = local_name(fact.site, "mimetypes")
        code = source_of(written.site).lstrip("(").rstrip(")") if written is not None else ""
        if module is not None and REPEATABLE.fullmatch(code):
            return f"{module}.guess_type({code})[0] or {FALLBACK_TYPE}", ("mimetypes",)
    return None


def _known_type(value: Value) -> str | None:
    extension = extension_of(value) if isinstance(value, Text) else None
    return TYPES[extension][0] if extension in TYPES else None


def metadata_plan(
    fact: ObjectCall, name: str, text: str, message: str, *, safe: bool, imports: tuple[str, ...] = ()
) -> Plan | None:
    change = with_metadata(fact, name, text)
    return Plan(message, (change,), safe, imports) if change is not None else None


def used_site(fact: ObjectCall, name: str, value: Value) -> Site | None:
    """Return where a value can be replaced without changing its other uses: in the call itself, or at its argument."""
    from s3lint.syntax.walk import subtree

    if (
        value.site is not None
        and value.site.block is fact.site.block
        and any(value.site.node is node for node in subtree(fact.site.node))
    ):
        return value.site
    written = fact.parameters.written(name)
    return written.site if written is not None and written.site.block is fact.site.block else None


def from_environment(site: Site, name: str, variable: str) -> Plan | None:
    """Return the plan that replaces a literal by an environment variable; None if the literal is only a part of the name."""
    from s3lint.fixes.imports import local_name

    if site.span is not None or getattr(site.node, "evaluated_value", None) != name:
        return None
    module = local_name(site, "os")
    if module is None:
        return None
    message = f"Read it from the environment; set {variable} wherever the program runs"
    return Plan(message, (Replace(site, f'{module}.environ["{variable}"]'),), imports=("os",))


def variable_of(bucket: str, settings: Settings, *, alone: bool) -> str:
    """Return the environment variable for a bucket: as configured, the general one if it is the only bucket, or one named after it."""
    if bucket in settings.bucket_env:
        return settings.bucket_env[bucket]
    if alone:
        return settings.bucket_env_var
    words = re.sub(r"[^A-Za-z0-9]+", "_", bucket).strip("_").upper()
    return f"{words.removesuffix('_BUCKET')}_BUCKET"
