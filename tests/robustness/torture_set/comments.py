"""Suppressions and other comments."""

from __future__ import annotations

from robustness.torture_set.shape import Shape, each, file, lines

COMMENTS = [
    Shape(
        "suppressions",
        5_000,
        lambda n: file(lines(n, "s3.put_object(Bucket='acme-§', Key='§', Body=b)  # s3lint: allow[STO201, STO211] why §")),
    ),
    Shape("suppressions of nothing", 20_000, lambda n: file("a = 1  # s3lint: allow[STO201] why\n" * n)),
    Shape(
        "suppressions above",
        5_000,
        lambda n: file(lines(n, "# s3lint: allow[STO201] why\ns3.put_object(Bucket='acme-§', Key='§', Body=b)")),
    ),
    Shape("suppressions of the file", 3_000, lambda n: file("# s3lint: file-allow[STO201] why\n" * n)),
    Shape("one suppression of many codes", 5_000, lambda n: file(f"# s3lint: allow[{'STO201, ' * n}] why\na = 1\n")),
    Shape("one suppression of many names", 5_000, lambda n: file(f"# s3lint: allow[{each(n, 'rule-§')}] why\na = 1\n")),
    Shape("noqas", 20_000, lambda n: file("a = 1  # noqa: STO201\n" * n)),
    Shape("one noqa of many codes", 5_000, lambda n: file(f"a = 1  # noqa: {'STO201, ' * n}x\n")),
    Shape("one noqa of capitals", 20_000, lambda n: file(f"a = 1  # noqa: {'A' * n}!\n")),
    Shape("a suppression never closed", 20_000, lambda n: file(f"a = 1  {'# s3lint: allow[' * n}\n")),
    Shape("a date never ended", 20_000, lambda n: file(f"a = 1  # s3lint: allow[STO201] {'until=' * n}\n")),
    Shape("mentions", 100_000, lambda n: file("# put_object\n" * n)),
    Shape("directives", 20_000, lambda n: file(f"a = 1  {'# noqa ' * n}\n")),
]
