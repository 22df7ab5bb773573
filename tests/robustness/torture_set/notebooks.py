"""Notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterable

from robustness.torture_set.shape import HEAD, SENTINEL, Shape


def notebook(cells: Iterable[str]) -> str:
    made = [cell_of(source) for source in (HEAD + SENTINEL, *cells)]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def cell_of(source: str) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}


NOTEBOOKS = [
    Shape("cells.ipynb", 5_000, lambda n: notebook(["a = 1"] * n)),
    Shape("broken cells.ipynb", 100, lambda n: notebook(["s3.put_object(:"] * n)),
    Shape("magics.ipynb", 5_000, lambda n: notebook(["%matplotlib inline\n!ls s3://a/b\nx = !ls"] * n)),
    Shape("SQL cells.ipynb", 1_000, lambda n: notebook(["%%sql\nDROP TABLE delta.`s3://a/b`"] * n)),
    Shape("one cell.ipynb", 200_000, lambda n: notebook(["a = 1\n" * n])),
    Shape("nested JSON.ipynb", 100_000, lambda n: f'{{"a": {json.dumps(HEAD + SENTINEL)}, "cells": {"[" * n}'),
    Shape("JSON cut off.ipynb", 5_000, lambda n: notebook(["a = 1"] * n)[:-200]),
    Shape(
        "Databricks",
        2_000,
        lambda n: (
            "# Databricks notebook source\n"
            + "\n# COMMAND ----------\n".join([HEAD, *["# MAGIC %sql\n# MAGIC DROP TABLE delta.`s3://a/b`\n"] * n, SENTINEL])
        ),
    ),
]
