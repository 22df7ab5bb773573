"""Code that looks like a violation and is none, beside code of the same shape that is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import s3lint_here
from s3lint.settings import Settings
from s3lint.testing import check

if TYPE_CHECKING:
    from conftest import Write


def rows(text: str, code: str) -> list[int]:
    """Return the rows of one rule's findings."""
    return [finding.start.row for finding in check(text, Settings(root=Path("/nowhere"), select=(code,)))]


DEFAULTS = """\
import os
import pathlib

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAKE = "s3://lake"


def save(frame, out={default}):
    frame.write.format("delta").mode("overwrite").save(out)


save(df{passed})
"""


@pytest.mark.parametrize(
    ("default", "passed", "found"),
    [
        ('os.path.join(HERE, "silver")', "", False),
        ('os.path.join(os.path.join(HERE, "data"), "silver")', "", False),
        ("os.path.abspath(__file__)", "", False),
        ('pathlib.Path(__file__).parent / "silver"', "", False),
        ('os.path.join(LAKE, "silver")', "", True),
        ('os.path.join(HERE, "silver")', ', "s3://lake/silver"', True),
        ('os.path.join(HERE, "silver")', ", unknown", True),
        ("unknown", "", True),
    ],
)
def test_a_computed_default_counts_for_callers_that_leave_it_out(default: str, passed: str, found: bool) -> None:
    assert bool(rows(DEFAULTS.format(default=default, passed=passed), "STO503")) is found


@pytest.mark.parametrize("receiver", ["frame", "self.frame", "make()"])
@pytest.mark.parametrize(
    ("arguments", "found"), [('"s3://lake/t", mode="overwrite"', True), ('frame, "s3://lake/t", mode="overwrite"', False)]
)
def test_polars_takes_one_argument_by_position(receiver: str, arguments: str, found: bool) -> None:
    assert bool(rows(f"import polars\n{receiver}.write_delta({arguments})\n", "STO503")) is found
    assert bool(rows(f"import polars\n{receiver}.write_parquet({arguments})\n", "STO501")) is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("model.to_json()", False),
        ("self.figure.to_json()", False),
        ("Upload.from_dict(event).to_json()", False),
        ("df.to_json()", True),
        ("self.df.to_json()", True),
        ("sales_df.to_json()", True),
        ('model.to_json(orient="records")', True),
        ("model.to_csv()", True),
    ],
)
@pytest.mark.parametrize("then", ["", '.encode("utf-8")'])
def test_only_a_frame_gives_rows_as_json(body: str, then: str, found: bool) -> None:
    text = f'import boto3\nboto3.client("s3").put_object(Bucket=b, Key=f"a/{{k}}", Body={body}{then}, ContentType="text/plain")\n'
    assert bool(rows(text, "STO501")) is found


@pytest.mark.parametrize(
    ("name", "kind", "coding", "right"),
    [
        ("a.csv.gz", "text/csv", "gzip", None),
        ("a.csv.gz", "text/plain", "gzip", "text/csv"),
        ("a.csv.gz", "application/gzip", "gzip", "text/csv"),
        ("a.csv.gz", "application/gzip", None, None),
        ("a.csv.gz", "text/plain", None, "application/gzip"),
        ("a.json.gz", "application/json", "gzip", None),
        ("a.gz", "text/csv", "gzip", "application/gzip"),
        ("a.csv", "text/csv", "gzip", None),
    ],
)
def test_a_content_coding_covers_the_last_suffix(name: str, kind: str, coding: str | None, right: str | None) -> None:
    given = f', ContentEncoding="{coding}"' if coding else ""
    text = f'import boto3\nboto3.client("s3").put_object(Bucket=b, Key=f"{{day}}/{name}", Body=body, ContentType="{kind}"{given})\n'
    found = check(text, Settings(root=Path("/nowhere"), select=("STO302",)))
    assert [finding.message.rpartition("pass ")[2] for finding in found] == ([f"`{right}`."] if right else [])


CHOSEN = """\
import boto3

ROOT = "exports"


def key_of(path):
    {made}
    return {chosen}


def save(path, body):
    boto3.client("s3").put_object(Bucket=b, Key=key_of(path), Body=body, ContentType="text/plain")
"""


@pytest.mark.parametrize(
    ("made", "chosen", "found"),
    [
        ("inner = path.strip('/')", "f'{ROOT}/{inner}' if inner else ROOT", False),
        ("inner = path.strip('/')", "ROOT if not inner.strip() else f'{ROOT}/{inner}'", False),
        ("inner = path", "f'{ROOT}/{path}' if path else ROOT", False),
        ("inner = setting()", "f'{ROOT}/{path}' if inner else ROOT", True),
        ("inner = path.strip('/')", "f'{ROOT}.csv' if inner else ROOT", True),
    ],
)
def test_what_a_parameter_gives_chooses_as_the_parameter_does(made: str, chosen: str, found: bool) -> None:
    assert bool(rows(CHOSEN.format(made=made, chosen=chosen), "STO211")) is found


@pytest.mark.parametrize(
    ("key", "flat"),
    [
        ('time.strftime("%Y_%m_%d", time.gmtime())', True),
        ('datetime.now().strftime("%Y%m%d")', True),
        ('datetime.now().strftime("%Y%m%d") + ".csv"', True),
        ('datetime.now().strftime("%Y/%m/%d")', False),
        ('datetime.now().strftime("%D")', False),
        ("datetime.now().strftime(layout)", False),
        ('"days/" + datetime.now().strftime("%Y%m%d")', False),
    ],
)
def test_a_time_as_the_whole_key_is_flat_without_a_slash(key: str, flat: bool) -> None:
    text = f"import boto3, time\nfrom datetime import datetime\nboto3.client('s3').put_object(Bucket=b, Key={key}, Body=x)\n"
    assert bool(rows(text, "STO211")) is flat


EMPTY = """\
import s3fs


class Export(Operator):
    def __init__(self, bucket={bucket}, prefix={prefix}):
        self.bucket = bucket
        self.prefix = prefix

    def run(self, table):
        path = "s3://{{}}/{{}}".format(self.bucket, self.prefix)
        with s3fs.S3FileSystem().open(path + f"/{{table}}.csv", "w") as file:
            file.write(table)
{calls}"""


@pytest.mark.parametrize(
    ("bucket", "prefix", "calls", "found"),
    [
        ('""', '""', "", False),
        ("None", "None", "", False),
        ('""', '""', '\n\nExport("b", "raw").run("t")\n', False),
        ('""', '""', '\n\nExport(bucket="b").run("t")\n', True),
    ],
)
def test_an_empty_default_counts_for_callers_that_leave_it_out(bucket: str, prefix: str, calls: str, found: bool) -> None:
    assert bool(rows(EMPTY.format(bucket=bucket, prefix=prefix, calls=calls), "STO212")) is found


@pytest.mark.parametrize(
    ("use", "found"),
    [
        ("event[Key.SOURCE_BUCKET]", False),
        ("state[SOURCE_BUCKET]", False),
        ("copy(Key.SOURCE_BUCKET)", True),
        ("client.head_bucket(Bucket=event[Key.SOURCE_BUCKET])", False),
        ("client.head_bucket(Bucket=Key.SOURCE_BUCKET)", True),
    ],
)
def test_a_constant_that_indexes_is_no_bucket(use: str, found: bool) -> None:
    text = f'import boto3\nclient = boto3.client("s3")\n\n\nclass Key:\n    SOURCE_BUCKET = "srcbucket"\n\n\nbucket = {use}\n'
    assert bool(rows(text, "STO201")) is found


@pytest.mark.parametrize("name", ["example", "examples"])
@pytest.mark.parametrize(
    "schema",
    ['{{"{}": {{"url": "s3://acme-raw/a"}}}}', '{{"{}": [{{"urls": ["s3://acme-raw/a"]}}]}}', '{{"{}": "s3://acme-raw/a"}}'],
)
def test_an_example_of_a_schema_is_documentation(name: str, schema: str) -> None:
    text = "import boto3\n\n\nclass File(BaseModel):\n    model_config = ConfigDict(json_schema_extra={})\n"
    assert rows(text.format(schema.format(name)), "STO202") == []
    assert rows(text.format(schema.format("default")), "STO202") == [5]


@pytest.mark.parametrize(
    ("folder", "found"), [("{{cookiecutter.app}}", False), ("{{ project_slug }}/jobs", False), ("{app}", True), ("app", True)]
)
@pytest.mark.parametrize(("code", "is_python"), [("from .{{app}} import name\n", False), ("", True)])
def test_a_template_is_no_python_yet(project: Write, folder: str, found: bool, code: str, is_python: bool) -> None:
    root = project({f"{folder}/a.py": f'{code}import boto3\nboto3.client("s3").head_bucket(Bucket=name)\n'})
    done = s3lint_here("check", "--isolated", "--no-cache", "--quiet", cwd=root)
    assert ("STO900" in done.out) is (found and not is_python)


PASSED = """\
import os
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()


def save(frame, table, {parameter}, zone="gold"):
    frame.write.format("delta").mode("append").save({address})


save(spark.table("a"), "orders"{passed})
"""


@pytest.mark.parametrize(
    "address",
    [
        'f"s3a://{lake}/{zone}/{table}"',
        '"s3a://{}/{}/{}".format(lake, zone, table)',
        '"s3a://" + lake + "/" + zone',
        '"s3://%s/a" % lake',
    ],
)
@pytest.mark.parametrize(
    ("parameter", "passed", "code"),
    [
        ("lake", ', "acme-lake"', "STO202"),
        ("lake=None", ', lake="acme-lake"', "STO202"),
        ('lake="acme-lake"', "", "STO202"),
        ("lake", ', os.getenv("LAKE", "acme-lake")', "STO203"),
        ('lake=os.getenv("LAKE", "acme-lake")', "", "STO203"),
        ("lake", ', os.environ["LAKE"]', None),
        ("lake", ', "your-bucket"', None),
        ("lake", ', ""', None),
        ("lake", ", name", None),
    ],
)
def test_a_bucket_that_a_caller_passes_into_an_address_is_found(
    address: str, parameter: str, passed: str, code: str | None
) -> None:
    text = PASSED.format(parameter=parameter, address=address, passed=passed)
    found = check(text, Settings(root=Path("/nowhere"), select=("STO201", "STO202", "STO203")))
    assert [finding.code for finding in found] == ([code] if code else [])


SESSION = """\
from pyspark.sql import SparkSession

{}"""

IN_A_FUNCTION = 'def session():\n    builder = SparkSession.builder\n    return builder.config("{}", "{}").getOrCreate()\n'


@pytest.mark.parametrize(
    ("session", "own", "found"),
    [
        (IN_A_FUNCTION.format("spark.sql.sources.partitionOverwriteMode", "dynamic"), "", False),
        (IN_A_FUNCTION.format("spark.sql.sources.partitionOverwriteMode", "static"), "", True),
        (IN_A_FUNCTION.format("spark.sql.shuffle.partitions", "dynamic"), "", True),
        ('spark = SparkSession.builder.config("spark.sql.sources.partitionOverwriteMode", "dynamic").getOrCreate()\n', "", True),
        (
            IN_A_FUNCTION.format("spark.sql.sources.partitionOverwriteMode", "dynamic"),
            "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n",
            True,
        ),
    ],
)
def test_a_session_of_the_project_may_overwrite_partitions(project: Write, session: str, own: str, found: bool) -> None:
    write = 'def save(df, path):\n    df.write.format("delta").mode("overwrite").partitionBy("day").save(path)\n'
    root = project({"pyproject.toml": "", "session.py": SESSION.format(session), "writer.py": own + write})
    done = s3lint_here("check", "--isolated", "--no-cache", "--quiet", "--select", "STO503", "writer.py", cwd=root)
    assert ("STO503" in done.out) is found
