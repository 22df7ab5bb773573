"""Whether a store keeps concurrent commits apart. Rule: unsafe-delta-commit."""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from s3lint.runtime.arguments import checked, having, instance
from s3lint.runtime.clients import s3_client, status, store_errors
from s3lint.runtime.errors import UnsafeStoreError
from s3lint.runtime.keys import a_bucket

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

UNSAFE_OPTIONS = {
    "aws_s3_allow_unsafe_rename": "has no effect in current delta-rs and loses commits in old ones",
    "aws_s3_locking_provider": "is ignored since deltalake 1.6.1, and safety only seems to be there",
    "s3_locking_provider": "is ignored since deltalake 1.6.1, and safety only seems to be there",
}
"""delta-rs's options that lose commits, or seem to keep them (github.com/delta-io/delta-rs/issues/4464)."""

SETTINGS = {
    "endpoint_url": ("aws_endpoint_url", "aws_endpoint", "endpoint_url", "endpoint"),
    "aws_access_key_id": ("aws_access_key_id", "access_key_id"),
    "aws_secret_access_key": ("aws_secret_access_key", "secret_access_key"),
    "aws_session_token": ("aws_session_token", "aws_token", "session_token", "token"),
    "region_name": ("aws_region", "region", "aws_default_region", "default_region"),
}
"""boto3's name of a setting, and delta-rs's."""


def check_options(options: Mapping[str, str]) -> None:
    """Raises `UnsafeStoreError` for a storage option under which commits can be lost.

    Rule: unsafe-delta-commit (STO507).
    """
    for name, value in options.items():
        if name.lower() in ("aws_conditional_put", "conditional_put") and value.lower() == "disabled":
            raise UnsafeStoreError(
                f"The storage option {name} switches conditional writes off, and concurrent commits are lost: drop it."
            )
        if name.lower() in UNSAFE_OPTIONS:
            raise UnsafeStoreError(f"The storage option {name} {UNSAFE_OPTIONS[name.lower()]}: drop it.")


@checked(bucket=a_bucket, prefix=instance(str, called="text, which may be empty"), client=having("put_object", "a client for S3"))
def require_conditional_put(bucket: str, prefix: str, *, client: S3Client) -> None:
    """Writes an object twice under `{prefix}/_s3lint_probe/` with `If-None-Match: *`; the store must refuse the second, and it is deleted.

    A store that overwrites it loses commits of concurrent writers to a Delta table, without an error.

    Rule: unsafe-delta-commit (STO507).

    Raises `UnsafeStoreError` where the store does not refuse, and `StoreError`.
    """
    key = f"{prefix.strip('/')}/_s3lint_probe/{uuid.uuid4()}".lstrip("/")
    with store_errors(f"Probing the bucket {bucket!r}"):
        try:
            refused = _is_refused(client, bucket, key) or _is_refused(client, bucket, key)
        finally:
            client.delete_object(Bucket=bucket, Key=key)
    if not refused:
        raise UnsafeStoreError(
            f"The store of the bucket {bucket!r} ignores If-None-Match, so concurrent commits would be lost: use a store with conditional writes."
        )


def probe_once(uri: str, options: Mapping[str, str]) -> None:
    """Probes the store of a table on S3 where it is not AWS's own, once in a process."""
    parts = urlsplit(uri)
    lowered = {name.lower(): value for name, value in options.items()}
    settings = {name: value for name, names in SETTINGS.items() for value in [_first(lowered, names)] if value}
    endpoint = settings.get("endpoint_url") or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if parts.scheme in ("s3", "s3a") and endpoint and not (urlsplit(endpoint).hostname or "").endswith(".amazonaws.com"):
        _probe(parts.netloc, parts.path, tuple(sorted({**settings, "endpoint_url": endpoint}.items())))


@functools.cache
def _probe(bucket: str, prefix: str, settings: tuple[tuple[str, str], ...]) -> None:
    require_conditional_put(bucket, prefix, client=s3_client(**dict(settings)))


def _first(options: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((options[name] for name in names if name in options), None)


def _put(client: S3Client, bucket: str, key: str) -> None:
    client.put_object(
        Bucket=bucket,
        Key=key,
        Body=b"probe",
        ContentType="application/octet-stream",
        StorageClass="STANDARD",
        IfNoneMatch="*",
    )


def _is_refused(client: S3Client, bucket: str, key: str) -> bool:
    """Whether a put is refused because the object is there; the first may be refused too, where it is a repeated request."""
    try:
        _put(client, bucket, key)
    except Exception as error:
        if status(error) not in (409, 412):
            raise
        return True
    return False
