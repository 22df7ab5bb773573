"""Open documents: their URIs, paths, versions and texts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from s3lint.project.discovery import is_notebook
from s3lint.source.text import Unreadable, declared_encoding, split_lines

PYTHON = "python"


@dataclass(frozen=True)
class DocumentPart:
    """A text of a document: a Python file has one part, a notebook one for each cell. Only code is checked."""

    uri: str
    text: str
    version: int | None = None
    is_code: bool = True

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)


@dataclass(frozen=True)
class Document:
    """One version of a Python file or a notebook."""

    uri: str
    path: Path
    version: int | None
    parts: tuple[DocumentPart, ...]

    @property
    def is_notebook(self) -> bool:
        return is_notebook(self.path.name)

    @cached_property
    def data(self) -> bytes:
        """The document as the bytes of a file."""
        return _notebook(self.parts) if self.is_notebook else encoded(self.parts[0].text)

    def part(self, cell: int | None) -> DocumentPart:
        """The part with a cell of a finding, counted from 1; the first part for None."""
        return self.parts[cell - 1 if cell is not None else 0]

    def index(self, uri: str) -> int:
        """The index of the part with a URI. Clients differ in which characters of a URI they escape."""
        return next((index for index, part in enumerate(self.parts) if unquote(part.uri) == unquote(uri)), 0)


def _notebook(parts: tuple[DocumentPart, ...]) -> bytes:
    cells = [{"cell_type": "code" if part.is_code else "markdown", "source": part.text} for part in parts]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()


def encoded(text: str) -> bytes:
    """Encode a text as its coding comment declares, so that decoding it gives the same characters."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding = declared_encoding(data)
    except Unreadable:
        return data
    return data if encoding == "utf-8" else text.encode(encoding, "replace")


def path_of(uri: str) -> Path:
    """The path of a URI. A document that was never saved gets a path in the working folder."""
    found = to_fs_path(uri)
    if found is None:
        name = uri.rpartition("/")[2].rpartition(":")[2] or "untitled"
        found = name if name.endswith((".py", ".ipynb")) else f"{name}.py"
    return Path(os.path.abspath(found))


class PythonText(TextDocument):
    """A text with the line ends of the protocol. `TextDocument` also splits at form feeds and other characters."""

    @property
    def lines(self) -> list[str]:
        return split_lines(self.source)


class OpenDocuments(Workspace):
    """The workspace of pygls, with `PythonText` as its texts."""

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        return PythonText(doc_uri, source, version, language_id, sync_kind=self._sync_kind, position_codec=self._position_codec)

    def document(self, uri: str) -> Document | None:
        """The open Python file or notebook with a URI, or with a cell of that URI; None for other languages and closed files."""
        notebook = self.get_notebook_document(notebook_uri=uri) or self.get_notebook_document(cell_uri=uri)
        if notebook is not None:
            cells = tuple(self._cell(cell) for cell in notebook.cells)
            path = path_of(notebook.uri)
            return Document(notebook.uri, path if is_notebook(path.name) else path.with_suffix(".ipynb"), notebook.version, cells)
        text = self.text(uri)
        if text is None or text.language_id not in (PYTHON, "", None):
            return None
        path = path_of(text.uri)
        return (
            None
            if is_notebook(path.name)
            else Document(text.uri, path, text.version, (DocumentPart(text.uri, text.source, text.version),))
        )

    def text(self, uri: str) -> TextDocument | None:
        """The open text with a URI; None if it is not open. pygls would read it from disk then, which may not be Python."""
        found = self.get_text_document(uri)
        return found if found in self.text_documents.values() else None

    def _cell(self, cell: types.NotebookCell) -> DocumentPart:
        text = self.text(cell.document)
        if text is None:
            return DocumentPart(cell.document, "", is_code=False)
        is_code = cell.kind == types.NotebookCellKind.Code and text.language_id == PYTHON
        return DocumentPart(text.uri, text.source, text.version, is_code)

    def __iter__(self) -> Iterator[Document]:
        """Iterate over the open documents: a notebook once, not once for each cell."""
        cells = {cell.document for notebook in self.notebook_documents.values() for cell in notebook.cells}
        uris = [
            *(notebook.uri for notebook in self.notebook_documents.values()),
            *(text.uri for text in self.text_documents.values()),
        ]
        for uri in uris:
            document = self.document(uri) if uri not in cells else None
            if document is not None:
                yield document
