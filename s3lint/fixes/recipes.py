"""Recipes for fixes of several rules: add metadata to a write, replace a value where the call gets it, read the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from s3lint.fixes.changes import AddArgument, AddEntry, Change, NoFix, Plan, Replace
from s3lint.inference.values import Absent, Hole, Mapping, Text, alternatives
from s3lint.storage.media_types import TYPES, extension_of
from s3lint.syntax.site import source_of

if TYPE_CHECKING:
    from s3lint.facts import ObjectCall
    from s3lint.fixes.imports import Usable
    from s3lint.inference.arguments import Written
    from s3lint.inference.values import Value
    from s3lint.syntax.site import Site

REPEATABLE = re.compile(
    r"[\w.]+|'[^'\\]*'|\"[^\"\\]*\"|f\"[^\"\\{}]*(?:\{[\w.]+\}[^\"\\{}]*)*\"|f'[^'\\{}]*(?:\{[\w.]+\}[^'\\{}]*)*'"
)
"""Expressions without side effects, which a fix may repeat."""

FALLBACK_TYPE = "application/octet-stream"


def is_direct(fact: ObjectCall) -> bool:
    """Return whether the call is written in the code, and not made by a helper that got the function as a value."""
    function = fact.parameters.arguments.call.function
    return function is not None and getattr(fact.site.node, "func", None) is function.node


def with_metadata(fact: ObjectCall, name: str, text: str) -> Change | NoFix:
    """The write with one more piece of metadata, where its call takes it. What is spread or passed already comes after it and wins."""
    from s3lint.fixes.ownership import lacks

    arguments, nested = fact.parameters.arguments, fact.parameters.nested
    if not is_direct(fact):
        return NoFix("the call is made by reference")
    if not lacks(arguments, nested or name, fact.site):
        return NoFix(f"what `**` spreads into the call may hold `{nested or name}`")
    if nested is None:
        return AddArgument(fact.site, name, text, beside_spread=True)
    written = fact.parameters.written(nested)
    if written is not None:
        return _in_mapping(fact, written, name, text)
    if isinstance(arguments.get(nested, fact.parameters.positions.index(nested)), Absent):
        return AddArgument(fact.site, nested, f"{{{_quoted(fact.site, name)}: {text}}}", beside_spread=True)
    return NoFix(f"`{nested}` may be passed by `*`")


def _in_mapping(fact: ObjectCall, written: Written, name: str, text: str) -> Change | NoFix:
    """One more entry in the mapping that a call passes; as a default, where other code fills the mapping."""
    from s3lint.fixes.ownership import own_value

    kind = type(written.node).__name__
    if kind == "Dict":
        return AddEntry(written.site, name, text)
    # `ExtraArgs=None`
    if getattr(written.node, "value", None) == "None":
        return Replace(written.site, f"{{{_quoted(fact.site, name)}: {text}}}")
    if kind not in ("Name", "Attribute"):
        return NoFix("the mapping comes from a call")
    held = source_of(written.site)
    always = all(isinstance(choice, Mapping) for choice in alternatives(own_value(fact.parameters.arguments, written)))
    # The new entry stands first, so that what the mapping already has wins; it may be None, which `**` does not take.
    return Replace(written.site, f"{{{_quoted(fact.site, name)}: {text}, **{held if always else f'({held} or {{}})'}}}")


def _quoted(site: Site, text: str) -> str:
    from s3lint.fixes.layout import literal

    return literal(site, text)


def content_type(fact: ObjectCall) -> tuple[str, tuple[str, ...]] | NoFix:
    """An expression for the content type, by the key and then the file, and what it imports.

    A literal only where the function itself says the extension: what one caller passes is no other caller's type.
    """
    key, file = (own_types(fact, parameter) for parameter in ("Key", "Filename"))
    if len(key) == 1 and None not in key:
        return _quoted(fact.site, str(*key)), ()
    known_file = _quoted(fact.site, str(*file)) if len(file) == 1 and None not in file else None
    # The key decides, since readers see the key; the file counts only for a key without an extension.
    if known_file is not None and not key - {None} and _never_says_type(fact):
        return known_file, ()
    fallback = known_file or _quoted(fact.site, FALLBACK_TYPE)
    for parameter in ("Key",) if key - {None} or known_file is not None else ("Key", "Filename"):
        guess = _guess(fact, parameter)
        if guess is not None:
            return f"{guess.code} or {fallback}", guess.imports
    return NoFix("the type cannot be told from the key without computing the key twice")


def own_types(fact: ObjectCall, parameter: str) -> set[str | None]:
    """The types that the extensions of a key or file say, as far as the function writes them itself; None among them is unknown."""
    from s3lint.fixes.ownership import own_text, own_value

    written = fact.parameters.written(parameter)
    bound = fact.parameters.bound.get(parameter)
    if written is None and (bound is None or bound.trace):
        return {None}
    value = own_value(fact.parameters.arguments, written) if written is not None else bound
    choices = alternatives(value) if value is not None else ()
    return {_known_type(choice) if own_text(choice, fact.site) else None for choice in choices}


def _never_says_type(fact: ObjectCall) -> bool:
    """Whether the key certainly ends in no extension that a table of types knows."""
    return all(isinstance(choice, Text) and "." not in choice.tail.rpartition("/")[2] and not _ends_open(choice)
               for choice in alternatives(fact.key))  # fmt: skip


def _ends_open(text: Text) -> bool:
    return not text.parts or isinstance(text.parts[-1], Hole)


def _guess(fact: ObjectCall, parameter: str) -> Usable | None:
    """A call of `mimetypes.guess_type` on an argument, where that may be written twice."""
    from s3lint.fixes.imports import Usable, usable

    written = fact.parameters.written(parameter)
    function = usable(fact.site, "mimetypes.guess_type")
    code = source_of(written.site) if written is not None else ""
    while code.startswith("(") and code.endswith(")"):
        code = code[1:-1].strip()
    if function is None or not REPEATABLE.fullmatch(code):
        return None
    return Usable(f"{function.code}({code})[0]", function.imports)


def _known_type(value: Value) -> str | None:
    extension = extension_of(value) if isinstance(value, Text) else None
    return TYPES[extension][0] if extension in TYPES else None


def metadata_plan(
    fact: ObjectCall, name: str, text: str, message: str, *, safe: bool, imports: tuple[str, ...] = ()
) -> Plan | NoFix:
    """The plan that adds one piece of metadata to a write; `text` is code."""
    change = with_metadata(fact, name, text)
    return Plan(message, (change,), safe, imports) if not isinstance(change, NoFix) else change


def replacing(fact: ObjectCall, name: str, value: Value, text: str, *, safe: bool) -> Plan | NoFix:
    """The plan that replaces a parameter of a call by a text, where no other code sets or reads it."""
    from s3lint.fixes.ownership import replaceable

    site = replaceable(fact.site, fact.parameters.arguments, fact.parameters.written(name), value)
    if isinstance(site, NoFix):
        return site
    return Plan(f'Replace it with "{text}"', (Replace(site, _quoted(site, text)),), safe)
