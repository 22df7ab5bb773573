"""A shape of hostile programs, and what they are built of.

Each program ends in a plain violation, so that a run shows whether the rest of the file is checked all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

HEAD = 'import boto3\ns3 = boto3.client("s3")\n'

SENTINEL = 'boto3.client("s3").put_object(Bucket=bucket, Key="sentinel.txt", Body=body)\n'
"""A statement with a finding of STO211."""

USE = "s3.put_object(Bucket=v, Key=v, Body=v, ContentType=v)\n"
"""A statement for which s3lint infers every value of `v`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Programs of one shape. `full` is the size that must end in good time; the unit is the shape's own."""

    name: str
    full: int
    make: Callable[[int], str | bytes]

    def program(self, size: int) -> bytes:
        made = self.make(size)
        return made if isinstance(made, bytes) else made.encode()


def file(*parts: str) -> str:
    return "".join([HEAD, *parts, SENTINEL])


def value(expression: str) -> str:
    return file(f"v = {expression}\n", USE)


def each(size: int, part: str, between: str = ", ") -> str:
    """Repeat a part: `§` is its number, `§+` the next number, `§~` the next one, back to 0 at the end."""
    return between.join(
        part.replace("§+", str(number + 1)).replace("§~", str((number + 1) % size)).replace("§", str(number))
        for number in range(size)
    )


def lines(size: int, lines: str) -> str:
    return each(size, lines, "\n") + "\n"
