"""Convert rows and columns (from 1, in characters) to and from positions of the protocol (from 0, in units of the negotiated encoding)."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol.types import Position, Range
from pygls.workspace import PositionCodec

from s3lint.finding import Location


def position(lines: Sequence[str], place: Location, codec: PositionCodec) -> Position:
    """The position of a place; the end of the text for a place behind it."""
    if place.row > len(lines):
        if lines and not lines[-1].endswith(("\n", "\r")):
            return Position(len(lines) - 1, codec.client_num_units(lines[-1]))
        return Position(len(lines), 0)
    line = lines[place.row - 1].rstrip("\r\n")
    return Position(place.row - 1, codec.client_num_units(line[: place.column - 1]))


def range_of(lines: Sequence[str], start: Location, end: Location, codec: PositionCodec) -> Range:
    """The range between two places."""
    return Range(position(lines, start, codec), position(lines, end, codec))


def location(lines: Sequence[str], place: Position, codec: PositionCodec) -> Location:
    """The row and column of a position."""
    if place.line >= len(lines):
        return Location(place.line + 1, 1)
    found = codec.position_from_client_units(lines, place)
    return Location(found.line + 1, found.character + 1)
