"""Receivers that come from outside of the project are unknown, so that the shape of a call decides; known ones of other kinds are not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import unfiltered
from s3lint.linter.engine import Engine
from s3lint.settings import Settings

PUT = 'put_object(Bucket=b, Key=f"a/{n}", Body=d, ContentType="text/csv", ACL="public-read")'

FROM_OUTSIDE = {
    "an imported object": f"from common import s3\ndef f(b, n, d):\n    s3.{PUT}",
    "an attribute of an imported object": f"from flask import g\ndef f(b, n, d):\n    g.store.{PUT}",
    "the result of an imported function": f"import common\ndef f(b, n, d):\n    common.connect('x').{PUT}",
    "a client of an imported session": f"from common import session\ndef f(b, n, d):\n    session.client('s3').{PUT}",
    "an item of an imported mapping": f"from common import clients\ndef f(b, n, d):\n    clients['s3'].{PUT}",
    "an annotation that names no service": f"from botocore.client import BaseClient\ndef f(c: BaseClient, b, n, d):\n    c.{PUT}",
    "an attribute of an external base class": f"from celery import Task\nclass T(Task):\n    def f(self, b, n, d):\n        self.s3.{PUT}",
    "an object of a class with an external base": f"from x import Base\nclass T(Base): pass\ndef f(b, n, d):\n    T().{PUT}",
    "a proxy": f"class P:\n    def __getattr__(self, name):\n        return 1\ndef f(b, n, d):\n    P().{PUT}",
    "a function that promises a client": (
        "from mypy_boto3_s3 import S3Client\nfrom pool import take\ndef c() -> S3Client:\n    return take()\n"
        'def f(b, n, d):\n    c().upload_fileobj(d, b, n, ExtraArgs={"ContentType": "a/b", "ACL": "public-read"})'
    ),
    "an assignment that promises a client": (
        "from mypy_boto3_s3 import S3Client\nfrom pool import take\ndef f(b, n, d):\n    c: S3Client = take()\n"
        '    c.upload_fileobj(d, b, n, ExtraArgs={"ContentType": "a/b", "ACL": "public-read"})'
    ),
    "a parameter whose callers pass what is unknown": (
        "from mypy_boto3_s3 import S3Client\nfrom pool import take\n"
        'def f(c: S3Client, b, n, d):\n    c.upload_fileobj(d, b, n, ExtraArgs={"ContentType": "a/b", "ACL": "public-read"})\n'
        "f(take(), 1, 2, 3)"
    ),
    "what an exit stack enters": (
        "import aioboto3\nfrom contextlib import AsyncExitStack\nasync def f(b, n, d):\n    stack = AsyncExitStack()\n"
        f"    c = await stack.enter_async_context(aioboto3.Session().client('s3'))\n    await c.{PUT}"
    ),
    "a field of a named tuple": (
        "import boto3\nfrom typing import NamedTuple\nclass P(NamedTuple):\n    c: object\n    n: str\n"
        f"def make():\n    return P(boto3.client('s3'), 'x')\ndef f(b, d):\n    c, n = make()\n    c.{PUT}"
    ),
    "an entry on an unknown mapping": (
        "import boto3\ndef f(b, n, d, more):\n    more['ACL'] = 'public-read'\n"
        "    boto3.client('s3').upload_fileobj(d, b, n, ExtraArgs=more)"
    ),
    "an object of an imported resource": (
        "from common import storage\ndef f(b, n, d):\n"
        "    storage.connection.Object(b, n).put(Body=d, ContentType='a/b', ACL='public-read')"
    ),
    "a protocol": (
        f"from typing import Protocol\nclass P(Protocol):\n    def put_object(self, **k): ...\ndef f(c: P, b, n, d):\n    c.{PUT}"
    ),
    "the result of an abstract method": (
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def client(self): ...\n"
        f"    def f(self, b, n, d):\n        self.client().{PUT}"
    ),
    "an item of a dict that functions fill": (
        "import boto3\nCLIENTS = {}\ndef client(name):\n    if name not in CLIENTS:\n        CLIENTS[name] = boto3.client(name)\n"
        f"    return CLIENTS[name]\ndef f(b, n, d):\n    client('s3').{PUT}"
    ),
    "a property with a setter": (
        "class S:\n    def __init__(self, c):\n        self.s3 = c\n    @property\n    def s3(self):\n        return self._s3\n"
        f"    @s3.setter\n    def s3(self, c):\n        self._s3 = c\n    def f(self, b, n, d):\n        self.s3.{PUT}"
    ),
    "an update of an unknown mapping": (
        "import boto3\ndef f(b, n, d, more):\n    more = more | {'Metadata': {}}\n    more.update(ACL='public-read')\n"
        "    boto3.client('s3').upload_fileobj(d, b, n, ExtraArgs=more)"
    ),
    "what a constructor passes on": (
        "import boto3\nclass A:\n    def __init__(self, more):\n        self.more = more\n    def f(self, b, n, d):\n"
        "        more = {'ContentType': 'a/b', **self.more}\n        boto3.client('s3').upload_fileobj(d, b, n, ExtraArgs=more)\n"
        "class B(A):\n    def __init__(self):\n        super().__init__({'ACL': 'public-read'})\nB().f(1, 2, 3)"
    ),
    "the object of an untyped bucket": "def f(bucket, n, d):\n    bucket.Object(n).put(Body=d, ContentType='a/b', ACL='public-read')",
}


def codes(settings: Settings, text: str) -> list[str]:
    findings, errors = Engine(settings).check(settings.root / "program.py", text.encode())
    assert errors == ()
    return [finding.code for finding in findings if finding.code == "STO401"]


NOWHERE = Settings(root=Path("/nowhere"))


@pytest.mark.parametrize("text", FROM_OUTSIDE.values(), ids=FROM_OUTSIDE)
def test_the_shape_of_a_call_counts_on_receivers_from_outside(text: str) -> None:
    assert codes(NOWHERE, text) == ["STO401"]


ANOTHER = {
    "another vendor's store": f"from qcloud_cos import CosS3Client\ndef f(b, n, d):\n    CosS3Client(1).{PUT}",
    "another service": f"import boto3\ndef f(b, n, d):\n    boto3.client('sqs').{PUT}",
    "a method of the project's own": f"class P:\n    def put_object(self, **more):\n        pass\ndef f(b, n, d):\n    P().{PUT}",
    "a queue of a package": 'from common import queue\ndef f(d):\n    queue.put(Body=d, ACL="public-read")',
    "a frame that gets a column": 'def f(df, b, d):\n    df["ACL"] = "public-read"\n    df.put_object(b, d)',
}


@pytest.mark.parametrize("text", ANOTHER.values(), ids=ANOTHER)
def test_known_receivers_of_other_kinds_stay_silent(text: str) -> None:
    assert codes(NOWHERE, text) == []


def test_the_setting_names_more_of_what_is_not_s3() -> None:
    text = f'import boto3\nfrom acme_store import Client\ntarpit_bucket = "acme-tar"\ndef f(b, n, d):\n    Client(1).{PUT}'
    found = [finding.code for finding in Engine(NOWHERE).check(NOWHERE.root / "a.py", text.encode())[0]]
    assert {"STO201", "STO401"} <= set(found)
    settings = Settings(root=NOWHERE.root, not_s3=("tarpit", "acme_store"))
    assert Engine(settings).check(settings.root / "a.py", text.encode())[0] == []


MADE = (
    'boto3.client("s3")', 'boto3.resource("s3")', 'boto3.resource("s3").Bucket("x")', 'boto3.resource("s3").Object("x", "y")',
    'boto3.resource("s3").Bucket("x").Acl()', 'boto3.resource("dynamodb").Table("x")', 'boto3.Session()', "SparkSession.builder.getOrCreate()",
    "SparkSession.builder.getOrCreate().read.parquet('x').writeTo('t')", 'DeltaTable.forName(SparkSession.builder.getOrCreate(), "t")',
)  # fmt: skip

CALLED = (
    'put_object(Key=k, Body=b, ACL="public-read")', 'put_object(Bucket="x", Key=k, Body=b)', 'put(Body=b, ACL="public-read")',
    'put(ACL="public-read")', "upload_file(p, 'a.pdf')", "upload_file(p, 'x', 'a.pdf')", "put_item(Item={'data': open(p, 'rb').read()})",
    "Bucket('x').upload_file(p, 'a.pdf')", "Object('x', 'a.pdf').put(Body=b)", "client('s3', verify=False)", "sql('TRUNCATE TABLE t')",
    "sql('VACUUM t RETAIN 0 HOURS')", "vacuum(0)", "createOrReplace()", "generate_presigned_url('put_object', {}, 900000)",
    "put_bucket_acl(Bucket='x', ACL='public-read')", "copy(CopySource={'Bucket': 'x', 'Key': 'y'}, Bucket='x', Key='y')",
    "put_object(**more)", "optimize().executeCompaction()",
)  # fmt: skip

WAYS = (
    ("{made}", "from places import thing", "thing"),
    ("{made}", "import places", "places.thing"),
    ("lambda: {made}", "from places import thing", "thing()"),
    ("[{made}]", "from places import thing", "thing[0]"),
    ("{made}", "from places import *", "thing"),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MADE), st.sampled_from(CALLED), st.sampled_from(WAYS))
def test_a_program_over_two_files_loses_nothing_to_the_prefilter(
    project_folder: Path, made: str, called: str, way: tuple[str, str, str]
) -> None:
    value, imported, thing = way
    places = project_folder / "places.py"
    head = "import boto3\nfrom delta import DeltaTable\nfrom pyspark.sql import SparkSession\n"
    places.write_text(f"{head}thing = {value.format(made=made)}\n", encoding="utf-8")
    given_settings = Settings(root=project_folder, profile="strict")
    text = f"{imported}\n\n\ndef f(p, k, b, more):\n    return {thing}.{called}\n"
    found = [
        [(finding.code, finding.start) for finding in engine.check(project_folder / "use.py", text.encode())[0]]
        for engine in (Engine(given_settings), unfiltered(given_settings))
    ]
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def project_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")
