"""What the helpers raise. Each message is one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class StorageError(Exception):
    """Anything that a helper of `s3lint.runtime` raises on purpose."""


class ConfigurationError(StorageError):
    """The surroundings are not ready: a variable is not set, an extra is not installed, a client or an engine lacks something."""


class UnsafeStoreError(ConfigurationError):
    """The store ignores conditional writes, so concurrent commits to a Delta table would be lost."""


class ArgumentError(StorageError, ValueError):
    """An argument is wrong, or a stream of the caller's failed. Nothing was changed in the store."""


class KeyFormatError(ArgumentError):
    """A segment or a key that S3, or a tool that reads from it, would stumble over."""


class LimitError(ArgumentError):
    """An item, a number or a batch that is over one of DynamoDB's limits."""


class SchemaError(ArgumentError):
    """Data, a table or a change that does not fit the declared schema or its evolution policy."""


class MissingError(StorageError):
    """There is no such object, item or table."""


class ConflictError(StorageError):
    """Something is there already, or another writer was faster. Nothing of the other's was touched."""


class IntegrityError(StorageError):
    """What was read is not what was written."""


class StoreError(StorageError):
    """The store or the engine refused, or failed after all tries. The client's own error is the `__cause__`."""


class PolicyError(StorageError):
    """A request that `guard` refused. Nothing was sent. `rule` is the name of the rule that it violates."""

    def __init__(self, message: str, *, rule: str) -> None:
        super().__init__(message)
        self.rule = rule


class OrphanError(StoreError):
    """An object is left that no item points to, or may be: remove it, or write the item again.

    `bucket` and `key` are the object's address; `table` and `item`, a primary key, are the address of the item that it was for.
    An interruption (`KeyboardInterrupt`, a cancelled task) that leaves something is the `__cause__` of this error.
    """

    def __init__(self, message: str, *, bucket: str, key: str, table: str, item: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.bucket = bucket
        self.key = key
        self.table = table
        self.item = dict(item)
