"""Handlers for hover and completion: pages of rules, inferred values of storage calls, codes in suppressions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lsprotocol import types

from s3lint.finding import Location
from s3lint.lsp.analysis import Analysis
from s3lint.lsp.positions import location, position
from s3lint.lsp.server import Server
from s3lint.lsp.worker import AnalysisError
from s3lint.lsp.worker_client import Urgency, WorkerDied
from s3lint.registry import UnknownRule, rules, select
from s3lint.registry.rule import Rule
from s3lint.suppressions.directives import ALLOW, NOQA

SELECTOR = re.compile(r"[A-Za-z][\w-]*")
OPENED = re.compile(r"#\s*s3lint:\s*(?:file-)?allow\[(?P<given>[^\]]*)$", re.IGNORECASE)
WORD = re.compile(r"(?<![\w-])[\w-]*$")


async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """Show the page of the rule under the cursor in a suppression; elsewhere the inferred values of the storage calls on the line."""
    document = server.documents.document(params.text_document.uri)
    if document is None:
        return None
    index = document.index(params.text_document.uri)
    lines = document.parts[index].lines
    place = location(lines, params.position, server.codec)
    if place.row > len(lines):
        return None
    text = _rule_hover(lines[place.row - 1], place.column - 1)
    if text is None:
        try:
            explained = await server.worker.ask(Urgency.REQUEST, Analysis.explain, document.path, index, place.row)
        except (AnalysisError, WorkerDied):
            return None
        text = f"```text\n{explained}\n```" if explained else ""
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None


def _rule_hover(line: str, column: int) -> str | None:
    """The text about the code or name at a column (from 0) of a suppression comment; None outside of one."""
    comment = ALLOW.search(line) or NOQA.search(line)
    if comment is None or comment["codes"] is None or not comment.start("codes") <= column <= comment.end("codes"):
        return None
    named = next((word for word in SELECTOR.finditer(line) if word.start() <= column <= word.end()), None)
    try:
        codes = sorted(select(named.group())) if named is not None else []
    except UnknownRule as error:
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    chosen = [rules()[code] for code in codes]
    return page(chosen[0]) if len(chosen) == 1 else "\n".join(f"- {rule.code} {rule.name}" for rule in chosen)


def page(rule: Rule) -> str:
    """Format the page of a rule as Markdown."""
    link = f"\n\n[{rule.url}]({rule.url})" if rule.url else ""
    return f"# {rule.code} {rule.page}{link}"


def completion(server: Server, params: types.CompletionParams) -> types.CompletionList | None:
    """Complete inside `# s3lint: allow[`: the codes and names of rules that the comment does not name yet."""
    document = server.documents.document(params.text_document.uri)
    if document is None:
        return None
    lines = document.parts[document.index(params.text_document.uri)].lines
    place = location(lines, params.position, server.codec)
    before = lines[place.row - 1][: place.column - 1] if place.row <= len(lines) else ""
    opened = OPENED.search(before)
    if opened is None:
        return None
    typed = WORD.search(opened["given"])
    start = place.column - len(typed.group() if typed is not None else "")
    replaced = types.Range(position(lines, Location(place.row, start), server.codec), params.position)
    given = {word.upper() for word in SELECTOR.findall(opened["given"][: len(opened["given"]) - (place.column - start)])}
    return types.CompletionList(is_incomplete=False, items=list(_items(given, replaced)))


def _items(given: set[str], replaced: types.Range) -> Iterator[types.CompletionItem]:
    for rule in rules().values():
        if given.isdisjoint((rule.code, rule.name.upper())):
            title = rule.page.partition("\n")[0].partition(": ")[2]
            documentation = types.MarkupContent(types.MarkupKind.Markdown, page(rule))
            for order, label, detail in (("0", rule.code, f"{rule.name}: {title}"), ("1", rule.name, f"{rule.code}: {title}")):
                yield types.CompletionItem(
                    label, kind=types.CompletionItemKind.EnumMember, detail=detail, documentation=documentation,
                    sort_text=f"{order}{label}", text_edit=types.TextEdit(replaced, label),
                )  # fmt: skip


HANDLERS = {types.TEXT_DOCUMENT_HOVER: hover}
