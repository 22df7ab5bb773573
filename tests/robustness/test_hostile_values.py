"""Extreme literals and expressions, in every place where s3lint evaluates, are unknown values and make no check fail."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robustness import invariants

HEAD = """\
import boto3, os, json, uuid
from datetime import timedelta, datetime
from pathlib import Path
from pyspark.sql import SparkSession
from deltalake import DeltaTable, write_deltalake
import awswrangler as wr, fsspec, pandas as pd, s3fs
s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table("t")
spark = SparkSession.builder.getOrCreate()
df = spark.table("x")
v = {value}
"""

NUMBERS = (
    "1e400", "-1e400", "1e400 - 1e400", "1e308 * 10", "9" * 5000, "-" + "9" * 300, "0x" + "f" * 3000, "1 << 5000", "10 ** 5000",
    "1 % 1e-320", "1e308 // 1e-308", "5 // 1e-320", "1e400j", "True", "float('nan')", "int('9' * 5000)", "round(1e400)",
    "timedelta(days=1e400)", "timedelta(days=1e400).total_seconds()", "timedelta(days=10 ** 300).total_seconds()",
    "timedelta(weeks=" + "9" * 299 + ").total_seconds()", "timedelta('x')", "timedelta(None)", "datetime.max",
)  # fmt: skip

TEXTS = (
    r"'\ud800'", r"'a/\udfff/b.pdf'", r"'s3://\ud800/k'", r"'\x00'", r"'\ud83d' '\ude00'", r"'\N{NULL}'", r"'\u2028\u202e'", "''",
    r"f'\ud800{x}'", r"f'{1:\ud800}'", "f'{1e400}'", "f'{1e400:d}'", "f'{-1:c}'", "f'{55296:c}'", "f'{1:{1e400}}'",
    r"'\ud800'.upper()", r"'a'.replace('a', '\ud800')", r"'\ud800'.join(['a', 'b'])", r"'\ud800' + x", r"'\ud800' % 1",
    r"'{}'.format('\ud800')", "'{:999999999}'.format(1)", "'{0.a[0]}'.format(1)", "'{'.format(1)", "'{99999999999999999999}'.format(1)",
    "'%*d' % (3, 4)", "'%999999999d' % 1", r"os.environ['\ud800']", r"os.getenv('\x00', '\ud800')", r"Path('\ud800') / 'x'",
    "'a' * 10 ** 9", "'x'.zfill(10 ** 9)", "'x'.split('')", "'abc'[9 ** 99]", "chr(55296)",
)  # fmt: skip

OTHERS = (
    r"b'\xff\xfe'", "b''", r"'\ud800'.encode()", r"b'\xff' * 10 ** 9", "b'a' * -1", "b'a' * 1e400", r"['\ud800'] * 3",
    r"{'\ud800': '\ud800'}", r"lambda: '\ud800'", "None", "...", r"json.dumps({'\ud800': 1e400})",
)  # fmt: skip

PLACES = (
    "s3.put_object(Bucket=v, Key=f'a/{v}.pdf', Body=v, ContentType=v, ACL=v, Metadata={v: v}, Tagging=v, CacheControl=v)",
    "s3.put_object(**{'Bucket': v, 'Key': v, 'Body': v, v: v})",
    "s3.upload_file(v, v, v + '.pdf', ExtraArgs={v: v}, Config=v)",
    "s3.generate_presigned_url(v, Params={'Bucket': v, v: v}, ExpiresIn=v)",
    "s3.generate_presigned_post(v, v, Conditions=v, ExpiresIn=v * 2)",
    "s3.generate_presigned_url('put_object', Params={}, ExpiresIn=timedelta(days=v).total_seconds())",
    "s3.generate_presigned_url('put_object', Params={}, ExpiresIn=timedelta(v))",
    "s3.head_object(Bucket=v.lower(), Key=v.strip(v).replace(v, v) + '%5d' % v + str(v) + v[v])",
    "s3.head_object(Bucket=b, Key='x/{}/{:>5}.pdf'.format(v, v) + '/'.join([v, v]))",
    "getattr(s3, v)(Bucket=v)\nboto3.client(v, endpoint_url=v, config=v).head_bucket(Bucket=v)",
    "table.put_item(Item={'id': v, 'pdf': v, v: v})\ntable.put_item(Item=v)",
    "df.write.format(v).mode(v).option(v, v).save(f's3://{v}/x')",
    "spark.sql(v)\nspark.sql('CREATE TABLE ' + v + ' USING ' + v)\nspark.sql('VACUUM t RETAIN {} HOURS'.format(v))",
    "write_deltalake(v, df, mode=v, storage_options={v: v})\nDeltaTable(v).vacuum(retention_hours=v)",
    "df.to_parquet(v)\nwr.s3.to_parquet(df=df, path=v, mode=v)\ns3fs.S3FileSystem(key=v).put(v, v)\nfsspec.open(v, v)",
    "url = f'https://{v}.s3.amazonaws.com/{v}'\nif v == v < v and v in v: s3.head_bucket(Bucket=v)",
    "def f(x: v = v, y: {value} = v):\n    y.put_object(Bucket=x, Key=x, Body=y)\nf(v, v)",
    "for i in range(v): s3.head_object(Bucket=b, Key=f'a/{i}')\nmatch v:\n    case _ if {value}: s3.head_bucket(Bucket=v)",
)

VALUES = (*NUMBERS, *TEXTS, *OTHERS)


def holds(place: str, value: str) -> None:
    """Assert that a program with this value at this place is checked without a failure."""
    source = f"{HEAD.replace('{value}', value)}{place.replace('{value}', value)}\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(source, "program.py", "exec")
        except (SyntaxError, ValueError, OverflowError, MemoryError):
            return
    invariants.checked(source.encode())


@settings(max_examples=int(os.environ.get("S3LINT_EXAMPLES", "60")))
@given(st.sampled_from(PLACES), st.sampled_from(VALUES))
def test_no_value_fails_a_rule(place: str, value: str) -> None:
    holds(place, value)


@pytest.mark.extended
def test_no_value_fails_a_rule_anywhere(record_property: Callable[[str, object], None]) -> None:
    record_property("attacks", len(PLACES) * len(VALUES))
    for place, value in product(PLACES, VALUES):
        holds(place, value)


@pytest.mark.parametrize("value", ["1e400", "timedelta(days=1e400).total_seconds()", r"'\ud800'"])
def test_the_rest_of_a_program_with_such_a_value_is_checked(value: str) -> None:
    call = "s3.generate_presigned_url('get_object', Params={}, ExpiresIn=v)\ns3.head_bucket(Bucket='acme-reports')\n"
    found = invariants.checked(f"{HEAD.replace('{value}', value)}{call}".encode())
    assert "STO201" in {finding.code for finding in found}
