"""What is known of control flow, calls and classes. `tests/inference/test_inference.py` says how to read a case."""

from __future__ import annotations

import pytest

from support.values import shown

CASES = {
    # Flow
    "loop with else": ('for i in y:\n    x = "a"\nelse:\n    x = "b"\nshow(x)', ['"a" | "b"']),
    "while": ('x = "a"\nwhile z:\n    x = "b"\n    continue\nshow(x)', ['"a" | "b"']),
    "try with else": (
        'try:\n    x = "a"\nexcept E:\n    x = "b"\nelse:\n    y = x\n    x = "c"\nfinally:\n    show(x)\nshow(x, y)',
        ['"b" | "c" | unknown: `x` is not defined in this file', '"b" | "c" | unknown: `x` is not defined in this file',
         'unknown: `y` is not defined in this file | "a"'],
    ),
    "exception": ("try:\n    pass\nexcept E as e:\n    show(e)", ["unknown: it is an exception"]),
    "try star": ('try:\n    x = "a"\nexcept* E:\n    x = "b"\nshow(x)', ['"a" | "b"']),
    "pattern": (
        ('match z:\n    case {"a": x, **rest}:\n        show(x, rest)\n    case [x, *more]:\n        show(more)\n'
         "    case C() as c:\n        show(c)"),
        ["unknown: it is matched by a pattern", "unknown: it is matched by a pattern", "unknown: it is matched by a pattern",
         "unknown: it is matched by a pattern"],
    ),
    "match with no default": ('x = "a"\nmatch z:\n    case 1:\n        x = "b"\nshow(x)', ['"a" | "b"']),
    "an if that leaves": (
        'def f(z):\n    x = "a"\n    if z:\n        x = "b"\n        raise E\n    else:\n        with c:\n            return\n    show(x)',
        ["never reached"],
    ),
    "a with that leaves": ('def f(z):\n    x = "a"\n    if z:\n        x = "b"\n        with c:\n            sys.exit()\n    show(x)', ['"a"']),
    "a try that leaves": (
        ('def f(z):\n    x = "a"\n    if z:\n        x = "b"\n        try:\n            return 1\n        except E:\n'
         "            raise\n    show(x)"),
        ['"a"'],
    ),
    "nested with": (
        'with open("a") as x, wrap(x) as y:\n    show(x, y)\nwith open("a") as x, x as y:\n    show(y)',
        ["buffer open()", "unknown: what is called is not known", "buffer open()"],
    ),
    "frames in a loop": ('df = spark.read.csv("p")\nfor c in z:\n    df = df.withColumn(c)\nshow(df)', ['spark frame from "p"']),
    "attribute targets": ('a.b.c = "x"\na.d = "y"\nshow(a.d, a.b.c)', ['"y"', "unknown: `a` is not defined in this file .b .c"]),
    "a conditional attribute": (
        ('class C:\n    def f(self):\n        self.x = "a"\n        show(self.x)\n        if z:\n            self.y = "b"\n'
         "        show(self.y)"),
        ['"a"', '"b"'],
    ),
    "nonlocal": ('def f():\n    x = "a"\n    def g():\n        nonlocal x\n        x = "b"\n    show(x)', ['"a"']),
    "unpacked elsewhere": ('a, b = b, a = "1", "2"\nshow(a, b)', ['"2"', '"1"']),
    "comprehension in comprehension": (
        'show([a + b for a in ["x"] for b in [a]], [[b for b in [a]] for a in ["x"]])',
        ['["xx"] (repeated)', '[["x"] (repeated)] (repeated)'],
    ),
    "attributes of attributes": (
        ('class C:\n    def __init__(self):\n        self.a = "x"\n        self.a.b = "y"\n        self.a.b["c"] = "z"\n'
         '        self.a.update(b="y")\n        show(self.a)\nr = ["x"]\nr[0].b = "y"\nr.get(0).b = "y"\nshow(r)'),
        ['"x"', '["x"]'],
    ),
    "too many alternatives": (
        "def f(a):\n" + "".join(f"    if a == {i}:\n        x = {i}\n" for i in range(40)) + "    show(x)",
        ["39 | 38 | 37 | 36 | 35 | 34 | 33 | 32 | 31 | 30 | 29 | 28 | 27 | 26 | 25 | 24 | 23 | 22 | 21 | 20 | 19 | 18 | 17 | 16 | 15 | 14 | 13 | 12 | 11 | 10 | 9 | 8 | unknown: more than 32 alternatives (a parameter chooses)"],
    ),
    "no expression": ("show(..., x[1:2])", ["unknown: Ellipsis is not followed", "unknown: a slice"]),
    # Calls
    "star args": (
        'def f(*a, **k):\n    return a, k\nshow(f("x", "y", *z), f(**z), f(b=1, **{"c": 2}), f(*("x", "y")))',
        ['[["x", "y", …], {}]', "[[], {…}]", "[[], {b: 1, c: 2}]", "[[…], {}]"],
    ),
    "stars": (
        ('def f(x, y, z="d"):\n    return x + y\n'
         'show(f(*("a", "b")), f("a", *("b",)), f(*q), f(*("a",)), f(**{"x": "a", "y": "b"}), f("a", *("b", "c"), "d"))'),
        ['"ab"', '"ab"', "unknown: the result is not known", '"a{y}"', '"ab"', '"ab"'],
    ),
    "partial of everything": (
        ("from functools import partial\ndef f(a, b, *c, **k):\n    return a, b, c, k\n"
         'show(partial(f, "1", x="2")("3", y="4"), partial(f, b="1")(a="2"))'),
        ['["1", "3", [], {x: "2", y: "4"}]', '["1", "3", [], {x: "2", y: "4"}]'],
    ),
    "too few": ("def f(x):\n    return x\nshow(f())", ["unknown: not passed"]),
    "mutable default": ('def f(x=[], y=("a",), z=None):\n    return x, y, z\nshow(f())', ['[unknown: a mutable default, ["a"], None]']),
    "a chosen function": (
        'def f():\n    return "a"\nshow((z or f)(), (f if z else g)(), 1())',
        ['unknown: what is called is not known | "a"', '"a" | unknown: what is called is not known',
         "unknown: what is called is not known"],
    ),
    "values and their attributes": (
        'show("a".value, (1).value, (1).real, None.x)',
        ['"a"', "1", "unknown: an attribute of a number", "never reached"],
    ),
    "functions": (
        ("def f():\n    pass\nclass C:\n    class D:\n        def g(self):\n            pass\n"
         "show(f, C, C(), C.D, C.D.g, lambda: 1, f(), C().h)\ndef g():\n    def h():\n        pass\n    show(h)"),
        ["function f", "class C", "object of class C", "class C.D", "function C.D.g", "function <lambda>", "None",
         "unknown: `h` is not set in the class", "function g.h"],
    ),
    "deep": (
        "def f0(x):\n    return x\n" + "".join(f"def f{i}(x):\n    return f{i - 1}(x)\n" for i in range(1, 16)) + 'show(f5("a"), f15("a"))',
        ['"a"', "unknown: the call is too deep, or recursive"],
    ),
    "many steps": ('x0 = "a"\n' + "".join(f"x{i} = x{i - 1}\n" for i in range(1, 400)) + "show(x5, x399)", ['"a"', "unknown: too many steps away"]),
    "passed on": (
        ('def fill(d):\n    d["a"] = 1\ndef read(d):\n    return d["a"]\ndef f():\n    d = {}\n    fill(d)\n    show(d)\n'
         "    e = {}\n    read(e)\n    show(e)\n    g = {}\n    fill(d=g)\n    show(g)\n    h = {}\n    other(h)\n    show(h)\n"
         "    i = {}\n    C(i)\n    show(i)\n    j = {}\n    self.m(j)\n    x.m(j)\n    show(j)\nclass C:\n"
         '    def __init__(self, d):\n        d["a"] = 1\n'),
        ["{…}", "{}", "{…}", "{…}", "{}", "{}"],
    ),
    "filled by methods": (
        ("class C:\n    def f(self):\n        d = {}\n        self.other(d)\n        show(d)\n        e = {}\n        self.fill(e)\n"
         '        show(e)\n    def fill(self, d):\n        d["a"] = 1'),
        ["{…}", "{…}"],
    ),
    # Classes
    "enum by value": (
        'from enum import Enum\nclass E(Enum):\n    A = "a"\nshow(E("a"), E.A, E.A.name, E.B)',
        ["unknown: an enum member looked up by its value", '"a"', '"a" .name', "enum.Enum().B"],
    ),
    "fields": (
        ('from dataclasses import dataclass, field\n@dataclass\nclass C:\n    a: str = field(default="x")\n'
         '    b: dict = field(default_factory=lambda: {"k": 1})\n    c: list = field(default_factory=list)\n'
         'show(C().a, C().b, C().c, C(a="y").a)'),
        ['"x"', "{k: 1}", "unknown: a field without a literal default", '"y"'],
    ),
    "inherited from a library": (
        "from framework import Base\nclass C(Base):\n    pass\nshow(C().x, C.x)",
        ["framework.Base().x", "framework.Base().x"],
    ),
    "inherited twice": (
        'class A:\n    def __init__(self):\n        self.x = "a"\nclass B(A):\n    pass\nclass C(B):\n    pass\nshow(C().x, C().y, B.y)',
        ['"a"', "unknown: `y` is not set in the class", "unknown: no `y` in the class"],
    ),
    "itself": ('class C(C):\n    X = "a"\nshow(C.X, C.Y)', ['"a"', "unknown: no `Y` in the class"]),
    "recursive constructor": ('class C:\n    def __init__(self, x):\n        self.x = x\n        self.c = C(x)\nshow(C("a").c.x)', ["parameter x"]),
    "cached property": (
        ('class C:\n    @functools.cached_property\n    def x(self):\n        return "a"\n    @classmethod\n    def make(cls):\n'
         "        return cls()\nshow(C().x, C.make().x, C().make().x)"),
        ['"a"', '"a"', '"a"'],
    ),
    "class method that makes an object": (
        'class C:\n    def __init__(self):\n        self.x = "a"\n    @classmethod\n    def make(cls):\n        show(cls().x)', ['"a"'],
    ),
    "attribute that is never reached": ('class C:\n    def f(self):\n        raise E\n        self.x = "a"\nshow(C().x)', ['"a"']),
    "nested class": ('def f():\n    class C:\n        X = "a"\n    show(C.X)', ['"a"']),
    "lambda parameter": ('show((lambda x: x)("a"), [f for f in [lambda: "a"]][0]())', ['"a"', '"a"']),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_values(text: str, expected: list[str]) -> None:
    assert shown(text) == expected
