"""Whatever indentation Python accepts is read, and findings stand where they are written."""

from __future__ import annotations

import random

from s3lint.testing import check, expected, reported

DEEPER = ("\t", "    ", " \t", "\t  ", "  \t\t")


def block(choice: random.Random, indents: list[str]) -> list[str]:
    """Return statements below an indentation, some of them nested in others."""
    here = indents[-1]
    lines: list[str] = []
    for _ in range(choice.randint(1, 3)):
        kind = choice.randrange(5)
        if kind == 0 and len(indents) < 5:
            below = here + choice.choice(DEEPER) if choice.random() < 0.7 else "\t" + "    " * len(indents)
            lines += [f"{here}if s3:", *block(choice, [*indents, below])]
        elif kind == 1:
            lines.append(f"{here}x = '''a\n\t b'''")
        elif kind == 2:
            lines.append(f"{here}x = (1,\n\t\t2)")
        elif kind == 3:
            lines.append("\t# a comment")
        lines.append(f"{here}s3.put_object(Bucket=b, Key='flat.csv', Body=b'1')  #: STO211, STO301")
    return lines


def program(choice: random.Random) -> str:
    base = choice.choice(["", "\t", "    ", "  "])
    head = ["import boto3", "s3 = boto3.client('s3')", *(["class A:"] if base else []), f"{base}def f(self):"]
    return "\n".join([*head, *block(choice, [base, base + choice.choice(DEEPER)])]) + "\n"


def accepted(text: str) -> bool:
    try:
        compile(text, "program.py", "exec")
    except SyntaxError:
        return False
    return True


def test_any_indentation_that_python_accepts_is_read() -> None:
    texts = [program(random.Random(seed)) for seed in range(120)]  # noqa: S311 - repeatable, no secret
    programs = [text for text in texts if accepted(text)]
    assert len(programs) > 40
    for text in programs:
        assert {mark for mark in reported(check(text)) if mark[1] in ("STO211", "STO301", "STO900")} == expected(text), text
