"""URLs that lend access for a time. Rules: public-acl, public-object-url, presign-expiry, presign-signature, unbounded-presigned-post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from s3lint.runtime.arguments import checked, duration, having, media_type, optional, text, whole, wrong
from s3lint.runtime.clients import default_s3, store_errors
from s3lint.runtime.errors import ArgumentError, ConfigurationError
from s3lint.runtime.keys import a_bucket, a_key, any_key
from s3lint.runtime.objects import LARGEST_PUT

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=7)
"""The longest life of a SigV4 URL (docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html)."""


BYTES = whole(0, LARGEST_PUT)
SIGNER = optional(having("generate_presigned_url", "a client for S3, as s3lint.runtime.s3_client makes one"))


def a_life(name: str, value: Any) -> timedelta:
    """Returns how long a URL lives, from whole seconds or a duration; a rule for arguments."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LONGEST.total_seconds():
        return timedelta(seconds=value)
    if not isinstance(value, timedelta) or not timedelta(seconds=1) <= value <= LONGEST:
        raise wrong(name, value, "a timedelta or whole seconds, of at least a second and at most 7 days")
    return value


@dataclass(frozen=True)
class PresignedUpload:
    """Where to put an object, and the headers that must be sent with it."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class PresignedPost:
    """Where to post a form, and the fields that go before its `file`."""

    url: str
    fields: Mapping[str, str]


@checked(bucket=a_bucket, key=any_key, expires=a_life, longest=duration, filename=optional(text), client=SIGNER)
def presigned_get(
    bucket: str,
    key: str,
    *,
    expires: timedelta | int = HOUR,
    longest: timedelta = DAY,
    filename: str | None = None,
    client: S3Client | None = None,
) -> str:
    """Returns a URL that reads one object for a time; `expires` is a duration, or seconds. `filename` makes browsers save it under that name.

    A URL signed with temporary credentials ends with them.

    Rules: public-acl (STO401), public-bucket-policy (STO402), public-object-url (STO404), presign-expiry (STO405),
    presign-signature (STO406).

    Raises `ArgumentError` for a life under a second, over `longest`, or over seven days, and `ConfigurationError` for a client that signs
    with Signature Version 2.
    """
    parameters = {"Bucket": bucket, "Key": key}
    if filename is not None:
        parameters["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return _url("get_object", parameters, _seconds(expires, longest), client)


@checked(
    bucket=a_bucket,
    key=a_key,
    content_type=media_type,
    content_length=optional(BYTES),
    expires=a_life,
    longest=duration,
    client=SIGNER,
)
def presigned_put(
    bucket: str,
    key: str,
    *,
    content_type: str,
    content_length: int | None = None,
    expires: timedelta | int = HOUR,
    longest: timedelta = DAY,
    client: S3Client | None = None,
) -> PresignedUpload:
    """Returns a URL that writes one object, of the content type given and encrypted, and of the size given, in bytes, where one is.

    Rules: presign-expiry (STO405), presign-signature (STO406), missing-content-type (STO301).

    Raises what `presigned_get` raises, and `ArgumentError` for a key that no object should be written to.
    """
    headers = {"Content-Type": content_type, "x-amz-server-side-encryption": "AES256"}
    parameters: dict[str, Any] = {"Bucket": bucket, "Key": key, "ContentType": content_type, "ServerSideEncryption": "AES256"}
    if content_length is not None:
        parameters["ContentLength"] = content_length
        headers["Content-Length"] = str(content_length)
    return PresignedUpload(_url("put_object", parameters, _seconds(expires, longest), client), headers)


@checked(
    bucket=a_bucket,
    key=a_key,
    content_type=media_type,
    max_bytes=BYTES,
    min_bytes=BYTES,
    expires=a_life,
    longest=duration,
    client=SIGNER,
)
def presigned_post(
    bucket: str,
    key: str,
    *,
    content_type: str,
    max_bytes: int,
    min_bytes: int = 1,
    expires: timedelta | int = HOUR,
    longest: timedelta = DAY,
    client: S3Client | None = None,
) -> PresignedPost:
    """Returns a form that writes one object of the content type given, encrypted, and of between `min_bytes` and `max_bytes`.

    Rules: unbounded-presigned-post (STO407), presign-expiry (STO405), presign-signature (STO406).

    Raises what `presigned_put` raises, and `ArgumentError` for bounds that no file fits.
    """
    if min_bytes > max_bytes:
        raise ArgumentError(f"No file is of {min_bytes} to {max_bytes} bytes: pass 0 <= min_bytes <= max_bytes.")
    fields = {"Content-Type": content_type, "x-amz-server-side-encryption": "AES256"}
    conditions: list[Any] = [{name: value} for name, value in fields.items()]
    conditions.append(["content-length-range", min_bytes, max_bytes])
    seconds = _seconds(expires, longest)
    s3 = client or default_s3()
    with store_errors(f"Signing a form for {key!r}"):
        answer = s3.generate_presigned_post(bucket, key, Fields=dict(fields), Conditions=conditions, ExpiresIn=seconds)
    _check_signature("x-amz-algorithm" in answer["fields"])
    return PresignedPost(answer["url"], answer["fields"])


def _url(operation: str, parameters: dict[str, Any], seconds: int, client: S3Client | None) -> str:
    s3 = client or default_s3()
    with store_errors(f"Signing a URL for {parameters['Key']!r}"):
        url: str = s3.generate_presigned_url(operation, Params=parameters, ExpiresIn=seconds)
    _check_signature("X-Amz-Algorithm=AWS4-HMAC-SHA256" in url)
    return url


def _check_signature(is_version_4: bool) -> None:
    if not is_version_4:
        raise ConfigurationError("The client signs URLs with Signature Version 2: make it with s3lint.runtime.s3_client().")


def _seconds(expires: timedelta | int, longest: timedelta) -> int:
    life = expires if isinstance(expires, timedelta) else timedelta(seconds=expires)
    allowed = min(longest, LONGEST)
    if life > allowed:
        raise ArgumentError(f"A URL cannot live for {life}: pass at most {allowed}, or a larger longest=.")
    return int(life.total_seconds())
