"""Check the requests of a client on their way out: the rules whose answer is in the request itself. `guard` is the entry.

Rules: public-acl, missing-content-type, flat-key, malformed-key, presign-expiry, sensitive-data-unencrypted, large-object-in-dynamodb,
unencrypted-transport.
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from s3lint.runtime.arguments import wrong
from s3lint.runtime.errors import ArgumentError, PolicyError

T = TypeVar("T")

LOG = logging.getLogger("s3lint.runtime.guard")

MAX_ITEM_BYTES = 400 * 1024
"""docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""

SENSITIVE = re.compile(
    r"(?:^|[/_.-])(?:ssn|passports?|medical|patients?|payslips?|salar(?:y|ies)|credit[_-]?cards?|secrets?|credentials?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
PUBLIC = frozenset({"public-read", "public-read-write", "authenticated-read"})
GROUPS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
OBJECTS = frozenset({"PutObject", "CopyObject", "CreateMultipartUpload"})
ITEMS = frozenset({"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"})
LOCAL = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1|.*\.(?:local|internal|localhost)|[\w-]+")
"""Hosts of this machine or its network: one without a dot is a container's."""

MALFORMED = re.compile(r"^/|//|(?:^|/)\.{1,2}(?:/|$)|[\\\x00-\x1f\x7f{}^%`\[\]\"<>~#|:]")

Problem = tuple[str, str]
"""What is wrong, and what to do."""

Check = Callable[[str, Mapping[str, Any]], "Problem | None"]
"""From an operation of botocore (`PutObject`) and its parameters."""


def _public_acl(operation: str, given: Mapping[str, Any]) -> Problem | None:
    if given.get("ACL") in PUBLIC:
        return f"ACL {given['ACL']!r} opens it to others", "drop ACL and hand out presigned URLs"
    grants = next(
        (name for name, value in given.items() if name.startswith("Grant") and any(group in str(value) for group in GROUPS)), None
    )
    return (f"{grants} opens it to everybody", "drop the grant and hand out presigned URLs") if grants is not None else None


def _content_type(operation: str, given: Mapping[str, Any]) -> Problem | None:
    copies = operation == "CopyObject" and given.get("MetadataDirective") != "REPLACE"
    if operation not in OBJECTS or copies or given.get("ContentType") or str(given.get("Key", "")).endswith("/"):
        return None
    return "it sets no ContentType", "pass ContentType"


def _flat_key(operation: str, given: Mapping[str, Any]) -> Problem | None:
    if operation in OBJECTS and "/" not in str(given.get("Key", "/")):
        return f"the key {given['Key']!r} has no prefix", "put it under a hierarchy"
    return None


def _malformed_key(operation: str, given: Mapping[str, Any]) -> Problem | None:
    if operation in OBJECTS and MALFORMED.search(str(given.get("Key", ""))):
        return f"the key {given['Key']!r} has an empty or dotted segment, or a character to avoid", "write another key"
    return None


def _sensitive(operation: str, given: Mapping[str, Any]) -> Problem | None:
    if operation in OBJECTS and not given.get("ServerSideEncryption") and not given.get("SSECustomerAlgorithm"):
        word = SENSITIVE.search(str(given.get("Key", "")))
        if word is not None:
            return (
                f"the key names {word[0].strip('/_.-')!r}, and nothing chooses how it is encrypted",
                'pass ServerSideEncryption="aws:kms"',
            )
    return None


def _large_item(operation: str, given: Mapping[str, Any]) -> Problem | None:
    if operation in ITEMS and any(_bytes_of(item) > MAX_ITEM_BYTES for item in _items(given)):
        return f"an item has more than {MAX_ITEM_BYTES:,} bytes", "put the large attribute in S3 and keep its key"
    return None


def _items(given: Mapping[str, Any]) -> Iterator[Any]:
    yield given.get("Item", given.get("ExpressionAttributeValues", {}))
    for listed in given.get("RequestItems", {}).values():
        yield from (request.get("PutRequest", {}).get("Item", {}) for request in listed)
    yield from (request.get("Put", {}).get("Item", {}) for request in given.get("TransactItems", ()))


def _bytes_of(value: Any) -> int:
    """Return the bytes of the texts and binaries in a value, which are what makes an item large."""
    if isinstance(value, (str, bytes, bytearray)):
        return (
            len(value) if isinstance(value, (bytes, bytearray)) or value.isascii() else len(value.encode("utf-8", "surrogatepass"))
        )
    if isinstance(value, Mapping):
        return sum(len(name) + _bytes_of(item) for name, item in value.items())
    return sum(map(_bytes_of, value)) if isinstance(value, (list, tuple, set, frozenset)) else 0


CHECKS: Mapping[str, Check] = {
    "public-acl": _public_acl,
    "missing-content-type": _content_type,
    "flat-key": _flat_key,
    "malformed-key": _malformed_key,
    "sensitive-data-unencrypted": _sensitive,
    "large-object-in-dynamodb": _large_item,
}
"""Rules that look at the parameters of a request."""

EXPIRY, TRANSPORT = "presign-expiry", "unencrypted-transport"

RULES = frozenset({*CHECKS, EXPIRY, TRANSPORT})
"""Names of the rules that `guard` knows."""


def guard(
    client: T, *, refuse: Collection[str] = RULES, warn: Collection[str] = (), max_expiry: timedelta = timedelta(days=1)
) -> T:
    """Check each request of a client, resource or session from now on, and return it.

    `refuse` and `warn` are names of rules. A request that violates one of `refuse` raises `PolicyError` before anything is sent; one that
    violates one of `warn` is sent, and logged as one line of JSON by the logger `s3lint.runtime.guard`. A session's clients are guarded if they are made later.
    Clients of aioboto3 and aiobotocore are guarded too. `max_expiry` is the longest life of a presigned URL.

    Raises `ArgumentError` for a name that is no rule of `guard`, and for something that is neither client nor session.
    """
    unknown = sorted({*refuse, *warn} - RULES)
    if unknown:
        raise ArgumentError(f"guard() knows no rule {unknown[0]!r}: pass names among {', '.join(sorted(RULES))}.")
    policy = _Policy(frozenset(refuse), frozenset(warn) - frozenset(refuse), max_expiry.total_seconds())
    inner: Any = getattr(getattr(client, "meta", None), "client", client)  # a resource has its client there
    events = getattr(getattr(inner, "meta", None), "events", None) or _events_of_session(inner)
    if events is None:
        raise wrong("client", client, "a client, a resource or a session of boto3 or botocore")
    for service in ("s3", "dynamodb"):
        events.register_last(f"provide-client-params.{service}", policy.on_parameters)
        events.register_last(f"before-sign.{service}", policy.on_request)
    events.register_last("creating-client-class", policy.on_class)
    if callable(getattr(inner, "generate_presigned_url", None)):
        inner.generate_presigned_url = policy.with_expiry(inner.generate_presigned_url)
    return client


def _events_of_session(session: Any) -> Any:
    if hasattr(session, "events"):
        return session.events
    return session.get_component("event_emitter") if hasattr(session, "get_component") else None


@dataclass(frozen=True)
class _Policy:
    refuse: frozenset[str]
    warn: frozenset[str]
    max_seconds: float

    def on_parameters(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        for rule, check in CHECKS.items():
            if rule in self.refuse or rule in self.warn:
                problem = check(model.name, params)
                if problem is not None:
                    self._act(rule, model.name, problem, params)

    def on_request(self, request: Any, operation_name: str, **_: Any) -> None:
        if request.url.startswith("http://") and not LOCAL.fullmatch(urlsplit(request.url).hostname or ""):
            self._act(TRANSPORT, operation_name, (f"it goes to {request.url.partition('?')[0]!r} in the clear", "use https"), {})

    def on_class(self, class_attributes: dict[str, Any], **_: Any) -> None:
        if "generate_presigned_url" in class_attributes:
            class_attributes["generate_presigned_url"] = self.with_expiry(class_attributes["generate_presigned_url"])

    def with_expiry(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method that checks `ExpiresIn` first. Of an asynchronous client it returns the coroutine, as before."""

        signature = inspect.signature(method)

        @functools.wraps(method)
        def call(*arguments: Any, **keywords: Any) -> Any:
            given = signature.bind(*arguments, **keywords).arguments
            seconds = given.get("ExpiresIn", 0)
            if isinstance(seconds, (int, float)) and seconds > self.max_seconds:
                advice = f"pass at most {self.max_seconds:,.0f}, or a larger max_expiry"
                problem = (f"the URL would live for {seconds:,} seconds", advice)
                self._act(EXPIRY, "generate_presigned_url", problem, given.get("Params") or {})
            return method(*arguments, **keywords)

        return call

    def _act(self, rule: str, operation: str, problem: Problem, given: Mapping[str, Any]) -> None:
        what, remedy = problem
        if rule in self.refuse:
            raise PolicyError(f"{operation} violates {rule}, because {what}: {remedy}.", rule=rule)
        if rule in self.warn:
            address = {name.lower(): given[name] for name in ("Bucket", "Key", "TableName") if isinstance(given.get(name), str)}
            LOG.warning(json.dumps({"rule": rule, "operation": operation, "problem": what, "remedy": remedy, **address}))
