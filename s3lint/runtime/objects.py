"""Objects: upload, download, and what is said about them on the way. Rules: the chapter on metadata, sensitive-data-unencrypted."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from s3lint.runtime.clients import ATTEMPTS, code, default_s3, is_transient, reason, status, store_errors
from s3lint.runtime.content import content_type_of
from s3lint.runtime.errors import ArgumentError, ConflictError, IntegrityError, MissingError
from s3lint.runtime.keys import check_bucket, check_key
from s3lint.runtime.steps import Steps, waiting

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Body = bytes | Path | BinaryIO

CHUNK = 1 << 20
IN_MEMORY = 8 << 20
LARGEST_PUT = 5 << 30
"""Bytes of one put (docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html)."""

LARGEST_METADATA = 2_048
"""Bytes of names and values together (docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html)."""

DIGEST = "sha256"
WRITE = "s3lint-write"
"""Names of metadata: the digest of the whole object in hexadecimal, and what tells one create-only write from another."""


class AccessPattern(Enum):
    """How often an object will be read; the value is the storage class that follows.

    Rules: invalid-storage-class (STO311), archive-in-hot-storage (STO312), implicit-storage-class (STO313).
    """

    FREQUENT = "STANDARD"
    UNKNOWN = "INTELLIGENT_TIERING"
    ARCHIVE = "GLACIER"


@dataclass(frozen=True)
class StoredObject:
    """An object as it was written or read. `size` is in bytes; `sha256` is hexadecimal, None where the writer left none."""

    bucket: str
    key: str
    size: int
    content_type: str
    sha256: str | None


@dataclass(frozen=True)
class Content:
    """What an object holds, at the start of a stream that can be read again."""

    stream: BinaryIO
    size: int
    sha256: str


def upload(
    body: Body,
    bucket: str,
    key: str,
    *,
    access: AccessPattern,
    content_type: str | None = None,
    content_encoding: str | None = None,
    metadata: Mapping[str, str] | None = None,
    kms_key_id: str | None = None,
    create_only: bool = False,
    client: S3Client | None = None,
) -> StoredObject:
    """Writes bytes, the file of a path or a binary stream to an object, in parts where it is large.

    The content type is guessed from the key and the file's name where none is given; `content_encoding` is what the body was compressed
    with. The object is encrypted with S3's keys, or with the KMS key given. Its SHA-256 is kept in its metadata, where `download` looks,
    and each request carries a checksum that S3 verifies. With `create_only`, an object that is there already is left alone.

    Rules: missing-content-type (STO301), wrong-content-type (STO302), missing-content-encoding (STO303), misplaced-metadata (STO304),
    sensitive-data-unencrypted (STO411).

    Raises `ArgumentError` before anything is sent, `ConflictError` where `create_only` finds an object, and `StoreError`.
    """
    check_target(bucket, key)
    s3 = client or default_s3()
    with content_of(body) as content:
        details = object_details(body, key, access, content_type, content_encoding, metadata, kms_key_id)
        if create_only:
            return waiting(create)(s3, content, bucket, key, details)
        details["Metadata"][DIGEST] = content.sha256
        with store_errors(f"Writing {key!r} to the bucket {bucket!r}"):
            s3.upload_fileobj(content.stream, bucket, key, ExtraArgs=details)
    return StoredObject(bucket, key, content.size, details["ContentType"], content.sha256)


def download(bucket: str, key: str, destination: Path | BinaryIO, *, client: S3Client | None = None) -> StoredObject:
    """Reads an object into a file or a binary stream, and checks that it is what `upload` wrote.

    A connection that breaks is taken up where it broke. The file of a path appears when it is complete and checked, or not at all; what a
    stream was given before an error was raised is to be thrown away.

    Rule: public-object-url (STO404): readers without credentials get a URL from `presigned_get`.

    Raises `ArgumentError` before anything is sent, `MissingError`, `ConflictError` where the object was replaced meanwhile,
    `IntegrityError` and `StoreError`.
    """
    if not isinstance(destination, Path) and not hasattr(destination, "write"):
        raise ArgumentError(f"The destination is of type {type(destination).__name__}: pass a pathlib.Path or a binary stream.")
    s3 = client or default_s3()
    if isinstance(destination, Path):
        with appearing(destination) as stream:
            return waiting(fetch)(s3, bucket, key, stream)
    return waiting(fetch)(s3, bucket, key, destination)


def check_target(bucket: str, key: str) -> None:
    """Raises `ArgumentError` for what no object should be written to."""
    check_bucket(bucket)
    check_key(key)


def object_details(
    body: Body,
    key: str,
    access: AccessPattern,
    content_type: str | None,
    content_encoding: str | None,
    metadata: Mapping[str, str] | None,
    kms_key_id: str | None,
) -> dict[str, Any]:
    """What S3 is told about an object beside its content, as boto3 names it."""
    if not isinstance(access, AccessPattern):
        raise ArgumentError(f"The access pattern {access!r} is none: pass AccessPattern.FREQUENT, UNKNOWN or ARCHIVE.")
    name = body.name if isinstance(body, Path) else key
    details: dict[str, Any] = {
        "ContentType": content_type or content_type_of(key, name, encoded=content_encoding is not None),
        "StorageClass": access.value,
        "ServerSideEncryption": "aws:kms" if kms_key_id else "AES256",
        "ChecksumAlgorithm": "SHA256",
        "Metadata": _checked_metadata(metadata or {}),
    }
    if content_encoding:
        details["ContentEncoding"] = content_encoding
    if kms_key_id:
        details["SSEKMSKeyId"] = kms_key_id
    return details


def _checked_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    if not isinstance(metadata, Mapping):
        raise ArgumentError(f"The metadata is of type {type(metadata).__name__}: pass names with their texts in a dict.")
    for name, value in metadata.items():
        if not (isinstance(name, str) and isinstance(value, str) and f"{name}{value}".isascii() and f"{name}{value}".isprintable()):
            raise ArgumentError(
                f"The metadata {name!r}: {value!r} is not plain ASCII text, and S3 sends it in a header: encode it."
            )
        if name.lower() in (DIGEST, WRITE):
            raise ArgumentError(f"The metadata {name!r} is set by the upload itself: choose another name.")
    if sum(len(name) + len(value) for name, value in metadata.items()) > LARGEST_METADATA - 160:
        raise ArgumentError(
            f"The metadata takes over {LARGEST_METADATA - 160:,} bytes: keep it in the item that refers to the object."
        )
    return dict(metadata)


def create(s3: S3Client, content: Content, bucket: str, key: str, details: dict[str, Any]) -> Steps[StoredObject]:
    """Writes an object where there is none. A repeated request that meets its own first attempt has succeeded."""
    if content.size > LARGEST_PUT:
        raise ArgumentError(f"The body for {key!r} takes over 5 GiB, which S3 takes only in parts: pass create_only=False.")
    write = uuid.uuid4().hex
    details = {**details, "Metadata": {**details["Metadata"], DIGEST: content.sha256, WRITE: write}}
    with store_errors(f"Creating {key!r} in the bucket {bucket!r}"):
        try:
            yield partial(s3.put_object, Bucket=bucket, Key=key, Body=content.stream, IfNoneMatch="*", **details)
        except Exception as error:
            if status(error) != 412:
                raise
            found = yield partial(s3.head_object, Bucket=bucket, Key=key)
            if found["Metadata"].get(WRITE) != write:
                raise ConflictError(
                    f"The object {key!r} is in the bucket {bucket!r} already: choose a key with a version."
                ) from error
    return StoredObject(bucket, key, content.size, details["ContentType"], content.sha256)


def fetch(s3: S3Client, bucket: str, key: str, sink: BinaryIO) -> Steps[StoredObject]:
    """Reads an object into a sink, from where it broke off, and compares the digest that it was written with."""
    digest, offset, etag, breaks = hashlib.sha256(), 0, "", 0
    first: dict[str, Any] = {}
    with store_errors(f"Reading {key!r} from the bucket {bucket!r}"):
        while not first or offset < first["ContentLength"]:
            before = offset
            rest: Any = {"Range": f"bytes={offset}-", "IfMatch": etag} if offset else {}
            try:
                answer = yield partial(s3.get_object, Bucket=bucket, Key=key, **rest)
                if not offset:
                    first, etag = answer, answer["ETag"]
                while chunk := (yield partial(answer["Body"].read, CHUNK)):
                    sink.write(chunk)
                    digest.update(chunk)
                    offset += len(chunk)
                if offset < first["ContentLength"]:
                    raise ConnectionError("the answer ended early")
            except Exception as error:
                _raise_final(error, bucket, key, last=breaks >= ATTEMPTS)
                breaks = 1 if offset > before else breaks + 1
    written = first.get("Metadata", {}).get(DIGEST)
    if written and written != digest.hexdigest():
        raise IntegrityError(
            f"The object {key!r} in the bucket {bucket!r} is not what was written: restore it from another version."
        )
    return StoredObject(bucket, key, offset, first.get("ContentType", ""), written)


def _raise_final(error: Exception, bucket: str, key: str, *, last: bool) -> None:
    """Raises what trying again would not mend."""
    if code(error) in ("NoSuchKey", "404", "NoSuchBucket"):
        raise MissingError(f"There is no object {key!r} in the bucket {bucket!r}: {reason(error)}.") from error
    if status(error) == 412:
        raise ConflictError(
            f"The object {key!r} in the bucket {bucket!r} was replaced while it was read: read it again."
        ) from error
    if last or status(error) or not is_transient(error):
        raise error


@contextmanager
def content_of(body: Body) -> Iterator[Content]:
    """The content of a body with its size and digest. What cannot be read twice is kept aside, on disk where it is large."""
    if isinstance(body, Path):
        try:
            opened = body.open("rb")
        except OSError as error:
            raise ArgumentError(f"The file {str(body)!r} cannot be read: {error.strerror}.") from error
        with opened:
            yield _measured(opened)
    elif isinstance(body, bytes):
        yield Content(io.BytesIO(body), len(body), hashlib.sha256(body).hexdigest())
    else:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as aside:
            aside.writelines(chunks_of(body))
            aside.seek(0)
            yield _measured(aside)  # type: ignore[arg-type]


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """What a binary stream holds from where it stands. Raises `ArgumentError` where it is none, or cannot be read."""
    if not hasattr(stream, "read"):
        raise ArgumentError(f"The body is of type {type(stream).__name__}: pass bytes, a pathlib.Path or a binary stream.")
    try:
        while chunk := stream.read(CHUNK):
            if not isinstance(chunk, bytes):
                raise ArgumentError("The body is a text stream: open it in binary mode.")
            yield chunk
    except OSError as error:
        raise ArgumentError(f"The body cannot be read: {reason(error)}.") from error


def _measured(stream: BinaryIO) -> Content:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks_of(stream):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return Content(stream, size, digest.hexdigest())


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when the block ends well, and leaves nothing otherwise."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise ArgumentError(f"The folder {str(path.parent)!r} cannot be written to: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
