"""Clients that the helpers make where none is given, and what their errors mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from s3lint.runtime.errors import ArgumentError, ConfigurationError, IntegrityError, StorageError, StoreError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_s3.client import S3Client

ATTEMPTS = 5
"""Requests for one answer, with botocore's own pauses between them."""

SENTENCE_END = re.compile(r"(?<=[\w)\]'\"])\. (?=[A-Z])")

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
    """Returns an S3 client pinned to Signature Version 4 that tries again what can be tried again; `settings` go to `boto3.client`.

    Rule: presign-signature (STO406).

    Raises `ConfigurationError` where boto3 is not installed, `ArgumentError` for settings that boto3 does not take, and `StoreError`
    where it knows no region.
    """
    client: S3Client = _client("s3", settings, {"signature_version": "s3v4"})
    return client


def dynamodb_client(**settings: Any) -> DynamoDBClient:
    """Returns a DynamoDB client that tries again what can be tried again; `settings` go to `boto3.client`.

    Raises `ConfigurationError` where boto3 is not installed, `ArgumentError` for settings that boto3 does not take, and `StoreError`
    where it knows no region.
    """
    client: DynamoDBClient = _client("dynamodb", settings, {})
    return client


def _client(service: str, settings: dict[str, Any], pinned: dict[str, Any]) -> Any:
    """Returns a client whose configuration tries again, where the one given says nothing else."""
    boto3 = imported("boto3", "runtime")
    from botocore.config import Config

    with store_errors(f"Making a client for {service}"):
        try:
            config = Config(retries={"mode": "standard", "total_max_attempts": ATTEMPTS})
            given = settings.pop("config", None)
            config = config.merge(given) if given is not None else config
            return boto3.client(service, config=config.merge(Config(**pinned)), **settings)
        except (AttributeError, TypeError, ValueError) as error:
            raise ArgumentError(f"A client for {service} cannot be made of these settings: {reason(error)}.") from error


@functools.cache
def default_s3() -> S3Client:
    """Returns the client for S3 that is used where none is given; it is made once."""
    return s3_client()


@functools.cache
def default_dynamodb() -> DynamoDBClient:
    """Returns the client for DynamoDB that is used where none is given; it is made once."""
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
    """Turns each exception of a client into a `StoreError`, or an `IntegrityError` for bytes that are not what their checksum says.

    `doing` begins the sentence. What a client raises is not known beforehand: it lets through what its libraries raise.
    """
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        if type(error).__name__ == "FlexibleChecksumError":
            raise IntegrityError(f"{doing} failed, since the bytes do not match their checksum: {reason(error)}.") from error
        raise StoreError(f"{doing} failed: {reason(error)}.") from error


def code(error: BaseException) -> str:
    """The code of a refusal by AWS, or nothing."""
    return str(_answer(error).get("Error", {}).get("Code", ""))


def status(error: BaseException) -> int:
    """The HTTP status of a refusal, or 0 where there was no answer."""
    return int(_answer(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _answer(error: BaseException) -> dict[str, Any]:
    return getattr(error, "response", None) or {}


def was_refused(error: BaseException | None, operation: str) -> bool:
    """Whether the store answered that it did not do an operation, or was never asked, so that nothing was done.

    Where the client asked again after an answer that was lost, a refusal does not tell of what it asked for first.
    """
    if error is None:
        return False
    from botocore import exceptions as botocore

    if isinstance(error, (botocore.ParamValidationError, botocore.NoCredentialsError, botocore.PartialCredentialsError)):
        return True
    was_first = not _answer(error).get("ResponseMetadata", {}).get("RetryAttempts")
    is_final = 400 <= status(error) < 500 and code(error) not in TRANSIENT
    return is_final and was_first and getattr(error, "operation_name", operation) == operation


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
    """Returns the first sentence of an error's message, without its full stop and shortened to 240 characters; Rust's and Java's have many."""
    lines = [" ".join(line.split()) for line in str(error).splitlines()]
    first = next(filter(None, lines), type(error).__name__)
    sentence = SENTENCE_END.split(first, maxsplit=1)[0].rstrip(".:")
    return sentence if len(sentence) <= 240 else f"{sentence[:240]}…"
