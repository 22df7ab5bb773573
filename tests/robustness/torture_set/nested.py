"""Expressions and statements within each other."""

from __future__ import annotations

from robustness.torture_set.shape import USE, Shape, each, file, lines, value

NESTED = [
    Shape("parentheses", 5_000, lambda n: value("(" * n + "1" + ")" * n)),
    Shape("brackets", 5_000, lambda n: value("[" * n + "]" * n)),
    Shape("dicts in dicts", 5_000, lambda n: value("{1: " * n + "1" + "}" * n)),
    Shape("attributes", 5_000, lambda n: value("a" + ".b" * n)),
    Shape("calls", 5_000, lambda n: value("f" + "()" * n)),
    Shape("methods", 5_000, lambda n: value("a" + ".b()" * n)),
    Shape("methods over lines", 5_000, lambda n: value("(a" + "\n.option(1, 2)" * n + ")")),
    Shape("calls in calls", 5_000, lambda n: value("f(" * n + ")" * n)),
    Shape("subscripts", 5_000, lambda n: value("a" + "[0]" * n)),
    Shape("lambdas", 5_000, lambda n: value("lambda: " * n + "1")),
    Shape("nots", 5_000, lambda n: value("not " * n + "1")),
    Shape("signs", 5_000, lambda n: value("-" * n + "1")),
    Shape("sum of numbers", 20_000, lambda n: value("1" + " + 1" * n)),
    Shape("sum of texts", 20_000, lambda n: value("'a'" + " + 'a'" * n)),
    Shape("sum in brackets", 150, lambda n: value("(" * n + "'a'" + " + 'a')" * n)),
    Shape("powers", 5_000, lambda n: value("1" + " ** 1" * n)),
    Shape("ands", 20_000, lambda n: value("1" + " and 1" * n)),
    Shape("ors", 20_000, lambda n: value("a" + " or 'b'" * n)),
    Shape("comparisons", 20_000, lambda n: value("1" + " < 1" * n)),
    Shape("conditionals", 5_000, lambda n: value("'a' if b else " * n + "'c'")),
    Shape("elifs", 5_000, lambda n: file("if a:\n    v = '0'\n", lines(n, "elif a == §:\n    v = 'b-§'"), USE)),
    Shape(
        "elses",
        90,
        lambda n: file(*(f"{' ' * i}if a:\n{' ' * i} v = 'b-{i}'\n{' ' * i}else:\n" for i in range(n)), " " * n + "v = 'c'\n", USE),
    ),
    Shape("blocks", 95, lambda n: file(*(f"{' ' * i}for v in v:\n" for i in range(n)), " " * n + USE)),
    Shape("functions in functions", 95, lambda n: file(*(f"{' ' * i}def f(v=v):\n" for i in range(n)), " " * n + USE)),
    Shape("classes in classes", 95, lambda n: file(*(f"{' ' * i}class C:\n" for i in range(n)), " " * n + "v = 1\n")),
    Shape("comprehensions", 19, lambda n: value("[a " + each(n, "for a§ in b", " ") + "]")),
    Shape("comprehensions in each other", 150, lambda n: value("[" * n + "a" + " for a in b]" * n)),
    Shape("decorators", 5_000, lambda n: file("@f('a')\n" * n, "def g(v):\n    ", USE)),
    Shape("awaits", 5_000, lambda n: file("async def f():\n    v = " + "await " * n + "1\n    ", USE)),
    Shape("stars", 5_000, lambda n: value("[" + "*a, " * n + "]")),
    Shape("assignments in expressions", 150, lambda n: value("(v := " * n + "1" + ")" * n)),
    Shape("targets", 5_000, lambda n: file("v = " * n + "'acme'\n", USE)),
]
