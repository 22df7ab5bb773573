"""From a node to rows and columns. Computed only for blocks that hold a finding."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from s3lint.finding import Location
from s3lint.source import between

if TYPE_CHECKING:
    from s3lint.inference.values import Site

Positions = dict[cst.CSTNode, CodeRange]

DEEP_STACK = 512 * 1024 * 1024
"""Bytes of stack for code so nested that libcst's recursive provider needs more than a thread usually has."""


def positions_of(tree: cst.Module) -> Positions:
    """The range of each node of a tree, in rows and columns of the tree's own text."""
    try:
        return _resolve(tree)
    except RecursionError:
        return _resolve_deep(tree)


def _resolve(tree: cst.Module) -> Positions:
    wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
    return cast("Positions", dict(wrapper.resolve(PositionProvider)))


def _resolve_deep(tree: cst.Module) -> Positions:
    found: list[Positions] = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK)
    try:
        sys.setrecursionlimit(200_000)
        thread = threading.Thread(target=lambda: found.append(_resolve(tree)))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return found[0] if found else {}


def locate(site: Site) -> tuple[Location, Location]:
    """Where a site starts, and where it ends (behind its last character)."""
    block = site.block
    found = block.positions.get(site.node)
    if found is None:
        start = Location(block.part.start, 1)
        return start, start
    start = _placed(site, found.start.line, found.start.column)
    end = _placed(site, found.end.line, found.end.column)
    if site.span is None:
        return start, end
    source = str(getattr(site.node, "value", ""))
    return _advanced(start, source[: site.span[0]]), _advanced(start, source[: site.span[1]])


def _placed(site: Site, line: int, column: int) -> Location:
    """A position in the file. libcst does not count the form feeds before the code of a line."""
    row = line + site.block.offset
    lines = site.module.source.lines
    text = lines[row - 1] if row <= len(lines) else ""
    feeds = text[: len(text) - len(text.lstrip())].count("\f") if "\f" in text else 0
    return Location(row, column + 1 + feeds)


def _advanced(start: Location, text: str) -> Location:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) == 1:
        return Location(start.row, start.column + len(text))
    return Location(start.row + len(lines) - 1, len(lines[-1]) + 1)


def source_of(site: Site) -> str:
    """The code of a node as it is written, with the parentheses around it."""
    opening, closing = getattr(site.node, "lpar", ()), getattr(site.node, "rpar", ())
    start = locate(replace(site, node=opening[0]) if opening else site)[0]
    end = locate(replace(site, node=closing[-1]) if closing else site)[1]
    return between(site.module.source.lines, start, end)
