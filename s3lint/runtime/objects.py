"""Objects: upload, download, and what is said about them on the way. Rules: the chapter on metadata, sensitive-data-unencrypted."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from s3lint.runtime.arguments import TOKEN, checked, flag, having, header, instance, is_header, media_type, optional, texts
from s3lint.runtime.clients import ATTEMPTS, code, default_s3, is_transient, reason, status, store_errors, was_refused
from s3lint.runtime.content import content_type_of
from s3lint.runtime.errors import ArgumentError, ConflictError, IntegrityError, MissingError
from s3lint.runtime.keys import a_bucket, a_key
from s3lint.runtime.steps import Steps, run
from s3lint.runtime.streams import CHUNK, Body, Content, Destination, appearing, body_of, content_of, destination_of, write_all

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LARGEST_PUT = 5 << 30
"""Bytes of one put (docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html)."""

LARGEST_OBJECT = 10_000 * LARGEST_PUT
"""Bytes of an upload in parts (docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html); boto3 makes parts as large as they must be."""

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


def metadata_of(name: str, value: Any) -> dict[str, str]:
    """Returns the metadata that S3 keeps unchanged, in a dict of its own; a rule for arguments."""
    metadata = texts(name, value)
    for one, text in metadata.items():
        if not TOKEN.fullmatch(one) or (text and not is_header(text)):
            raise ArgumentError(f"The metadata {one!r}: {text!r} is not plain ASCII text, and S3 sends it in a header: encode it.")
        if one.lower() in (DIGEST, WRITE):
            raise ArgumentError(f"The metadata {one!r} is set by the upload itself: choose another name.")
    if len({one.lower() for one in metadata}) < len(metadata):
        raise ArgumentError(f"Two names of the metadata {sorted(metadata)} differ in case alone, and S3 keeps one: rename one.")
    if sum(len(one) + len(text) for one, text in metadata.items()) > LARGEST_METADATA - 160:
        raise ArgumentError(
            f"The metadata takes over {LARGEST_METADATA - 160:,} bytes: keep it in the item that refers to the object."
        )
    return dict(metadata)


AN_ACCESS_PATTERN = instance(AccessPattern, called="AccessPattern.FREQUENT, UNKNOWN or ARCHIVE")
AN_S3_CLIENT = optional(having("put_object", "a client for S3, as s3lint.runtime.s3_client makes one"))

DETAILS = {
    "access": AN_ACCESS_PATTERN,
    "content_type": optional(media_type),
    "content_encoding": optional(header),
    "kms_key_id": optional(header),
}
"""The rules for what S3 is told about an object beside its content and its metadata."""


@checked(body=body_of, bucket=a_bucket, key=a_key, metadata=optional(metadata_of), create_only=flag, client=AN_S3_CLIENT, **DETAILS)
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
    and each request carries a checksum that S3 verifies. A file that changes while it is sent makes the upload fail, and nothing is
    written; one that grows is written as long as it was. With `create_only`, an object that is there already is left alone.

    Rules: missing-content-type (STO301), wrong-content-type (STO302), missing-content-encoding (STO303), misplaced-metadata (STO304),
    sensitive-data-unencrypted (STO411).

    Raises `ArgumentError` before anything is written, `ConflictError` where `create_only` finds an object, and `StoreError`.
    """
    details = object_details(body, key, access, content_type, content_encoding, metadata, kms_key_id)
    with content_of(body) as content:
        s3 = client or default_s3()
        if create_only:
            return run(create(s3, content, bucket, key, details))
        if content.size > LARGEST_OBJECT:
            raise ArgumentError(
                f"The body for {key!r} takes over 10,000 parts of 5 GiB, and S3 takes no more: write several objects."
            )
        details["Metadata"][DIGEST] = content.sha256
        with store_errors(f"Writing {key!r} to the bucket {bucket!r}"), content.stream.told():
            s3.upload_fileobj(cast("BinaryIO", content.stream), bucket, key, ExtraArgs=details)
    return StoredObject(bucket, key, content.size, details["ContentType"], content.sha256)


@checked(bucket=a_bucket, key=a_key, destination=destination_of, client=AN_S3_CLIENT)
def download(bucket: str, key: str, destination: Destination, *, client: S3Client | None = None) -> StoredObject:
    """Reads an object into a file or a binary stream, and checks that it is what `upload` wrote.

    A connection that breaks is taken up where it broke. The file of a path appears when it is complete and checked, or not at all; one
    that was there keeps its mode, and links to it. What a stream was given before an error was raised is to be thrown away.

    Rule: public-object-url (STO404): readers without credentials get a URL from `presigned_get`.

    Raises `ArgumentError` before anything is sent and where the destination fails, `MissingError`, `ConflictError` where the object was
    replaced meanwhile, `IntegrityError` and `StoreError`.
    """
    reading = Reading(client or default_s3(), bucket, key)
    with appearing(destination) if isinstance(destination, Path) else nullcontext(cast("BinaryIO", destination)) as stream:
        return run(fetch(reading, stream))


def object_details(
    body: Body,
    key: str,
    access: AccessPattern,
    content_type: str | None,
    content_encoding: str | None,
    metadata: Mapping[str, str] | None,
    kms_key_id: str | None,
) -> dict[str, Any]:
    """Returns what S3 is told about an object beside its content, as boto3 names it."""
    name = body.name if isinstance(body, Path) else key
    details: dict[str, Any] = {
        "ContentType": content_type or content_type_of(key, name, encoded=content_encoding is not None),
        "StorageClass": access.value,
        "ServerSideEncryption": "aws:kms" if kms_key_id else "AES256",
        "ChecksumAlgorithm": "SHA256",
        "Metadata": dict(metadata or {}),
    }
    if content_encoding:
        details["ContentEncoding"] = content_encoding
    if kms_key_id:
        details["SSEKMSKeyId"] = kms_key_id
    return details


def create(s3: Any, content: Content, bucket: str, key: str, details: dict[str, Any]) -> Steps[StoredObject]:
    """Writes an object where there is none. A repeated request that meets its own first attempt has succeeded.

    Raises `ArgumentError` for over 5 GiB, `ConflictError` where there is an object, and `StoreError`.
    """
    check_size(content, key)
    write = uuid.uuid4().hex
    checksum = base64.b64encode(bytes.fromhex(content.sha256)).decode()
    metadata = {**details["Metadata"], DIGEST: content.sha256, WRITE: write}
    details = {**details, "Metadata": metadata, "ChecksumSHA256": checksum}
    with store_errors(f"Creating {key!r} in the bucket {bucket!r}"), content.stream.told():
        try:
            yield partial(s3.put_object, Bucket=bucket, Key=key, Body=content.stream, IfNoneMatch="*", **details)
        except Exception as error:
            if status(error) == 409 and was_refused(error, "PutObject"):
                raise ConflictError(f"Another writer creates {key!r} in the bucket {bucket!r} at the same time.") from error
            if status(error) != 412:
                raise
            found = yield partial(s3.head_object, Bucket=bucket, Key=key)
            if found["Metadata"].get(WRITE) != write:
                raise ConflictError(
                    f"The object {key!r} is in the bucket {bucket!r} already: choose a key with a version."
                ) from error
    return StoredObject(bucket, key, content.size, details["ContentType"], content.sha256)


def check_size(content: Content, key: str) -> None:
    """Raises `ArgumentError` for a body that one request cannot carry."""
    if content.size > LARGEST_PUT:
        raise ArgumentError(
            f"The body for {key!r} takes over 5 GiB, which S3 takes only in parts: call upload, without create_only."
        )


class Reading:
    """An object that is read chunk by chunk, from where it broke off, and compared with the digest that it was written with."""

    def __init__(self, s3: Any, bucket: str, key: str) -> None:
        self._s3, self._bucket, self._key = s3, bucket, key
        self._digest, self._offset, self._breaks = hashlib.sha256(), 0, 0
        self._first: dict[str, Any] = {}
        self._body: Any = None

    def next_chunk(self, size: int = CHUNK) -> Steps[bytes]:
        """Returns the next bytes, none at the end, where all have been checked.

        Raises `MissingError`, `ConflictError` where the object was replaced meanwhile, `IntegrityError` and `StoreError`.
        """
        with store_errors(f"Reading {self._key!r} from the bucket {self._bucket!r}"):
            while not self._first or self._offset < self._first["ContentLength"]:
                try:
                    chunk = yield from self._received(size)
                except Exception as error:
                    self._body, self._breaks = None, self._breaks + 1
                    _raise_final(error, self._bucket, self._key, last=self._breaks > ATTEMPTS)
                else:
                    if chunk:
                        yield partial(self._digest.update, chunk)
                        self._offset, self._breaks = self._offset + len(chunk), 0
                        return chunk
        self._check()
        return b""

    def result(self) -> StoredObject:
        """Returns what was read, when it was read to the end."""
        return StoredObject(
            self._bucket, self._key, self._offset, self._first.get("ContentType", ""), self._first.get("Metadata", {}).get(DIGEST)
        )

    def close(self) -> None:
        """Gives up an answer that was not read to its end, whose connection nobody else can use."""
        body, self._body = self._body, None
        if hasattr(body, "close"):
            body.close()

    @property
    def sha256(self) -> str:
        """The digest of what was read so far, in hexadecimal."""
        return self._digest.hexdigest()

    def _received(self, size: int) -> Steps[bytes]:
        """Returns the next bytes of the answer that is open, or of a new one. Raises `ConnectionError` where it ends early."""
        if self._body is None:
            rest: Any = {"Range": f"bytes={self._offset}-", "IfMatch": self._first["ETag"]} if self._offset else {}
            answer = yield partial(self._s3.get_object, Bucket=self._bucket, Key=self._key, **rest)
            self._first = self._first if self._offset else answer
            self._body = answer["Body"]
        chunk: bytes = yield partial(self._body.read, size)
        if not chunk and self._offset < self._first["ContentLength"]:
            raise ConnectionError("the answer ended early")
        return chunk

    def _check(self) -> None:
        """Raises `IntegrityError` where the digest of the writer, or S3's own of the whole object, is another."""
        written = self._first.get("Metadata", {}).get(DIGEST)
        of_store = self._first.get("ChecksumSHA256", "")
        whole = of_store and "-" not in of_store and self._first.get("ChecksumType") != "COMPOSITE"
        if (written and written != self.sha256) or (whole and base64.b64decode(of_store) != self._digest.digest()):
            raise IntegrityError(
                f"The object {self._key!r} in the bucket {self._bucket!r} is not what was written: restore it from another version."
            )


def fetch(reading: Reading, sink: BinaryIO) -> Steps[StoredObject]:
    """Reads an object into a sink, and returns what was read. Raises what `Reading` raises, and `ArgumentError` where the sink fails."""
    while chunk := (yield from reading.next_chunk()):
        yield partial(write_all, sink, chunk)
    return reading.result()


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
