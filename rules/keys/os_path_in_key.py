"""os-path-in-key: a key is joined with the separator of the operating system.

## What it finds
`os.path.join` under any name, `os.sep`, or a joined `pathlib.Path` that becomes part of the key of a written object, or of the S3 URI
that is written to. It is reported at the join.

## Why
The separator of keys is `/` everywhere. On Windows `os.path.join` writes `\\`, which S3 keeps as a character like any other: the object
lands at the top of its prefix under a name with backslashes in it. An absolute part also drops all the parts before it.

## Do not
```python
import os

import boto3

key = os.path.join("workspaces", workspace_id, "documents", name)
boto3.client("s3").upload_file(path, bucket, key, ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import posixpath

import boto3

key = posixpath.join("workspaces", workspace_id, "documents", name)
boto3.client("s3").upload_file(path, bucket, key, ExtraArgs={"ContentType": "application/pdf"})
```

## Fix safety
On systems where keys came out right before, `posixpath.join` gives the same: safe. A part that is a local path (`os.path.relpath`, a
folder of `os.walk`) brings its own backslashes, which the fix replaces too. With the fix the key is known, so its form is checked too
(STO211, STO212).

## When it stays silent
Local paths, keys that are only read, `PurePosixPath`, `.as_posix()`, `.name`, `.stem` and `.suffix` of a path, and joins whose backslashes
are replaced.

## References
- [os.path: join](https://docs.python.org/3/library/os.path.html#os.path.join)
- [Object key naming](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import (
    Append,
    Change,
    Confidence,
    Context,
    Destination,
    Hop,
    KeyTemplate,
    Match,
    NoFix,
    Plan,
    Reference,
    Replace,
    Rule,
    Site,
    TableWrite,
    Text,
    Unknown,
    Value,
    alternatives,
    choices,
    destination_of,
    source_of,
)

rule = Rule(
    __name__,
    code="STO213",
    clause="do.hierarchical-prefixes",
    summary="`{join}` writes `\\` into the key on Windows: join keys with `posixpath.join` or an f-string.",
    fix="safe",
    helper="s3lint.runtime.object_key",
)

SEPARATORS = frozenset({"os.sep", "os.path.sep", "os.altsep"})

PATH = re.compile(r"pathlib\.(?:Posix|Windows|PureWindows)?Path\(\)$")

LOCAL_PATH = re.compile(
    r"os\.path\.(?:relpath|abspath|realpath)\(\)|os\.getcwd\(\)|os\.walk\(\)\[\]\[0\]|glob\.i?glob\(\)\[\]"
    r"|pathlib\.(?:Posix|Windows|PureWindows)?Path\(\)(?:\.relative_to\(\))?"
)
"""What holds separators of the operating system."""

TEXT_MADE = re.compile(r"os\.path\.\w+\(\)|os\.getcwd\(\)|os\.walk\(\)\[\]\[0\]|glob\.i?glob\(\)\[\]|str\(\)")
"""What gives a text, not a `Path`."""

SAME_TEXT = re.compile(r"\.(?:replace|strip|lstrip|rstrip|lower|upper|removeprefix|removesuffix)\(\)$")
"""Methods behind which the separators are still there."""


@rule.on(KeyTemplate)
def check_key(fact: KeyTemplate, context: Context) -> Iterator[Match]:
    if not fact.named:
        yield from _joins(fact.value, fact.confidence, Hop(fact.site, f"part of the key of `{fact.label}` here"))


@rule.on(TableWrite)
def check_destination(fact: TableWrite, context: Context) -> Iterator[Match]:
    if not fact.table and destination_of(fact.destination, fact.file_system) is Destination.S3:
        yield from _joins(fact.destination, fact.confidence, Hop(fact.site, f"`{fact.operation}` writes there"))


def _joins(value: Value, confidence: Confidence, hop: Hop) -> Iterator[Match]:
    for choice, sure in choices(value, confidence):
        for join, made in _separators(choice):
            yield rule.match(made.site or hop.site, sure, (*choice.trace, hop), plan=_plan(join, made), join=join)


def _plan(join: str, made: Reference) -> Plan | NoFix:
    """`posixpath.join` takes the same arguments; the separators that local paths among them hold are replaced."""
    from s3lint.api import canonical_path, usable

    site = made.site
    function = getattr(site.node, "func", None) if site is not None and join == "os.path.join" else None
    if site is None or function is None:
        return NoFix("only a call of `os.path.join` has a twin for keys")
    called = replace(site, node=function)
    if canonical_path(called, source_of(called)) != "os.path.join":
        return NoFix("the join is called by another name, which may hold arguments")
    found = usable(site, "posixpath.join")
    if found is None:
        return NoFix("the name `posixpath` means something else there")
    mended = _mended_parts(site, made)
    if isinstance(mended, NoFix):
        return mended
    changes, imports = mended
    return Plan("Join with posixpath", (Replace(called, found.code), *changes), safe=True, imports=(*found.imports, *imports))


def _mended_parts(site: Site, join: Reference) -> tuple[list[Change], tuple[str, ...]] | NoFix:
    """What replaces the separators of the parts that are local paths, with its imports."""
    from s3lint.api import literal, usable

    written = join.arguments.positional() if join.arguments is not None else []
    local = [(part, value) for part, value in zip(written, join.operands, strict=False) if _is_local_path(value)]
    if not local:
        return [], ()
    separator = usable(site, "os.sep")
    if separator is None or not all(_is_mendable(value, part.node) for part, value in local):
        return NoFix("a part is a local path, whose separators would stay")
    slash = literal(site, "/")
    return [Append(part.site, f".replace({separator.code}, {slash})") for part, _ in local], separator.imports


def _is_mendable(value: Value, node: object) -> bool:
    """Return whether a part is certainly a text, behind which a call of its `replace` can stand. A `Path` has another `replace`."""
    texts = all(
        isinstance(choice, Text)
        or (isinstance(choice, Reference) and TEXT_MADE.fullmatch(choice.path) is not None)
        or (isinstance(choice, Unknown) and _is_local_path(choice))
        for choice in alternatives(value)
    )
    return texts and type(node).__name__ in ("Name", "Attribute", "Call", "Subscript")


def _is_local_path(value: Value) -> bool:
    """Return whether one way to a part of a path makes it with separators of the operating system, other than by a join with a fix."""
    if isinstance(value, Reference):
        return LOCAL_PATH.fullmatch(value.path) is not None or any(map(_is_local_path, value.operands))
    if isinstance(value, Text):
        return any(_is_local_path(hole.value) for hole in value.holes)
    if isinstance(value, Unknown):
        return any(_is_local_path(hole.value) for hole in value.made_of) or any(map(_is_local_path, value.parts))
    return any(choice is not value and _is_local_path(choice) for choice in alternatives(value))


def _separators(value: Value) -> Iterator[tuple[str, Reference]]:
    """Yield what puts the separator of the operating system into a text, each with its value."""
    if isinstance(value, Text):
        for hole in value.holes:
            yield from _separators(hole.value)
    elif isinstance(value, Reference):
        yield from _in_reference(value)
    elif isinstance(value, Unknown) and value.is_sum:
        for hole in value.made_of:
            for choice in alternatives(hole.value):
                yield from _separators(choice)


def _in_reference(value: Reference) -> Iterator[tuple[str, Reference]]:
    if value.path == "os.path.join()":
        yield "os.path.join", value
    elif value.path in SEPARATORS:
        yield value.path, value
    elif PATH.match(value.path):
        if _is_joined(value):
            yield "pathlib.Path", value
    elif value.path == "str()":
        for operand in value.operands:
            yield from _separators(operand)
    elif SAME_TEXT.search(value.path) and value.receiver is not None and not _mends_separators(value):
        yield from _separators(value.receiver)


def _is_joined(path: Reference) -> bool:
    """Return whether a path joins parts: `Path(a) / b`, `Path(a, b)`. `Path(a)` alone adds no separator."""
    return isinstance(path.receiver, Reference) or len(path.operands) > 1


def _mends_separators(value: Reference) -> bool:
    """Return whether backslashes are replaced, or unknown text by something."""
    if not value.path.endswith(".replace()") or value.arguments is None:
        return False
    replaced, new = value.arguments.get("old", 0), value.arguments.get("new", 1)
    if isinstance(new, Text) and not new.parts and not (isinstance(replaced, Reference) and replaced.path in SEPARATORS):
        return isinstance(replaced, Text) and "\\" in replaced.known
    return not isinstance(replaced, Text) or replaced.literal is None or "\\" in replaced.literal
