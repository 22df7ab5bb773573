"""Notebooks: cells in order, magics masked, SQL cells checked, places by cell and row."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Write, run, s3lint_here
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.source.notebook_edits import cell_source, with_cells
from s3lint.source.notebooks import read
from s3lint.source.script_cells import plain
from s3lint.source.text import Unreadable, split_lines
from s3lint.testing import check
from support.notebooks import notebook

UPLOAD = "s3.upload_file('a', 'acme-docs', f'reports/{day}.pdf', ExtraArgs={'ContentType': 'application/pdf'})"


def found(root: Path, *arguments: str) -> list[str]:
    """Findings as `file:cell 1:2:3 CODE`."""
    done = s3lint_here("check", "--output-format", "concise", "--quiet", *arguments, cwd=root)
    assert done.err == ""
    return [" ".join(line.split(": ")[0:2])[: line.index("STO") + 5] for line in done.out.splitlines()]


def test_cells_are_one_program_in_order(project: Write) -> None:
    text = notebook(
        "#md # Upload",
        "import boto3\nBUCKET = 'acme-docs'",
        "#md more",
        "s3 = boto3.client('s3')",
        UPLOAD.replace("'acme-docs'", "BUCKET"),
    )
    assert found(project({"a.ipynb": text})) == ["a.ipynb:cell 2:2:10 STO201"]


@pytest.mark.parametrize(
    "magic",
    [
        "%matplotlib inline",
        "!pip install boto3",
        "files = !ls",
        "name = %sql SELECT 1",
        "boto3?",
        "?boto3",
        "if True:\n    !ls\n    %pwd",
        "!aws s3 cp a \\\n   s3://b/ \\\n   --quiet",
        "out = !ls \\\n   -l",
        "%%time\n!ls",
        "await x()",
    ],
)
def test_magics_are_masked(project: Write, magic: str) -> None:
    rows = magic.count("\n") + 2
    text = notebook("import boto3\ns3 = boto3.client('s3')", f"{magic}\n{UPLOAD}")
    assert found(project({"a.ipynb": text})) == [f"a.ipynb:cell 2:{rows}:21 STO201"]


def test_a_cell_that_is_indented_as_a_whole_is_read(project: Write) -> None:
    text = notebook("import boto3\ns3 = boto3.client('s3')", f"    # A fragment\n    {UPLOAD}\n    s3.get_object(Bucket=b, Key=k)")
    assert found(project({"a.ipynb": text})) == ["a.ipynb:cell 2:2:25 STO201"]


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%md", "%sh", "%scala", "%%writefile x.py"])
def test_cells_of_other_languages_are_passed_over(project: Write, magic: str) -> None:
    text = notebook("import boto3\ns3 = boto3.client('s3')", f"{magic}\naws s3 cp a.pdf s3://acme-docs/", UPLOAD)
    assert found(project({"a.ipynb": text})) == ["a.ipynb:cell 3:1:21 STO201"]


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%pyspark"])
def test_magics_around_python_leave_it(project: Write, magic: str) -> None:
    text = notebook("import boto3\ns3 = boto3.client('s3')", f"{magic}\n{UPLOAD}")
    assert found(project({"a.ipynb": text})) == ["a.ipynb:cell 2:2:21 STO201"]


def test_sql_cells_are_sql(project: Write) -> None:
    text = notebook(
        '%%sql\nCREATE TABLE t\nUSING parquet\nAS SELECT \'\\d\', """x"""',
        "%sql TRUNCATE TABLE t",
        "%%sql sqlite://\nTRUNCATE TABLE t",
    )
    assert found(project({"a.ipynb": text})) == ["a.ipynb:cell 1:3:1 STO501", "a.ipynb:cell 2:1:6 STO503"]


def test_a_broken_cell_is_reported_and_the_others_are_checked(project: Write) -> None:
    text = notebook("import boto3\ns3 = boto3.client('s3')", "def broken(:\n    pass", UPLOAD, "#md x", "x = (")
    assert found(project({"a.ipynb": text})) == [
        "a.ipynb:cell 2:1:12 STO900",
        "a.ipynb:cell 3:1:21 STO201",
        "a.ipynb:cell 5:1:5 STO900",
    ]


def test_notebooks_of_other_kernels_and_without_storage_are_passed_over(project: Write) -> None:
    scala = notebook("val s3 = boto3.client('s3')\n" + UPLOAD, language="scala")
    assert found(project({"a.ipynb": scala, "b.ipynb": notebook("x = (")})) == []


@pytest.mark.parametrize(
    "text",
    ['{"cells": boto3.client("s3").upload_file', '["boto3.client(s3).upload_file(1)"]', '{"cells": 1, "x": "s3.upload_file()"}'],
)
def test_what_is_no_notebook_is_said(project: Write, text: str) -> None:
    done = s3lint_here("check", cwd=project({"a.ipynb": text}))
    assert done.code == 1
    assert "STO900" in done.out
    assert done.err == ""


def test_suppressions_hold_in_cells(project: Write) -> None:
    allowed = f"# s3lint: allow[STO201] one account only\n{UPLOAD}"
    text = notebook("import boto3\ns3 = boto3.client('s3')", allowed, f"{UPLOAD}  # noqa: STO201 one account only")
    assert found(project({"a.ipynb": text})) == []


def test_what_is_said_of_a_suppression_names_its_cell_and_is_fixed_there(project: Write) -> None:
    unused = "x = 1  # s3lint: allow[STO501] a feed"
    root = project(
        {
            "a.ipynb": notebook(
                "import boto3\ns3 = boto3.client('s3')", "#md x", f"y = 2\n{unused}", "z = 3  # s3lint: allow[STO201]"
            )
        }
    )
    assert found(root) == ["a.ipynb:cell 3:2:24 STO902", "a.ipynb:cell 4:1:8 STO901", "a.ipynb:cell 4:1:24 STO902"]
    before = (root / "a.ipynb").read_text()
    s3lint_here("check", "--fix", cwd=root)
    assert (root / "a.ipynb").read_text() == before.replace("  # s3lint: allow[STO501] a feed", "").replace(
        "  # s3lint: allow[STO201]", ""
    )


def test_values_pass_from_cell_to_cell_and_from_modules(project: Write) -> None:
    cells = notebook(
        "import boto3\nfrom names import RAW", "s3 = boto3.client('s3')\nkey = f'{day}.csv'", "s3.upload_file('a.csv', RAW, key)"
    )
    root = project({"names.py": "RAW = 'acme-raw'\n", "a.ipynb": cells})
    assert found(root) == ["a.ipynb:cell 2:2:7 STO211", "a.ipynb:cell 3:1:1 STO301", "names.py:1:7 STO201"]
    related = json.loads(s3lint_here("check", "--output-format", "json", "--select", "STO211", cwd=root).out)[0]["related"]
    assert [(place["cell"], place["location"]["row"]) for place in related] == [(3, 1)]


def test_the_report_shows_the_cell(project: Write) -> None:
    root = project({"a.ipynb": notebook("import boto3\ns3 = boto3.client('s3')", UPLOAD)})
    done = s3lint_here("check", cwd=root)
    assert f"   1 | {UPLOAD[:60]}" in done.out
    assert "a.ipynb:cell 2:1:1: used by `upload_file` here" in done.out
    assert json.loads(s3lint_here("check", "--output-format", "json", cwd=root).out)[0]["cell"] == 2


DATABRICKS = """\
# Databricks notebook source
display(spark.table("events"))

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE TABLE t
# MAGIC USING parquet
# MAGIC
# MAGIC AS SELECT 1

# COMMAND ----------

# MAGIC %md
# MAGIC %sql
# MAGIC TRUNCATE TABLE t

# COMMAND ----------

# MAGIC %sql TRUNCATE TABLE t
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_databricks_sources_keep_their_rows(project: Write, newline: str) -> None:
    root = project({"a.py": DATABRICKS.replace("\n", newline).encode()})
    assert found(root) == ["a.py:8:9 STO501", "a.py:20:14 STO503"]


def test_only_databricks_sources_are_notebooks(project: Write) -> None:
    assert found(project({"a.py": DATABRICKS.replace("# Databricks notebook source", "# Notes")})) == []


@given(st.binary())
def test_any_bytes_are_a_notebook_or_not(data: bytes) -> None:
    assert plain(data) == data or b"%sql" in data
    try:
        read(data)
    except Unreadable as error:
        assert error.row >= 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.lists(st.one_of(json_values, st.fixed_dictionaries({"cell_type": st.just("code"), "source": json_values}))), json_values)
def test_any_cells_are_read_and_keep_their_rows(cells: list[object], metadata: object) -> None:
    opened = read(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}).encode())
    if opened is not None:
        text, found_cells = opened
        assert len(found_cells.starts) == len(found_cells.numbers)
        _, errors = Engine(Settings(root=Path("/nowhere"))).check(Path("/nowhere/a.py"), text)
        assert errors == ()


MIXED = """\
{
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": "# caf\\u00e9"},
        {
            "cell_type": "code", "metadata": {"z": 1.0e5, "a": [ ]}, "outputs": [{"text": ["\\u001b[0m"]}], "execution_count": 3,
            "source": [
                "%pip install boto3\\n",
                "import boto3  # caf\\u00e9\\n",
                "s3 = boto3.client('s3')"
            ]
        },
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
         "source": "s3.download_file('acme-docs', 'a/b', 'c')\\n!ls"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": "%sql CREATE TABLE t USING parquet AS SELECT 1"},
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": "x = ("}
    ],
    "nbformat_minor": 5, "nbformat": 4, "metadata": {}
}
"""


def test_cells_are_fixed_and_every_other_byte_stays(project: Write) -> None:
    root = project({"a.ipynb": MIXED})
    done = s3lint_here("check", "--fix", "--unsafe-fixes", "--quiet", cwd=root)
    assert (done.code, done.err) == (1, "")
    expected = (
        MIXED.replace(
            '                "import boto3  # caf\\u00e9\\n",\n',
            '                "import os\\n",\n                "import boto3  # caf\\u00e9\\n",\n',
        )
        .replace("'acme-docs'", "os.environ['S3_BUCKET_NAME']")
        .replace("USING parquet", "USING delta")
    )
    assert (root / "a.ipynb").read_text() == expected.replace('"import os\\n",', '"import os\\n",\n                "\\n",')


def test_a_diff_of_a_notebook_applies(project: Write) -> None:
    root = project({"a.ipynb": notebook("import os, boto3\ns3 = boto3.client('s3')", UPLOAD)})
    done = s3lint_here("check", "--diff", "--unsafe-fixes", cwd=root)
    run("git", "init", "--quiet", cwd=root)
    assert run("git", "apply", "-", cwd=root, stdin=done.out.encode()).code == 0
    cell = json.loads((root / "a.ipynb").read_text())["cells"][1]
    assert "".join(cell["source"]).count("os.environ['S3_BUCKET_NAME']") == 1


def test_the_edits_of_a_notebook_name_their_cells(project: Write) -> None:
    root = project({"a.ipynb": notebook("#md x", "import boto3\ns3 = boto3.client('s3')", UPLOAD)})
    fix = json.loads(s3lint_here("check", "--output-format", "json", cwd=root).out)[0]["fix"]
    assert [(edit["cell"], edit["location"]["row"]) for edit in fix["edits"]] == [(2, 1), (3, 1)]
    assert fix["edits"][0]["content"] == "import os\n\n"
    assert "os.environ['S3_BUCKET_NAME']" in fix["edits"][1]["content"]


def test_what_a_cell_of_sql_does_not_say_is_not_edited(project: Write) -> None:
    before = DATABRICKS.replace("USING parquet", "USING parquet LOCATION 's3://acme-docs/t'")
    root = project({"a.py": before})
    done = s3lint_here("check", "--fix", "--unsafe-fixes", "--profile", "strict", "--output-format", "concise", "--quiet", cwd=root)
    assert "STO202" in done.out
    assert (root / "a.py").read_text() == before.replace("USING parquet", "USING delta")


def test_an_import_goes_before_the_first_statement_of_a_databricks_source(project: Write) -> None:
    head = "# Databricks notebook source\n# MAGIC %md\n# MAGIC Notes\n\n# COMMAND ----------\n\n"
    code = 'spark.read.parquet("x")\ns3 = __import__("boto3").client("s3")\ns3.download_file(Bucket="acme-docs", Key="a/b", Filename="c")\n'
    root = project({"a.py": head + code})
    s3lint_here("check", "--fix", "--unsafe-fixes", "--select", "STO201", cwd=root)
    after = (root / "a.py").read_text()
    assert after == f"{head}import os\n\n" + code.replace('"acme-docs"', 'os.environ["S3_BUCKET_NAME"]')


@given(
    st.lists(st.text(alphabet='ab\n\r"\\é😀\u2028', max_size=20), min_size=1, max_size=4),
    st.sampled_from([None, 1, 4]),
    st.booleans(),
)
def test_any_cell_can_be_written_back(sources: list[str], indent: int | None, ascii_only: bool) -> None:
    cells = [{"cell_type": "code", "source": split_lines(text) or text} for text in sources]
    data = json.dumps({"cells": cells, "x": [1.0], "nbformat": 4}, indent=indent, ensure_ascii=ascii_only).encode()
    assert with_cells(data, dict(enumerate(sources, 1))) == data
    changed = with_cells(data, {1: sources[0] + "ü"})
    assert json.loads(changed)["cells"][1:] == json.loads(data)["cells"][1:]
    assert cell_source(changed, 1) == sources[0] + "ü"


BROKEN = 'boto3.client("s3").put_object(Bucket="acme-raw", Key="a/b", Body=b"x", ContentType="a/b")'


@pytest.mark.parametrize(
    ("first", "mark"),
    [("# Databricks notebook source", "# COMMAND ----------"), ("# %%", "# %% a title"), ("#%%", "#%%")],
    ids=["Databricks", "VS Code", "Spyder"],
)
@pytest.mark.parametrize("broken", ["this is not (", "SELECT 1 FROM x;", "x = [1,\n"])
def test_a_broken_cell_of_a_python_source_costs_itself_alone(first: str, mark: str, broken: str) -> None:
    text = f"{first}\nimport boto3\n\n{mark}\n{broken}\n\n{mark}\n%pip install x\n\n{mark}\n{BROKEN}\n"
    found = check(text)
    assert [finding.code for finding in found] == ["STO900", "STO201"]
    assert re.fullmatch("The cell was not checked: .+; the other cells are checked.", found[0].message)
    assert [finding.start.row for finding in found if finding.code == "STO201"] == [text.split("\n").index(BROKEN) + 1]


def test_cells_that_parse_together_are_one_program() -> None:
    text = f"import boto3\nif x:\n    pass\n# %%\n    {BROKEN}\n"
    assert [(finding.code, finding.start.row) for finding in check(text)] == [("STO201", 5)]


@pytest.mark.parametrize(
    "mention", ["%sql\n# MAGIC CREATE TABLE x USING parquet LOCATION 's3://acme/x'", "%sh aws s3 ls s3://acme"]
)
def test_a_broken_cell_is_reported_where_only_other_languages_mention_storage(mention: str) -> None:
    text = f"# Databricks notebook source\n# MAGIC {mention}\n\n# COMMAND ----------\n\ndef broken(:\n"
    findings, errors = Engine(Settings(root=Path("/nowhere"))).check(Path("/nowhere/a.py"), text.encode())
    assert not errors
    assert "STO900" in [finding.code for finding in findings]
