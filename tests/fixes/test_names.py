"""Every way in which Python binds a name, at every place, beside every fix that needs an import: the fixed program runs as before."""

from __future__ import annotations

import itertools
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from s3lint.settings import Settings
from s3lint.testing import fixed
from support.recorder import outcome


@dataclass(frozen=True)
class Need:
    """A fix that needs an import: the name that it uses, the call that it changes, and what its call passes afterwards."""

    code: str
    path: str
    call: str
    passed: str

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def statement(self) -> str:
        module, _, name = self.path.rpartition(".")
        return f"from {module} import {name}" if module else f"import {name}"


NEEDS = [
    Need("STO301", "mimetypes", 's3.upload_file("a", bucket, key)', "application/pdf"),
    Need("STO201", "os", 's3.download_file("acme-documents", key, "a")', "from-the-environment"),
    Need("STO213", "posixpath", 's3.put_object(Bucket=bucket, Key=path.join("a", key), Body=b"", ContentType="a/b")', "a/x/b.pdf"),
    Need("STO406", "botocore.config.Config", 'boto3.client("s3").generate_presigned_url("get_object", Params=bucket)', "s3v4"),
    Need("STO501", "deltalake.write_deltalake", 'pd.DataFrame([]).to_parquet("s3://acme/a/b")', "s3://acme/a/b"),
]

BINDINGS = {
    "nothing": "pass",
    "assignment": "{n} = 1",
    "annotated": "{n}: int = 1",
    "augmented": "{n} = 1; {n} += 1",
    "unpacked": "one, *{n} = 1, 2",
    "walrus": "({n} := 1)",
    "walrus in a comprehension": "[({n} := one) for one in [1]]",
    "comprehension": "[{n} for {n} in [1]]",
    "loop": "for {n} in [1]:\n    pass",
    "with": "with open('/dev/null') as {n}:\n    pass",
    "except": "try:\n    int('x')\nexcept ValueError as {n}:\n    pass",
    "match": "match [1, 2]:\n    case [_, {n}]:\n        pass",
    "match star": "match [1, 2]:\n    case [_, *{n}]:\n        pass",
    "match rest": "match {{1: 2}}:\n    case {{**{n}}}:\n        pass",
    "function": "def {n}():\n    pass",
    "class": "class {n}:\n    pass",
    "lambda": "one = lambda {n}: {n}",
    "another import": "import json as {n}",
    "from import": "from json import loads as {n}",
    "the import": "{i}",
    "the import under a guard": "if not len(sys.argv):\n    {i}",
    "the import that may fail": "try:\n    import nothing_of_that_name\n    {i}\nexcept ImportError:\n    pass",
    "the import for types": "if TYPE_CHECKING:\n    {i}",
    "the import in a function": "def imported():\n    {i}",
    "the import in a class": "class Imported:\n    {i}",
    "the import in a loop": "for one in []:\n    {i}",
    "deleted": "{n} = 1\ndel {n}",
    "star": "from string import *",
    "nonlocal": "{n} = 1\ndef inner():\n    nonlocal {n}\n    {n} = 2",
    "global": "def outer():\n    global {n}\n    {n} = 2\nouter()",
    "docstring and semicolon": "'''A text.'''; one = 1",
}

PLACES = {
    "module before": "{b}\ndef use(bucket, key):\n    {c}\nuse('b', 'x/b.pdf')\n",
    "module after": "def use(bucket, key):\n    {c}\n{b}\nuse('b', 'x/b.pdf')\n",
    "function before": "def use(bucket, key):\n{ib}\n    {c}\nuse('b', 'x/b.pdf')\n",
    "function after": "def use(bucket, key):\n    {c}\n{ib}\nuse('b', 'x/b.pdf')\n",
    "around the function": "def around():\n{ib}\n    def use(bucket, key):\n        {c}\n    use('b', 'x/b.pdf')\naround()\n",
    "in its class": "class Use:\n{ib}\n    def use(self, bucket, key):\n        {c}\nUse().use('b', 'x/b.pdf')\n",
    "class body": "bucket, key = 'b', 'x/b.pdf'\nclass Use:\n{ib}\n    {c}\n",
    "another function": "def use(bucket, key):\n    {c}\ndef other():\n{ib}\nother()\nuse('b', 'x/b.pdf')\n",
    "parameter": "def use(bucket, key, {n}=None):\n    {c}\nuse('b', 'x/b.pdf')\n",
    "keyword parameters": "def use(bucket, key, *args, **{n}):\n    {c}\nuse('b', 'x/b.pdf')\n",
    "module level": "bucket, key = 'b', 'x/b.pdf'\n{b}\n{c}\n",
    "module level, later": "bucket, key = 'b', 'x/b.pdf'\n{c}\n{b}\n",
}

HEAD = "import sys\nfrom os import path\nfrom typing import TYPE_CHECKING\nimport boto3\nimport pandas as pd\ns3 = boto3.client('s3')\n"


def program(need: Need, binding: str, place: str) -> str:
    code = BINDINGS[binding].format(n=need.name, i=need.statement)
    head = HEAD.replace("import sys\n", f"{code}\nimport sys\n") if place == "above all" else HEAD
    body = PLACES.get(place, PLACES["module level"].replace("{b}\n", ""))
    return head + body.replace("{ib}", textwrap.indent(code, "    ")).replace("{b}", code).replace("{c}", need.call).replace(
        "{n}", need.name
    )


CASES = list(itertools.product(NEEDS, BINDINGS, [*PLACES, "above all"]))

EACH = 23
"""Of so many programs the default suite runs one; every need, binding and place is among them."""


@pytest.mark.parametrize("part", [pytest.param(part, marks=[pytest.mark.extended] if part else []) for part in range(EACH)])
def test_a_fix_finds_its_name_whatever_binds_it(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    applied = 0
    for need, binding, place in CASES[part::EACH]:
        before = program(need, binding, place)
        _, failed = outcome(before, monkeypatch)
        if failed is not None:
            continue
        after = fixed(before, Settings(root=Path("/nowhere"), select=(need.code,), profile="strict"), "program.py")
        calls, failed = outcome(after, monkeypatch)
        assert failed is None, f"{need.code}, {binding}, {place}: {failed}\n{after}"
        if after != before:
            applied += 1
            assert need.passed in repr(calls), f"{need.code}, {binding}, {place}: {calls}\n{after}"
    assert applied > len(CASES[part::EACH]) // 3
