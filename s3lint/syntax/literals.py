"""Read literals. libcst's `evaluated_value` calls `ast.literal_eval`, which compiles; most literals need no more than their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def literal_value(node: cst.SimpleString) -> str | bytes:
    """What a literal evaluates to; one without escapes is what stands between its quotes.

    Raises `ValueError` for one that holds a lone surrogate, which no key, name or message can hold, and `SyntaxError`.
    """
    if "\\" in node.value or "\r" in node.value or node.prefix not in ("", "r", "u"):
        value: str | bytes = node.evaluated_value
        # Encoding raises for a lone surrogate.
        return value.encode().decode() if isinstance(value, str) else value
    return node.raw_value


def number_value(node: cst.Integer | cst.Float) -> int | float:
    """What a number evaluates to. Raises `ValueError` for an integer of more digits than Python reads, and `SyntaxError`."""
    value: int | float = int(node.value) if node.value.isdecimal() and node.value[0] != "0" else node.evaluated_value
    return value
