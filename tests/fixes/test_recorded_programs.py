"""What programs ask of Spark, Delta Lake and clients before and after each fix that no store can show."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.settings import Settings
from s3lint.testing import fixed
from support.recorder import Recorder, outcome

SPARK = "from pyspark.sql import SparkSession\n\nspark = SparkSession.builder.getOrCreate()\ndf = spark.table('events')\n"
DELTA = f"from delta.tables import DeltaTable\n{SPARK}"
PATH = "s3a://acme-lakehouse/events"

CASES: list[tuple[str, str, list[str], list[str]]] = [
    ("STO202", f"{SPARK}spark.read.load('{PATH}')\n", [f"load {PATH}"], ["load s3a://from-the-environment/events"]),
    (
        "STO202",
        f"{SPARK}day = 1\nspark.read.load(f'{PATH}/{{day}}')\n",
        [f"load {PATH}/1"],
        ["load s3a://from-the-environment/events/1"],
    ),
    (
        "STO202",
        f"{SPARK}spark.read.load('{PATH},{PATH}2')\n",
        [f"load {PATH},{PATH}2"],
        ["load s3a://from-the-environment/events,s3a://from-the-environment/events2"],
    ),
    (
        "STO212",
        "import boto3\n\nKEY = '/lists//all.json'\nboto3.client('s3').put_object(Bucket='b', Key=KEY, Body='1')\n",
        ["client s3", "put_object Bucket=b Key=/lists//all.json Body=1"],
        ["client s3", "put_object Bucket=b Key=lists/all.json Body=1"],
    ),
    ("STO412", "import boto3\n\ns3 = boto3.client('s3', use_ssl=False)\n", ["client s3 use_ssl=False"], ["client s3"]),
    (
        "STO412",
        "import boto3\n\nURL = 'http://s3.example.com'\ns3 = boto3.client('s3', endpoint_url=URL)\n",
        ["client s3 endpoint_url=http://s3.example.com"],
        ["client s3 endpoint_url=https://s3.example.com"],
    ),
    (
        "STO501",
        f"{SPARK}df.write.mode('append').partitionBy('day').parquet('{PATH}')\n",
        ["mode append", "partitionBy day", f"parquet {PATH}"],
        ["mode append", "partitionBy day", "format delta", f"save {PATH}"],
    ),
    (
        "STO501",
        f"{SPARK}spark.sql('CREATE TABLE events (a INT) USING parquet PARTITIONED BY (a)')\n",
        ["sql CREATE TABLE events (a INT) USING parquet PARTITIONED BY (a)"],
        ["sql CREATE TABLE events (a INT) USING delta PARTITIONED BY (a)"],
    ),
    (
        "STO501",
        f"import pandas as pd\n\npd.DataFrame().to_parquet('{PATH}', index=False)\n",
        ["DataFrame", f"to_parquet {PATH} index=False"],
        ["DataFrame", "reset_index drop=True", f"write_deltalake {PATH} mode=overwrite"],
    ),
    (
        "STO501",
        f"import awswrangler as wr\nimport pandas as pd\n\nwr.s3.to_csv(pd.DataFrame(), '{PATH}', dataset=True)\n",
        ["DataFrame", f"to_csv {PATH} dataset=True"],
        ["DataFrame", f"to_deltalake path={PATH} mode=append index=True"],
    ),
    (
        "STO501",
        f"import polars as pl\n\npl.DataFrame().write_parquet('{PATH}')\n",
        ["DataFrame", f"write_parquet {PATH}"],
        ["DataFrame", f"write_delta {PATH} mode=overwrite"],
    ),
    (
        "STO505",
        f"{DELTA}DeltaTable.forPath(spark, '{PATH}').merge(df, 'a = b').whenMatchedUpdateAll()\n",
        [f"forPath {PATH}", "merge a = b", "whenMatchedUpdateAll"],
        [f"forPath {PATH}", "merge a = b", "whenMatchedUpdateAll", "execute"],
    ),
    (
        "STO508",
        f"{SPARK}df.write.format('delta').save('{PATH}')\n",
        ["format delta", f"save {PATH}"],
        ["format delta", "mode append", f"save {PATH}"],
    ),
    (
        "STO902",
        f"{SPARK}df.write.format('delta').mode('append').save('{PATH}')  # s3lint: allow[STO501] vendor\n",
        ["format delta", "mode append", f"save {PATH}"],
        ["format delta", "mode append", f"save {PATH}"],
    ),
]
"""A rule, a program, and the calls that it makes before and after the fix."""


def _asked(program: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of a program behind those that make its session and frame, each with its plain arguments."""
    calls, error = outcome(program, monkeypatch)
    assert error is None, program
    shown = []
    for name, args, named in calls:
        plain = [str(value) for value in args if not isinstance(value, Recorder)]
        plain += [f"{key}={value}" for key, value in named.items() if not isinstance(value, Recorder)]
        shown.append(" ".join([name, *plain]))
    return [call for call in shown if call not in ("getOrCreate", "table events")]


@pytest.mark.parametrize(("code", "program", "before", "after"), CASES)
def test_the_calls_are_those_that_the_fix_promises(
    code: str, program: str, before: list[str], after: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_LAKEHOUSE_BUCKET", "from-the-environment")
    changed = fixed(program, Settings(root=Path("/nowhere"), select=("STO501", code) if code == "STO902" else (code,)))
    assert changed != program
    assert _asked(program, monkeypatch) == before
    assert _asked(changed, monkeypatch) == after
