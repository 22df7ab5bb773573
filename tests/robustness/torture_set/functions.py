"""Functions, classes, calls and findings in great numbers."""

from __future__ import annotations

from robustness.torture_set.shape import USE, Shape, each, file, lines


def tangle(size: int) -> str:
    """Make functions that each call five others and pass their parameters on."""
    calls = [[f"    f{(number * 7 + other) % size}(v + '{number}')\n" for other in range(5)] for number in range(size)]
    functions = [f"def f{number}(v):\n{''.join(listed)}    {USE}" for number, listed in enumerate(calls)]
    return file(*functions, "f0('acme')\n")


PUT = "s3.put_object(Bucket='acme-§', Key='§', Body=b)"


def row(size: int, statement: str, before: str = "") -> str:
    """Make statements on one row."""
    return file(before, each(size, statement, "; "), "\n")


FUNCTIONS = [
    Shape("mutual recursion", 1_000, lambda n: file(lines(n, "def f§(v):\n    f§~(v)\n    " + USE.strip()), "f0('acme')\n")),
    Shape("mutual recursion in all directions", 150, tangle),
    Shape(
        "a chain of functions",
        3_000,
        lambda n: file("def f0(v):\n    return v\n", lines(n, "def f§+(v):\n    return f§(v)"), f"v = f{n}('acme')\n", USE),
    ),
    Shape(
        "a chain of callers", 3_000, lambda n: file(f"def f0(v):\n    {USE}", lines(n, "def f§+(v):\n    f§(v)"), f"f{n}('acme')\n")
    ),
    Shape(
        "a doubling chain",
        300,
        lambda n: file(
            "def f0(v):\n    return v\n", lines(n, "def f§+(v):\n    return f§(v) + f§(v + 'a')"), f"v = f{n}('acme')\n", USE
        ),
    ),
    Shape("callers", 5_000, lambda n: file(f"def f(v):\n    {USE}", lines(n, "f('acme-§')"))),
    Shape("callers by keywords", 1_000, lambda n: file(f"def f(v, **k):\n    {USE}", lines(n, "f(v='acme-§', a§=1)"))),
    Shape("parameters", 3_000, lambda n: file("def f(", each(n, "p§"), ", v):\n    ", USE, "f(", each(n, "§"), ", 'acme')\n")),
    Shape("arguments", 20_000, lambda n: file("s3.put_object(", each(n, "a§=1"), ", Bucket='acme')\n")),
    Shape("returns", 3_000, lambda n: file("def f(a):\n", lines(n, "    if a == §:\n        return 'acme-§'"), "v = f(1)\n", USE)),
    Shape("clients", 3_000, lambda n: file(lines(n, "c§ = boto3.client('s3')\nc§.put_object(Bucket='acme-§', Key='k', Body=b)"))),
    Shape("findings", 5_000, lambda n: file(lines(n, "s3.put_object(Bucket='acme-§', Key='§', Body=b)"))),
    Shape(
        "findings in a function",
        3_000,
        lambda n: file("def f():\n", lines(n, "    s3.put_object(Bucket='acme-§', Key='§', Body=b)")),
    ),
    Shape("findings on a line", 3_000, lambda n: row(n, PUT)),
    Shape("findings behind an umlaut", 3_000, lambda n: row(n, PUT, "v = 'ä'; ")),
    Shape("findings behind a colon", 3_000, lambda n: row(n, PUT, "if a: v = 'ä'; ")),
    Shape("findings in a class", 3_000, lambda n: row(n, PUT, "class C: ")),
    Shape("findings in the arguments of a call", 3_000, lambda n: file(f"f({each(n, PUT)})\n")),
    Shape("constants of addresses", 3_000, lambda n: file(lines(n, "P§ = 's3://acme-§/a.csv'"))),
    Shape("writes of frames", 3_000, lambda n: file(lines(n, "df.write.csv('s3://acme-§/a')"))),
    Shape("items", 3_000, lambda n: file(lines(n, "boto3.resource('dynamodb').Table('t§').put_item(Item={'a': b})"))),
    Shape(
        "items and objects",
        1_000,
        lambda n: file(lines(n, "boto3.resource('dynamodb').Table('t').put_item(Item={'a': b})"), lines(n, PUT)),
    ),
    Shape(
        "functions with findings",
        2_000,
        lambda n: file(lines(n, "def f§(name):\n    s3.put_object(Bucket='acme', Key=f'{name}', Body=b)")),
    ),
    Shape(
        "deep classes",
        1_000,
        lambda n: file("class C0:\n    v = 'acme'\n", lines(n, "class C§+(C§):\n    pass"), f"v = C{n}.v\n", USE),
    ),
    Shape("classes of each other", 300, lambda n: file(lines(n, "class C§(C§~):\n    pass"), "v = C0().v\n", USE)),
    Shape(
        "bases", 1_000, lambda n: file(lines(n, "class C§:\n    pass"), "class D(", each(n, "C§"), "):\n    pass\nv = D().v\n", USE)
    ),
    Shape(
        "partials",
        1_000,
        lambda n: file(
            "from functools import partial\nf = s3.put_object\n", lines(n, "f = partial(f, a§=1)"), "f(Bucket='acme')\n"
        ),
    ),
    Shape("imports", 5_000, lambda n: file(lines(n, "import m§"))),
    Shape("with items", 1_000, lambda n: file("with ", each(n, "a as v§"), ":\n    s3.put_object(Bucket=v0)\n")),
    Shape("tasks", 1_000, lambda n: file(lines(n, "pool.submit(s3.upload_file, 'a', 'acme-§', 'k')"))),
]
