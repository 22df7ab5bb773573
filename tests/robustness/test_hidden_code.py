"""A call anywhere that Python's grammar has a place for it, and in any cell that IPython runs as Python: its findings are reported."""

from __future__ import annotations

import ast
import json
import sys
import warnings
from itertools import product
from pathlib import Path

import pytest

from conftest import Write, s3lint_here
from s3lint.linter.engine import Engine
from s3lint.settings import Settings
from s3lint.source.notebooks import masked, read

CALL = 'boto3.client("s3").put_object(Bucket="acme-docs", Key="a.pdf", Body=b"x")'

FOUND = {"STO201", "STO211", "STO301"}

PLACES = (
    "if False:\n    {}", "while 0:\n    {}", "if 1:\n    pass\nelse:\n    {}", "assert {}", "assert True, {}", "if __debug__: {}",
    "def f():\n    return 1\n    {}", "def f():\n    raise X\n    {}", "try:\n    return\nfinally:\n    {}",
    "try: pass\nexcept E:\n    {}", "try: pass\nexcept {}: pass", "try: pass\nexcept E: pass\nelse: {}", "try: f()\nexcept* E:\n    {}",
    "import sys\nsys.exit()\n{}", "f = lambda: {}", "f = lambda a={}: a", "def f(a={}): pass", "def f(*, a={}): pass",
    "def f(a: {}): pass", "def f() -> {}: pass", "x: {} = 1", "@{}\ndef f(): pass", "@{}\nclass A: pass", "class A({}): pass",
    "class A(metaclass={}): pass", "class A:\n    x = {}", "class A:\n  class B:\n    {}", "async def f():\n    await {}",
    "async def f():\n    return [{} async for x in y]", "async def f():\n    async for x in {}: pass",
    "async def f():\n    async with {} as q: pass", "with {} as q: pass", "with ({} as q, a): pass", "for x in {}: pass",
    "for x in y: pass\nelse: {}", "while {}: pass", "[{} for x in y]", "[x for x in {}]", "[x for x in y if {}]",
    "[x for x in y for z in {}]", "({} for x in y)", "{{{}: 1 for x in y}}", "{{{} for x in y}}", "(a := {})", "[a := {} for x in y]",
    "[*{}]", "{{**{}}}", "f(*{})", "f(**{})", "a, *b = {}", "a[*{}]", "d[{}] = 1", "({}).x = 1", "d[{}] += 1", "d += {}", "del d[{}]",
    "def f(): return *{}, 1", "def f(): yield {}", "def f(): yield from {}", "raise {}", "raise X from {}",
    "match {}:\n    case 1: pass", "match 1:\n    case 1 if {}: pass", "match 1:\n    case [*_, {{'a': b, **c}}]:\n        {}",
    "match -{}:\n    case 1: pass", "x = 1 if {} else 2", "False and {}", "True or {}", "not {}", "1 < {} < 2", "a[{}:]", "a[::{}]",
    "f'''{{{}}}'''", "f'''{{1:{{{}}}}}'''", "f'''{{{}=}}'''", "f'''{{{}!r}}'''", "rF'''{{{}}}'''", "'a' f'''{{{}}}''' 'b'",
    "f'''{{\n{}\n}}'''", "a = 1;{};b = 2", "\\\n{}", "if x:\n    \f    {}", "if x:\n        pass\n\tpass\n\t{}",
    "x=1\n# \u2028\x85\x1c\n{}", "print >>f, {}", "y @ {}", "(lambda: (yield {}))", "global boto3\n{}", "(boto3 for boto3 in x)\n{}",
    "class A:\n  boto3 = 1\n{}", "lambda boto3: 1\n{}", "from os import *\n{}", "x = '''\n# s3lint: allow[ALL] file\n'''\n{}",
    "x = " + "(" * 150 + "{}" + ")" * 150, "x = " + "not " * 500 + "{}", "x = " + "1 if a else " * 900 + "{}",
    "if a: pass\n" + "elif b: pass\n" * 900 + "else:\n {}", "x = 0x" + "9" * 50_000 + "\n{}", "x" * 100_000 + " = 1\n{}",
)  # fmt: skip

OF_LATER_PYTHON = (
    "def f[T: (int, str)](x: T):\n    {}", "class A[T]:\n    x = {}", "type X = {}", "def f[T = int](x):\n    {}",
    'f"{{{}}}"', 'f"{{ # c\n{}\n}}"', "x = f\"{{d[\"a\"]}}\"\n{}", "try: pass\nexcept A, B:\n    {}",
    "t'''{{{}}}'''",
)  # fmt: skip
"""Syntax that the Python which runs s3lint may not know yet: the call is found, or the file is reported as unreadable."""


def codes_in(text: str | bytes, name: str = "app.py") -> set[str]:
    """Return the codes of the findings in a file that belongs to no project."""
    data = text.encode() if isinstance(text, str) else text
    settings = Settings(root=Path("/nowhere"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        findings, errors = Engine(settings).check(settings.root / name, data)
    assert errors == ()
    return {finding.code for finding in findings}


@pytest.mark.parametrize("place", PLACES)
def test_no_place_of_the_grammar_hides_a_call(place: str) -> None:
    text = f"import boto3\n{place.format(CALL)}\n"
    if "except*" not in place or sys.version_info >= (3, 11):
        assert codes_in(text) & (FOUND | {"STO900"}) in (FOUND, {"STO900"})


@pytest.mark.parametrize("place", OF_LATER_PYTHON)
def test_no_later_syntax_hides_a_call(place: str) -> None:
    found = codes_in(f"import boto3\n{place.format(CALL)}\n")
    assert found >= FOUND or "STO900" in found


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("length", [1, 10_000, 300_000])
def test_no_long_line_hides_a_declared_encoding(length: int, end: str) -> None:
    text = f"#{'x' * length}{end}# coding: utf-7{end}# +AAo-import boto3+ADs-{CALL}{end}"
    assert len(ast.parse(text.replace("\r\n", "\n").replace("\r", "\n").encode()).body) == 2
    assert codes_in(text) >= FOUND
    assert codes_in(f"# coding: utf-7{' x' * length}{end}# +AAo-import boto3+ADs-{CALL}{end}") >= FOUND


MAGICS = ("%time", "%timeit", "%prun", "%memit", "%lprun", "%px", "%nobody_knows_it")

OPTIONS = ("", "-n1", "-n 10 -r 3", "-q -o -n 1", "-s cumulative", "--option value -x")

FORMS = (
    "{magic} {call}", "for i in x:\n    {magic} {call}", "x = {magic} {call}", "x: int = {magic} {call}", "d['a'].b = {magic} {call}",
    "a, *b = {magic} {call}", "a = b = {magic} {call}", "%matplotlib inline\n{magic} {call}", "{magic} {broken}",
    "%{magic} {call}\npass", "%{magic}\n{call}", "%%capture out\n%{magic}\n{call}", "%%time\n\n%%time\n{magic} {call}",
)  # fmt: skip

OTHER_FORMS = (
    "!echo {{{call}}}", "x = !echo {{1}}{{{call}}} > a", "!!echo {{{call}}}", "%cd {{{call}}}", "/print {call}",
    "%%debug\n{call}", "%%px --local\n{call}", "%%script python3\n{call}", "%%pypy\n{call}", "%python\n{call}", "%%Timed\n{call}",
)  # fmt: skip

BROKEN = CALL.replace("(Bucket", "(\\\n    Bucket")


def notebook_of(*cells: str, version: object = 4) -> bytes:
    made = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    return json.dumps({"cells": made, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": version}).encode()


@pytest.mark.parametrize("form", (*FORMS, *OTHER_FORMS))
def test_no_magic_hides_the_code_that_it_runs(form: str, record_property: pytest.RecordProperty) -> None:
    kinds = list(product(MAGICS, OPTIONS)) if form in FORMS else [("", "")]
    for magic, options in kinds:
        cell = form.format(magic=f"{magic} {options}".strip(), call=CALL, broken=BROKEN)
        assert codes_in(notebook_of("import boto3", cell), "a.ipynb") == FOUND, cell
    record_property("attacks", len(kinds))


def test_code_behind_a_magic_keeps_its_place() -> None:
    cell = f"if x:\n    %timeit -n 1 {CALL}\nout = %time {CALL}\n!echo {{{CALL}}}"
    opened = read(notebook_of("import boto3", cell))
    assert opened is not None
    lines = opened[0].decode().splitlines()[1:]
    assert [line.index("boto3") for line in lines if "boto3" in line] == [
        line.index("boto3") for line in cell.splitlines() if "boto3" in line
    ]


@pytest.mark.parametrize("magic", ["%%bash", "%%R", "%%writefile a.txt", "%%html", "%%script perl", "%md", "%sh"])
def test_what_another_language_runs_has_no_findings(magic: str) -> None:
    assert codes_in(notebook_of("import boto3", f"{magic}\n{CALL}"), "a.ipynb") == set()


@pytest.mark.parametrize("magic", ["%%time\n", "%%nobody_knows_it\n", "%%time f()\n"])
def test_magics_upon_each_other_cost_linear_time(magic: str) -> None:
    cell = f"{magic * 20_000}{CALL}".split("\n")
    assert masked(cell)[-1] == CALL


@pytest.mark.parametrize("version", [1, 2, 3, 3.0, True])
def test_no_old_format_of_a_notebook_hides_its_cells(version: object) -> None:
    old = {"cells": [{"cell_type": "code", "input": CALL, "language": "python", "outputs": []}]}
    text = json.dumps({"cells": [], "worksheets": [old], "metadata": {}, "nbformat": version})
    assert codes_in(text, "a.ipynb") == {"STO900"}


DATABRICKS = {
    "%python": f"# MAGIC %python\n# MAGIC for i in x:\n# MAGIC     {CALL}",
    "%timeit": f"# MAGIC %timeit -n1 {CALL}",
    "%%time": f"# DBTITLE 1,a\n# MAGIC %%time\n# MAGIC {CALL}",
    "%time": f"# MAGIC %time x\n# MAGIC {CALL}",
    "none": f"# MAGIC\n# MAGIC {CALL}",
}


@pytest.mark.parametrize("kind", DATABRICKS)
def test_no_comment_hides_what_databricks_runs(kind: str, project: Write) -> None:
    text = f"# Databricks notebook source\nimport boto3\n\n# COMMAND ----------\n\n{DATABRICKS[kind]}\n"
    root = project({"a.py": text})
    done = s3lint_here("check", "--no-cache", "--output-format", "json", "a.py", cwd=root)
    findings = json.loads(done.out)
    assert {each["code"] for each in findings} == FOUND
    row = next(number for number, line in enumerate(text.splitlines(), 1) if CALL in line)
    assert {each["location"]["row"] for each in findings} == {row}
    if kind in ("%python", "%timeit", "%%time"):
        column = text.splitlines()[row - 1].index('"acme-docs"') + 1
        assert column in {each["location"]["column"] for each in findings}
    s3lint_here("check", "--no-cache", "--fix", "--unsafe-fixes", "a.py", cwd=root)
    assert Path(root / "a.py").read_text().count("# MAGIC") == text.count("# MAGIC")
