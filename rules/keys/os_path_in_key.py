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
On systems where keys came out right before, `posixpath.join` gives the same: safe. With the fix the key is known, so its form is checked
too (STO211, STO212).

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
        for join, site in _separators(choice):
            yield rule.match(site or hop.site, sure, (*choice.trace, hop), plan=_plan(join, site), join=join)


def _plan(join: str, site: Site | None) -> Plan | NoFix:
    """`posixpath.join` takes the same arguments."""
    from s3lint.api import canonical_path, usable

    function = getattr(site.node, "func", None) if site is not None and join == "os.path.join" else None
    if site is None or function is None:
        return NoFix("only a call of `os.path.join` has a twin for keys")
    called = replace(site, node=function)
    if canonical_path(called, source_of(called)) != "os.path.join":
        return NoFix("the join is called by another name, which may hold arguments")
    found = usable(site, "posixpath.join")
    if found is None:
        return NoFix("the name `posixpath` means something else there")
    return Plan("Join with posixpath", (Replace(called, found.code),), safe=True, imports=found.imports)


def _separators(value: Value) -> Iterator[tuple[str, Site | None]]:
    """Yield what puts the separator of the operating system into a text, each with its site where known."""
    if isinstance(value, Text):
        for hole in value.holes:
            yield from _separators(hole.value)
    elif isinstance(value, Reference):
        yield from _in_reference(value)
    elif isinstance(value, Unknown) and value.is_sum:
        for hole in value.made_of:
            for choice in alternatives(hole.value):
                yield from _separators(choice)


def _in_reference(value: Reference) -> Iterator[tuple[str, Site | None]]:
    if value.path == "os.path.join()":
        yield "os.path.join", value.site
    elif value.path in SEPARATORS:
        yield value.path, value.site
    elif PATH.match(value.path):
        if _is_joined(value):
            yield "pathlib.Path", value.site
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
