"""Whether the code around a write wants the format that it writes: then Delta in its place would break it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import libcst as cst

from s3lint.api import FILE_FORMATS, Context, Site, TableWrite, Value, called_name, format_name, paths_read, source_of

UNKNOWN_TO_DELTA = frozenset({"bucketBy", "sortBy"})
"""Methods of Spark's writer that Delta refuses (`saveAsTable` raises)."""

PART_FILES = re.compile(r"part-|\*\.\w+|_SUCCESS")
"""What names the files of a folder that Spark has written."""

TEXT_FORMATS = frozenset({"csv", "json", "text", "xml"})


def wanted_format(fact: TableWrite, form: str, context: Context) -> str | None:
    """Why a write keeps its format, in words that end a sentence; None where nothing speaks for it."""
    called = {called_name(node.func) for node in _within(fact.site.node) if isinstance(node, cst.Call)}
    if UNKNOWN_TO_DELTA & called:
        return "Delta knows no bucketed tables"
    if _is_asked_for(fact.site, form):
        return "the code around it asks for this format by name"
    if form in TEXT_FORMATS and any(_makes_one_file(node) for node in _within(fact.site.node)):
        return "it asks for one file, which other programs read"
    block = fact.site.block
    if PART_FILES.search(block.text) and any(map(PART_FILES.search, chain.from_iterable(map(_texts, block.statements)))):
        return "the files that it leaves are used by their names"
    if _path_code(fact) in paths_read(fact.site.module):
        return "code here reads the same path as files"
    return (read_as_files(fact.destination, fact.site, context) or _is_given_to(fact, form, context)) if not fact.table else None


def _is_given_to(fact: TableWrite, form: str, context: Context) -> str | None:
    """Say which program of the project reads files of the format from a path that it is given: perhaps the path of this write."""
    from s3lint.api import given_reader_of

    reader = given_reader_of(fact.destination, form, fact.site, context)
    return (
        f"{_shown(reader, fact.site, context)} reads such files from a path that it gets as an argument"
        if reader is not None
        else None
    )


def _makes_one_file(node: cst.CSTNode) -> bool:
    """Whether a call is `coalesce(1)` or `repartition(1)`."""
    if not isinstance(node, cst.Call) or called_name(node.func) not in ("coalesce", "repartition") or len(node.args) != 1:
        return False
    count = node.args[0].value
    return isinstance(count, cst.Integer) and count.value == "1"


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _within(child)


def _texts(node: cst.CSTNode) -> Iterator[str]:
    for part in _within(node):
        if isinstance(part, cst.SimpleString | cst.FormattedStringText):
            yield part.value


def _is_asked_for(site: Site, form: str) -> bool:
    """Whether a test, a key of a table of functions, or the name of a function around a write names its format."""
    node = site.block.parents.get(site.node)
    while node is not None:
        tests: tuple[cst.CSTNode | None, ...] = ()
        if isinstance(node, cst.If | cst.IfExp):
            tests = (node.test,)
        elif isinstance(node, cst.MatchCase):
            tests = (node.pattern, node.guard)
        elif isinstance(node, cst.Match):
            tests = tuple(case.pattern for case in node.cases)
        elif isinstance(node, cst.DictElement):
            tests = (node.key,)
        elif isinstance(node, cst.FunctionDef) and form in node.name.value.lower().split("_"):
            return True
        if any(test is not None and _names(test, form) for test in tests):
            return True
        node = site.block.parents.get(node)
    return False


def _names(test: cst.CSTNode, form: str) -> bool:
    words = (text.strip("'\"rbfu") for text in _texts(test))
    named = {format_name(word.lstrip(".")) for word in words}
    return form in named or bool(named & FILE_FORMATS)


def read_as_files(path: Value, used: Site, context: Context) -> str | None:
    """Say where code of the project reads a path as files, in words that end a sentence; None where none does."""
    from s3lint.api import reader_of

    reader = reader_of(path, used, context)
    return f"{_shown(reader, used, context)} reads the same path as files" if reader is not None else None


def _shown(reader: Site, used: Site, context: Context) -> str:
    """Return how a message names the code at a place, seen from another one."""
    if reader.module is used.module:
        return "code here"
    root, file = context.settings.root, reader.module.path
    return f"`{file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name}`"


def _path_code(fact: TableWrite) -> str | None:
    call = fact.site.node
    if not isinstance(call, cst.Call) or not call.args:
        return None
    named = [arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "path"]
    return source_of(Site(fact.site.block, (named or [call.args[0]])[0].value))
