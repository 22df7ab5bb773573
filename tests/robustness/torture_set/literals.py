"""Long files and long literals."""

from __future__ import annotations

from robustness.torture_set.shape import USE, Shape, each, file, lines, value

LITERALS = [
    Shape("assignments, bytes", 10_000_000, lambda n: file(lines(n // 16, "x§ = 12345"))),
    Shape("short assignments, bytes", 10_000_000, lambda n: file("a=1\n" * (n // 4))),
    Shape("one text, bytes", 10_000_000, lambda n: value(repr("a/" * (n // 2)))),
    Shape("one comment, bytes", 10_000_000, lambda n: file("#" * n + "\n")),
    Shape("blank lines", 2_000_000, lambda n: file("\n" * n)),
    Shape("list of numbers", 200_000, lambda n: value("[" + "1, " * n + "]")),
    Shape("list of texts, looped over", 200_000, lambda n: file("vs = [", each(n, "'b-§'"), "]\nfor v in vs:\n    ", USE)),
    Shape("dict", 200_000, lambda n: file("d = {", each(n, "§: §"), "}\nv = d[7]\n", USE)),
    Shape("dict of arguments", 200_000, lambda n: file("d = {", each(n, "'k§': '§'"), "}\ns3.put_object(**d)\n")),
    Shape(
        "item of many attributes",
        20_000,
        lambda n: file("boto3.resource('dynamodb').Table('t').put_item(Item={", each(n, "'k§': '§'"), "})\n"),
    ),
    Shape("list of tuples", 50_000, lambda n: file("for v, w in [", each(n, "('b§', 'k§')"), "]:\n    ", USE)),
    Shape("lists over lines", 200_000, lambda n: file("v = [\n" + "    1,\n" * n + "]\n", USE)),
]
