"""DynamoDB's limits, counted before anything is sent. Rule: large-object-in-dynamodb.

Limits: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html; sizes: CapacityUnitCalculations.html beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any

from s3lint.runtime.arguments import checked, instance, wrong
from s3lint.runtime.clients import imported, reason
from s3lint.runtime.errors import IntegrityError, LimitError

LARGEST_ITEM = 409_600
"""Bytes of an item, the names of its attributes included."""

LARGEST_BATCH = 25
"""Items of one BatchWriteItem."""

DIGITS = 38
SMALLEST, LARGEST = Decimal("1E-130"), Decimal("9.9999999999999999999999999999999999999E+125")

NUMBERS = Context(prec=DIGITS, Emin=-128, Emax=126, traps=[Clamped, Inexact, Overflow, Rounded, Underflow])
"""What boto3 takes for a number, zeros at the end counted as digits (`boto3.dynamodb.types.DYNAMODB_CONTEXT`)."""

LARGEST_KEY = 2_048
"""Bytes of a partition key; a sort key takes 1,024."""

LONGEST_NAME = 65_535
"""Bytes of the name of an attribute; 255 where it is a key."""

DEEPEST = 32
"""Levels of maps and lists."""


KeyValue = str | int | Decimal | bytes
"""What a primary key is made of."""

AN_ITEM = instance(Mapping, called="names of attributes with their values in a dict")


def primary_key(name: str, value: Any) -> dict[str, KeyValue]:
    """Returns the primary key of an item, of one attribute or two, in a dict of its own; a rule for arguments."""
    if not isinstance(value, Mapping) or not 1 <= len(value) <= 2:
        raise wrong(name, value, "a dict of one or two attributes, with text, a whole number, a Decimal or bytes")
    for attribute, one in value.items():
        if not isinstance(attribute, str) or not 1 <= len(_utf8(attribute, name)) <= 255:
            raise wrong(name, value, "names of attributes of 1 to 255 bytes")
        if isinstance(one, bool) or not isinstance(one, (str, int, Decimal, bytes)) or one in ("", b""):
            raise wrong(name, value, "a dict of one or two attributes, with text, a whole number, a Decimal or bytes")
        if _size(one, attribute, 1) > LARGEST_KEY:
            raise LimitError(f"The key {attribute!r} takes over {LARGEST_KEY:,} bytes, which DynamoDB refuses: shorten it.")
    return dict(value)


@checked(item=AN_ITEM)
def check_item(item: Mapping[str, Any]) -> int:
    """Returns the size of an item in bytes, by AWS's counting.

    Rule: large-object-in-dynamodb (STO101).

    Raises `LimitError` for an item over 409 600 bytes, a number of over 38 digits or out of range, a float, a set that is empty or of
    several types, maps and lists nested over 32 levels, and values that DynamoDB has no type for; its message names the attribute.
    """
    sizes = {name: _name_size(name) + _size(value, name, 1) for name, value in item.items()}
    total = sum(sizes.values())
    if total > LARGEST_ITEM:
        largest = max(sizes, key=sizes.__getitem__)
        raise LimitError(
            f"The item takes {total:,} bytes, {sizes[largest]:,} of them for {largest!r}, and DynamoDB refuses more than {LARGEST_ITEM:,}: "
            "put the content in S3 and keep its key."
        )
    return total


@checked(items=instance(list, tuple, called="items in a list"))
def check_batch(items: Sequence[Mapping[str, Any]]) -> int:
    """Returns the size in bytes of all items of one BatchWriteItem.

    Rule: large-object-in-dynamodb (STO101).

    Raises `LimitError` for more than 25 items, and what `check_item` raises.
    """
    if len(items) > LARGEST_BATCH:
        raise LimitError(f"The batch holds {len(items)} items, and DynamoDB refuses more than {LARGEST_BATCH}: send it in parts.")
    return sum(check_item(item) for item in items)


def serialised(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Returns attributes as DynamoDB's client takes them. Raises `LimitError` where that has no type for one."""
    serialise = imported("boto3.dynamodb.types", "runtime").TypeSerializer().serialize
    try:
        return {name: serialise(value) for name, value in attributes.items()}
    except (ArithmeticError, RecursionError, TypeError, ValueError) as error:
        raise LimitError(f"An attribute cannot be written to DynamoDB: {reason(error)}.") from error


def deserialised(item: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the attributes of an item that was read: numbers as exact Decimals, binary values as bytes.

    Raises `IntegrityError` for what is no item.
    """
    try:
        return {name: _exactly().deserialize(value) for name, value in item.items()}
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
        raise IntegrityError(f"The item that was read cannot be understood: {reason(error)}.") from error


@functools.cache
def _exactly() -> Any:
    """Returns boto3's deserialiser without its rounding, which raises at a number of many zeros, and without its own type of bytes."""
    types = imported("boto3.dynamodb.types", "runtime")

    class Exactly(types.TypeDeserializer):  # type: ignore[misc, name-defined]
        def _deserialize_n(self, value: str) -> Decimal:
            number = Decimal(value)
            return number if len(number.as_tuple().digits) <= DIGITS else number.normalize()

        def _deserialize_b(self, value: bytes) -> bytes:
            return bytes(value)

    return Exactly()


def _name_size(name: Any) -> int:
    size = len(_utf8(name, str(name)))
    if not 1 <= size <= LONGEST_NAME:
        raise LimitError(
            f"The attribute {str(name)[:40]!r} has a name of {size:,} bytes, and DynamoDB takes 1 to {LONGEST_NAME:,}."
        )
    return size


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
        _check_set(value, name)
        return sum(_size(element, name, depth) for element in value)
    if isinstance(value, (Mapping, list, tuple)):
        return _nested_size(value, name, depth)
    advice = "pass a Decimal" if isinstance(value, float) else "pass text, bytes, a number, a list, a map or a set"
    raise LimitError(
        f"The attribute {name!r} holds a value of type {type(value).__name__}, which DynamoDB has no type for: {advice}."
    )


def _check_set(value: set[Any] | frozenset[Any], name: str) -> None:
    if not value:
        raise LimitError(f"The attribute {name!r} holds an empty set, which DynamoDB refuses: leave the attribute out.")
    of_numbers = all(isinstance(element, (int, Decimal)) and not isinstance(element, bool) for element in value)
    if not of_numbers and not any(all(isinstance(element, kind) for element in value) for kind in (str, bytes)):
        raise LimitError(f"The attribute {name!r} holds a set that is not all text, all numbers or all bytes: pass a list.")


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
    digits = "".join(map(str, number.as_tuple().digits))
    try:
        NUMBERS.create_decimal(number)
    except ArithmeticError:
        if len(digits) > DIGITS:
            raise LimitError(
                f"The attribute {name!r} holds a number of {len(digits)} digits, and DynamoDB keeps {DIGITS}: round it, or pass text."
            ) from None
        raise LimitError(f"The attribute {name!r} holds {number:.2E}, which is out of DynamoDB's range: pass text.") from None
    if number and not SMALLEST <= number.copy_abs() <= LARGEST:
        raise LimitError(f"The attribute {name!r} holds {number:.2E}, which is out of DynamoDB's range: pass text.")
    return (len(digits.strip("0")) + 1) // 2 + 1 + (number < 0)


def _utf8(text: Any, name: str) -> bytes:
    if not isinstance(text, str):
        raise LimitError(f"The attribute {name!r} has a name of type {type(text).__name__}: names are text.")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise LimitError(f"The attribute {name!r} holds half a character, which is no UTF-8: remove it.") from None
