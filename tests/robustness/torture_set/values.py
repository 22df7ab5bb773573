"""Values that many statements make."""

from __future__ import annotations

from robustness.torture_set.shape import USE, Shape, each, file, lines

VALUES = [
    Shape("cyclic assignments", 3_000, lambda n: file("while a:\n", lines(n, "    v§ = v§~"), USE.replace("=v", "=v0"))),
    Shape("a chain of assignments", 20_000, lambda n: file("v0 = 'acme'\n", lines(n, "v§+ = v§"), USE.replace("=v", f"=v{n}"))),
    Shape("a name assigned again", 20_000, lambda n: file("v = ''\n" + "v = v + 'a'\n" * n, USE)),
    Shape(
        "a name assigned again in a function",
        5_000,
        lambda n: file("def f():\n    v = ''\n" + "    v = v + 'a'\n" * n + "    " + USE),
    ),
    Shape("a name added to", 20_000, lambda n: file("v = ''\n" + "v += 'a'\n" * n, USE)),
    Shape("alternatives by ifs", 3_000, lambda n: file(lines(n, "if a == §:\n    v = 'acme-§'"), USE)),
    Shape(
        "alternatives in a function",
        3_000,
        lambda n: file("def f(a):\n    v = ''\n", lines(n, "    if a == §:\n        v = 'acme-§'"), "    " + USE),
    ),
    Shape(
        "alternatives that grow",
        3_000,
        lambda n: file("def f(a):\n    v = ''\n", lines(n, "    if a == §:\n        v += 'acme-§'"), "    " + USE),
    ),
    Shape("alternatives by match", 3_000, lambda n: file("match a:\n", lines(n, "    case §:\n        v = 'acme-§'"), USE)),
    Shape("alternatives by try", 3_000, lambda n: file(lines(n, "try:\n    v = 'acme-§'\nexcept E:\n    pass"), USE)),
    Shape("alternatives by loops", 3_000, lambda n: file(lines(n, "for _ in a:\n    v = 'acme-§'"), USE)),
    Shape(
        "alternatives of many names",
        300,
        lambda n: file(lines(n, "a§ = 'x§' if b else 'y§'"), "v = ", each(n, "a§", " + "), "\n", USE),
    ),
    Shape("handlers", 3_000, lambda n: file("try:\n    v = 'a'\n", lines(n, "except E§:\n    v = 'acme-§'"), USE)),
    Shape("entries of a dict", 5_000, lambda n: file("d = {}\n", lines(n, "d['k§'] = 'x§'"), "v = d['k0']\n", USE)),
    Shape(
        "entries of a dict in a function",
        5_000,
        lambda n: file("def f():\n    d = {}\n", lines(n, "    d['k§'] = 'x§'"), "    s3.put_object(**d)\n"),
    ),
    Shape("updates of a dict", 3_000, lambda n: file("d = {}\n", lines(n, "d.update(k§='x§')"), "s3.put_object(**d)\n")),
    Shape("appends", 5_000, lambda n: file("d = []\n", lines(n, "d.append('x§')"), f"for v in d:\n    {USE}")),
    Shape("spread dicts", 3_000, lambda n: file("d0 = {}\n", lines(n, "d§+ = {**d§, 'k§': 'x'}"), f"s3.put_object(**d{n})\n")),
    Shape(
        "attributes of an object",
        3_000,
        lambda n: file(
            "class C:\n    def __init__(self):\n",
            lines(n, "        self.a§ = 'x§'"),
            "    def f(self):\n        v = self.a0\n        ",
            USE,
        ),
    ),
    Shape(
        "methods of a class",
        3_000,
        lambda n: file(
            "class C:\n",
            lines(n, "    def m§(self):\n        self.v = 'x§'"),
            "    def f(self):\n        v = self.v\n        ",
            USE,
        ),
    ),
    Shape("globals", 3_000, lambda n: file("v = ''\n", lines(n, "def f§():\n    global v\n    v = 'acme-§'"), USE)),
    Shape("a builder", 900, lambda n: file(f"df.write{'.option(1, 2)' * (n // 3)}.csv('s3://a/b')\n")),
    Shape("steps of a builder", 3_000, lambda n: file("w = df.write\n", "w = w.option(1, 2)\n" * n, "w.csv('s3://a/b')\n")),
    Shape(
        "frames",
        3_000,
        lambda n: file("df = spark.read.csv('s3://a/b')\n", "df = df.filter(x)\n" * n, "df.write.csv('s3://a/b')\n"),
    ),
]
