"""large-object-in-dynamodb: file content or binary data becomes an attribute of a DynamoDB item.

## What it finds
A write to DynamoDB (`put_item`, `update_item`, batch and transaction writes, PartiQL parameters) one of whose attribute values is
the content of a file, an encoded or pickled blob, a response body, or a literal larger than `dynamodb-max-bytes` (102 400).

## Why
An item has at most 400 KB, attribute names included, and every read of the item pays for all of it. AWS advises to keep the large
object in S3 and a pointer to it in the item.

## Do not
```python
import base64
import boto3

table = boto3.resource("dynamodb").Table("documents")
table.put_item(Item={"document_id": "doc-123", "content": base64.b64encode(pdf).decode("utf-8")})
```

## Do
```python
import boto3

table = boto3.resource("dynamodb").Table("documents")
table.put_item(Item={"document_id": "doc-123", "s3_bucket": bucket, "s3_key": key})
```

## When it stays silent
Digests, `uuid.bytes` and the ciphertext of KMS are small by nature. A compressed field (`zlib.compress`, `gzip.compress`) is AWS's own
advice for text just over the limit and is reported only at `low` confidence.

## References
- [Best practices for storing large items and attributes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-use-s3-too.html)
- [Large object storage strategies for Amazon DynamoDB](https://aws.amazon.com/blogs/database/large-object-storage-strategies-for-amazon-dynamodb/)
"""

import re
from collections.abc import Iterator

from s3lint.api import (
    Attribute,
    Confidence,
    Context,
    Data,
    ItemWrite,
    Match,
    Reference,
    Rule,
    Text,
    Value,
    alternatives,
    choices,
    made_at,
)

rule = Rule(
    __name__,
    code="STO101",
    clause="do-not.large-objects-in-dynamodb",
    summary="Attribute `{attribute}` stores {what} in a DynamoDB item (400 KB at most): put it in S3 and keep its key.",
    helper="s3lint.runtime.store_document",
    observable=True,
)

CONTENT = (
    (re.compile(r"base64\.\w*b64encode\(\)"), "a base64 blob"),
    (re.compile(r"(?:pickle|cloudpickle|dill|joblib)\.dumps\(\)"), "a pickle"),
    (re.compile(r"open\(\)\.read\(\)|\.read_bytes\(\)|\.read_text\(\)|TemporaryFile\(\)\.read\(\)"), "the content of a file"),
    (re.compile(r'\["Body"\]\.read\(\)|StreamingBody\(\)\.read\(\)'), "the body of an object"),
    (re.compile(r"(?:requests|httpx)\.\w+\(\)\.content"), "the body of a response"),
    (re.compile(r"UploadFile\(\)\.read\(\)|files\[?.*\]?\.read\(\)"), "an uploaded file"),
    (re.compile(r"(?:BytesIO|StringIO)\(\)\.(?:getvalue|read|getbuffer)\(\)"), "the content of a buffer"),
    (re.compile(r"pynamodb\.attributes\.Binary(?:Set)?Attribute\(\)"), "binary data of any size"),
    (re.compile(r"dynamodb\.types\.Binary\(\)|^(?:bytes|bytearray|memoryview)\(\)$"), "binary data"),
)

UNCHANGED = re.compile(r"(?:\.(?:decode|encode|strip|hex|tobytes)\(\))+$")
"""What leaves the content as large as it is. A part of it, or what is parsed from it, may be small."""

COMPRESSED = re.compile(r"(?:zlib|gzip|bz2|lzma)\.compress\(\)")

BINARY = re.compile(r"dynamodb\.types\.Binary\(\)$")


@rule.on(ItemWrite)
def check(fact: ItemWrite, context: Context) -> Iterator[Match]:
    for attribute in fact.attributes():
        for value, confidence in choices(attribute.value, fact.confidence):
            what = _content(value, context.settings.dynamodb_max_bytes)
            if what is not None:
                sure = Confidence.LOW if what.startswith("compressed") else confidence
                site = attribute.site or value.site or fact.site
                yield rule.match(site, sure, made_at(value, site), attribute=_name(attribute), what=what)


def _name(attribute: Attribute) -> str:
    return attribute.name or "value"


def _content(value: Value, most: int) -> str | None:
    """Return what makes a value large, in words, or None."""
    if isinstance(value, Text):
        return f"{len(value.literal.encode()):,} bytes" if value.literal and len(value.literal.encode()) > most else None
    if isinstance(value, Data):
        return f"{len(value.value):,} bytes" if len(value.value) > most else None
    if not isinstance(value, Reference):
        return None
    if value.path == "bytes()" and value.arguments is not None:
        return None
    if _is_compressed(value):
        return "compressed data"
    if "digest()" in value.path or "CiphertextBlob" in value.path:
        return None
    if _small(value, most):
        return None
    whole = UNCHANGED.sub("", value.path)
    return next((what for pattern, what in CONTENT if any(match.end() == len(whole) for match in pattern.finditer(whole))), None)


def _is_compressed(value: Reference) -> bool:
    """Return whether a value is what a compression returns, bare or in the type that marks binary attributes."""
    wrapped = alternatives(value.operands[0]) if BINARY.search(value.path) and value.operands else ()
    return any(isinstance(choice, Reference) and COMPRESSED.search(choice.path) is not None for choice in (value, *wrapped))


def _small(value: Reference, most: int) -> bool:
    """Return whether the encoded value is a digest, a key, an id or a short literal."""
    inner: Value | None = value
    while isinstance(inner, Reference) and not inner.operands:
        inner = inner.receiver
    if not isinstance(inner, Reference) or not inner.operands:
        return False
    return any(_is_small(choice, most) for choice in alternatives(inner.operands[0]))


SMALL = re.compile(r"digest\(\)|CiphertextBlob|uuid\.|token_bytes|urandom|\.bytes$")


def _is_small(value: Value, most: int) -> bool:
    if isinstance(value, Data):
        return len(value.value) <= most
    if isinstance(value, Text):
        return value.literal is not None and len(value.literal) <= most
    return isinstance(value, Reference) and SMALL.search(value.path) is not None
