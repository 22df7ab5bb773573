"""Clients that the helpers make where none is given, and what their errors mean."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from s3lint.runtime.errors import ArgumentError, ConfigurationError, StorageError, StoreError

if TYPE_CHECKING:
    from botocore.config import Config
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

ATTEMPTS = 5
"""Requests for one answer, with botocore's own pauses between them."""

TRANSIENT = frozenset(
    {
        "SlowDown",
        "ServiceUnavailable",
        "InternalError",
        "RequestTimeout",
        "RequestTimeTooSkewed",
        "Throttling",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
    }
)
"""Codes of refusals that say: later. (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, DynamoDB's Programming.Errors)"""


def s3_client(**settings: Any) -> S3Client:
    """An S3 client pinned to Signature Version 4 that tries again what can be tried again; `settings` go to `boto3.client`.

    Rule: presign-signature (STO406).

    Raises `ConfigurationError` where boto3 is not installed, and `StoreError` where it knows no region.
    """
    boto3 = imported("boto3", "runtime")
    from botocore.config import Config

    config = _patient(settings.pop("config", None)).merge(Config(signature_version="s3v4"))
    with store_errors("Making a client for S3"):
        client: S3Client = boto3.client("s3", config=config, **settings)
    return client


def dynamodb_client(**settings: Any) -> DynamoDBClient:
    """A DynamoDB client that tries again what can be tried again; `settings` go to `boto3.client`.

    Raises `ConfigurationError` where boto3 is not installed, and `StoreError` where it knows no region.
    """
    boto3 = imported("boto3", "runtime")
    config = _patient(settings.pop("config", None))
    with store_errors("Making a client for DynamoDB"):
        client: DynamoDBClient = boto3.client("dynamodb", config=config, **settings)
    return client


def _patient(given: Config | None) -> Config:
    """A configuration that tries again, where the one given says nothing else."""
    from botocore.config import Config

    patient = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
    return patient.merge(given) if given is not None else patient


@functools.cache
def default_s3() -> S3Client:
    return s3_client()


@functools.cache
def default_dynamodb() -> DynamoDBClient:
    return dynamodb_client()


def imported(module: str, extra: str) -> Any:
    """A module that an extra brings. Raises `ConfigurationError` where it is not installed."""
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or module
        raise ConfigurationError(f"{missing} is not installed: install s3lint[{extra}].") from error


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Turns what the AWS libraries raise into a `StoreError`; `doing` begins its sentence."""
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        if not is_aws(error):
            raise
        raise StoreError(f"{doing} failed: {reason(error)}.") from error


def is_aws(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("boto3", "botocore", "s3transfer", "aiobotocore", "aiohttp", "urllib3")


def code(error: BaseException) -> str:
    """The code of a refusal by AWS, or nothing."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def status(error: BaseException) -> int:
    """The HTTP status of a refusal, or 0 where there was no answer."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def was_refused(error: BaseException) -> bool:
    """Whether the store answered that it did not do it, so that nothing was done."""
    return 400 <= status(error) < 500 and code(error) not in TRANSIENT


def is_transient(error: BaseException | None) -> bool:
    """Whether trying later may succeed: an answer that says so, or none at all."""
    while error is not None and not isinstance(error, ArgumentError):
        if status(error):
            return status(error) >= 500 or code(error) in TRANSIENT
        if is_connection_trouble(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def is_connection_trouble(error: BaseException) -> bool:
    from botocore import exceptions as botocore

    troubles = (botocore.ConnectionError, botocore.HTTPClientError, botocore.IncompleteReadError, ConnectionError, TimeoutError)
    return isinstance(error, troubles)


def reason(error: BaseException) -> str:
    """The message of an error in one line, without its full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
