"""Convert findings to diagnostics of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.workspace import PositionCodec

from s3lint.finding import Edit, Finding, Fix, Related, Severity
from s3lint.lsp.documents import Document, DocumentPart
from s3lint.lsp.positions import position, range_of
from s3lint.registry import rules
from s3lint.registry.codes import UNUSED
from s3lint.source.text import split_lines

SOURCE = "s3lint"

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

ByUri = dict[str, list[types.Diagnostic]]


@dataclass
class Translator:
    """Makes diagnostics with the positions of one client. `opened` are its open documents; `read` returns the bytes of other files."""

    codec: PositionCodec
    opened: dict[Path, Document]
    read: Callable[[Path], bytes | None]
    _lines: dict[Path, list[str]] = field(default_factory=dict)

    def diagnostics(self, document: Document, findings: Iterable[Finding]) -> ByUri:
        """The diagnostics of each part of a document, by URI; parts without any have an empty list."""
        found: ByUri = {part.uri: [] for part in document.parts}
        for finding in findings:
            part = document.part(finding.cell)
            found[part.uri].append(self._diagnostic(document, part, finding))
        return found

    def _diagnostic(self, document: Document, part: DocumentPart, finding: Finding) -> types.Diagnostic:
        rule = rules()[finding.code]
        return types.Diagnostic(
            range=range_of(part.lines, finding.start, finding.end, self.codec),
            message=finding.message,
            severity=SEVERITIES[finding.severity],
            code=finding.code,
            code_description=types.CodeDescription(rule.url) if rule.url else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if finding.code == UNUSED else None,
            related_information=[self._related(place) for place in finding.related] or None,
            data=self._data(document, finding),
        )

    def _related(self, place: Related) -> types.DiagnosticRelatedInformation:
        document = self.opened.get(place.path)
        if document is not None:
            part = document.part(place.cell)
            uri, start = part.uri, position(part.lines, place.location, self.codec)
        else:
            uri, start = place.path.as_uri(), position(self._lines_of(place.path), place.location, self.codec)
        return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(start, start)), place.message)

    def _lines_of(self, path: Path) -> list[str]:
        if path not in self._lines:
            self._lines[path] = split_lines((self.read(path) or b"").decode("utf-8", "replace"))
        return self._lines[path]

    def _data(self, document: Document, finding: Finding) -> dict[str, Any]:
        """The data that code actions need: the name of the rule, the place of the finding and its fix."""
        rows = [finding.start.row, finding.noqa_row]
        data: dict[str, Any] = {"name": finding.name, "rows": rows, "column": finding.start.column}
        if finding.fix is not None:
            data["fix"] = self._fix(document, finding.fix)
        return data

    def _fix(self, document: Document, fix: Fix) -> dict[str, Any]:
        edits = [self._edit(document.part(edit.cell), edit) for edit in fix.edits]
        return {"title": fix.message, "safe": fix.safe, "edits": edits}

    def _edit(self, part: DocumentPart, edit: Edit) -> dict[str, Any]:
        made = range_of(part.lines, edit.start, edit.end, self.codec)
        start, end = ({"line": place.line, "character": place.character} for place in (made.start, made.end))
        return {"uri": part.uri, "range": {"start": start, "end": end}, "newText": edit.content}
