"""Every argument of every function is refused in one sentence when it is none, before anything is sent or written."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from botocore.config import Config

from s3lint import runtime
from s3lint.runtime import AccessPattern, ArgumentError, KeyConvention, Upload, delta
from s3lint.runtime.delta import Application, Evolution, Table


class Unreachable:
    """A client that fails at any use."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was used")


class Failing:
    """A value that fails, or shows two lines, when it is looked at."""

    def __fspath__(self) -> str:
        raise RuntimeError("no path")

    def __repr__(self) -> str:
        raise RuntimeError("not shown")


class Long:
    def __repr__(self) -> str:
        return "a\nb"


class Named(str, Enum):
    """Its `str` is its name, which that of a StrEnum is not."""

    BUCKET = "some-bucket"
    KEY = "a/b"
    TEXT = "text/plain"


CLIENT: Any = Unreachable()
OPEN, CLOSED = io.BytesIO(b"x"), io.BytesIO(b"x")
CLOSED.close()
RELEASED = memoryview(b"x")
RELEASED.release()
NOWHERE = Path("/nowhere/at/all")
TABLE = Table(str(NOWHERE), pa.schema([("p", pa.string()), ("n", pa.int32())]), Evolution.FIXED, ("p",))

NO_TEXT: list[Any] = [None, 1, b"x", "", "\ud800", ["x"]]
NO_HEADER: list[Any] = [1, b"x", "", "a\r\nX: 1", "é", " x", "x\0", ["x"]]
NO_TYPE = [*NO_HEADER, "text", "a/b/c", "/", "text/plain\n"]
NO_KEY: list[Any] = [None, 1, "", "flat.pdf", "/a/b", "a//b", "a/../b", "a/b c", "a/\ud800", "a/" + "x" * 1_023, b"a/b"]
NO_BUCKET: list[Any] = [None, 1, "", "No Bucket", "ab", "a" * 64, "a/b", b"bucket"]
NO_WHOLE: list[Any] = [True, -1, "5", 1.5, Decimal(5), 10**30, [1]]
NO_LIFE: list[Any] = [True, False, None, 0, -1, 10**9, 1.5, "1h", timedelta(0), timedelta(milliseconds=1), timedelta(days=8)]
NO_METADATA: list[Any] = [
    ["a"], "a", {"a": 1}, {1: "a"}, {"a": "é"}, {"a": "x\r\ny"}, {"a\r\nb": "x"}, {"a b": "x"}, {"": "x"}, {"a:": "x"}, {"a": " x"},
    {"A": "1", "a": "2"}, {"Sha256": "x"}, {"s3lint-WRITE": "x"}, {"a": "x" * 2_048},
]  # fmt: skip
NO_BODY: list[Any] = [None, 1, "", "a\0b", ["x"], io.StringIO("x"), CLOSED, io.BytesIO, object(), Failing(), Long(), RELEASED]
NO_ITEM_KEY: list[Any] = [None, "id", {}, {"a": ""}, {"a": 1.5}, {"a": True}, {"": "x"}, {1: "x"}, {"a": "1", "b": "2", "c": "3"}]
NO_CLIENT: list[Any] = ["s3", 1, object(), Unreachable]
NO_TABLE_NAME: list[Any] = [None, 1, "", "a b", "é", "a" * 256]
NO_FLAG: list[Any] = [None, 1, "yes", []]
NO_APPLICATION: list[Any] = ["x", 1, Application("", 1), Application("x", -1), Application("x", True), Application(1, 1)]  # type: ignore[arg-type]
NO_RETRIES: list[Any] = [None, True, -1, 1.5, "1"]

DOCUMENT = {"table": "documents", "key": {"id": "x"}, "s3": CLIENT, "dynamodb": CLIENT}
WRITTEN = {**DOCUMENT, "body": b"x", "bucket": "some-bucket", "object_key": "a/b", "access": AccessPattern.FREQUENT}
WRONG_IN_DOCUMENTS = {"table": NO_TABLE_NAME, "key": NO_ITEM_KEY, "s3": NO_CLIENT, "dynamodb": NO_CLIENT}
WRONG_IN_WRITTEN = {
    **WRONG_IN_DOCUMENTS, "body": NO_BODY, "bucket": NO_BUCKET, "object_key": NO_KEY, "access": [None, "STANDARD", AccessPattern],
    "content_type": NO_TYPE, "content_encoding": NO_HEADER, "kms_key_id": NO_HEADER, "attributes": ["x", [1]],
}  # fmt: skip
ROWS = pa.table({"p": ["x"], "n": pa.array([1], pa.int32())})


def awaited(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **arguments: asyncio.run(function(**arguments))


CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any], dict[str, list[Any]]]] = {
    "upload": (
        runtime.upload,
        {"body": b"x", "bucket": "some-bucket", "key": "a/b", "access": AccessPattern.FREQUENT, "client": CLIENT},
        {
            "body": NO_BODY, "bucket": NO_BUCKET, "key": NO_KEY, "access": ["STANDARD", None], "content_type": NO_TYPE,
            "content_encoding": NO_HEADER, "metadata": NO_METADATA, "kms_key_id": NO_HEADER, "create_only": NO_FLAG, "client": NO_CLIENT,
        },
    ),
    "download": (
        runtime.download,
        {"bucket": "some-bucket", "key": "a/b", "destination": OPEN, "client": CLIENT},
        {
            "bucket": NO_BUCKET, "key": NO_KEY, "client": NO_CLIENT,
            "destination": [None, 1, "", "a\0b", b"x", io.StringIO(), CLOSED, Path("/"), "/dev/null"],
        },
    ),
    "upload_many": (
        runtime.upload_many,
        {"uploads": [Upload(b"x", "a/b")], "bucket": "some-bucket", "access": AccessPattern.FREQUENT, "client": CLIENT},
        {
            "uploads": [
                None, 1, "x", [1], [None], [Upload(b"x", "flat")], [Upload(b"x", "a/b", content_type="x\n")],
                [Upload(b"x", "a/b", metadata={"A": "1", "a": "2"})], [Upload(CLOSED, "a/b")], [Upload(b"x", "a/b")] * 2,
                [Upload(OPEN, "a/b"), Upload(OPEN, "a/c")], (Upload(1 / 0, "a/b") for _ in "x"),
            ],
            "bucket": NO_BUCKET, "workers": [*NO_WHOLE, 0], "tries": [*NO_WHOLE, 0], "progress": [1, "x"], "client": NO_CLIENT,
            "create_only": NO_FLAG, "kms_key_id": NO_HEADER,
        },
    ),
    "presigned_get": (
        runtime.presigned_get,
        {"bucket": "some-bucket", "key": "a/b", "client": CLIENT},
        {
            "bucket": NO_BUCKET, "key": [None, 1, "", "\ud800", "x" * 1_025], "expires": NO_LIFE, "longest": [None, 5, "x"],
            "filename": [1, "", "\ud800"], "client": NO_CLIENT,
        },
    ),
    "presigned_put": (
        runtime.presigned_put,
        {"bucket": "some-bucket", "key": "a/b", "content_type": "text/plain", "client": CLIENT},
        {"key": NO_KEY, "content_type": [None, *NO_TYPE], "content_length": [*NO_WHOLE, 6 << 30], "expires": NO_LIFE},
    ),
    "presigned_post": (
        runtime.presigned_post,
        {"bucket": "some-bucket", "key": "a/b", "content_type": "text/plain", "max_bytes": 5, "client": CLIENT},
        {"key": NO_KEY, "content_type": [None, *NO_TYPE], "max_bytes": [None, *NO_WHOLE, 0], "min_bytes": [None, *NO_WHOLE, 6]},
    ),
    "store_document": (runtime.store_document, WRITTEN, WRONG_IN_WRITTEN),
    "replace_document": (runtime.replace_document, WRITTEN, WRONG_IN_WRITTEN),
    "read_document": (runtime.read_document, {**DOCUMENT, "destination": OPEN}, WRONG_IN_DOCUMENTS),
    "open_document": (lambda **arguments: runtime.open_document(**arguments).__enter__(), DOCUMENT, WRONG_IN_DOCUMENTS),
    "delete_document": (runtime.delete_document, DOCUMENT, WRONG_IN_DOCUMENTS),
    "find_orphans": (
        runtime.find_orphans,
        {"prefix": "a/", "table": "documents", "bucket": "some-bucket", "s3": CLIENT, "dynamodb": CLIENT},
        {"prefix": NO_TEXT, "table": NO_TABLE_NAME, "bucket": NO_BUCKET, "older_than": [None, 5, timedelta(days=-1)]},
    ),
    "store_document_async": (awaited(runtime.store_document_async), WRITTEN, WRONG_IN_WRITTEN),
    "replace_document_async": (awaited(runtime.replace_document_async), WRITTEN, WRONG_IN_WRITTEN),
    "read_document_async": (awaited(runtime.read_document_async), {**DOCUMENT, "destination": OPEN}, WRONG_IN_DOCUMENTS),
    "delete_document_async": (awaited(runtime.delete_document_async), DOCUMENT, WRONG_IN_DOCUMENTS),
    "object_key": (
        lambda one, **arguments: runtime.object_key("a", one, **arguments),
        {"one": "b"},
        {
            "one": [None, 1.5, True, "", " ", "..", "a/b", "a\\b", "\n", "\ud800", (), ("n",), ("n", "v", "m"), ("n", None), ["x"], 10**5_000],
            "filename": ["", 1.5, True, [1]], "version": ["", True, 1.5, "a/b"],
            "at": ["2026", 5, datetime(2026, 1, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))],
        },
    ),
    "parse_key": (
        runtime.parse_key, {"key": "a/b"}, {"key": [None, 1, "", b"a/b", "a/!zz", "a//b", "x" * 1_025], "filename": NO_FLAG},
    ),
    "KeyConvention": (
        KeyConvention,
        {},
        {
            "root": [None, "x", ("",), (1,), ("a/b",), ("..",)], "naming": ["Title", 1, ["kebab-case"]], "at_name": ["", None, "a=b", "version"],
            "version_name": ["", 1, "a/b"],
        },
    ),
    "bucket_from_env": (runtime.bucket_from_env, {}, {"variable": NO_TEXT}),
    "check_item": (runtime.check_item, {"item": {}}, {"item": [None, "x", [1], {"": 1}, {1: 1}, {"x" * 65_536: 1}]}),
    "check_batch": (runtime.check_batch, {"items": []}, {"items": [None, {}, "x", [1]]}),
    "s3_client": (
        runtime.s3_client, {"region_name": "us-east-1"},
        {"config": [1, "x", {}], "endpoint_url": ["nonsense", 1], "nonsense": [1]},
    ),
    "dynamodb_client": (runtime.dynamodb_client, {"region_name": "us-east-1"}, {"config": [1, Config], "nonsense": [1]}),
    "require_conditional_put": (
        delta.require_conditional_put, {"bucket": "some-bucket", "prefix": "a", "client": CLIENT},
        {"bucket": NO_BUCKET, "prefix": [None, 1], "client": [None, *NO_CLIENT]},
    ),
    "append": (
        delta.append, {"table": TABLE, "data": ROWS},
        {
            "table": [
                None, "x", replace(TABLE, uri=""), replace(TABLE, uri=1), replace(TABLE, schema=None), replace(TABLE, evolution="fixed"),
                replace(TABLE, partition_by="p"), replace(TABLE, partition_by=("x",)), replace(TABLE, partition_by=("p", "p")),
                replace(TABLE, partition_by=("p", "n")), replace(TABLE, storage_options=["x"]), replace(TABLE, storage_options={"a": 1}),
                replace(TABLE, schema=pa.schema([]), partition_by=()), replace(TABLE, schema=pa.schema([("p", pa.string()), ("p", pa.string())])),
            ],
            "data": [None, 1, "x", [1], {"p": 5}, object()], "application": NO_APPLICATION,
        },
    ),
    "merge": (
        delta.merge, {"table": TABLE, "data": ROWS, "keys": ["n"]},
        {"keys": [None, [], "n", ["x"], ["n", "n"], [1], 5], "application": NO_APPLICATION, "retries": NO_RETRIES},
    ),
    "overwrite_partition": (
        delta.overwrite_partition, {"table": TABLE, "data": ROWS, "where": {"n": 1}},
        {
            "where": [
                None, {}, "n", {1: 1}, {"n": None}, {"n": "1"}, {"n": True}, {"n": 1.0}, {"n": 10**10}, {"n": 2**70}, {"p": 1}, {"p": ""},
                {"x": 1}, {"n": datetime(2026, 1, 1)}, {"n": datetime(2026, 1, 1).date()}, {"n": 2},
            ]
        },
    ),
    "maintain": (delta.maintain, {"table": TABLE}, {"keep": [None, 168, timedelta(hours=167), timedelta(days=10**6)]}),
    "delta.read_with_schema": (
        delta.read_with_schema, {"source": io.BytesIO(b'{"n":1}'), "schema": TABLE.schema, "format": "json"},
        {
            "source": [None, 1, "", io.StringIO("x"), CLOSED, NOWHERE, str(NOWHERE), Path("/")], "schema": [None, "x"],
            "format": [None, "xml", ["csv"]], "rest": ["", "x", "n", 1],
        },
    ),
}  # fmt: skip


def what_is_wrong(function: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """Return what is wrong with how a call with a wrong argument ends, or ""."""
    try:
        function(**arguments)
    except ArgumentError as error:
        told = str(error)
        return "" if told.endswith(".") and "\n" not in told and len(told) < 400 else f"told {told!r}"
    except Exception as error:
        return f"raised {error!r}"
    return "was accepted"


@pytest.mark.parametrize("called", CALLS)
def test_each_wrong_argument_is_refused_in_one_sentence(called: str) -> None:
    function, right, arguments = CALLS[called]
    cases = [(name, number, wrong) for name, wrongs in arguments.items() for number, wrong in enumerate(wrongs)]
    ends = {f"{name}-{number}": what_is_wrong(function, {**right, name: wrong}) for name, number, wrong in cases}
    assert {case: end for case, end in ends.items() if end} == {}
    assert not NOWHERE.exists()


def test_every_function_is_here() -> None:
    """What is not: `spark`, which needs an engine, `guard`, whose client may be of many kinds, and the twins of functions that are here."""
    functions = {name for name in runtime.__all__ if name.islower()} - {"delta", "spark"}
    assert functions - {*CALLS} == {"find_orphans_async", "guard", "open_document_async"}


def test_a_member_of_an_enumeration_is_its_value() -> None:
    """`str` and f-strings make its name of it, which went into keys and URLs."""

    class Number(IntEnum):
        ONE = 1

    assert runtime.object_key(Named.BUCKET, Number.ONE, version=Named.BUCKET) == "some-bucket/1/version=some-bucket"
    assert KeyConvention(root=(Named.BUCKET,)).object_key("a", "b") == "some-bucket/a/b"
    s3 = runtime.s3_client(region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")  # noqa: S106 - signs for nobody
    url = runtime.presigned_get(Named.BUCKET, Named.KEY, client=s3)
    assert "some-bucket" in url and "/a/b?" in url and "Named" not in url
    form = runtime.presigned_post(Named.BUCKET, Named.KEY, content_type=Named.TEXT, max_bytes=5, client=s3)
    assert (form.fields["key"], form.fields["Content-Type"]) == ("a/b", "text/plain")
