"""Find code of the project that reads a path as plain files: code that would break if the path became a Delta table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import libcst as cst

from s3lint.facts.context import Context
from s3lint.inference.code_values import Function
from s3lint.inference.place import Place
from s3lint.inference.values import Chunk, Hole, Mapping, Reference, Sequence, Text, Unknown, UserInput, Value, alternatives
from s3lint.project.searches import Search
from s3lint.storage.table_formats import FILE_FORMATS
from s3lint.syntax.flow import Step
from s3lint.syntax.functions import functions_of
from s3lint.syntax.module import Block, Module, once_for_module
from s3lint.syntax.names import called_name
from s3lint.syntax.site import Site, source_of
from s3lint.syntax.walk import subtree

MAX_MODULES = 24
"""How many modules of the project are searched for readers of one path."""

READS = re.compile(
    r"(?:read|load|scan)\w*|sql|execute|query|open|glob|ls|from_options|dataset|ParquetFile|ParquetDataset|\w+Input|s3_input"
    r"|(?:download|copy|sync|submit)\w*|get|cp|run|call|check_\w+|system|Popen|\w*Operator|\w*(?:[Jj]ob|[Ss]tep)s?(?:_\w+|[A-Z]\w*)?"
)
"""Functions and methods that read files, or run SQL that may; that make a local copy of files; and that start a job or program which gets
the path (SageMaker's inputs, operators of Airflow, `spark-submit` by `subprocess.run`)."""

ARGUMENTS = ("sys.argv", "awsglue.utils.getResolvedOptions()")
"""What holds the arguments of a program or job as they are given."""

KEYED_READS = frozenset(
    {"get_object", "download_file", "download_fileobj", "list_objects", "list_objects_v2", "paginate", "filter"}
)
"""Functions of boto3 that read under a key, which they get apart from the bucket."""

READING = re.compile(
    r"read|load|scan|sql|execute|query|open\(|glob|\.ls\(|from_options|dataset|ParquetFile|_object|paginate|Input\(|s3_input"
)
"""What a block of code holds that reads files."""

FORMAT_READERS = frozenset({"load", "read_parquet", "read_csv", "read_json", "scan_parquet", "scan_csv", *FILE_FORMATS})
"""What ends a chain of calls that reads files of a format."""

FORMAT_READING = re.compile("read|load|scan_")
"""What a block of code holds that has such a chain."""

OTHERWISE = re.compile(r"delta|\.write\b|\bwrite_|\.to_[a-z]+\(|\.save", re.IGNORECASE)
"""What tells that a chain of calls reads Delta, or writes."""

SCHEME = re.compile(r"^[A-Za-z][\w+.-]*://")
WORD = re.compile(r"[^\W\d]\w{2,}")


def reader_of(path: Value, used: Site, context: Context) -> Site | None:
    """Return a call that reads a path, or something below it, as files: in the file of its use, else anywhere in the project."""
    for text in (choice for choice in alternatives(path) if isinstance(choice, Text)):
        words = list(_words(text))
        if not words:
            continue
        # The index of words finds modules without parsing them. Most readers are in the file of the use, so it is searched first.
        project = context.evaluator.project
        holding = (module for word in words for module in project.holding(Search("words", word)) if module is not used.module)
        for module in (used.module, *islice(dict.fromkeys(holding), MAX_MODULES)):
            reads = (site for site, read in _reads(module, words, context) if _is_below(read, text))
            found = next((site for site in reads if not _is_part(used, site)), None)
            if found is not None:
                return found
    return None


def given_reader_of(path: Value, form: str, used: Site, context: Context) -> Site | None:
    """Return a call that reads files of a format from a path which its program gets as an argument, and which may be this path.

    In the file of the use only where the path is written there: of two arguments of one program, each has a meaning of its own.
    """
    known = [choice for choice in alternatives(path) if isinstance(choice, Text) and choice.known.strip("\0/")]
    project = context.evaluator.project
    holding = (module for word in _readers(form) for module in project.holding(Search("words", word)) if module is not used.module)
    for module in (*([used.module] if known else ()), *islice(dict.fromkeys(holding), MAX_MODULES)):
        for node, place in _reads_of(form, module, context):
            value = context.callers.evaluate(node.args[0].value, place)
            if any(_may_be_given(choice, known) for choice in alternatives(value)):
                return Site(place.block, node)
    return None


def _readers(form: str) -> list[str]:
    """Return the names of functions that read files of a format."""
    return [form, f"read_{form}", f"scan_{form}"]


def _reads_of(form: str, module: Module, context: Context) -> list[tuple[cst.Call, Place]]:
    """Return the calls of a module that read files of a format, which each path asks for again."""
    found: list[tuple[cst.Call, Place]] | None = context.answers.get(("reads", module, form))
    if found is None:
        found = context.answers["reads", module, form] = [
            (node, Place(step, binders))
            for step in _steps(module, _readers(form), context)
            for node, binders in step.calls
            if node.args and _reads_format(node, form, step.block, context)
        ]
    return found


@once_for_module
def paths_read(module: Module) -> frozenset[str]:
    """Return the code of the paths that a module reads as files of some format: by a chain that names no other purpose."""
    found = set[str]()
    for block in module.blocks:
        nodes = (node for statement in block.statements for node in subtree(statement)) if FORMAT_READING.search(block.text) else ()
        for node in nodes:
            if isinstance(node, cst.Call) and node.args and called_name(node.func) in FORMAT_READERS:
                chain = source_of(Site(block, node.func))
                if ("read" in chain or "scan_" in chain) and "delta" not in chain and "write" not in chain:
                    found.add(source_of(Site(block, node.args[0].value)))
    return frozenset(found)


def _reads_format(node: cst.Call, form: str, block: Block, context: Context) -> bool:
    """Whether a call is `read_parquet(…)`, `spark.read.parquet(…)` or `spark.read.format("parquet").load(…)`."""
    name = called_name(node.func) or ""
    if name in (f"read_{form}", f"scan_{form}"):
        return True
    if name not in (form, "load"):
        return False
    chain = _chain(node, block, context)
    return "read" in chain and (name == form or form in chain)


def _chain(node: cst.Call, block: Block, context: Context) -> str:
    """Return the code of what a call calls. It is asked for each path again, of which a program may have thousands."""
    found: str | None = context.answers.get(("chain", node))
    if found is None:
        found = context.answers["chain", node] = source_of(Site(block, node.func))
    return found


def _may_be_given(read: Value, known: list[Text]) -> bool:
    """Whether a path that is read is, or begins with, an argument of the program, and may be one of those that are known."""
    if isinstance(read, Text) and read.parts and isinstance(read.parts[0], Hole):
        wanted = (SCHEME.sub("", text.known).strip("/") for text in known)
        pattern = _pattern(read.known.partition("*")[0].rstrip("/"))
        return _is_given(read.parts[0].value) and (not known or any(re.match(pattern, each) for each in wanted))
    return _is_given(read)


def _is_given(value: Value | None) -> bool:
    return isinstance(value, UserInput) or (isinstance(value, Reference) and value.path.startswith(ARGUMENTS))


def _words(path: Text) -> Iterator[str]:
    """The words that code holds which names the path: one of its last segment, and the name of the constant that is the path."""
    # The first segment is a bucket or a root folder, which too many paths share.
    for segment in reversed(SCHEME.sub("", path.known).split("/")[1:]):
        words = [word for word in WORD.findall(segment) if word.lower() not in FILE_FORMATS]
        if words:
            yield max(words, key=len)
            break
    parent = path.site.block.parents.get(path.site.node) if path.site is not None and path.site.span is None else None
    target = parent.targets[0].target if isinstance(parent, cst.Assign) else getattr(parent, "target", None)
    if isinstance(target, cst.Name) and not any(isinstance(part, cst.FunctionDef) for part in _around(path.site)):
        yield target.value


def _is_part(site: Site, whole: Site) -> bool:
    return whole.node is site.node or any(node is whole.node for node in _around(site))


def _around(site: Site | None) -> Iterator[cst.CSTNode]:
    node = site.block.parents.get(site.node) if site is not None else None
    while site is not None and node is not None:
        yield node
        node = site.block.parents.get(node)


def _reads(module: Module, words: list[str], context: Context) -> Iterator[tuple[Site, Text]]:
    """Yield every call of a module that reads files, each with the texts that it gets."""
    for step in _steps(module, words, context):
        for node, binders in step.calls:
            if not _may_read(node, words):
                continue
            place, site = Place(step, binders), Site(step.block, node)
            if OTHERWISE.search(_chain(node, step.block, context)) or not _reads_files(node, place, context):
                continue
            for arg in node.args:
                name = arg.keyword.value if arg.keyword is not None else ""
                for text in _texts(context.callers.evaluate(arg.value, place)):
                    # boto3 takes the bucket as an argument of its own.
                    yield site, _under_bucket(text) if name in ("Key", "Prefix") else text


def _steps(module: Module, words: list[str], context: Context) -> Iterator[Step]:
    """Yield the statements of the blocks that read files, or hold one of the words."""

    def holds(block: Block) -> bool:
        return READING.search(block.text) is not None or any(word in block.text for word in words)

    for step in context.evaluator.module_scope(module).suite.steps:
        if holds(step.block):
            if step.scope is None:
                yield from step.body.walk()
            for function in functions_of(step, holds):
                yield from function.walk()


def _may_read(node: cst.Call, words: list[str]) -> bool:
    """Whether a call has the name of a reading function, or names the path itself, for a function that may read it."""
    name = called_name(node.func) or ""
    if READS.fullmatch(name) or name in FILE_FORMATS or name in KEYED_READS:
        return True
    # A helper of the project may have any name, so the path, or the constant that is it, among its arguments decides.
    parts = (part.value for arg in node.args for part in subtree(arg.value) if isinstance(part, (cst.SimpleString, cst.Name)))
    return any(word in part for part in parts for word in words)


def _reads_files(node: cst.Call, place: Place, context: Context) -> bool:
    """Whether a call reads files, as far as its name tells, or the text of the first-party function that it enters."""
    name = called_name(node.func) or ""
    if name in FILE_FORMATS:
        return "read" in source_of(Site(place.block, node.func))
    entered = [value for value in alternatives(context.evaluator.evaluate(node.func, place)) if isinstance(value, Function)]
    for value in entered:
        body = source_of(Site(value.scope.block, value.scope.node)) if value.scope.block and value.scope.node else ""
        if re.search(r"\bread|\.load\(|scan_", body) and "delta" not in body.lower():
            return True
    return not entered and (READS.fullmatch(name) is not None or name in KEYED_READS)


def _texts(value: Value) -> Iterator[Text]:
    """Yield the texts of a value, also those in lists and mappings, as far as they are written out."""
    for choice in alternatives(value):
        if isinstance(choice, Text):
            yield choice
        elif isinstance(choice, Sequence):
            yield from (text for item in choice.items for text in _texts(item))
        elif isinstance(choice, Mapping):
            yield from (text for entry in choice.entries for text in _texts(entry.value))


def _under_bucket(key: Text) -> Text:
    """Return the path of a key in a bucket that is not known."""
    return Text((Hole(Unknown()), Chunk("/"), *key.parts))


def _is_below(read: Text, path: Text) -> bool:
    """Whether a text names a path or something below it: as a whole, or inside of SQL (but not as a table in Delta)."""
    wanted, known = (SCHEME.sub("", text.known).strip("/") for text in (path, read))
    # In the patterns below a hole matches anything: without a common word every path would match.
    shared = set(WORD.findall(known)) & set(WORD.findall(wanted))
    if not shared:
        return False
    if re.match(_pattern(wanted), known) or re.fullmatch(_pattern(known.rstrip("*").rstrip("/")), wanted):
        return True
    return re.search(rf"{NAMED}(?:s3[an]?://)?{_pattern(wanted)}", read.known, re.IGNORECASE) is not None


NAMED = r"(?:(?:\b(?:from|join)\s+|[(\[,]\s*)(?!delta\.)(?:\w+\.)?[`'\"]|[\s=](?=s3[an]?://))"
"""What stands before a path that SQL reads as files (`from parquet.`…`, `read_parquet('…`), or that a command line names."""

UNKNOWN = "[^`'\" ]*"


def _pattern(path: str) -> str:
    """A pattern of a path, and of what is below it, with anything in place of what is not known."""
    return UNKNOWN.join(re.escape(part) for part in path.split("\0")) + "(?=[/*\\s`'\"]|$)"
