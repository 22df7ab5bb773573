"""What the functions for asyncio need of a client: those of aioboto3 and aiobotocore have it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

Request = Callable[..., Coroutine[Any, Any, Any]]
"""A method that takes a request's parameters as keywords, and is awaited."""


class AsyncS3Client(Protocol):
    """A client for S3 whose requests are awaited."""

    @property
    def put_object(self) -> Request: ...
    @property
    def head_object(self) -> Request: ...
    @property
    def get_object(self) -> Request: ...
    @property
    def delete_object(self) -> Request: ...
    @property
    def list_objects_v2(self) -> Request: ...
    @property
    def list_multipart_uploads(self) -> Request: ...


class AsyncDynamoDBClient(Protocol):
    """A client for DynamoDB whose requests are awaited."""

    @property
    def put_item(self) -> Request: ...
    @property
    def update_item(self) -> Request: ...
    @property
    def get_item(self) -> Request: ...
    @property
    def delete_item(self) -> Request: ...
    @property
    def scan(self) -> Request: ...
