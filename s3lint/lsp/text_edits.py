"""Minimal line edits that turn a document into its fixed text."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator

from lsprotocol import types
from pygls.workspace import PositionCodec

from s3lint.finding import Location
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.lsp.positions import range_of
from s3lint.source.text import Source, split_lines


def edits_between(document: Document, after: bytes, codec: PositionCodec) -> dict[str, list[types.TextEdit]]:
    """The edits of each part that changes, by URI. `after` are the bytes of the whole document."""
    if document.is_notebook:
        texts = ["".join(cell["source"]) for cell in json.loads(after)["cells"]]
    else:
        texts = [Source.decode(document.path, after).text]
    made = {part.uri: list(_edits(part, text, codec)) for part, text in zip(document.parts, texts, strict=True)}
    return {uri: edits for uri, edits in made.items() if edits}


def _edits(part: DocumentPart, after: str, codec: PositionCodec) -> Iterator[types.TextEdit]:
    lines = split_lines(after)
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, part.lines, lines, autojunk=False).get_opcodes():
        if kind != "equal":
            place = range_of(part.lines, Location(start + 1, 1), Location(end + 1, 1), codec)
            yield types.TextEdit(place, "".join(lines[new_start:new_end]))
