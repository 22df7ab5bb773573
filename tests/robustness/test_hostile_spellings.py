"""Names and whole files in other characters or bytes than their look: they have the findings of what Python reads."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from conftest import s3lint_here

CALL = 'import boto3\nboto3.client("s3").put_object(Bucket="acme-docs", Key="a.pdf", Body=b"x")\n'

NAMES = ("boto", "client", "put", "object", "Bucket", "Key", "Body")


def lettered(start: int) -> str:
    """Return the call with its names in other letters, of which `start` is the small a, as capitals too."""
    text = CALL
    for name in NAMES:
        text = text.replace(name, "".join(chr(start + ord(each.lower()) - ord("a")) if each.islower() else each for each in name))
    return text


WIDE = 0xFF41
"""The wide small a."""

LINE = CALL.splitlines()[1]

SPELLINGS = {
    "wide": lettered(WIDE).encode(),
    "bold": lettered(0x1D41A).encode(),
    "monospace": lettered(0x1D68A).encode(),
    "wide in Shift JIS": b"# coding: shift_jis\n" + lettered(WIDE).encode("shift_jis"),
    "wide in an f-string": f"import boto3\nf'{{{lettered(WIDE).splitlines()[1]}}}'\n".encode(),
    "UTF-7": b"# coding: utf-7\nimport +AGIAbwB0AG8AMw-\n" + LINE.replace("boto3", "+AGIAbwB0AG8AMw-").encode(),
    "UTF-7 in a comment": b"# coding: utf-7\n# +AAo-import boto3+ADs-" + LINE.encode(),
    "escapes": b"# coding: unicode_escape\n# \\u000aimport \\x62oto3; " + LINE.replace("boto3", "\\x62oto3").encode(),
    "escapes of Unicode": b"# coding: raw_unicode_escape\n# \\u000aimport boto3; " + LINE.encode(),
}


@pytest.mark.parametrize("kind", SPELLINGS)
def test_a_spelling_hides_no_finding(tmp_path: Path, kind: str) -> None:
    data = SPELLINGS[kind]
    assert any(isinstance(node, ast.Attribute) and node.attr == "put_object" for node in ast.walk(ast.parse(data)))
    file = tmp_path / "app.py"
    file.write_bytes(data)
    done = s3lint_here("check", "--no-cache", "--output-format", "json", str(file), cwd=tmp_path)
    assert {each["code"] for each in json.loads(done.out)} == {"STO201", "STO211", "STO301"}
    fixed = s3lint_here("check", "--no-cache", "--quiet", "--fix", "--unsafe-fixes", str(file), cwd=tmp_path)
    assert "internal error" not in fixed.err
    assert fixed.code != 0
    ast.parse(file.read_bytes())


@pytest.mark.parametrize("name", ["upload_file", "upload_fileobj"])
def test_a_ligature_hides_no_finding_and_breaks_no_fix(tmp_path: Path, name: str) -> None:
    text = f'import boto3\nboto3.client("s3").{name.replace("fi", chr(0xFB01))}("a.pdf", "acme-docs", "a.pdf")\n'
    file = tmp_path / "app.py"
    file.write_text(text, encoding="utf-8")
    done = s3lint_here("check", "--no-cache", "--fix", "--unsafe-fixes", "--output-format", "json", str(file), cwd=tmp_path)
    assert {each["code"] for each in json.loads(done.out)} == {"STO201", "STO211", "STO301"}
    assert file.read_text(encoding="utf-8") == text


def test_names_in_a_notebook_are_read_as_python_reads_them(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "source": line, "outputs": []} for line in lettered(WIDE).splitlines()]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    done = s3lint_here("check", "--no-cache", "--output-format", "json", "a.ipynb", cwd=tmp_path)
    assert {(each["code"], each["cell"]) for each in json.loads(done.out)} == {("STO201", 2), ("STO211", 2), ("STO301", 2)}


IPYTHON = {"name": "python3", "language": "python"}

TAGGED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "the language of the kernel": ({"kernelspec": IPYTHON | {"language": "R"}}, {}, ""),
    "the language of the notebook": ({"kernelspec": IPYTHON, "language_info": {"name": "scala"}}, {}, ""),
    "the language of a cell for VS Code": ({"kernelspec": IPYTHON}, {"vscode": {"languageId": "sql"}}, ""),
    "the language of a cell for Synapse": ({"kernelspec": IPYTHON}, {"microsoft": {"language": "scala"}}, ""),
    "a comment that .NET Interactive reads": ({"kernelspec": IPYTHON}, {}, "#!bash\n"),
}


@pytest.mark.parametrize("kind", TAGGED)
def test_no_tag_of_a_notebook_hides_what_its_kernel_runs(tmp_path: Path, kind: str) -> None:
    metadata, own, before = TAGGED[kind]
    cell = {"cell_type": "code", "metadata": own, "source": before + CALL, "outputs": []}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    done = s3lint_here("check", "--no-cache", "--output-format", "json", "a.ipynb", cwd=tmp_path)
    assert {each["code"] for each in json.loads(done.out)} == {"STO201", "STO211", "STO301"}


@pytest.mark.parametrize("after", ["# MAGIC select 1\n", "# COMMAND ----------\n# MAGIC %sql\n# MAGIC select 1\n"])
def test_no_sql_cell_hides_the_code_in_it(tmp_path: Path, after: str) -> None:
    (tmp_path / "a.py").write_text(f"# Databricks notebook source\n# MAGIC %sql\n{CALL}{after}")
    done = s3lint_here("check", "--no-cache", "--output-format", "json", "a.py", cwd=tmp_path)
    assert {each["code"] for each in json.loads(done.out)} == {"STO201", "STO211", "STO301"}
