"""How a rule says what to change: places in the syntax and the text that belongs there. Needs no libcst.

The engine turns a plan into edits, or drops it where the shape of the code does not allow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s3lint.syntax.site import Site


@dataclass(frozen=True, slots=True)
class Replace:
    """An expression, replaced by other code."""

    site: Site
    text: str


@dataclass(frozen=True, slots=True)
class AddArgument:
    """A call, with one more keyword argument."""

    site: Site
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class AddEntry:
    """A dict display, with one more entry."""

    site: Site
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Drop:
    """An argument of a call or an entry of a dict display, found by its value, and left out with its comma."""

    site: Site


@dataclass(frozen=True, slots=True)
class Append:
    """Code behind an expression: `.execute()`."""

    site: Site
    text: str


Change = Replace | AddArgument | AddEntry | Drop | Append


@dataclass(frozen=True, slots=True)
class Plan:
    """A fix as a rule thinks of it. `imports` are modules, or names in modules (`botocore.config.Config`), that the new code uses.

    `message` says what changes, and what somebody must still do; a `safe` plan leaves nothing to do.
    """

    message: str
    changes: tuple[Change, ...]
    safe: bool = False
    imports: tuple[str, ...] = ()
