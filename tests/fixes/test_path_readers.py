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

PATHS = 'import os\n\nLAKE = "s3a://orchard-lake"\nCROPS = f"{LAKE}/crops.parquet"\nBASE = os.environ["BASE"]\n'
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
    reader = f"import boto3, duckdb, helper, paths, sagemaker\nimport pandas as pd\n\n\ndef take(spark, df):\n    return {read}\n"
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
