"""flat-key: an object is written at the top of its bucket.

## What it finds
The key of a write has no `/` and provably gains none: a literal, a template such as `f"{document_id}.pdf"`, a UUID, a bare file name
(`os.path.basename(…)`, `Path.name`, `UploadFile.filename`, `secure_filename(…)`). For s3fs, smart_open, cloudpathlib,
universal-pathlib and awswrangler the key is the part after the bucket. Also such a template that is assigned to a name like `s3_key` or
`object_key`.

## Why
Prefixes are what listing, lifecycle rules, IAM conditions, replication and cost reports work with. Objects at the top of a bucket can
be told apart by none of them, and moving them later means copying each.

## Do not
```python
import boto3

s3_key = f"{document_id}.pdf"
boto3.client("s3").upload_file(path, bucket, s3_key, ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import boto3

s3_key = f"workspaces/{workspace_id}/documents/{document_id}.pdf"
boto3.client("s3").upload_file(path, bucket, s3_key, ExtraArgs={"ContentType": "application/pdf"})
```

## When it stays silent
Files that the web expects at the top (`index.html`, `robots.txt`, `favicon.ico`, …), reads and deletes, a bare unknown name, templates
with a hole whose name says that it may hold a path (`prefix`, `path`, `dir`, `folder`, `key`), templates with a parameter whose
function is called too often or too far away to follow each call, and the placeholders of documentation (`key`, `key1.pdf`, `<report>`,
`your-key.csv`).

## References
- [Organizing objects using prefixes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html)
- [Object key naming](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)
"""

import re
from collections.abc import Iterator

from s3lint.api import (
    BoundMethod,
    Confidence,
    Context,
    Hole,
    Hop,
    KeyTemplate,
    Match,
    Reference,
    Rule,
    Text,
    Value,
    alternatives,
    choices,
    is_left_to_callers,
    jinja_holes,
    sources,
)

rule = Rule(
    __name__,
    code="STO211",
    clause="do-not.flat-keys",
    summary="Key `{key}` has no prefix: put it under a hierarchy such as `workspaces/{{id}}/documents/…`.",
    helper="s3lint.runtime.object_key",
    observable=True,
)

EXPECTED_AT_TOP = frozenset({"index.html", "error.html", "404.html", "robots.txt", "favicon.ico", "sitemap.xml", "manifest.json"})

PLACEHOLDER = re.compile(r"^key\d*(?:\.\w+)?$|<[^<>]+>|‹|\$|your|xxx", re.IGNORECASE)
"""Keys that documentation writes where a reader must put one."""

NAMED_LIKE_A_PATH = re.compile(r"prefix|path|dir|folder|key|^sep$", re.IGNORECASE)

BARE_NAMES = re.compile(
    r"""^(?:uuid\.uuid[1-8]\(\)(?:\.hex)?|os\.path\.basename\(\)|(?:ntpath|posixpath)\.basename\(\)|pathlib\.Path\(\)\.(?:name|stem)"""
    r"""|str\.split\(\)|werkzeug\.(?:utils\.)?secure_filename\(\)|(?!zipfile\.).*\.filename)$"""
)

DIGESTS = re.compile(r"(?:hashlib|hmac|uuid|zlib|len|hash|os\.stat|os\.path\.get\w+)\b")
"""Functions of a path whose result holds nothing of it."""


@rule.on(KeyTemplate)
def check(fact: KeyTemplate, context: Context) -> Iterator[Match]:
    for value, confidence in choices(fact.value, fact.confidence, is_flat):
        if fact.named and not (isinstance(value, Text) and value.holes):
            continue
        # The value of a name is looked at before its callers are asked.
        if is_flat(value) and (fact.named or not is_left_to_callers(value, context)):
            hops = (*value.trace, Hop(fact.site, f"used as the key of `{fact.label}` here"))
            sure = min(confidence, Confidence.MEDIUM) if isinstance(value, BoundMethod) else confidence
            yield rule.match(value.site or fact.site, sure, hops, key=_shown(value))


def is_flat(value: Value) -> bool:
    """Return whether a key certainly has no `/`."""
    if isinstance(value, Text):
        return _is_flat_text(jinja_holes(value))
    return _is_bare_name(value)


def _is_flat_text(key: Text) -> bool:
    if "/" in key.known or not key.parts or key.literal in EXPECTED_AT_TOP or _is_placeholder(key):
        return False
    if not key.known.strip("\0"):
        return all(_is_bare_name(hole.value) for hole in key.holes)
    return not any(_may_hold_a_path(hole) for hole in key.holes)


def _is_placeholder(key: Text) -> bool:
    return key.literal is not None and PLACEHOLDER.search(key.literal) is not None


def _may_hold_a_path(hole: Hole) -> bool:
    if _is_bare_name(hole.value):
        return False
    if NAMED_LIKE_A_PATH.search(hole.name) is not None or _is_computed_from_a_path(hole.value):
        return True
    return any(map(_source_may_hold_a_path, sources(hole.value)))


def _is_computed_from_a_path(value: Value) -> bool:
    """Return whether a library computes a value from something named like a path, and not a digest or a number of it."""
    return any(
        isinstance(choice, Reference)
        and choice.arguments is not None
        and DIGESTS.match(choice.path) is None
        and any(NAMED_LIKE_A_PATH.search(written.name) for written in choice.arguments.positional())
        for choice in alternatives(value)
    )


def _source_may_hold_a_path(source: Hole) -> bool:
    """Return whether what a hole was cut out of, or added from, has a slash or may hold a path."""
    return _may_hold_a_path(source) or any(
        isinstance(choice, Text) and _has_a_slash(choice) for choice in alternatives(source.value)
    )


def _has_a_slash(text: Text) -> bool:
    return "/" in text.known or any(map(_may_hold_a_path, text.holes))


def _is_bare_name(value: Value) -> bool:
    if isinstance(value, Reference) and value.path == "str()" and value.operands:
        return _is_bare_name(value.operands[0])
    if isinstance(value, Reference) and value.path.endswith("strftime()"):
        return _is_formatted_flat(value)
    if isinstance(value, BoundMethod):
        return value.name == "filename"
    return isinstance(value, Reference) and BARE_NAMES.match(value.path) is not None


def _is_formatted_flat(time: Reference) -> bool:
    """Return whether a time is formatted without a slash, which `%D` and `%x` have."""
    form = time.arguments.get("format", 0) if time.arguments is not None else None
    return isinstance(form, Text) and form.literal is not None and re.search(r"/|%[Dxc]", form.literal) is None


def _shown(value: Value) -> str:
    if isinstance(value, Text):
        return str(value)
    return str(getattr(value, "path", getattr(value, "name", "…"))).replace("()", "(…)")
