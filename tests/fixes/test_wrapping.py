"""Lines that a fix makes too long are broken as formatters break them, where the file has kept the length of its project."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import Write
from s3lint.linter.fix import fix_file
from s3lint.settings import Settings

PROGRAM = """\
import os

import boto3

s3 = boto3.client("s3")


def keep(bucket, body, workspace, name, df, spark):
    s3.upload_file(name, bucket, f"workspaces/{workspace}/reports/{name}.pdf")
    s3.put_object(Bucket=bucket, Key=f"workspaces/{workspace}/{name}.pdf", Body=body)
    s3.put_object(
        Bucket=bucket, Key=f"workspaces/{workspace}/all/{name}.pdf", Body=body
    )
    s3.put_object(
        Body=s3.get_object(Bucket="acme-raw", Key=f"reports/{workspace}/{name}.pdf"),
        ContentType="application/pdf",
        Bucket=bucket,
        Key=f"reports/{name}.pdf",
    )
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="acme-documents-eu")
    if s3.list_objects_v2(Bucket="acme-documents-eu", Prefix=f"reports/{workspace}/"):
        return [s3.head_object(Bucket="acme-raw", Key=one["Key"]) for one in pages]
    df.repartition(1).write.mode("append").parquet("s3a://acme-lakehouse/events/daily/")
    s3.put_object(Bucket=bucket, Key=os.path.join("a", workspace, name), Body=body)
    s3.upload_file(name, bucket, f"workspaces/{workspace}/{name}.pdf")  # every evening
"""

SETTINGS = {
    "pyproject.toml": "[tool.ruff]\nline-length = 88\n",
    "ruff.toml": "line-length = 88\n",
    "setup.cfg": "[flake8]\nmax-line-length = 88\n",
    ".flake8": "[flake8]\nmax_line_length: 88\n",
    "README.md": "",
}


@pytest.mark.parametrize("file", SETTINGS)
def test_a_formatted_file_stays_formatted(file: str, project: Write) -> None:
    root = project({file: SETTINGS[file], "a.py": PROGRAM})
    settings = Settings(root=root, select=("STO201", "STO213", "STO301", "STO501"))
    text = fix_file(root / "a.py", PROGRAM.encode(), settings, unsafe=True).after.decode()
    assert text.count("ContentType") == 5
    assert text.count("posixpath.join") == 1
    # The line with a comment is left alone: many comments are about their line.
    shortened = "\n".join(line for line in text.splitlines() if "# every evening" not in line) + "\n"
    command = (sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "--stdin-filename", "a.py", "-")
    done = subprocess.run(command, input=shortened, capture_output=True, check=True, text=True)
    assert shortened == done.stdout


def _rows_added(root: Path, text: str) -> int:
    settings = Settings(root=root, select=("STO301",))
    fixed = fix_file(root / "a.py", text.encode(), settings, unsafe=True)
    assert fixed.applied
    return len(fixed.after.splitlines()) - len(text.splitlines())


def test_another_length_counts(project: Write) -> None:
    root = project({"pyproject.toml": "[tool.black]\nline-length = 200\n", "a.py": PROGRAM})
    assert _rows_added(root, PROGRAM) == 0


@pytest.mark.parametrize(
    ("long", "limit"),
    [
        (f"# {'long ' * 30}\n", 88),
        (f'TEXT = """\n{"long " * 30}\n"""\n', 88),
        (f"x = [{'1, ' * 30}1]\n", 100),
        (f"x = [{'1, ' * 35}1]\n", 120),
        (f"x = [{'1, ' * 60}1]\n", 120),
        (f"print('{'long ' * 30}')\n", 88),
        (f"print(f'{'long ' * 30}{{1}}')\n", 88),
    ],
    ids=["a comment", "a text of several rows", "code of 96", "code of 111", "code of 186", "a text", "an f-string"],
)
@pytest.mark.parametrize("name", ["a.py", "a.ipynb"])
def test_a_file_may_have_lines_as_long_as_its_code(long: str, limit: int, name: str, project: Write) -> None:
    source = PROGRAM.replace("  # every evening", "") + long
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source.splitlines(keepends=True)}
    notebook = {"cells": [cell], "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    text = json.dumps(notebook, indent=1) if name == "a.ipynb" else source
    root = project({"pyproject.toml": "", name: text})
    fixed = fix_file(root / name, text.encode(), Settings(root=root, select=("STO301",)), unsafe=True).after.decode()
    changed = "".join(json.loads(fixed)["cells"][0]["source"]) if name == "a.ipynb" else fixed
    added = [line for line in changed.splitlines() if line not in source.splitlines()]
    assert changed.count("ContentType") == 5
    # Broken where they are longer, and only there.
    assert max(map(len, added)) <= limit
    assert len(added) == {88: 14, 100: 14, 120: 5}[limit]


@pytest.mark.parametrize("step", ["  ", "    ", "\t"])
def test_broken_lines_are_indented_as_the_file_is(step: str, project: Write) -> None:
    text, root = PROGRAM.replace("    ", step), project({"pyproject.toml": ""})
    fixed = fix_file(root / "a.py", text.encode(), Settings(root=root, select=("STO301",)), unsafe=True)
    assert f"\n{step}s3.put_object(\n{step}{step}Bucket=bucket,\n" in fixed.after.decode()


SHAPES = [
    "x = [s3.put_object(Bucket=b, Key=f'reports/{one}/all.pdf', Body=d) for one in many]",
    "x = {one: s3.put_object(Bucket=b, Key=f'reports/{one}/a.pdf', Body=d) for one in many}",
    "x = (s3.put_object(Bucket=b, Key=f'reports/{one}/reports/a.pdf', Body=d))['ETag']",
    "x = (lambda b, d: s3.put_object(Bucket=b, Key='reports/all/reports/a.pdf', Body=d))(1, 2)",
    "x, y = 1, s3.put_object(Bucket=b, Key=f'reports/{one}/reports/all/a.pdf', Body=d)",
    "x = 1; s3.put_object(Bucket=b, Key=f'reports/{one}/reports/and/all/a.pdf', Body=d)",
    "x = 1 + \\\n    s3.put_object(Bucket=b, Key=f'reports/{one}/reports/and/all/a.pdf', Body=d)",
    "x = f'''\n{s3.put_object(Bucket=b, Key=k + 'reports/reports/reports/all/a.pdf', Body=d)}, (a, b)\n'''",
    "x = (\n    s3.put_object(Bucket=b, Key=one['a'], Body=d), s3.put_object(Bucket=b, Key='a/b.pdf', Body=d)\n)",
    "x = [\n    s3.put_object(Bucket=a, Key=f'reports/{b}/a.pdf', Body=c) for a, b, c in many\n]",
    "with s3.put_object(Bucket=b, Key=f'reports/{one}/reports/and/all.pdf', Body=d) as x: pass",
    "assert s3.put_object(Bucket=b, Key=f'reports/{one}/all/a.pdf', Body=d), 'an (object'",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_broken_lines_mean_the_same(shape: str) -> None:
    import ast

    head = "import boto3\ns3 = boto3.client('s3')\n"
    texts = []
    for length in ("", f"# {'long ' * 40}\n"):
        settings = Settings(root=Path("/nowhere"), select=("STO301",))
        fixed = fix_file(Path("/nowhere/a.py"), f"{head}{shape}\n{length}".encode(), settings, unsafe=True)
        assert fixed.applied
        assert not fixed.left_out
        texts.append(ast.dump(ast.parse(fixed.after)))
    assert texts[0] == texts[1]
