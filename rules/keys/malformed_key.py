"""malformed-key: a key with a leading or double slash, or unsafe characters.

## What it finds
The key of a written object with a leading `/`, an empty segment (`//`), a `.` or `..` segment, a `\\`, a space, a control character or
one of the characters that AWS says to avoid; a timestamp with a `:` in it (`isoformat()`, `str(datetime)`, `%H:%M`); more than 1 024
bytes.

## Why
A leading `/` makes a folder without a name, which consoles show as an empty row. Clients that normalise paths turn `a/../b` and `a//b`
into other keys than those that were written. Hadoop, and with it Spark, cannot read a key with a `:`. Other characters must be escaped in
every URL, and not every tool does.

## Do not
```python
import boto3

key = f"/workspaces/{workspace_id}/report.pdf"
boto3.client("s3").upload_file(path, bucket, key, ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import boto3

key = f"workspaces/{workspace_id}/report.pdf"
boto3.client("s3").upload_file(path, bucket, key, ExtraArgs={"ContentType": "application/pdf"})
```

## Fix safety
Slashes are removed, and then whoever reads the old key must follow: unsafe.

## When it stays silent
Parts of a key that are not known, `name=value` segments, placeholders such as `<key>` and `${filename}`, and keys that are only read.

## References
- [Object key naming guidelines](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)
- [Hadoop cannot read keys with a colon](https://github.com/snowplow/snowplow-s3-loader/issues/125)
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import (
    Chunk,
    Context,
    Hole,
    Hop,
    KeyTemplate,
    Match,
    NoFix,
    Plan,
    Reference,
    Replace,
    Rule,
    Site,
    Text,
    Unknown,
    Value,
    alternatives,
    choices,
    jinja_holes,
)

rule = Rule(
    __name__,
    code="STO212",
    clause="keys.consistent",
    summary="Key `{key}`{problem}.",
    fix="unsafe",
    helper="s3lint.runtime.object_key",
    observable=True,
)

LONGEST = 1_024
"""Bytes of a key (docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""

PLACEHOLDER = re.compile(r"<[^<>]*>|\{[\w.]*\}|\$|your|xxx|‹", re.IGNORECASE)
"""What documentation writes where a reader must put a part of the key, and what S3 fills in itself (`${filename}`)."""

AVOIDED = re.compile(r"[{}^%\[\]\">~<#|`]")

MOMENT = re.compile(
    r"datetime\.(?:now|utcnow|today|fromtimestamp|utcfromtimestamp|strptime|combine)\(\)(?:\.(?:replace|astimezone)\(\))*$"
)
"""A point in time; its text has a space and colons."""

LEADING_SLASH = re.compile(r"""^([A-Za-z]*(?:\"\"\"|'''|["']))/+(?!["'])""")
DOUBLE_SLASH = re.compile(r"(?<!:)/{2,}")

CLOCK = re.compile(r"%H:%M|%I:%M|%[XcTR]|:%[MS]")


@rule.on(KeyTemplate)
def check(fact: KeyTemplate, context: Context) -> Iterator[Match]:
    if fact.named:
        return
    for value, confidence in choices(fact.value, fact.confidence, lambda key: _problem(key) is not None):
        problem = _problem(value)
        if problem is not None:
            site = _culprit(value, problem) or (value.origin if isinstance(value, Text) else value.site)
            hops = (*value.trace, Hop(fact.site, f"used as the key of `{fact.label}` here"))
            yield rule.match(
                site or fact.site,
                confidence,
                hops,
                plan=_plan(fact, value, context),
                key=_shown(value),
                problem=(_when(value, fact.value) or " ") + problem,
            )


def _when(value: Value, key: Value) -> str:
    """Return when a key is this one, where one of its parts may be empty: `, if `folder` is empty, `; empty text otherwise."""
    if not isinstance(value, Text):
        return ""
    for other in alternatives(key):
        if not isinstance(other, Text):
            continue
        for index, part in enumerate(other.parts):
            without = replace(other, parts=(*other.parts[:index], *other.parts[index + 1 :]))
            if isinstance(part, Hole) and part.name and without.known == value.known:
                return f", if `{part.name}` is empty, "
    return ""


def _culprit(value: Value, problem: str) -> Site | None:
    """Return the text that a caller passes and that makes the key malformed by itself; None where the template does."""
    if not isinstance(value, Text) or not value.trace or len(value.parts) < 2:
        return None
    for index, part in enumerate(value.parts):
        site = part.site if isinstance(part, Chunk) else part.value.site
        alone = Text((part,) if index == 0 else (Hole(Unknown("what stands before it")), part))
        if site is not None and type(site.node).__name__ != "FormattedStringText" and _problem_of_text(alone) == problem:
            return site
    return None


def _plan(fact: KeyTemplate, value: Value, context: Context) -> Plan | NoFix | None:
    """Slashes too many are taken out of the literal that holds them."""
    from s3lint.api import begins_text, is_private

    site = value.origin if isinstance(value, Text) else None
    if site is None or site.span is not None or "/" not in str(value):
        return None
    if not is_private(site, fact.site, context.evaluator.project):
        return NoFix("other code uses the key too")
    parts = getattr(site.node, "parts", (site.node,))
    changes = []
    for number, part in enumerate(parts):
        code = getattr(part, "value", None)
        if not isinstance(code, str):
            continue
        mended = DOUBLE_SLASH.sub("/", code)
        if number == 0 and begins_text(site):
            mended = LEADING_SLASH.sub(r"\1", mended) if part is site.node else mended.lstrip("/")
        if mended != code:
            changes.append(Replace(replace(site, node=part), mended))
    if not changes:
        return NoFix("the slash is not too many where the part before it is not empty") if _has_slashes(value) else None
    return Plan("Drop the slashes; whoever reads the old key must follow", tuple(changes))


def _has_slashes(value: Value) -> bool:
    return isinstance(value, Text) and (value.known.startswith("/") or "//" in value.known)


def _shown(value: Value) -> str:
    text = str(value) if isinstance(value, Text) else str(getattr(value, "path", "…"))
    return text if len(text) <= 60 else f"{text[:59]}…"


def _problem(value: Value) -> str | None:
    if isinstance(value, Text):
        key = jinja_holes(value)
        return None if PLACEHOLDER.search(key.known) else _problem_of_text(key)
    if isinstance(value, Reference) and value.path in ("urllib.parse.urlparse().path", "urllib.parse.urlsplit().path"):
        return "begins with the `/` of the URL's path: take `.lstrip('/')` of it"
    return "contains a `:`, which Hadoop cannot read: format the time with `%Y-%m-%dT%H%M%SZ`" if _has_clock(value) else None


def _problem_of_text(key: Text) -> str | None:
    known = key.known
    segments = known.split("/")
    if known.startswith("/") and len(known) > 1:
        return "begins with `/`, which makes a folder without a name: drop it"
    if "//" in known:
        return "contains `//`, an empty segment: join its parts with one `/`"
    if "." in segments or ".." in segments:
        return "contains a `.` or `..` segment, which clients resolve to another key: write the path out"
    if "\\" in known:
        return "contains a backslash, which is no separator in S3: use `/`"
    if any(_writes_clock(hole) for hole in key.holes):
        return "contains a `:`, which Hadoop cannot read: format the time with `%Y-%m-%dT%H%M%SZ`"
    return _characters(known.replace("\0", "")) or _length(key)


def _characters(known: str) -> str | None:
    if any(character < " " or character == "\x7f" for character in known):
        return "contains a control character: remove it"
    if " " in known:
        return "contains a space, which URLs and tools escape differently: use `-`"
    found = AVOIDED.search(known)
    return f"contains `{found[0]}`, which AWS says to avoid in keys: remove it" if found is not None else None


def _length(key: Text) -> str | None:
    size = len((key.literal or "").encode("utf-8", "surrogatepass"))
    return f"takes {size:,} bytes, and S3 refuses more than {LONGEST:,}: shorten it" if size > LONGEST else None


def _writes_clock(hole: Hole) -> bool:
    layout = hole.name.removeprefix("strftime ")
    return CLOCK.search(layout) is not None if layout != hole.name else _has_clock(hole.value)


def _has_clock(value: Value) -> bool:
    """Return whether the text of a value certainly contains a time of day with colons."""
    if not isinstance(value, Reference):
        return False
    if value.path == "str()":
        return any(_has_clock(operand) for operand in value.operands)
    if value.path.endswith(".isoformat()"):
        plain = value.arguments is None or not (value.arguments.count or value.arguments.keywords)
        return plain and MOMENT.search(value.path.removesuffix(".isoformat()")) is not None
    if value.path.endswith(".strftime()") and value.arguments is not None:
        layout = value.arguments.get("format", 0)
        return isinstance(layout, Text) and CLOCK.search(layout.known) is not None
    return MOMENT.search(value.path) is not None
