"""Changes that a rule asks for: nodes, and the text to write there. Imports no libcst, so that rules start fast.

`edits` renders a plan as edits of the text, or drops it where the shape of the code does not allow it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.syntax.site import Site


@frozen()
class Replace:
    """Replace an expression by other code."""

    site: Site
    text: str


@frozen()
class AddArgument:
    """A call, with one more keyword argument. `beside_spread`: what `**` spreads into the call is known not to hold it."""

    site: Site
    name: str
    text: str
    beside_spread: bool = False


@frozen()
class AddEntry:
    """Add an entry to a dict display."""

    site: Site
    key: str
    text: str


@frozen()
class Drop:
    """Remove an argument of a call or an entry of a dict display, given by its value, with its comma."""

    site: Site


@frozen()
class Append:
    """Write code directly behind an expression, such as `.execute()`."""

    site: Site
    text: str


Change = Replace | AddArgument | AddEntry | Drop | Append


@frozen()
class Plan:
    """A fix as a rule thinks of it. `imports` are what `usable` says that the new code needs.

    `message` names the change and any follow-up; a `safe` plan needs none.
    """

    message: str
    changes: tuple[Change, ...]
    safe: bool = False
    imports: tuple[str, ...] = ()


@frozen()
class NoFix:
    """Why a finding that its rule can fix elsewhere is not fixed here, in words that follow "not fixed:"."""

    reason: str
