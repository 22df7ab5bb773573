"""Programs that are not valid Python, or barely."""

from __future__ import annotations

from robustness.torture_set.shape import HEAD, SENTINEL, Shape, file, value

BROKEN = [
    Shape("Python 2", 20_000, lambda n: HEAD + "print 'a'\n" * n + SENTINEL),
    Shape("a syntax error at the end", 200_000, lambda n: file("a = 1\n" * n) + "def f(:\n"),
    Shape("newest syntax", 5_000, lambda n: file("type V[T] = list[T]\n" * n)),
    Shape("a bracket never closed", 200_000, lambda n: file("f(\n" + "a,\n" * n)),
    Shape("brackets never closed", 100_000, lambda n: file("(" * n + "\n")),
    Shape("brackets never opened", 100_000, lambda n: file(")" * n + "\n")),
    Shape("a text never closed", 200_000, lambda n: file("'''" + "a\n" * n)),
    Shape("quotes", 100_000, lambda n: file("'" * n + "\n")),
    Shape("backslashes", 100_000, lambda n: file("\\" * n + "\n")),
    Shape("escaped quotes outside of texts", 100_000, lambda n: file("\\'" * n + "\n")),
    Shape("line continuations", 20_000, lambda n: file("a = \\\n" * n + "1\n")),
    Shape("carriage returns", 20_000, lambda n: file("a = 1\n" * n).replace("\n", "\r")),
    Shape("mixed newlines", 20_000, lambda n: file("a = 1\r\nb = 2\rc = 3\n" * n)),
    Shape("form feeds", 20_000, lambda n: file("\f" * n + "\na = 1\n")),
    Shape("NULs", 1_000_000, lambda n: file("\0" * n + "\n")),
    Shape("UTF-16", 200_000, lambda n: file("a = 1\n" * n).encode("utf-16")),
    Shape("a wrong cookie", 200_000, lambda n: b"# coding: ascii\n" + file("a = 'ä'\n" * n).encode()),
    Shape("an unknown cookie", 200_000, lambda n: b"# coding: klingon\n" + file("a = 1\n" * n).encode()),
    Shape("a cookie that is no text encoding", 2_000, lambda n: b"# coding: rot13\n" + file("a = 1\n" * n).encode()),
    Shape("UTF-7", 20_000, lambda n: b"# coding: utf-7\n" + file("a = 1\n" * n).encode()),
    Shape("bytes that are no text", 1_000_000, lambda n: file("").encode() + b"\xff" * n),
    Shape("wide characters", 200_000, lambda n: value(repr("😀" * n))),
    Shape("combining characters", 20_000, lambda n: file("a" + "\u0301" * n + " = 1\n")),
    Shape("indentation", 99, lambda n: file(*(f"{' ' * i}if a:\n" for i in range(n)), " " * n + "pass\n")),
    Shape("too much indentation", 1_000, lambda n: file(*(f"{' ' * i}if a:\n" for i in range(n)), " " * n + "pass\n")),
    Shape("inconsistent tabs", 5_000, lambda n: file("if a:\n\tb\n        c\n" * n)),
]
