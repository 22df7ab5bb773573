"""What expressions are found to be. Each case is a program; the value of what it passes to `show` is described in words."""

from __future__ import annotations

import pytest

import s3lint.inference.register  # noqa: F401
from support.values import shown

CASES = {
    # Texts
    "literal": ('show("a")', ['"a"']),
    "implicit concatenation": ('show("a" "b")', ['"ab"']),
    "f-string": ('x = "b"\nshow(f"a{x}c{y}")', ['"abc{y}"']),
    "f-string with a number": ('show(f"{7:03d}/{True}")', ['"007/True"']),
    "percent": ('show("%s/%d.%%" % ("a", 2))', ['"a/2.%"']),
    "percent by name": ('show("%(a)s-%(b)s" % {"a": "x", "b": y})', ['"x-{b}"']),
    "format": ('show("{}/{x}/{0}".format("a", x="b"))', ['"a/b/a"']),
    "join": ('show("/".join(["a", name, "c"]))', ['"a/{name}/c"']),
    "sum of texts": ('show("a" + b + "c")', ['"a{b}c"']),
    "methods of str": ('show(" A/b ".strip().lower().replace("/", "-"))', ['"a-b"']),
    "prefix removed": ('show("s3://bucket/key".removeprefix("s3://"))', ['"bucket/key"']),
    "split and taken": ('show("a/b/c".split("/")[1])', ['"b"']),
    "escapes": (r'show(f"a\tb{{x}}")', ['"a\tb{x}"']),
    "arithmetic": ("show(7 * 24 * 60 * 60)", ["604800"]),
    # Assignments and flow
    "last assignment": ('x = "a"\nx = "b"\nshow(x)', ['"b"']),
    "before the reassignment": ('x = "a"\nshow(x)\nx = "b"', ['"a"']),
    "branches": ('def f():\n    if cond():\n        x = "a"\n    else:\n        x = "b"\n    show(x)', ['"a" | "b"']),
    "one branch": ('x = "a"\nif cond():\n    x = "b"\nshow(x)', ['"b" | "a"']),
    "elif": ('if a():\n    x = "1"\nelif b():\n    x = "2"\nelse:\n    x = "3"\nshow(x)', ['"1" | "2" | "3"']),
    "early return": ('def f():\n    x = "a"\n    if c():\n        x = "b"\n        return\n    show(x)', ['"a"']),
    "a parameter chooses": (
        'def f(flag):\n    if flag:\n        x = "a"\n    else:\n        x = "b"\n    show(x)',
        ['"a" | "b" (a parameter chooses)'],
    ),
    "a known test": ('def f():\n    x = "p/"\n    show(x if x.endswith("/") else x + "/")', ['"p/"']),
    "try": ('try:\n    x = "a"\nexcept E:\n    x = "b"\nshow(x)', ['"a" | "b"']),
    "try and finally": ('try:\n    x = "a"\nfinally:\n    x = "c"\nshow(x)', ['"c"']),
    "with": ("with open(p) as f:\n    show(f.read())", ["open().read()"]),
    "loop over tuples": ('for a, b in [("x", 1), ("y", 2)]:\n    show(a, b)', ['"x" | "y"', "1 | 2"]),
    "a text grown in a loop": ('x = "a"\nfor i in y:\n    x += "b"\nshow(x)', ["unknown: it changes in a loop"]),
    "a list filled in a loop": ('x = []\nfor i in y:\n    x.append("b")\nshow(x)', ['["b", …]']),
    "break": ('for i in y:\n    x = "a"\n    if i:\n        x = "b"\n        break\nshow(x)', ['"a" | "b"']),
    "walrus": ('def f():\n    if (x := "a"):\n        show(x)', ['"a"']),
    "unpacking": ('a, (b, c) = "1", ("2", "3")\nshow(a, b, c)', ['"1"', '"2"', '"3"']),
    "starred unpacking": ('a, *b = "1", "2"\nshow(a, b)', ['"1"', "unknown: it takes the rest of a sequence"]),
    "global": ('x = "a"\ndef f():\n    global x\n    x = "b"\ndef g():\n    show(x)', ['"a" | "b"']),
    "deleted": ('x = "a"\ndel x\nshow(x)', ["unknown: it is deleted"]),
    "match": ('match y:\n    case 1:\n        x = "a"\n    case _:\n        x = "b"\nshow(x)', ['"a" | "b"']),
    "shadowed": ('x = "a"\ndef f(x):\n    show(x)', ["parameter x"]),
    "or": ('show(x or "a")', ['unknown: `x` is not defined in this file or "a"']),
    "or with a known left side": ('show("a" or "b", None or "b", "" or "b")', ['"a"', '"b"', '"b"']),
    # Containers
    "dict built step by step": (
        'd = {"a": 1}\nd["b"] = 2\nd.update(c=3, **{"e": 5})\nd |= {"f": 6}\nd.pop("a")\nshow(d)',
        ["{b: 2, c: 3, e: 5, f: 6}"],
    ),
    "nested dict": ('d = {"x": {}}\nd["x"]["y"] = "z"\nshow(d["x"]["y"])', ['"z"']),
    "dict()": ('show(dict(a=1, **{"b": 2}))', ["{a: 1, b: 2}"]),
    "splatted dict": ('d = {"a": 1}\nshow({**d, "b": 2})', ["{a: 1, b: 2}"]),
    "unknown splat": ('show({**d, "b": 2})', ["{b: 2, …}"]),
    "setdefault": ('d = {"a": 1}\nd.setdefault("a", 2)\nd.setdefault("b", 3)\nshow(d)', ["{a: 1, b: 3}"]),
    "get": ('d = {"a": "x"}\nshow(d.get("a"), d.get("b", "y"))', ['"x"', '"y"']),
    "comprehension": ('show([f"{x}.txt" for x in ("a", "b")])', ['["a.txt" | "b.txt"] (repeated)']),
    "zip": ('for a, b in zip(["x"], ["y"]):\n    show(a, b)', ['"x"', '"y"']),
    "enumerate": ('for i, a in enumerate(["x"]):\n    show(a)', ['"x"']),
    "items": ('for k, v in {"a": "x"}.items():\n    show(k, v)', ['"a"', '"x"']),
    # Functions
    "return": ('def f(x):\n    return f"{x}/y"\nshow(f("a"))', ['"a/y"']),
    "default argument": ('def f(x, y="b"):\n    return x + y\nshow(f("a"))', ['"ab"']),
    "keyword rest": ('def f(**k):\n    return k\nshow(f(a="b"))', ['{a: "b"}']),
    "closure": ('def f(x):\n    def g():\n        return x + "b"\n    return g()\nshow(f("a"))', ['"ab"']),
    "lambda": ('f = lambda x: x + "b"\nshow(f("a"))', ['"ab"']),
    "recursion": ("def f(x):\n    return f(x)\nshow(f(1))", ["unknown: the call is too deep, or recursive"]),
    "mutual recursion": ("def f(x):\n    return g(x)\ndef g(x):\n    return f(x)\nshow(f(1))", ["unknown: the call is too deep, or recursive"]),
    "cyclic names": ("a = b\nb = a\ndef f():\n    show(a)", ["unknown: `b` is not defined in this file"]),
    "generator": ('def f():\n    yield "a"\n    yield "b"\nfor x in f():\n    show(x)', ['"a" | "b"']),
    "context manager": ('@contextmanager\ndef f():\n    yield "a"\nwith f() as x:\n    show(x)', ['"a"']),
    "partial": ('from functools import partial\ndef f(x, y):\n    return x + y\nshow(partial(f, "a")("b"))', ['"ab"']),
    "to_thread": ('import asyncio\ndef f(x):\n    return x + "b"\nasync def g():\n    show(await asyncio.to_thread(f, "a"))', ['"ab"']),
    "lru_cache": ('@lru_cache\ndef f():\n    return boto3.client("s3")\nimport boto3\nshow(f())', ["s3 client"]),
    # Classes
    "attribute set in __init__": (
        'class C:\n    def __init__(self, x):\n        self.x = x + "/"\n    def f(self):\n        return self.x\nshow(C("a").f(), C("b").x)',
        ['"a/"', '"b/"'],
    ),
    "class constant": ('class C:\n    X = "a"\nshow(C.X, C().X)', ['"a"', '"a"']),
    "inherited": ('class A:\n    X = "a"\nclass B(A):\n    pass\nshow(B().X)', ['"a"']),
    "property": ('class C:\n    @property\n    def x(self):\n        return "a"\nshow(C().x)', ['"a"']),
    "lazy attribute": (
        ("import boto3\nclass C:\n    _c = None\n    def c(self):\n        if self._c is None:\n            self._c = boto3.client('s3')\n"
        "        return self._c\n    def f(self):\n        show(self._c)"),
        ["s3 client"],
    ),
    "dataclass": (
        'from dataclasses import dataclass\n@dataclass\nclass C:\n    x: str\n    y: str = "d"\nshow(C("a").x, C("a").y)',
        ['"a"', '"d"'],
    ),
    "enum": ('from enum import Enum\nclass E(Enum):\n    A = "a"\nshow(E.A.value)', ['"a"']),
    "static method": ('class C:\n    @staticmethod\n    def f(x):\n        return x + "b"\nshow(C.f("a"), C().f("a"))', ['"ab"', '"ab"']),
    "class method": ('class C:\n    X = "a"\n    @classmethod\n    def f(cls):\n        return cls.X\nshow(C.f())', ['"a"']),
    "super": (
        ('class A:\n    def __init__(self, x):\n        self.x = x\nclass B(A):\n    def __init__(self):\n        super().__init__("a")\n'
        "    def f(self):\n        return self.x\n"),
        [],
    ),
    # Libraries
    "environment": (
        'import os\nshow(os.environ["A"], os.getenv("B", "d"), os.environ.get("C"))',
        ["environment variable A", 'environment variable B or "d"', "environment variable C"],
    ),
    "client": ('import boto3 as b\nshow(b.client("s3"), b.client(service_name="dynamodb"))', ["s3 client", "dynamodb client"]),
    "session": ('from boto3 import Session\nshow(Session().client("s3"))', ["s3 client"]),
    "resource": (
        'import boto3\nr = boto3.resource("s3")\nshow(r.Bucket("a"), r.Object("a", "k"), r.Bucket("a").Object("k"), r.meta.client)',
        ['bucket "a"', 'object "k" in "a"', 'object "k" in "a"', "s3 client"],
    ),
    "async client": ('import aioboto3\nasync def f():\n    async with aioboto3.Session().client("s3") as c:\n        show(c)', ["s3 client"]),
    "annotated": ('from mypy_boto3_s3 import S3Client\ndef f(c: "S3Client | None"):\n    show(c)', ["s3 client"]),
    "factory promise": ('from mypy_boto3_s3.client import S3Client\ndef f() -> S3Client:\n    return make()\nshow(f())', ["s3 client"]),
    "any factory of a service": ('show(factory.client("s3"))', ["s3 client"]),
    "os.path.join": ('import os\nshow(os.path.join("a", "b"))', ["os.path.join()"]),
    "posixpath.join": ('import posixpath as p\nshow(p.join("a", x, "c/", "d"))', ['"a/{x}/c/d"']),
    "posixpath.join of alternatives": ('import posixpath as p\nd = "a/" if x else "b"\nshow(p.join(d, "c"))', ['"a/c" | "b/c"']),
    "posixpath.join from the root": ('import posixpath as p\nshow(p.join("a", x, "/b", "c"))', ['"/b/c"']),
    "duration": ("from datetime import timedelta\nshow(timedelta(hours=2).total_seconds())", ["7200"]),
    "spark": (
        'df = spark.read.schema(s).json("p").filter(x)\nw = df.write\nw.format("csv").mode("append")\nshow(df, w)',
        ['spark frame from "p"', 'writer (format "csv", mode "append")'],
    ),
    "options": ('show(spark.read.options(**{"A": 1}).option("b", 2))', ["reader (format not given, options {a: 1, b: 2})"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_values(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


CALLERS = {
    "one caller": ('def f(x):\n    show(x)\nf("a")', ['"a"']),
    "two callers": ('def f(x):\n    show(x)\nf("a")\nf(x="b")', ['"a" | "b"']),
    "correlated arguments": ('def f(x, y):\n    show(x + y)\nf("a", "/b")\nf("", "c/d")', ['"a/b" | "c/d"']),
    "a caller's default": ('def f(x="d"):\n    show(x)\nf()\nf("a")', ['"d" | "a"']),
    "nobody calls": ('def f(x="d"):\n    show(x)', ['parameter x | "d"']),
    "through two functions": ('def f(x):\n    show(x)\ndef g(y):\n    f(y + "/")\ng("a")', ['"a/"']),
    "submit": ('def f(x):\n    show(x)\nexecutor.submit(f, "a")', ['"a"']),
    "executor map": ('def f(x):\n    show(x)\nexecutor.map(f, ["a", "b"])', ['"a" | "b"']),
    "starmap": ('def f(x, y):\n    show(y)\npool.starmap(f, [("a", "b")])', ['"b"']),
    "thread": ('def f(x):\n    show(x)\nThread(target=f, args=("a",)).start()', ['"a"']),
    "run_in_executor": ('def f(x):\n    show(x)\nloop.run_in_executor(None, f, "a")', ['"a"']),
    "method": ('class C:\n    def f(self, x):\n        show(x)\nC().f("a")', ['"a"']),
    "constructor": ('class C:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        show(self.x)\nC("a")', ['"a"']),
    "constructor default": ('class C:\n    def __init__(self, x="d"):\n        self.x = x\n    def f(self):\n        show(self.x)', ['parameter x | "d"']),
    "super": (
        ('class A:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        show(self.x)\n'
        'class B(A):\n    def __init__(self):\n        super().__init__("a")\n'),
        ['"a"'],
    ),
    "keywords of a caller": ('def f(**k):\n    show(k)\nf(a="b")', ['{a: "b"}']),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CALLERS.values(), ids=CALLERS)
def test_values_that_callers_pass(text: str, expected: list[str]) -> None:
    assert shown(text, callers=True) == expected
