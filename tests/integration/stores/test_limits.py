"""DynamoDB's limits, counted here and by a server that enforces them."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import DYNAMODB_CONTEXT, TypeSerializer
from botocore.exceptions import ClientError

from conftest import TABLE, dynamodb
from s3lint.runtime import LimitError, check_batch, check_item
from s3lint.runtime.items import deserialised, primary_key, serialised

ITEM = {"document_id": "x"}
ROOM = 409_600 - check_item(ITEM)

FITTING: list[dict[str, Any]] = [
    {"a": "x" * (ROOM - 1)},
    {"a": "é" * ((ROOM - 2) // 2)},
    {"a": b"x" * (ROOM - 1)},
    {"l": ["x" * (ROOM - 8), 1]},
    {"m": {"name": "x" * (ROOM - 9)}},
    {"n": "x" * (ROOM - 1 - 3), "b": True},
    {"a": Decimal("1" * 38)},
    {"a": Decimal("-1.5E-100")},
]

TOO_LARGE: list[dict[str, Any]] = [
    {"a": "x" * ROOM},
    {"a": b"x" * ROOM},
    {"a": Decimal("1" * 39)},
    {"a": Decimal("1E126")},
]


def put(address: str, item: dict[str, Any]) -> None:
    numbers = TypeSerializer()
    serialised = {
        name: {"N": str(value)} if isinstance(value, Decimal) else numbers.serialize(value) for name, value in item.items()
    }
    dynamodb(address).put_item(TableName=TABLE, Item=serialised)


@pytest.mark.parametrize("item", FITTING, ids=lambda item: f"{next(iter(item))}-{len(str(item))}")
def test_what_fits_here_fits_there(items: str, item: dict[str, Any]) -> None:
    assert check_item({**ITEM, **item}) <= 409_600
    put(items, {**ITEM, **item})


@pytest.mark.parametrize("item", TOO_LARGE, ids=lambda item: f"{next(iter(item))}-{len(str(item))}")
def test_what_is_refused_there_is_refused_here(items: str, item: dict[str, Any]) -> None:
    with pytest.raises(LimitError):
        check_item({**ITEM, **item})
    with pytest.raises(ClientError, match="ValidationException"):
        put(items, {**ITEM, **item})


def test_a_batch_holds_twenty_five(items: str) -> None:
    for count in (25, 26):
        batch = [{"document_id": str(number)} for number in range(count)]
        requests = [{"PutRequest": {"Item": {"document_id": {"S": item["document_id"]}}}} for item in batch]
        if count == 25:
            check_batch(batch)
            dynamodb(items).batch_write_item(RequestItems={TABLE: requests})
            continue
        with pytest.raises(LimitError):
            check_batch(batch)
        with pytest.raises(ClientError, match="ValidationException"):
            dynamodb(items).batch_write_item(RequestItems={TABLE: requests})


def test_digits_are_counted_as_boto3_counts_them() -> None:
    assert DYNAMODB_CONTEXT.prec == 38


@pytest.mark.parametrize(
    "value",
    [
        {"x", "é"},
        {1, Decimal("2.50")},
        {b"", b"x"},
        [(1, "x"), {}],
        {"": None},
        Decimal("1E-120"),
        -(10**37),
        "",
        b"",
        [],
        True,
        None,
    ],
    ids=str,
)
def test_what_is_written_comes_back(items: str, value: Any) -> None:
    check_item({"a": value})
    server = dynamodb(items)
    server.put_item(TableName=TABLE, Item=serialised({**ITEM, "a": value}))
    back = deserialised(server.get_item(TableName=TABLE, Key=serialised(ITEM), ConsistentRead=True)["Item"])
    assert back["a"] == ([[1, "x"], {}] if isinstance(value, list) and value else value)


@pytest.mark.parametrize("value", [Decimal(10) ** 100, Decimal("1E+38"), 10**37], ids=str)
def test_numbers_of_many_zeros_come_back(items: str, value: Any) -> None:
    server = dynamodb(items)
    server.put_item(TableName=TABLE, Item=serialised({**ITEM, "a": value}))
    back = deserialised(server.get_item(TableName=TABLE, Key=serialised(ITEM), ConsistentRead=True)["Item"])
    assert back["a"] == value
    check_item(back)


@pytest.mark.parametrize(("kind", "value"), [("N", 2026), ("N", Decimal("-1.5")), ("B", b"\x00\xff"), ("S", "é")])
def test_keys_of_every_type(items: str, kind: str, value: Any) -> None:
    server = dynamodb(items)
    name = f"keys-{uuid.uuid4().hex[:8]}"
    server.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": kind}, {"AttributeName": "b", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    server.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    key = {"a": value, "b": "x"}
    server.put_item(TableName=name, Item=serialised(primary_key("key", key)))
    assert deserialised(server.get_item(TableName=name, Key=serialised(key))["Item"]) == key
