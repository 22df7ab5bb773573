"""Observe boto3, botocore, aioboto3 and aiobotocore through botocore's own events.

`provide-client-params` carries the parameters of each call before they are validated, `creating-client-class` the methods of a client
before its class is made: boto3 itself adds its transfers there.
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .imported import when_imported
from .recorder import Described, Recorder, running
from .values import GIVEN, S3_KEPT, item, parameters

METHODS = ("upload_file", "upload_fileobj", "copy", "generate_presigned_url", "generate_presigned_post")
"""Methods of an S3 client that are recorded as they were called, not by the requests that they make."""

ITEMS = frozenset({"PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems"})
WRITES = re.compile(r"(?:Put|Copy|Create|Upload|Restore|Delete|Write)\w+")
"""Operations of S3 that a rule can say something about. Reads have no parameters of interest."""

_signature = functools.lru_cache(64)(inspect.signature)
"""Clients are made more often than these methods are called."""

_handlers: dict[int, list[tuple[Any, ...]]] = {}


def install(recorder: Recorder) -> None:
    """Observe sessions of botocore that are made from now on, and boto3's default session."""
    when_imported("botocore.handlers", functools.partial(_register, recorder))


def remove(recorder: Recorder) -> None:
    """Leave sessions that are made from now on alone."""
    handlers = sys.modules.get("botocore.handlers")
    for spec in _handlers.pop(id(recorder), ()):
        if handlers is not None and spec in handlers.BUILTIN_HANDLERS:
            handlers.BUILTIN_HANDLERS.remove(spec)


def _register(recorder: Recorder, handlers: Any) -> None:
    calls, methods = functools.partial(_called, recorder), functools.partial(_methods, recorder)
    last = handlers.REGISTER_LAST
    specs = [
        ("provide-client-params.s3", calls),
        ("provide-client-params.dynamodb", calls),
        ("creating-client-class", methods, last),
    ]
    handlers.BUILTIN_HANDLERS.extend(specs)
    _handlers[id(recorder)] = specs
    boto3 = sys.modules.get("boto3")
    session = getattr(boto3, "DEFAULT_SESSION", None)
    if session is not None:
        for event, handler, *_ in specs:
            session.events.register_last(event, handler)


def _called(recorder: Recorder, params: Mapping[str, Any], model: Any, context: Any = None, **_: Any) -> None:
    """Record one call of a client. Botocore goes on with the parameters as they are, since nothing is returned."""
    described = _operation(model.service_model.service_name, model.name)
    # A presigned URL is recorded as `generate_presigned_url`, with its expiry.
    if described and not (isinstance(context, Mapping) and context.get("is_presign_request")):
        recorder.record(lambda: _described(described, model.name, params, redact=recorder.redact))


@functools.cache
def _operation(service: str, operation: str) -> str:
    """Return what an operation is recorded as; empty for one that is not, as most are not."""
    if service == "s3" and WRITES.fullmatch(operation):
        return f"s3.{_snake(operation)}"
    return "dynamodb.put_item" if service == "dynamodb" and operation in ITEMS else ""


def _described(described: str, operation: str, params: Mapping[str, Any], *, redact: bool) -> Iterator[Described]:
    if described == "dynamodb.put_item":
        for table, attributes in _items(operation, params):
            yield described, {"TableName": table, "Item": attributes}
    else:
        yield described, parameters(params, S3_KEPT, redact)


def _items(operation: str, params: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the table and the described attributes of each item that a call writes."""
    if operation == "PutItem":
        return [(str(params.get("TableName")), item(params.get("Item")))]
    if operation == "UpdateItem":
        return [(str(params.get("TableName")), item(params.get("ExpressionAttributeValues")))]
    if operation == "BatchWriteItem":
        requests = [(table, request) for table, listed in dict(params.get("RequestItems", {})).items() for request in listed]
        return [(str(table), item(request["PutRequest"].get("Item"))) for table, request in requests if "PutRequest" in request]
    puts = [request["Put"] for request in params.get("TransactItems", ()) if "Put" in request]
    return [(str(put.get("TableName")), item(put.get("Item"))) for put in puts]


def _methods(recorder: Recorder, class_attributes: dict[str, Any], event_name: str = "", **_: Any) -> None:
    """Wrap the methods of a class of S3 clients that is about to be made."""
    if event_name.endswith(".s3"):
        for name in METHODS:
            if name in class_attributes:
                class_attributes[name] = _observed(recorder, name, class_attributes[name])


def _observed(recorder: Recorder, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def describe(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Iterator[Described]:
        try:
            bound = _signature(method).bind(*arguments, **keywords)
        except TypeError:  # which the call itself raises next
            return
        bound.apply_defaults()
        given = {key: value for key, value in bound.arguments.items() if key != "self" and value is not None}
        kept = parameters(given, S3_KEPT | {"ClientMethod"}, recorder.redact)
        yield f"s3.{name}", {key: value for key, value in kept.items() if value != GIVEN}

    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def awaited(*arguments: Any, **keywords: Any) -> Any:
            recorder.record(lambda: describe(arguments, keywords))
            with running():
                return await method(*arguments, **keywords)

        return awaited

    @functools.wraps(method)
    def called(*arguments: Any, **keywords: Any) -> Any:
        recorder.record(lambda: describe(arguments, keywords))
        with running():
            return method(*arguments, **keywords)

    return called


def _snake(operation: str) -> str:
    """Return the method of an operation: `PutObject` is `put_object`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
