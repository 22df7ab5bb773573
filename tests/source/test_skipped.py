"""What of a notebook is not checked is said: other languages, and cells that do not parse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conftest import Write, s3lint_here


def notebook_of(metadata: dict[str, Any], *cells: tuple[str, dict[str, Any]]) -> str:
    """Return a notebook with the given metadata, and code cells with their own."""
    made = [{"cell_type": "code", "metadata": own, "source": text, "outputs": []} for text, own in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made})


PYTHON = {"language_info": {"name": "python"}}
PYSPARK = {"kernelspec": {"name": "pysparkkernel", "language": ""}, "language_info": {"name": "pyspark"}}


def shown(project: Write, name: str, text: str) -> list[str]:
    done = s3lint_here("check", "--show-files", cwd=project({name: text}))
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize(
    ("metadata", "language"),
    [
        ({"kernelspec": {"language": "R", "name": "ir"}}, "R"),
        ({"kernelspec": {"language": "", "name": "sparkkernel"}, "language_info": {"name": "scala"}}, "scala"),
    ],
)
def test_a_notebook_of_another_language_is_listed_with_it(project: Write, metadata: dict[str, Any], language: str) -> None:
    assert shown(project, "a.ipynb", notebook_of(metadata, ("x", {}))) == [f"a.ipynb: a notebook in {language}"]


def test_a_notebook_that_cannot_be_read_is_listed_with_the_reason(project: Write) -> None:
    assert shown(project, "a.ipynb", "{") == ["a.ipynb: the notebook is not valid JSON"]


@pytest.mark.parametrize(
    ("metadata", "cell", "reason"),
    [
        (PYTHON, ("val x = 1", {"vscode": {"languageId": "scala"}}), "a cell in scala"),
        (PYTHON, ("x <- 1", {"microsoft": {"language": "sparkr"}}), "a cell in sparkr"),
        (PYTHON, ("%scala\nval x = 1", {}), "a cell of `%scala`"),
        (PYSPARK, ("%%bash -e\nls", {}), "a cell of `%%bash`"),
        (PYTHON, ("def f(:", {}), "invalid syntax; the other cells are checked"),
    ],
)
def test_a_skipped_cell_is_listed_with_the_reason(
    project: Write, metadata: dict[str, Any], cell: tuple[str, dict[str, Any]], reason: str
) -> None:
    text = notebook_of(metadata, ("x = 1", {}), cell)
    assert shown(project, "a.ipynb", text) == ["a.ipynb", f"a.ipynb:cell 2: {reason}"]


@pytest.mark.parametrize(
    "cell", ["%sql\nSELECT 1", "%%time\nx = 1", "%%local\nx = 1", "%md A title", "%%html\n<b>", "%pip install x"]
)
def test_a_cell_that_is_checked_or_holds_no_code_is_not_listed(project: Write, cell: str) -> None:
    assert shown(project, "a.ipynb", notebook_of(PYSPARK, (cell, {}))) == ["a.ipynb"]


def test_the_cells_of_a_databricks_source_are_listed_by_row(project: Write) -> None:
    cells = [
        "# Databricks notebook source\nx = 1",
        "# MAGIC %md A title",
        "# DBTITLE 1,Count\n# MAGIC %scala\n# MAGIC val x = 1",
        "# MAGIC %sql SELECT 1",
        "%r\nx <- 1",
        "def f(:",
    ]
    listed = shown(project, "a.py", "\n\n# COMMAND ----------\n\n".join(cells))
    assert listed == [
        "a.py",
        "a.py:11: a cell of `%scala`",
        "a.py:20: a cell of `%r`",
        "a.py:25: invalid syntax; the other cells are checked",
    ]


def test_control_characters_in_the_name_of_a_language_are_escaped(project: Write) -> None:
    text = notebook_of({"language_info": {"name": "R\x1b[2J"}})
    assert shown(project, "a.ipynb", text) == [r"a.ipynb: a notebook in R\x1b[2J"]
