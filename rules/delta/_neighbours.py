"""Whether the code around a write wants the format that it writes: then Delta in its place would break it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from s3lint.api import FILE_FORMATS, Context, Site, TableWrite, Text, called_name, format_name, source_of

UNKNOWN_TO_DELTA = frozenset({"bucketBy", "sortBy"})
"""Methods of Spark's writer that Delta refuses (`saveAsTable` raises)."""

PART_FILES = re.compile(r"part-|\*\.\w+|_SUCCESS")
"""What names the files of a folder that Spark has written."""

READERS = frozenset({"load", "read_parquet", "read_csv", "read_json", "scan_parquet", "scan_csv", *FILE_FORMATS})


def wanted_format(fact: TableWrite, form: str, context: Context) -> str | None:
    """Why a write keeps its format, in words that end a sentence; None where nothing speaks for it."""
    chain = {called_name(node.func) for node in _within(fact.site.node) if isinstance(node, cst.Call)}
    if UNKNOWN_TO_DELTA & chain:
        return "Delta knows no bucketed tables"
    if _is_asked_for(fact.site, form):
        return "a branch asks for this format by name"
    if any(PART_FILES.search(text) for text in _texts(fact.site.block.tree)):
        return "the files that it leaves are used by their names"
    if _is_read_back(fact, context):
        return "code here reads the same path as files"
    return None


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _within(child)


def _texts(node: cst.CSTNode) -> Iterator[str]:
    for part in _within(node):
        if isinstance(part, cst.SimpleString | cst.FormattedStringText):
            yield part.value


def _is_asked_for(site: Site, form: str) -> bool:
    """Whether a test, or a key of a table of functions, around a write names its format."""
    node = site.block.parents.get(site.node)
    while node is not None:
        tests: tuple[cst.CSTNode | None, ...] = ()
        if isinstance(node, cst.If | cst.IfExp):
            tests = (node.test,)
        elif isinstance(node, cst.MatchCase):
            tests = (node.pattern, node.guard)
        elif isinstance(node, cst.DictElement):
            tests = (node.key,)
        if any(test is not None and _names(test, form) for test in tests):
            return True
        node = site.block.parents.get(node)
    return False


def _names(test: cst.CSTNode, form: str) -> bool:
    words = (text.strip("'\"rbfu") for text in _texts(test))
    named = {format_name(word.lstrip(".")) for word in words}
    return form in named or bool(named & FILE_FORMATS)


def _is_read_back(fact: TableWrite, context: Context) -> bool:
    """Whether the file reads the path of a write as files of some format."""
    path = fact.destination
    known = path.literal if isinstance(path, Text) else None
    written = _path_code(fact)
    for block in fact.site.module.blocks:
        if not any(word in block.text for word in ("read", "load", "scan_")):
            continue
        for node in _within(block.tree):
            if not isinstance(node, cst.Call) or not node.args or called_name(node.func) not in READERS:
                continue
            chain = source_of(Site(block, node.func))
            if ("read" not in chain and "scan_" not in chain) or "delta" in chain or "write" in chain:
                continue
            read = node.args[0].value
            same = isinstance(read, cst.SimpleString) and read.evaluated_value == known if known is not None else False
            if same or (written is not None and source_of(Site(block, read)) == written):
                return True
    return False


def _path_code(fact: TableWrite) -> str | None:
    call = fact.site.node
    if not isinstance(call, cst.Call) or not call.args:
        return None
    named = [arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "path"]
    return source_of(Site(fact.site.block, (named or [call.args[0]])[0].value))
