"""A write stays as it is where any code of the project reads its path as files, through every front end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from conftest import Write, run, s3lint_here
from s3lint.finding import Finding
from s3lint.fixes.apply import diff
from s3lint.linter.engine import Engine
from s3lint.linter.fix import fix_file
from s3lint.settings import Settings

WRITER = """\
from pyspark.sql import SparkSession
import paths

spark = SparkSession.builder.getOrCreate()


def keep(df):
    df.write.mode("append").parquet({path})
"""

PATHS = 'import os\n\nLAKE = "s3a://orchard-lake"\nCROPS = f"{LAKE}/crops.parquet"\nBASE = os.environ["BASE"]\nGIVEN = os.environ["OUTPUT"]\n'
HELPER = "import pandas as pd\n\n\ndef fetch(path):\n    return pd.read_parquet(path)\n\n\ndef describe(path):\n    print(path)\n"
PLAIN = '"s3a://orchard-lake/raw/apples/"'

READERS = [
    (PLAIN, 'spark.read.parquet("s3://orchard-lake/raw/apples")'),
    (PLAIN, 'spark.read.format("parquet").load(f"{paths.LAKE}/raw/apples/day=1")'),
    (PLAIN, 'pd.read_parquet("s3://orchard-lake/raw/apples")'),
    (PLAIN, 'spark.sql("select * from parquet.`s3://orchard-lake/raw/apples`")'),
    (PLAIN, "duckdb.sql(\"select * from read_parquet('s3://orchard-lake/raw/apples/*.parquet')\")"),
    (PLAIN, 'helper.fetch("s3://orchard-lake/raw/apples")'),
    (PLAIN, 'boto3.client("s3").list_objects_v2(Bucket="orchard-lake", Prefix="raw/apples/")'),
    (PLAIN, 'sagemaker.inputs.TrainingInput("s3://orchard-lake/raw/apples", content_type="application/x-parquet")'),
    (PLAIN, 'sagemaker.s3_input(s3_data="s3://orchard-lake/raw/apples/")'),
    (PLAIN, 's3fs.S3FileSystem().get("orchard-lake/raw/apples", "/tmp/apples", recursive=True)'),
    (PLAIN, 'wr.s3.download("s3://orchard-lake/raw/apples/part.parquet", "/tmp/apples.parquet")'),
    (PLAIN, 'subprocess.run("aws s3 sync s3://orchard-lake/raw/apples/ /tmp/apples", shell=True)'),
    (PLAIN, 'subprocess.check_call(["aws", "s3", "cp", "--recursive", "s3://orchard-lake/raw/apples/", "/tmp/apples"])'),
    (PLAIN, 'os.system("aws s3 cp s3://orchard-lake/raw/apples /tmp/apples --recursive")'),
    (PLAIN, 'SparkSubmitOperator(application="sum.py", application_args=["--input", "s3://orchard-lake/raw/apples"])'),
    (PLAIN, 'subprocess.run(["spark-submit", "sum.py", "--input=s3://orchard-lake/raw/apples"])'),
    (PLAIN, 'boto3.client("glue").start_job_run(JobName="sum", Arguments={"--input": "s3://orchard-lake/raw/apples"})'),
    ("paths.CROPS", "pd.read_parquet(path=paths.CROPS)"),
    ('f"{paths.BASE}/pears"', 'spark.read.load(f"{paths.BASE}/pears", format="parquet")'),
]
OTHERS = [
    (PLAIN, 'spark.read.format("delta").load("s3://orchard-lake/raw/apples")'),
    (PLAIN, 'spark.sql("select * from delta.`s3://orchard-lake/raw/apples`")'),
    (PLAIN, 'pd.read_parquet("s3://orchard-lake/raw/apples_of_last_year")'),
    (PLAIN, 'pd.read_parquet("s3://orchard-lake/raw/pears")'),
    (PLAIN, 'helper.describe("s3://orchard-lake/raw/apples")'),
    (PLAIN, 'df.write.format("delta").mode("append").save("s3://orchard-lake/raw/apples")'),
]


def _project(project: Write, path: str, read: str) -> Path:
    reader = f"import boto3, duckdb, helper, os, paths, s3fs, sagemaker, subprocess\nimport awswrangler as wr\nimport pandas as pd\n\n\ndef take(spark, df):\n    return {read}\n"
    files = {"paths.py": PATHS, "helper.py": HELPER, "jobs/reader.py": reader, "writer.py": WRITER.format(path=path)}
    root = project({"pyproject.toml": '[project]\nname = "orchard"\n', **files})
    for name in ("paths", "helper"):
        (root / "jobs" / f"{name}.py").write_text((root / f"{name}.py").read_text())
    return root


def _findings(root: Path) -> list[Finding]:
    path = root / "writer.py"
    return Engine(Settings(root=root, select=("STO501",))).check(path, path.read_bytes())[0]


@pytest.mark.parametrize(("path", "read"), READERS)
def test_a_path_that_other_code_reads_as_files_keeps_its_format(path: str, read: str, project: Write) -> None:
    (finding,) = _findings(_project(project, path, read))
    assert finding.fix is None
    assert finding.unfixed == "`jobs/reader.py` reads the same path as files"


@pytest.mark.parametrize(("path", "read"), OTHERS)
def test_other_reads_do_not_matter(path: str, read: str, project: Write) -> None:
    (finding,) = _findings(_project(project, path, read))
    assert finding.fix is not None, finding.unfixed


def test_every_front_end_knows_the_reader(project: Write) -> None:
    root = _project(project, PLAIN, READERS[0][1])
    file, settings = root / "writer.py", Settings(root=root, select=("STO501",))
    text = file.read_bytes()
    assert diff(fix_file(file, text, settings, unsafe=True), "writer.py") == b""
    command = (sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-x", "s3lint.codemod.NonDeltaFormat", "writer.py")
    run(*command, cwd=root)
    assert file.read_bytes() == text
    shown = s3lint_here("check", "--select", "STO501", "--fix", "--unsafe-fixes", "--show-fixes", "writer.py", cwd=root)
    assert "writer.py:8:29: STO501 is not fixed: `jobs/reader.py` reads the same path as files." in shown.out
    # The answer is cached with what it depends on: without the reader the fix is there.
    (root / "jobs" / "reader.py").write_text("")
    assert "delta" in s3lint_here("check", "--select", "STO501", "--diff", "--unsafe-fixes", "writer.py", cwd=root).out


PROGRAM = """\
import argparse, sys
import click
import pandas as pd
import polars as pl
from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
parser = argparse.ArgumentParser()
parser.add_argument("--input", default="/data/in")
parser.add_argument("--output")
options = parser.parse_args()
known, _ = parser.parse_known_args()
job = getResolvedOptions(sys.argv, ["JOB_NAME", "INPUT"])


def fetch(path):
    return pd.read_parquet(path)


@click.command()
@click.option("--path")
def run(path):
    return pd.read_parquet(path)


{read}
"""

BY_ARGUMENT = [
    "spark.read.parquet(options.input)",
    'spark.read.format("parquet").load(known.input)',
    "spark.read.parquet(sys.argv[1])",
    'pd.read_parquet(job["INPUT"])',
    'pl.scan_parquet(f"{options.input}/apples/*.parquet")',
    "fetch(options.input)",
    "run()",
]
OTHER_ARGUMENTS = [
    'pl.scan_parquet(f"{options.input}/pears")',
    'spark.read.format("delta").load(options.input)',
    "spark.read.csv(options.input)",
    "print(options.input)",
]
BY_CLICK = "def run(path):\n    return pd.read_parquet(path)"


def _given(project: Write, path: str, read: str) -> Finding:
    program = PROGRAM if read == "run()" else PROGRAM.replace(BY_CLICK, "def run(path):\n    return path")
    files = {"writer.py": WRITER.format(path=path), "paths.py": PATHS, "jobs/sums.py": program.replace("{read}", read)}
    return _findings(project({"pyproject.toml": '[project]\nname = "orchard"\n', **files}))[0]


@pytest.mark.parametrize("path", [PLAIN, "paths.GIVEN"])
@pytest.mark.parametrize("read", BY_ARGUMENT)
def test_a_program_that_is_given_its_path_may_read_any(path: str, read: str, project: Write) -> None:
    finding = _given(project, path, read)
    assert finding.fix is None
    assert finding.unfixed == "`jobs/sums.py` reads such files from a path that it gets as an argument"


@pytest.mark.parametrize("read", OTHER_ARGUMENTS)
def test_a_program_that_reads_otherwise_does_not_matter(read: str, project: Write) -> None:
    finding = _given(project, PLAIN, read)
    assert finding.fix is not None, finding.unfixed
    assert "those outside of this project too" in finding.fix.message


def test_a_fix_says_that_nobody_knows_the_readers_of_a_path_that_is_given(project: Write) -> None:
    finding = _given(project, "paths.GIVEN", "print(options.input)")
    assert finding.fix is not None, finding.unfixed
    assert "cannot tell its readers" in finding.fix.message
