"""What is known of libraries. `tests/inference/test_inference.py` says how to read a case."""

from __future__ import annotations

import pytest

from support.values import shown

CASES = {
    # Boto3 and its kin
    "default session": (
        'import boto3\nshow(boto3.DEFAULT_SESSION.client("s3"), boto3.Session().resource("dynamodb"), boto3.Session().get_credentials())',
        ["s3 client", "dynamodb resource", "boto3.Session().get_credentials()"],
    ),
    "client of a service that is not known": ("import boto3\nshow(boto3.client(name))", ["unknown: the service of the client is not known"]),
    "exceptions": ('import boto3\nshow(boto3.client("s3").exceptions.NoSuchKey)', ["boto3.s3.exceptions.NoSuchKey"]),
    "meta": (
        ('import boto3\nr = boto3.resource("s3")\n'
         'show(r.Bucket("a").meta.client, r.Object("a", "k").meta.client, boto3.resource("dynamodb").Table("t").meta.client)'),
        ["s3 client", "s3 client", "dynamodb client"],
    ),
    "paginator": (
        'import boto3\nshow(boto3.client("s3").get_paginator("list_objects_v2"), boto3.client("s3").get_waiter("object_exists"))',
        ["list_objects_v2 of s3 client", "object_exists of s3 client"],
    ),
    "sub-resources": (
        ('import boto3\nr = boto3.resource("s3")\n'
         'show(r.BucketPolicy("a"), r.BucketAcl("a"), r.ObjectAcl("a", "k"), r.Bucket("a").Policy(), r.Object("a", "k").Acl())'),
        ['Policy of "a"', 'Acl of "a"', 'Acl of "a"', 'Policy of "a"', 'Acl of "a"'],
    ),
    "buckets": (
        ('import boto3\nr = boto3.resource("s3")\nb = r.create_bucket(Bucket="a")\n'
         'show(b, b.name, b.put_object(Key="k"), b.delete(), r.meta)'),
        ['bucket "a"', '"a"', 'object "k" in "a"', "boto3.s3.Bucket().delete()", "s3 resource"],
    ),
    "objects": (
        'import boto3\no = boto3.resource("s3").Object("a", "k")\nshow(o.key, o.bucket_name, o.Object(), o.Bucket(), o.get(), o.load())',
        ['"k"', '"a"', 'object "k" in "a"', 'bucket "a"', "boto3.s3.get_object()", "boto3.s3.Object().load()"],
    ),
    "listed objects": (
        'import boto3\nfor o in boto3.resource("s3").Bucket("a").objects.filter(Prefix="p"):\n    show(o, o.bucket_name)',
        ['object unknown: the key of a listed object in "a"', '"a"'],
    ),
    "an unknown resource": (
        'for o in s3.Bucket("a").objects.all():\n    show(o)\nshow(s3.Object("a", "k"), s3.Bucket(self, "a"), s3.Object("a"))',
        ["unknown: the container is not known", 'object "k" in "a"',
         "unknown: what `Bucket` returns is not known", "unknown: what `Object` returns is not known"],
    ),
    "tables": (
        'import boto3\nt = boto3.resource("dynamodb").Table("t")\nshow(t, t.name, t.scan())\nwith t.batch_writer() as b:\n    show(b)',
        ['DynamoDB table "t"', '"t"', "boto3.dynamodb.Table().scan()", 'DynamoDB table "t"'],
    ),
    "transfer": (
        ("from s3transfer.manager import TransferManager\nfrom boto3.s3.transfer import S3Transfer\n"
         "show(TransferManager(c), S3Transfer(c))"),
        ["s3transfer.manager.TransferManager()", "boto3.s3.transfer.S3Transfer()"],
    ),
    "airflow": (
        "from airflow.providers.amazon.aws.hooks.s3 import S3Hook\nshow(S3Hook(), S3Hook().get_conn(), S3Hook().conn)",
        ["airflow.S3Hook()", "s3 client", "s3 client"],
    ),
    "file systems": (
        ("import fsspec, s3fs\nfrom pyarrow.fs import S3FileSystem\n"
         'show(s3fs.S3FileSystem(), fsspec.filesystem("s3"), fsspec.filesystem("gcs"), S3FileSystem(), fsspec.filesystem(p), s3fs.S3FileSystem().ls("a"))'),
        ["s3fs file system", "s3fs file system", "fsspec.filesystem()", "pyarrow file system", "fsspec.filesystem()",
         "s3fs.S3FileSystem().ls()"],
    ),
    "stubs": (
        ("from mypy_boto3_s3.service_resource import Bucket, Object, S3ServiceResource, ObjectSummary\n"
         "from mypy_boto3_dynamodb.service_resource import Table\nfrom mypy_boto3_sqs import SQSClient\n"
         "from mypy_boto3_s3.type_defs import TagTypeDef\n"
         "def f(a: Bucket, b: Object, c: S3ServiceResource, d: Table, e: SQSClient, g: TagTypeDef, h: ObjectSummary):\n"
         "    show(a, b, c, d, e, g, h)"),
        ["bucket unknown: given by an annotation alone",
         "object unknown: given by an annotation alone in unknown: given by an annotation alone", "s3 resource",
         "DynamoDB table unknown: given by an annotation alone", "sqs client", "parameter g",
         "object unknown: given by an annotation alone in unknown: given by an annotation alone"],
    ),
    "generic annotations": (
        ("import pandas as pd\nfrom typing import Annotated, Iterator, Optional, Union\nfrom mypy_boto3_s3 import S3Client\n"
         'def f(a: Optional[S3Client], b: Union[None, S3Client], c: Annotated[S3Client, "x"], d: "list[S3Client]", e: "S3Client |", g: Annotated, h: pd.DataFrame[Schema]):\n'
         "    show(a, b, c, d, e, g, h)"),
        ["s3 client", "s3 client", "s3 client", "parameter d", "parameter e", "parameter g", "pandas frame"],
    ),
    "annotated result": (
        ("from collections.abc import Iterator\nfrom mypy_boto3_s3 import S3Client\ndef f() -> Iterator[S3Client]:\n"
         "    return make()\nshow(f())"),
        ["s3 client"],
    ),
    "a resource by its name": (
        ('def f(s3, app):\n    show(s3.Bucket("a"), s3.Object("a", "k"), s3.Bucket(app, "a"), s3.Object("a"))\n'
         '    show(app.client("ses"), app.get_session(), app.join(x), app.writeTo("t"))'),
        ['bucket "a"', 'object "k" in "a"', "unknown: `Bucket` of an unknown resource", "unknown: `Object` of an unknown resource",
         "unknown: what `client` returns is not known", "boto3 session", "unknown: what `join` returns is not known",
         "writer (format not given, mode not given)"],
    ),
    # Command line
    "options": (
        ('import argparse\np = argparse.ArgumentParser()\np.add_argument("-b", "--the-bucket", default="d")\n'
         'p.add_argument("--key", dest="k", default="e")\np.add_argument("name")\na = p.parse_args()\n'
         "show(a.the_bucket, a.k, a.name, a.other)"),
        ['given on the command line, default "d"', 'given on the command line, default "e"', "given on the command line",
         "given on the command line"],
    ),
    "known options": (
        ('import argparse\np = argparse.ArgumentParser()\np.add_argument("--bucket", default="d")\na, rest = p.parse_known_args()\n'
         "show(a.bucket, rest)"),
        ['given on the command line, default "d"', "unknown: the rest of the command line"],
    ),
    "typer": ('import typer\ndef f(a: str = typer.Option("d"), b: str = typer.Option(None)):\n    show(a, b)', ["parameter a", "parameter b"]),
    "click": (
        ('import click\n@click.command()\n@click.option("--bucket-name", default="d")\n'
         '@click.option("-k", "--key", "name", default="e")\ndef f(bucket_name, name, other):\n    show(bucket_name, name, other)'),
        ['given on the command line, default "d"', 'given on the command line, default "e"', "parameter other"],
    ),
    "widgets": (
        ('dbutils.widgets.text("a", "d")\ndef f():\n    dbutils.widgets.dropdown("b", "e", ["e"])\n'
         'show(dbutils.widgets.get("a"), dbutils.widgets.get("b"), dbutils.widgets.get("c"))'),
        ['given on the command line, default "d"', 'given on the command line, default "e"', "given on the command line"],
    ),
    "prompt": (
        'import click, typer\nshow(click.prompt("text"), typer.prompt("text", "d"), click.prompt("text", default="e"))',
        ["given on the command line", 'given on the command line, default "d"', 'given on the command line, default "e"'],
    ),
    "typer called": (
        'import typer\ndef f(a: str = typer.Option("d")):\n    return a\nshow(f(), f("a"))',
        ['given on the command line, default "d"', '"a"'],
    ),
    # Frames
    "frames": (
        ('import pandas as pd, polars as pl, duckdb\ndf = spark.read.csv("p")\n'
         'show(pd.DataFrame(x), pl.scan_csv("p"), duckdb.connect().sql("q"), duckdb.sql("q"), pd.concat(df))'),
        ["pandas frame", "polars frame", "duckdb frame", "duckdb frame", 'pandas frame from "p"'],
    ),
    "frames of frames": (
        ('import pandas as pd\na = spark.read.csv("p")\nb = spark.read.json("q")\n'
         'show(a.join(b), pd.merge(a, b), a.union(a), x.join(a), a["c"], a[a.c > 1], a | b)'),
        ['spark frame from "p", "q"', 'pandas frame from "p", "q"', 'spark frame from "p"', 'spark frame from "p"',
         'spark frame from "p"', 'spark frame from "p"', 'spark frame from "p"'],
    ),
    "conversions": (
        ('df = spark.read.csv("p")\nimport dask.dataframe as dd\n'
         'show(df.toPandas(), df.pandas_api(), df.compute(), dd.read_csv("p").compute(), df.pandas_api().spark, df.sparkSession)'),
        ['pandas frame from "p"', 'pyspark.pandas frame from "p"', 'spark frame from "p"', "pandas frame",
         'pyspark.pandas frame from "p"', "Spark session"],
    ),
    "what is no frame": (
        ('df = spark.read.csv("p")\n'
         "show(df.columns, df.collect(), df.toPandas().to_dict(), df.toPandas().to_csv(), df.toPandas().to_string(), df.count(), x.to_csv())"),
        ["spark.DataFrame().columns", "spark.DataFrame().collect()", "pandas.DataFrame().to_dict()", "pandas.DataFrame().to_csv()",
         "pandas.DataFrame().to_string()", "spark.DataFrame().count()", "DataFrame().to_csv()"],
    ),
    "buffers": (
        ("import io, tempfile, pyarrow as pa\n"
         'show(io.BytesIO(), tempfile.SpooledTemporaryFile(), pa.BufferOutputStream(), pa.BufferOutputStream().getvalue(), open("p"))'),
        ["buffer io.BytesIO()", "buffer tempfile.SpooledTemporaryFile()", "buffer pyarrow.BufferOutputStream()", "pyarrow.BufferOutputStream().getvalue()", "buffer open()"],
    ),
    "cloud paths": (
        ("from cloudpathlib import AnyPath, CloudPath, S3Path\n"
         'show(CloudPath("s3://b/k"), S3Path(x), AnyPath("/tmp"), CloudPath(), CloudPath("s3://b") / "k", str(CloudPath("s3://b/k")))'),
        ['cloud path "s3://b/k"', "cloud path unknown: `x` is not defined in this file", "cloudpathlib.AnyPath()",
         "cloudpathlib.CloudPath()", 'cloud path "s3://b/k"', '"s3://b/k"'],
    ),
    "parts of cloud paths": (
        ("from cloudpathlib import CloudPath, S3Path\n"
         'root = S3Path("s3://b/p/")\n'
         'show(CloudPath("s3://b/") / "k", root / "k", root / x / "k", S3Path("s3://b/p", "k"), root.joinpath("q", "k"), root.joinpath(), root / "/k")'),
        ['cloud path "s3://b/k"', 'cloud path "s3://b/p/k"', 'cloud path "s3://b/p/{}/k"', 'cloud path "s3://b/p/k"',
         'cloud path "s3://b/p/q/k"', 'cloud path "s3://b/p/"', 'cloud path "/k"'],
    ),
    "universal paths": (
        ("from upath import UPath\n"
         'show(UPath("s3://b") / "k", UPath("s3://b/", "p", "k"), UPath("gs://b/k"), UPath("/tmp") / "k", UPath("s3://b/k").fs)'),
        ['cloud path "s3://b/k"', 'cloud path "s3://b/p/k"', "upath.UPath()", "unknown: a quotient", 'cloud path "s3://b/k" .fs'],
    ),
    # Spark
    "sessions": (
        ("from pyspark.sql import SparkSession\nfrom awsglue.context import GlueContext\n"
         "from databricks.sdk.runtime import spark as s\nfrom databricks.connect import DatabricksSession\n"
         'show(SparkSession.builder.appName("a").getOrCreate(), SparkSession.getActiveSession(), GlueContext(sc), s, DatabricksSession.builder.remote().create(), GlueContext(sc).spark_session, spark.newSession(), SparkSession.builder.appName("a"))'),
        ["Spark session", "Spark session", "Spark session", "Spark session", "Spark session", "Spark session", "Spark session",
         "pyspark.sql.SparkSession.builder"],
    ),
    "session": (
        'show(spark.sql("q"), spark.table("t"), spark.createDataFrame(rows, schema), spark.readStream, spark.conf.get("k"), spark.stop())',
        ["spark frame", "spark frame", "spark frame from unknown: `rows` is not defined in this file", "reader (format not given)",
         "spark.conf.get()", "spark.stop()"],
    ),
    "readers": (
        'show(spark.read.load("p", "csv", s), spark.read.load("p", format="json"), spark.read.csv("p", inferSchema=True), spark.read.option(k, 1), spark.read.options(**o), spark.read.parquet("p"), spark.read.unheard("p"))',
        ['spark frame from "p"', 'spark frame from "p"', 'spark frame from "p"', "reader (format not given, options {…})",
         "reader (format not given, options {…})", 'spark frame from "p"', "reader (format not given)"],
    ),
    "writers": (
        ('w = df.write.format("csv").mode("append").partitionBy("c").option("A", 1)\n'
         'show(w, w.save("p"), df.writeStream, df.writeTo("t").using("delta"), w.unheard())'),
        ['writer (format "csv", mode "append", options {a: 1})', "spark.DataFrameWriter().save()",
         "writer (format not given, mode not given)", 'writer (format "delta", mode not given)',
         'writer (format "csv", mode "append", options {a: 1})'],
    ),
    "glue": (
        ("from awsglue.context import GlueContext\nfrom awsglue.dynamicframe import DynamicFrame\nc = GlueContext(sc)\n"
         'df = spark.read.csv("p")\n'
         'show(c.create_dynamic_frame.from_options("s3"), c.create_data_frame.from_catalog("t"), DynamicFrame.fromDF(df, c, "n"), DynamicFrame.fromDF(x, c, "n"), DynamicFrame.fromDF(df, c, "n").toDF())'),
        ["glue frame", "spark frame", 'glue frame from "p"', "glue frame", 'spark frame from "p"'],
    ),
    "delta": (
        ("from delta.tables import DeltaTable\nfrom deltalake import DeltaTable as Rust\n"
         't, r = DeltaTable.forPath(spark, "p"), Rust("q")\nm = t.alias("t").merge(df, "c").whenMatchedUpdateAll()\n'
         'show(t, r, m, m.execute(), t.optimize(), t.optimize().executeCompaction(), r.optimize.compact(), r.to_pandas(), t.toDF(), t.history(), r.to_pyarrow_table(), t.delete(), DeltaTable.forName(spark, tableOrViewName="n"), DeltaTable.createIfNotExists(spark))'),
        ['Delta table "p"', 'Delta table "q"', "Delta merge builder", "DeltaTable().execute()", "Delta optimize builder",
         "DeltaTable().execute()", "deltalake.DeltaTable().optimize.compact()", "pandas frame", "spark frame", "spark frame",
         "pyarrow frame", "DeltaTable().delete()", 'Delta table "n"', "Delta table builder"],
    ),
    "a merge by its shape": ("show(x.whenMatchedUpdateAll(), x.when_matched_update_all())", ["Delta merge builder", "Delta merge builder"]),
    "a reader by its name": (
        ('def f(session, socket):\n    show(session.read.csv("p"), socket.read("p"))\nclass C:\n    def f(self):\n'
         "        show(self.spark.readStream)"),
        ['spark frame from "p"', "unknown: what `read` returns is not known",
         "unknown: `spark` is not set in the class .readStream"],
    ),
    "presigned by shape": ('show(x.generate_presigned_url("get_object"))', ["boto3.s3.generate_presigned_url()"]),
    "session of a runtime": (
        'from databricks.sdk.runtime import spark\nimport databricks.sdk.runtime as r\nshow(spark, r.spark, spark.read.csv("p"))',
        ["Spark session", "Spark session", 'spark frame from "p"'],
    ),
    "an annotated table": (
        ("from delta.tables import DeltaTable\nfrom deltalake import DeltaTable as Rust\n"
         "def f(t: DeltaTable, r: Rust):\n    show(t, t.toDF(), r.optimize.compact())"),
        ["Delta table unknown: given by an annotation alone", "spark frame", "deltalake.DeltaTable().optimize.compact()"],
    ),
    # Stdlib
    "str": (
        ("import os, pathlib\nfrom cloudpathlib import CloudPath\n"
         'show(str(1), str(os.environ["A"]), str(pathlib.Path("a")), str(x), str(None), str(os.path.join("a", "b")))'),
        ['"1"', "environment variable A", "pathlib.Path()", "str()", "str()", "os.path.join()"],
    ),
    "int": ('import os\nshow(int(1), int(x), int(os.getenv("A", 3)))', ["1", "unknown: a number", "environment variable A or 3"]),
    "dict of": (
        'd = {"a": 1}\nshow(dict(d, b=2), dict(x), dict(a=1, **x), dict(**d), dict(x or d, c=1))',
        ["{a: 1, b: 2}", "{…}", "{a: 1, …}", "{a: 1}", "{c: 1, …} | {a: 1, c: 1}"],
    ),
    "sequences": (
        'show(list(), list(("a", "b")), sorted(x), tuple({"a": 1}), next(iter(["a"])), list(map(f, ["a"])))',
        ["[]", '["a", "b"]', "[unknown: the container is not known] (repeated)", '["a"]', '"a"',
         "[unknown: the result of a mapped function] (repeated)"],
    ),
    "zip of what is not known": ('for a, b in zip(["a", "b"], x):\n    show(a, b)', ['"a" | "b"', "unknown: the container is not known"]),
    "getattr": (
        'class C:\n    X = "a"\nshow(getattr(C, "X"), getattr(C, "Y", "d"), getattr(C, x))',
        ['"a"', 'unknown: no `Y` in the class or "d"', "unknown: an attribute with a computed name"],
    ),
    "paths": (
        ("from pathlib import Path, PurePosixPath\nimport os\n"
         'show(Path("a") / "b", Path("a", *x), Path("a").parent, Path("a").parent.name, Path("a").absolute(), Path("a").joinpath("b").as_posix(), PurePosixPath("a", "b"), (Path("a") / "b").as_posix(), Path(x).as_posix(), os.path.abspath("a"))'),
        ["pathlib.Path()", "pathlib.Path()", "pathlib.Path()", "pathlib.Path().name", "pathlib.Path()", '"a/b"', '"a/b"',
         "pathlib.Path().as_posix()", '"{}"', "os.path.abspath()"],
    ),
    "unchanged": (
        'import copy, typing, urllib.parse\nshow(copy.deepcopy("a"), typing.cast(str, "b"), urllib.parse.unquote("c"))',
        ['"a"', '"b"', '"c"'],
    ),
    "wrapped": ("import base64, json\nshow(json.dumps({}), base64.b64encode(x))", ["json.dumps()", "base64.b64encode()"]),
    "durations": (
        ("from datetime import timedelta\n"
         "show(timedelta(1).total_seconds(), timedelta(seconds=x).total_seconds(), timedelta(milliseconds=500).total_seconds(), timedelta(0, 5, minutes=1).total_seconds())"),
        ["86400", "datetime.timedelta().total_seconds()", "0.5", "65"],
    ),
    "super outside": ("def f():\n    show(super().x)\nclass A(B):\n    def f(self):\n        show(super().x)", ["super().x", "super().x"]),
    "iterating an unknown": ('for a in x:\n    show(a)\nfor k in {"a": 1}:\n    show(k)', ["unknown: the container is not known", '"a"']),
    "path joined": ('from os.path import join\nimport os.path\nshow(join("a", "b"), os.path.join("a"))', ["os.path.join()", "os.path.join()"]),
    "a path of another thing": (
        "from pathlib import Path\nimport os\nshow(str(os.sep), Path.home().resolve())",
        ["str()", "pathlib.Path()"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_values(text: str, expected: list[str]) -> None:
    assert shown(text) == expected
