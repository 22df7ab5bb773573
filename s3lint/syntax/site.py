"""Where a node is written: its block, its rows and columns in the file, its code.

Needs no libcst at run time, so that what starts the program may import it. Imports of this package only types.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from s3lint.finding import Location
from s3lint.source.text import LEADING_FEED, between
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from s3lint.syntax.module import Block, Module


@frozen(eq=False)
class Site:
    """A node and the block that it stands in; its rows and columns are computed when a report asks.

    `span` is a part of a literal's source, in characters.
    """

    block: Block
    node: cst.CSTNode = field(repr=False)
    span: tuple[int, int] | None = None

    @property
    def module(self) -> Module:
        return self.block.module


def locate(site: Site) -> tuple[Location, Location]:
    """Return where a site starts, and where it ends (behind its last character)."""
    block = site.block
    found = block.range_of(site.node)
    if found is None:
        start = Location(block.part.start, 1)
        return start, start
    start, end = (_placed(site, *place) for place in found)
    # Without a span the whole node is meant; with one, its rows and columns are counted in the literal's source.
    if site.span is None:
        return start, end
    source = str(getattr(site.node, "value", ""))
    return _advanced(site, start, source[: site.span[0]]), _advanced(site, start, source[: site.span[1]])


def _placed(site: Site, line: int, column: int) -> Location:
    """Return a position in the file."""
    row = line + site.block.offset
    return Location(row, column + 1 + _feeds(site, row))


def _feeds(site: Site, row: int) -> int:
    """Return how many characters libcst was not shown at the start of a line."""
    lines = site.module.file.lines
    found = LEADING_FEED.match(lines[row - 1]) if row <= len(lines) else None
    return found.end() if found is not None else 0


def _advanced(site: Site, start: Location, text: str) -> Location:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) == 1:
        return Location(start.row, start.column + len(text))
    row = start.row + len(lines) - 1
    return Location(row, len(lines[-1]) + 1 + _feeds(site, row))


def source_of(site: Site) -> str:
    """Return the code of a node as it is written, with the parentheses around it."""
    opening: Sequence[cst.CSTNode] = ()
    closing: Sequence[cst.CSTNode] = ()
    if not site.block.is_bare(site.node):
        _ = site.block.tree  # Gives the node its parentheses.
        opening, closing = getattr(site.node, "lpar", ()), getattr(site.node, "rpar", ())
    start = locate(replace(site, node=opening[0]) if opening else site)[0]
    end = locate(replace(site, node=closing[-1]) if closing else site)[1]
    return between(site.module.file.lines, start, end)
