"""Documents: an object in S3 and its reference in DynamoDB, whatever fails in between."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from s3lint.runtime import (
    AccessPattern,
    ArgumentError,
    ConflictError,
    Document,
    IntegrityError,
    LimitError,
    MissingError,
    OrphanError,
    StoreError,
    check_batch,
    check_item,
    delete_document,
    delete_document_async,
    dynamodb_client,
    object_key,
    read_document,
    read_document_async,
    s3_client,
    store_document,
    store_document_async,
)
from support.servers import BUCKET, TABLE

pytestmark = [pytest.mark.xdist_group("runtime"), pytest.mark.usefixtures("store")]


@pytest.fixture
def arguments() -> dict[str, Any]:
    document_id = uuid.uuid4().hex
    key = object_key("documents", document_id, filename="a.pdf")
    return {
        "table": TABLE,
        "key": {"document_id": document_id},
        "bucket": BUCKET,
        "object_key": key,
        "access": AccessPattern.FREQUENT,
    }


def exists(key: str) -> bool:
    return "Contents" in boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=key)


def item(arguments: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = boto3.resource("dynamodb").Table(TABLE).get_item(Key=arguments["key"]).get("Item")
    return found


def test_a_document_is_stored_read_and_deleted(arguments: dict[str, Any]) -> None:
    stored = store_document(b"%PDF", **arguments, attributes={"title": "Q1", "pages": 3})
    found = item(arguments)
    assert found is not None
    assert found["s3_bucket"] == BUCKET
    assert found["s3_key"] == arguments["object_key"]
    assert (found["file_size"], found["content_type"], found["title"], found["pages"]) == (4, "application/pdf", "Q1", 3)
    sink = io.BytesIO()
    assert read_document(sink, table=TABLE, key=arguments["key"]).sha256 == stored.sha256
    assert sink.getvalue() == b"%PDF"
    delete_document(table=TABLE, key=arguments["key"])
    assert item(arguments) is None
    assert not exists(arguments["object_key"])
    with pytest.raises(MissingError):
        delete_document(table=TABLE, key=arguments["key"])


class Awaited:
    """A client whose answers are awaited, as aioboto3's are."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(**parameters: Any) -> Any:
            answer = await asyncio.to_thread(getattr(self._client, name), **parameters)
            if "Body" in answer:
                answer = {**answer, "Body": AwaitedBody(answer["Body"])}
            return answer

        return call


class AwaitedBody:
    def __init__(self, body: Any) -> None:
        self._body = body

    async def read(self, size: int) -> bytes:
        return bytes(self._body.read(size))


def test_the_twin_that_is_awaited_does_the_same(arguments: dict[str, Any]) -> None:
    clients: dict[str, Any] = {"s3": Awaited(s3_client()), "dynamodb": Awaited(dynamodb_client())}

    async def use() -> Document:
        await store_document_async(b"%PDF", **arguments, **clients)
        with pytest.raises(ConflictError):
            await store_document_async(b"%PDF", **{**arguments, "object_key": "documents/other.pdf"}, **clients)
        read = await read_document_async(io.BytesIO(), table=TABLE, key=arguments["key"], **clients)
        await delete_document_async(table=TABLE, key=arguments["key"], **clients)
        return read

    assert asyncio.run(use()).size == 4
    assert item(arguments) is None
    assert not exists("documents/other.pdf")


def test_what_is_there_already_is_left_alone(arguments: dict[str, Any]) -> None:
    store_document(b"first", **arguments)
    other = object_key("documents", uuid.uuid4().hex, filename="a.pdf")
    with pytest.raises(ConflictError, match="item"):
        store_document(b"second", **{**arguments, "object_key": other})
    assert not exists(other)
    with pytest.raises(ConflictError, match="object"):
        store_document(b"second", **{**arguments, "key": {"document_id": "another"}})
    sink = io.BytesIO()
    read_document(sink, table=TABLE, key=arguments["key"])
    assert sink.getvalue() == b"first"


class Failing:
    """A client of which one operation fails, before or after it was carried out."""

    def __init__(self, client: Any, operation: str, error: Exception, *, carried_out: bool = False) -> None:
        self._client, self._operation, self._error, self._carried_out = client, operation, error, carried_out

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name != self._operation:
            return real

        def fail(**parameters: Any) -> None:
            if self._carried_out:
                real(**parameters)
            raise self._error

        return fail


TIMEOUT = ReadTimeoutError(endpoint_url="http://127.0.0.1")


@pytest.mark.parametrize("carried_out", [False, True])
def test_where_the_fate_of_the_item_is_unknown_the_object_stays_and_is_named(arguments: dict[str, Any], carried_out: bool) -> None:
    failing: Any = Failing(dynamodb_client(), "put_item", TIMEOUT, carried_out=carried_out)
    with pytest.raises(OrphanError) as caught:
        store_document(b"x", **arguments, dynamodb=failing)
    assert (caught.value.bucket, caught.value.key) == (BUCKET, arguments["object_key"])
    assert exists(arguments["object_key"])
    assert (item(arguments) is not None) is carried_out


def test_an_item_that_is_refused_leaves_no_object(arguments: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="ResourceNotFound"):
        store_document(b"x", **{**arguments, "table": "no-such-table"})
    assert not exists(arguments["object_key"])


def test_an_object_that_cannot_be_removed_is_named(arguments: dict[str, Any]) -> None:
    failing: Any = Failing(s3_client(), "delete_object", TIMEOUT)
    with pytest.raises(OrphanError, match="left over"):
        store_document(b"x", **{**arguments, "table": "no-such-table"}, s3=failing)
    store_document(b"x", **{**arguments, "object_key": "documents/kept/a.pdf"})
    with pytest.raises(OrphanError) as caught:
        delete_document(table=TABLE, key=arguments["key"], s3=failing)
    assert caught.value.key == "documents/kept/a.pdf"
    assert item(arguments) is None


def test_an_object_whose_fate_is_unknown_is_named(arguments: dict[str, Any]) -> None:
    failing: Any = Failing(s3_client(), "put_object", TIMEOUT, carried_out=True)
    with pytest.raises(OrphanError, match="not known whether the object"):
        store_document(b"x", **arguments, s3=failing)
    assert item(arguments) is None


def test_an_object_of_another_writer_is_not_taken_for_the_documents(arguments: dict[str, Any]) -> None:
    store_document(b"x", **arguments)
    boto3.client("s3").put_object(Bucket=BUCKET, Key=arguments["object_key"], Body=b"other")
    with pytest.raises(IntegrityError):
        read_document(io.BytesIO(), table=TABLE, key=arguments["key"])


@pytest.mark.parametrize("key", [{}, {"a": 1}, {"a": ""}, {"a": "b", "c": "d", "e": "f"}, {"s3_key": "x"}])
def test_a_key_that_is_none_is_refused(arguments: dict[str, Any], key: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        store_document(b"x", **{**arguments, "key": key})
    assert not exists(arguments["object_key"])


def test_what_is_over_a_limit_never_reaches_the_network(arguments: dict[str, Any]) -> None:
    class Unreachable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    unreachable: Any = Unreachable()
    with pytest.raises(LimitError, match="'content'"):
        store_document(b"x", **arguments, attributes={"content": b"x" * 409_600}, s3=unreachable, dynamodb=unreachable)


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": "é"}, 3),
        ({"a": b"123"}, 4),
        ({"a": None}, 2),
        ({"a": True}, 2),
        ({"a": 12}, 3),
        ({"a": -12}, 4),
        ({"a": 1_200}, 3),
        ({"a": Decimal("0.012")}, 3),
        ({"a": Decimal("9" * 38)}, 21),
        ({"a": ["x", {"b": "y"}]}, 1 + 3 + 2 + 1 + 3 + 1 + 1 + 1),
        ({"a": {"x", "yy"}}, 4),
        ({"é" * 2: ""}, 4),
    ],
)
def test_sizes_are_counted_as_aws_counts(item: dict[str, Any], size: int) -> None:
    assert check_item(item) == size


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1" * 39),
        Decimal("1E126"),
        Decimal("1E-131"),
        Decimal("NaN"),
        1.5,
        set(),
        object(),
        "\ud800",
        nested(33),
        {1: "x"},
        "x" * 409_600,
    ],
    ids=lambda value: f"{type(value).__name__}-{len(str(value))}",
)
def test_a_value_over_a_limit_is_refused_by_the_name_of_its_attribute(value: Any) -> None:
    with pytest.raises(LimitError, match="'note'"):
        check_item({"note": value})


def test_the_limits_themselves_are_allowed() -> None:
    assert check_item({"note": "x" * 409_596}) == 409_600
    assert check_item({"note": nested(32)})
    assert check_batch([{"a": "x"}] * 25) == 50
    with pytest.raises(LimitError, match="26 items"):
        check_batch([{"a": "x"}] * 26)


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20) | st.integers(
    -(10**20), 10**20
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"]), max_size=9) | st.binary(max_size=9) | NUMBERS,
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), values, max_size=3)
    ),
    max_leaves=8,
)


@given(value=VALUES)
def test_what_passes_is_what_boto3_can_write(value: Any) -> None:
    from boto3.dynamodb.types import TypeSerializer

    assert check_item({"a": value}) >= 1
    TypeSerializer().serialize(value)
