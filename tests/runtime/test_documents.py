"""Documents: an object in S3 and its reference in DynamoDB, with failures at each step."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
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
    find_orphans,
    find_orphans_async,
    object_key,
    open_document,
    open_document_async,
    read_document,
    read_document_async,
    replace_document,
    replace_document_async,
    s3_client,
    store_document,
    store_document_async,
)
from s3lint.runtime.clients import default_dynamodb, default_s3
from s3lint.runtime.items import deserialised, serialised
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
    return "Contents" in default_s3().list_objects_v2(Bucket=BUCKET, Prefix=key)


def item(arguments: dict[str, Any]) -> dict[str, Any] | None:
    found = default_dynamodb().get_item(TableName=TABLE, Key=serialised(arguments["key"])).get("Item")
    return deserialised(found) if found else None


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
    """A client one operation of which fails, before or after it was carried out."""

    def __init__(self, client: Any, operation: str, error: BaseException, *, carried_out: bool = False) -> None:
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


OPERATIONS = {
    "store": (["put_object"], ["put_item"]),
    "replace": (["put_object", "delete_object"], ["get_item", "update_item"]),
    "delete": (["delete_object"], ["get_item", "delete_item"]),
}

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


@pytest.mark.parametrize(
    "key",
    [
        {}, {"a": ""}, {"a": b""}, {"a": None}, {"a": True}, {"a": 1.5}, {"a": Decimal("NaN")}, {"a": ["x"]}, {"": "x"}, {1: "x"},
        {"a": "x" * 2_049}, {"a": "b", "c": "d", "e": "f"}, {"s3_key": "x"}, "a", None,
    ],
    ids=str,
)  # fmt: skip
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


@pytest.mark.parametrize(
    "odd", [{"s3_bucket": "No Bucket"}, {"s3_key": "x" * 1_025}, {"s3_key": {"x"}}, {"file_size": Decimal("1.5")}, {"file_size": True}, {"file_size": "1"}]
)  # fmt: skip
def test_an_item_that_can_point_to_no_object_is_left_alone(arguments: dict[str, Any], odd: dict[str, Any]) -> None:
    finding = {"table": TABLE, "key": arguments["key"]}
    written = store_document(b"x", **arguments).attributes
    dynamodb_client().put_item(TableName=TABLE, Item=serialised({**written, **odd}))
    with pytest.raises(MissingError, match="points to no object"):
        delete_document(**finding)
    with pytest.raises(MissingError, match="points to no object"):
        replace_document(b"y", **{**arguments, "object_key": f"{arguments['object_key']}-2"})
    assert exists(arguments["object_key"])
    assert not exists(f"{arguments['object_key']}-2")
    assert "Item" in dynamodb_client().get_item(TableName=TABLE, Key=serialised(arguments["key"]))


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


@given(
    value=st.sets(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.binary(max_size=3) | st.decimals(allow_nan=False),
        max_size=4,
    )
    | st.integers()
    | st.integers(0, 140).map(lambda zeros: 10**zeros)
    | st.decimals()
    | st.floats()
    | st.binary().map(memoryview)
    | st.lists(st.tuples(st.integers() | st.floats()), max_size=3)
)
def test_what_is_not_refused_can_be_written_and_comes_back(value: Any) -> None:
    try:
        check_item({"a": value})
    except LimitError as error:
        assert "'a'" in str(error)
        return
    back = deserialised(serialised({"a": value}))["a"]
    assert back == (list(map(list, value)) if isinstance(value, list) else value)


@pytest.mark.parametrize(
    "value", [{1, "x"}, {None}, {True, 2}, {b"x", "x"}, frozenset(), 10**38, Decimal(10**39), [{1.5}], {"x": object()}]
)
def test_what_cannot_be_written_is_refused_before_the_object_is(arguments: dict[str, Any], value: Any) -> None:
    with pytest.raises(ArgumentError):
        store_document(b"x", **arguments, attributes={"a": value})
    assert not exists(arguments["object_key"])


def test_numbers_of_other_writers_are_read_exactly(arguments: dict[str, Any]) -> None:
    """boto3 raises at a number of more than 38 digits, though those at its end are zeros."""
    read = deserialised({"n": {"N": "1" + "0" * 40}, "b": {"B": b"x"}, "s": {"NS": ["1.50"]}, "l": {"L": [{"N": "0.10"}]}})
    assert read == {"n": Decimal(10) ** 40, "b": b"x", "s": {Decimal("1.5")}, "l": [Decimal("0.1")]}
    check_item(read)
    for broken in ({"a": {"X": 1}}, {"a": {}}, {"a": {"N": "x"}}, {"a": None}):
        with pytest.raises(IntegrityError):
            deserialised(broken)


@pytest.fixture
def keyed(request: pytest.FixtureRequest) -> str:
    """A table with a composite primary key of a number and of bytes."""
    name = f"keyed-{uuid.uuid4().hex[:8]}"
    boto3.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "year", "KeyType": "HASH"}, {"AttributeName": "digest", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "year", "AttributeType": "N"}, {"AttributeName": "digest", "AttributeType": "B"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.mark.parametrize("year", [2026, Decimal("2026.5"), -1])
def test_a_key_may_be_numbers_and_bytes(arguments: dict[str, Any], keyed: str, year: Any) -> None:
    key = {"year": year, "digest": b"\x00\xff"}
    store_document(b"one", **{**arguments, "table": keyed, "key": key})
    with pytest.raises(ConflictError):
        store_document(b"two", **{**arguments, "table": keyed, "key": key, "object_key": f"{arguments['object_key']}.two"})
    sink = io.BytesIO()
    assert read_document(sink, table=keyed, key=key).attributes["year"] == year
    delete_document(table=keyed, key=key)
    assert not exists(arguments["object_key"])


def test_a_document_is_replaced(arguments: dict[str, Any]) -> None:
    store_document(b"old", **arguments, attributes={"title": "Q1", "tags": {"a"}})
    newer = {**arguments, "object_key": f"{arguments['object_key']}.v2"}
    replaced = replace_document(b"newer", **newer)
    assert (replaced.attributes["title"], replaced.attributes["tags"], replaced.size) == ("Q1", {"a"}, 5)
    assert keys_of(arguments) == [newer["object_key"]]
    replace_document(b"newest", **{**newer, "object_key": f"{arguments['object_key']}.v3"}, attributes={"pages": 3})
    found = item(arguments)
    assert found is not None
    assert "title" not in found and found["pages"] == 3
    with pytest.raises(ArgumentError, match="already"):
        replace_document(b"x", **{**newer, "object_key": f"{arguments['object_key']}.v3"})
    with pytest.raises(MissingError):
        replace_document(b"x", **{**newer, "key": {"document_id": "none"}})
    with open_document(table=TABLE, key=arguments["key"]) as stream:
        assert stream.document.size == 6
        assert stream.read() == b"newest"


def test_of_two_that_replace_one_wins(arguments: dict[str, Any]) -> None:
    """The other finds another object than it read, and its own is removed."""
    store_document(b"old", **arguments)

    class Overtaken:
        def __init__(self, client: Any) -> None:
            self._client = client

        def __getattr__(self, name: str) -> Any:
            if name == "update_item":
                replace_document(b"faster", **{**arguments, "object_key": f"{arguments['object_key']}.faster"})
            return getattr(self._client, name)

    overtaken: Any = Overtaken(dynamodb_client())
    with pytest.raises(ConflictError, match="changed meanwhile"):
        replace_document(b"slower", **{**arguments, "object_key": f"{arguments['object_key']}.slower"}, dynamodb=overtaken)
    assert keys_of(arguments) == [f"{arguments['object_key']}.faster"]


def test_what_other_writers_change_meanwhile_stays(arguments: dict[str, Any]) -> None:
    """A document that is replaced takes over what the item has then, which is not what was read before."""
    store_document(b"old", **arguments, attributes={"state": "new", "gone": 1})

    class Meanwhile:
        def __getattr__(self, name: str) -> Any:
            if name == "put_object":
                default_dynamodb().update_item(
                    TableName=TABLE,
                    Key=serialised(arguments["key"]),
                    UpdateExpression="SET paid = :true REMOVE gone",
                    ExpressionAttributeValues=serialised({":true": True}),
                )
            return getattr(default_s3(), name)

    between: Any = Meanwhile()
    replaced = replace_document(b"newer", **{**arguments, "object_key": f"{arguments['object_key']}.v2"}, s3=between)
    found = item(arguments)
    assert found == replaced.attributes
    assert found is not None
    assert (found["state"], found["paid"], found["file_size"], "gone" in found) == ("new", True, 5, False)


class Repeating:
    """A client that loses the answer to one operation, which was carried out, asks again, and is refused: as where its token expires."""

    def __init__(self, client: Any, operation: str, status: int, code: str, *, carried_out: bool = True, attempts: int = 1) -> None:
        self._client, self._operation, self._carried_out = client, operation, carried_out
        metadata = {"HTTPStatusCode": status, "RetryAttempts": attempts}
        name = "".join(part.title() for part in operation.split("_"))
        self._error = ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, name)  # type: ignore[arg-type, typeddict-item]

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def fail(**parameters: Any) -> None:
            if self._carried_out:
                real(**parameters)
            raise self._error

        return fail if name == self._operation else real


@pytest.mark.parametrize("carried_out", [False, True], ids=["undone", "done"])
@pytest.mark.parametrize(
    ("act", "operation", "status", "code"),
    [
        (act, operation, 400, "ExpiredTokenException")
        for act, of_clients in OPERATIONS.items()
        for operations in of_clients
        for operation in operations
        if operation != "get_item"
    ]
    + [
        ("store", "put_object", 409, "ConditionalRequestConflict"),
        ("delete", "delete_item", 400, "ConditionalCheckFailedException"),
    ],
)
def test_a_refusal_of_a_repeated_request_tells_nothing_of_the_first(
    arguments: dict[str, Any], act: str, operation: str, status: int, code: str, carried_out: bool
) -> None:
    if act != "store":
        store_document(b"before", **arguments)
    of_s3 = operation.endswith("object")
    repeating = Repeating(default_s3() if of_s3 else default_dynamodb(), operation, status, code, carried_out=carried_out)
    clients: dict[str, Any] = {"s3" if of_s3 else "dynamodb": repeating}
    new = {**arguments, "object_key": f"{arguments['object_key']}.new"}
    with pytest.raises(OrphanError):
        if act == "delete":
            delete_document(table=TABLE, key=arguments["key"], **clients)
        else:
            (store_document if act == "store" else replace_document)(b"x", **new, **clients)
    found = item(arguments)
    assert found is None or found["s3_key"] in keys_of(arguments)


def test_an_object_that_cannot_be_looked_at_may_be_ones_own(arguments: dict[str, Any]) -> None:
    """Where the answer to a put was lost, the next try finds an object, and only its metadata tells whose it is."""

    class Blind:
        def __getattr__(self, name: str) -> Any:
            if name == "put_object":
                default_s3().put_object(Bucket=BUCKET, Key=arguments["object_key"], Body=b"x")
            real = default_s3()
            return getattr(Repeating(real, "head_object", 403, "403", attempts=0) if name == "head_object" else real, name)

    blind: Any = Blind()
    with pytest.raises(OrphanError, match="not known whether the object"):
        store_document(b"x", **arguments, s3=blind)


def keys_of(arguments: dict[str, Any]) -> list[str]:
    found = default_s3().list_objects_v2(Bucket=BUCKET, Prefix=arguments["object_key"])
    return [one["Key"] for one in found.get("Contents", ())]


@pytest.mark.parametrize("size", [0, 1, 3 << 20])
def test_a_document_is_read_as_a_stream(arguments: dict[str, Any], size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    store_document(content, **arguments)
    with open_document(table=TABLE, key=arguments["key"]) as stream:
        assert stream.read(10) + stream.read() == content

    async def use() -> bytes:
        async with open_document_async(table=TABLE, key=arguments["key"]) as stream:
            return b"".join([chunk async for chunk in stream])

    assert asyncio.run(use()) == content
    boto3.client("s3").put_object(Bucket=BUCKET, Key=arguments["object_key"], Body=b"other")
    with open_document(table=TABLE, key=arguments["key"]) as stream, pytest.raises(IntegrityError):
        stream.read()
    with pytest.raises(IntegrityError):
        asyncio.run(use())


def test_a_document_that_is_not_read_to_its_end_is_given_up(arguments: dict[str, Any]) -> None:
    """Its connection would stay open, and of a client for asyncio be told of when it is collected."""
    bodies: list[Any] = []

    class Kept:
        def __getattr__(self, name: str) -> Any:
            def call(**parameters: Any) -> Any:
                answer = getattr(default_s3(), name)(**parameters)
                bodies.append(answer.get("Body"))
                return answer

            return call

    kept: Any = Kept()
    store_document(b"x" * (3 << 20), **arguments)
    with open_document(table=TABLE, key=arguments["key"], s3=kept) as stream:
        assert stream.read(1) == b"x"

    async def use() -> None:
        async with open_document_async(table=TABLE, key=arguments["key"], s3=kept) as stream:
            assert (await stream.__anext__())[:1] == b"x"

    asyncio.run(use())
    assert [body._raw_stream.closed for body in bodies] == [True, True]


ENDINGS = [
    KeyboardInterrupt(),
    asyncio.CancelledError(),
    TIMEOUT,
    *(pytest.param(error, marks=pytest.mark.extended) for error in (SystemExit(1), RuntimeError("a fault"), MemoryError())),
]


@pytest.mark.parametrize("is_async", [False, True], ids=["waiting", "awaiting"])
@pytest.mark.parametrize("carried_out", [False, True], ids=["undone", "done"])
@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: type(ending).__name__)
@pytest.mark.parametrize(
    ("act", "request_"),
    [(act, request) for act, of_clients in OPERATIONS.items() for requests in of_clients for request in requests],
    ids=str,
)
def test_however_a_request_ends_what_is_left_is_named(
    arguments: dict[str, Any], act: str, request_: str, ending: BaseException, carried_out: bool, is_async: bool
) -> None:
    if act != "store":
        store_document(b"before", **arguments)
    new = {**arguments, "object_key": f"{arguments['object_key']}.new"}
    s3: Any = Failing(default_s3(), request_, ending, carried_out=carried_out) if request_.endswith("object") else default_s3()
    items: Any = (
        Failing(default_dynamodb(), request_, ending, carried_out=carried_out) if request_.endswith("item") else default_dynamodb()
    )
    clients: dict[str, Any] = {"s3": Awaited(s3), "dynamodb": Awaited(items)} if is_async else {"s3": s3, "dynamodb": items}
    calls: dict[str, Callable[[], Any]] = {
        "store": lambda: (store_document_async if is_async else store_document)(b"x", **new, **clients),
        "replace": lambda: (replace_document_async if is_async else replace_document)(b"x", **new, **clients),
        "delete": lambda: (delete_document_async if is_async else delete_document)(table=TABLE, key=arguments["key"], **clients),
    }
    with pytest.raises(BaseException) as caught:
        ended(calls[act](), is_async)
    found = item(arguments)
    pointed_to = {found["s3_key"]} if found else set()
    left = set(keys_of(arguments)) - pointed_to
    assert pointed_to <= set(keys_of(arguments))
    if left:
        error = caught.value
        assert isinstance(error, OrphanError)
        assert error.__cause__ is not None
        assert all(key in str(error) for key in left)
        assert (error.bucket, error.table, error.item) == (BUCKET, TABLE, arguments["key"])
        assert {one.key for one in find_orphans(arguments["object_key"], TABLE, bucket=BUCKET)} == left


def ended(result: Any, is_async: bool) -> Any:
    """What a coroutine ends with, where there is no loop that would take an interruption for its own."""
    if not is_async:
        return result

    async def kept() -> BaseException | None:
        try:
            await result
        except BaseException as error:
            return error
        return None

    error = asyncio.run(kept())
    if error is not None:
        raise error
    return None


@pytest.mark.parametrize("stopped_at", ["put_object", "put_item"])
def test_a_task_that_is_cancelled_names_what_it_leaves(arguments: dict[str, Any], stopped_at: str) -> None:
    """The answer never comes, and the task is cancelled while it waits."""

    class Stalling(Awaited):
        def __getattr__(self, name: str) -> Callable[..., Any]:
            real = super().__getattr__(name)

            async def stall(**parameters: Any) -> Any:
                await real(**parameters)
                reached.set()
                await asyncio.Event().wait()

            return stall if name == stopped_at else real

    async def use() -> BaseException:
        clients: dict[str, Any] = {"s3": Stalling(s3_client()), "dynamodb": Stalling(dynamodb_client())}
        task = asyncio.ensure_future(store_document_async(b"x", **arguments, **clients))
        await reached.wait()
        task.cancel()
        with pytest.raises(OrphanError) as caught:
            await task
        return caught.value

    reached = asyncio.Event()
    error: Any = asyncio.run(use())
    assert error.key == arguments["object_key"]
    assert isinstance(error.__cause__, asyncio.CancelledError)


def test_a_request_that_was_never_sent_leaves_nothing(arguments: dict[str, Any]) -> None:
    from botocore.exceptions import NoCredentialsError, ParamValidationError

    for error in (NoCredentialsError(), ParamValidationError(report="x")):
        failing: Any = Failing(dynamodb_client(), "put_item", error)
        with pytest.raises(StoreError) as caught:
            store_document(b"x", **arguments, dynamodb=failing)
        assert not isinstance(caught.value, OrphanError)
        assert not exists(arguments["object_key"])


def test_orphans_are_found_over_pages(arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = f"paged/{uuid.uuid4().hex}/"
    plain = boto3.client("s3")
    expected = []
    for number in range(5):
        place = {**arguments, "key": {"document_id": f"{prefix}{number}"}, "object_key": f"{prefix}{number}.bin"}
        store_document(b"x" * 20, **place, attributes={"pad": "x" * 1_000})
        plain.put_object(Bucket=BUCKET, Key=f"{prefix}{number}.orphan", Body=b"abc")
        expected.append((f"{prefix}{number}.orphan", 3, None))
    upload_id = plain.create_multipart_upload(Bucket=BUCKET, Key=f"{prefix}unfinished.bin")["UploadId"]
    small: Any = Paged(s3_client(), dynamodb_client())
    found = find_orphans(prefix, TABLE, bucket=BUCKET, s3=small, dynamodb=small)
    assert [(one.key, one.size, one.upload_id) for one in found] == [*expected, (f"{prefix}unfinished.bin", None, upload_id)]
    assert asyncio.run(find_orphans_async(prefix, TABLE, bucket=BUCKET)) == found
    of_the_day = find_orphans(prefix, TABLE, bucket=BUCKET, older_than=timedelta(hours=1))
    assert [one for one in of_the_day if one.upload_id is None] == []
    plain.abort_multipart_upload(Bucket=BUCKET, Key=f"{prefix}unfinished.bin", UploadId=upload_id)


class Paged:
    """Clients that answer in pages of two."""

    def __init__(self, s3: Any, dynamodb: Any) -> None:
        self.head_object, self.list_multipart_uploads = s3.head_object, s3.list_multipart_uploads
        self.put_object, self.put_item = s3.put_object, dynamodb.put_item
        self.list_objects_v2 = lambda **parameters: s3.list_objects_v2(**parameters, MaxKeys=2)
        self.scan = lambda **parameters: dynamodb.scan(**parameters, Limit=2)
