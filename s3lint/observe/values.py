"""Reduce the arguments of a storage call to what the rules ask about: names, addresses, modes, types and sizes; never content.

What a key means is decided here, once: see `S3_KEPT` and `TABLE_KEPT`. Everything else is recorded as given, without its value.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAX_TEXT = 2_048
"""Characters of a text that is kept. S3 keys have at most 1,024 bytes."""

MAX_DOCUMENT = 20_480
"""Characters of a bucket policy, the most that S3 accepts, and of an SQL statement."""

MAX_ENTRIES = 64
"""Entries of a mapping or list that are kept."""

MAX_DEPTH = 6

GIVEN = {"kind": "given"}
"""An argument that was passed and whose value no rule asks about."""

S3_KEPT = frozenset(
    [
        "ACL",
        "Bucket",
        "CacheControl",
        "Conditions",
        "ContentDisposition",
        "ContentEncoding",
        "ContentLanguage",
        "ContentType",
        "CopySource",
        "ExpiresIn",
        "ExtraArgs",
        "Fields",
        "GrantFullControl",
        "GrantRead",
        "GrantReadACP",
        "GrantWrite",
        "GrantWriteACP",
        "Key",
        "Metadata",
        "MetadataDirective",
        "Params",
        "Policy",
        "PublicAccessBlockConfiguration",
        "ServerSideEncryption",
        "StorageClass",
        "TableName",
    ]
)
"""Parameters of S3 and of boto3's transfers whose values are kept. Secrets such as `SSECustomerKey` are not among them."""

_DOCUMENTS = {"Policy"}
_KEYS = {"Key", "key", "CopySource", "destination"}
_COMPRESSED = re.compile(rb"(?P<gzip>\x1f\x8b)|(?P<bz2>BZh)|(?P<lzma>\xfd7zX)|(?P<zstandard>\x28\xb5\x2f\xfd)")
_PRESIGNED = re.compile(r"https?://\S+[?&](?:X-Amz-Signature|Signature)=", re.IGNORECASE)
_SQL_TEXT = re.compile(r"'(?:[^'\\]|\\.|'')*'", re.DOTALL)
_SQL_ADDRESS = re.compile(r"'(?:\w+:/|/)", re.ASCII)


def masked(text: str) -> str:
    """Return a text with its letters and digits replaced, so that its shape is left: `users/Ann-7.pdf` becomes `xxxxx/Xxx-0.xxx`."""
    stem, dot, extension = text.rpartition(".") if "." in text.rpartition("/")[2] else (text, "", "")
    return re.sub(r"[^\W\d_]", _masked_letter, re.sub(r"\d", "0", stem)) + dot + extension


def _masked_letter(letter: re.Match[str]) -> str:
    return "X" if letter[0].isupper() else "x"


def parameters(arguments: Mapping[str, Any], kept: frozenset[str], redact: bool) -> dict[str, Any]:
    """Return the reduced arguments of a call, by name. With `redact` keys are masked."""
    return {str(name): _argument(str(name), value, kept, redact) for name, value in list(arguments.items())[:MAX_ENTRIES]}


def _argument(name: str, value: Any, kept: frozenset[str], redact: bool) -> Any:
    if name in {"Body", "Fileobj", "Filename"}:
        return content(value)
    if name not in kept:
        return GIVEN
    if name in {"Params", "ExtraArgs", "Fields"} and isinstance(value, Mapping):
        return parameters(value, kept, redact)
    return reduced(value, MAX_DOCUMENT if name in _DOCUMENTS else MAX_TEXT, mask=redact and name in _KEYS)


def reduced(value: Any, longest: int = MAX_TEXT, depth: int = MAX_DEPTH, *, mask: bool = False) -> Any:
    """Return a JSON value for the constant parts of a value: texts, numbers, and mappings and lists of them. Others by type."""
    if isinstance(value, str):  # most are
        text = masked(value) if mask else value
        return text if len(text) <= longest else {"kind": "text", "size": len(text)}
    if value is None or isinstance(value, (bool, int, float)):
        return value if not isinstance(value, int) or abs(value) < 2**63 else {"kind": "object", "type": "int"}
    if isinstance(value, Mapping) and depth:
        return {
            str(key)[:MAX_TEXT]: reduced(item, longest, depth - 1, mask=mask) for key, item in list(value.items())[:MAX_ENTRIES]
        }
    if isinstance(value, (list, tuple)) and depth:
        return [reduced(item, longest, depth - 1, mask=mask) for item in value[:MAX_ENTRIES]]
    if isinstance(value, os.PathLike):
        return reduced(os.fspath(value), longest, depth, mask=mask)
    return content(value) if isinstance(value, (bytes, bytearray, memoryview)) else {"kind": "object", "type": type(value).__name__}


def content(value: Any) -> dict[str, Any]:
    """Describe the content that a call sends: its type, size and compression as far as they show without reading a stream."""
    made: dict[str, Any] = {"kind": "content", "type": type(value).__name__}
    if isinstance(value, os.PathLike) or (isinstance(value, str) and len(value) < MAX_TEXT):
        extension = Path(value).suffix
        if re.fullmatch(r"\.\w{1,12}", extension):
            made["extension"] = extension
    data = value.getbuffer() if isinstance(value, io.BytesIO) else value
    if isinstance(data, (str, bytes, bytearray, memoryview)):
        made["size"] = len(data)
    if isinstance(data, (bytes, bytearray, memoryview)):
        compressed = _COMPRESSED.match(bytes(data[:4]))
        if compressed is not None:
            made["coding"] = compressed.lastgroup
    return made


def item(attributes: Any) -> Any:
    """Describe the attributes of a DynamoDB item: of each its name, type and size in bytes, and whether it is a presigned URL."""
    if not isinstance(attributes, Mapping):
        return GIVEN
    return {str(name)[:MAX_TEXT]: _attribute(value) for name, value in list(attributes.items())[:MAX_ENTRIES]}


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in {"S", "B"}:  # as clients write it: {"S": "text"}
        value = next(iter(value.values()))
    value = getattr(value, "value", value)  # boto3's `Binary` holds its bytes there
    if isinstance(value, str):
        size = len(value.encode("utf-8", "surrogatepass"))
        return {"kind": "text", "size": size, **({"presigned": True} if _PRESIGNED.match(value) else {})}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"kind": "content", "type": "bytes", "size": len(value)}
    return {"kind": "object", "type": type(value).__name__}


def statement(text: Any) -> Any:
    """Return an SQL statement without the texts in it that are not addresses; those may be data."""
    if not isinstance(text, str) or len(text) > MAX_DOCUMENT:
        return GIVEN
    return _SQL_TEXT.sub(lambda quoted: quoted[0] if _SQL_ADDRESS.match(quoted[0]) else "'…'", text)
