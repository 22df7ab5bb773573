"""DynamoDB's limits, counted before anything is sent. Rule: large-object-in-dynamodb.

Limits: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html; sizes: CapacityUnitCalculations.html beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from s3lint.runtime.errors import LimitError

LARGEST_ITEM = 409_600
"""Bytes of an item, the names of its attributes included."""

LARGEST_BATCH = 25
"""Items of one BatchWriteItem."""

DIGITS = 38
SMALLEST, LARGEST = Decimal("1E-130"), Decimal("9.9999999999999999999999999999999999999E+125")

DEEPEST = 32
"""Levels of maps and lists."""


def check_item(item: Mapping[str, Any]) -> int:
    """The size of an item in bytes, by AWS's counting.

    Rule: large-object-in-dynamodb (STO101).

    Raises `LimitError` for an item over 409 600 bytes, a number of over 38 digits or out of range, a float, an empty set, maps and lists
    nested over 32 levels, and whatever DynamoDB has no type for; its message names the attribute.
    """
    sizes = {name: len(_utf8(name, name)) + _size(value, name, 1) for name, value in item.items()}
    total = sum(sizes.values())
    if total > LARGEST_ITEM:
        largest = max(sizes, key=sizes.__getitem__)
        raise LimitError(
            f"The item takes {total:,} bytes, {sizes[largest]:,} of them for {largest!r}, and DynamoDB refuses more than {LARGEST_ITEM:,}: "
            "put the content in S3 and keep its key."
        )
    return total


def check_batch(items: Sequence[Mapping[str, Any]]) -> int:
    """The size in bytes of all items of one BatchWriteItem.

    Rule: large-object-in-dynamodb (STO101).

    Raises `LimitError` for more than 25 items, and what `check_item` raises.
    """
    if len(items) > LARGEST_BATCH:
        raise LimitError(f"The batch holds {len(items)} items, and DynamoDB refuses more than {LARGEST_BATCH}: send it in parts.")
    return sum(check_item(item) for item in items)


def _size(value: Any, name: str, depth: int) -> int:
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return len(_utf8(value, name))
    if isinstance(value, (bytes, bytearray)):
        return len(value)
    if isinstance(value, (int, Decimal)):
        return _number_size(Decimal(value), name)
    if isinstance(value, (set, frozenset)):
        if not value:
            raise LimitError(f"The attribute {name!r} holds an empty set, which DynamoDB refuses: leave the attribute out.")
        return sum(_size(element, name, depth) for element in value)
    if isinstance(value, (Mapping, list, tuple)):
        return _nested_size(value, name, depth)
    advice = "pass a Decimal" if isinstance(value, float) else "pass text, bytes, a number, a list, a map or a set"
    raise LimitError(
        f"The attribute {name!r} holds a value of type {type(value).__name__}, which DynamoDB has no type for: {advice}."
    )


def _nested_size(value: Mapping[str, Any] | Sequence[Any], name: str, depth: int) -> int:
    """Three bytes, one for each element, and the elements."""
    if depth > DEEPEST:
        raise LimitError(
            f"The attribute {name!r} nests more than {DEEPEST} levels, which DynamoDB refuses: store it as JSON in S3."
        )
    elements = value.values() if isinstance(value, Mapping) else value
    names = sum(len(_utf8(key, name)) for key in value) if isinstance(value, Mapping) else 0
    return 3 + len(value) + names + sum(_size(element, name, depth + 1) for element in elements)


def _number_size(number: Decimal, name: str) -> int:
    """One byte for two digits and one more; one for a sign."""
    if not number.is_finite():
        raise LimitError(f"The attribute {name!r} holds {number}, which is no number to DynamoDB: leave the attribute out.")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > DIGITS:
        raise LimitError(
            f"The attribute {name!r} holds a number of {len(digits)} digits, and DynamoDB keeps {DIGITS}: round it, or pass text."
        )
    if number and not SMALLEST <= number.copy_abs() <= LARGEST:
        raise LimitError(f"The attribute {name!r} holds {number:.2E}, which is out of DynamoDB's range: pass text.")
    return (len(digits) + 1) // 2 + 1 + (number < 0)


def _utf8(text: Any, name: str) -> bytes:
    if not isinstance(text, str):
        raise LimitError(f"The attribute {name!r} has a name of type {type(text).__name__}: names are text.")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise LimitError(f"The attribute {name!r} holds half a character, which is no UTF-8: remove it.") from None
