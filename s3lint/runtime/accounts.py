"""What is left when a step fails or is interrupted, and the error that says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from s3lint.runtime.clients import reason
from s3lint.runtime.errors import OrphanError
from s3lint.runtime.items import KeyValue


@dataclass(frozen=True)
class Place:
    """Where an item and its object lie, and the clients that reach them."""

    s3: Any
    dynamodb: Any
    table: str
    key: Mapping[str, KeyValue]
    bucket: str
    object_key: str

    @property
    def item(self) -> str:
        return f"the item {dict(self.key)!r} of the table {self.table!r}"

    @property
    def object(self) -> str:
        return f"the object {self.object_key!r} in the bucket {self.bucket!r}"

    def orphan(self, what: str, error: BaseException) -> OrphanError:
        """Returns the error that names both addresses."""
        message = f"{what}: {reason(error)}; look at {self.object} and {self.item}, and delete what is not wanted."
        return OrphanError(message, bucket=self.bucket, key=self.object_key, table=self.table, item=self.key)


class Account:
    """What would be left, and where, if all ended now."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._what = ""

    def may_leave(self, place: Place, what: str) -> None:
        """From now on, ending leaves the object of a place; `what` begins the sentence that says so."""
        self._place, self._what = place, what

    def leaves_nothing(self) -> None:
        """From now on, ending leaves nothing."""
        self._place = None

    def raise_orphan(self, error: BaseException) -> None:
        """Raises `OrphanError` where something may be left."""
        if self._place is not None:
            raise self._place.orphan(self._what, error) from error


@contextmanager
def accounted() -> Iterator[Account]:
    """Gives an account. If the block ends with an exception or an interruption, and the account says that something is left, raises `OrphanError`."""
    account = Account()
    try:
        yield account
    except OrphanError:
        raise
    except BaseException as error:
        account.raise_orphan(error)
        raise
