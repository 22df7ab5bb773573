"""From writes of other formats to the Delta call that does the same."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from s3lint.api import (
    TABLE_FORMATS,
    Change,
    Chunk,
    Constant,
    Context,
    NoFix,
    Plan,
    Replace,
    Site,
    SqlStatement,
    TableWrite,
    Text,
    Value,
    alternatives,
    as_delta,
    called_name,
    enclosing_call,
    format_name,
    is_private,
    literal,
    parsable,
    source_of,
    usable,
)

from ._neighbours import read_as_files, wanted_format

FROM_TABLE_FORMAT = "a table in another table format is migrated, not rewritten"

SPARK_FORMATS = frozenset({"json", "csv", "parquet", "orc", "text", "xml", "avro"})

READERS = "readers must read Delta, those outside of this project too"
UNSEEN = "the path comes from outside of the code, which cannot tell its readers: all must read Delta"

KEPT = frozenset({"path", "mode", "partitionBy"})
"""Arguments of Spark's short methods that `save` takes too."""

PANDAS_DROPPED = frozenset({"engine", "compression"})
"""Arguments of `to_parquet` and its like that say nothing about a Delta table."""

WRANGLER_KEPT = frozenset({"df", "path", "index", "mode", "partition_cols", "boto3_session"})
WRANGLER_MODES = frozenset({"append", "overwrite"})
"""Modes that `to_parquet` and `to_deltalake` both have."""


def delta_write(fact: TableWrite, context: Context) -> Plan | NoFix:
    """The rewrite of a write, or why there is none."""
    form = fact.format.literal if isinstance(fact.format, Text) else None
    if form is None or format_name(form) in TABLE_FORMATS:
        return NoFix(FROM_TABLE_FORMAT if form is not None else "the format is computed")
    made = _rewritten(fact)
    if isinstance(made, NoFix):
        return made
    # Whether the project reads the files is asked last: it is the dearest question.
    reason = wanted_format(fact, format_name(form), context)
    if reason is not None:
        return NoFix(reason)
    path = fact.destination if not fact.table else None
    return replace(made, message=made.message + _follow_up(fact.library, format_name(form), path))


def _follow_up(engine: str, form: str, path: Value | None) -> str:
    """Say what else must be done; `path` is None for a table. Only Parquet can be converted in place."""
    session = "the Spark session needs Delta Lake, " if engine == "spark" else ""
    there = "needs CONVERT TO DELTA" if form == "parquet" else "must be read and written again"
    written = path is None or all(isinstance(choice, Text) and choice.known.strip("\0/") for choice in alternatives(path))
    return f"; {session}{READERS if written else UNSEEN}, and what is there already {there}"


def _rewritten(fact: TableWrite) -> Plan | NoFix:
    """The Delta call that does the same as a write, or why there is none."""
    if fact.library == "spark":
        return _spark(fact)
    direct = isinstance(fact.site.node, cst.Call) and fact.method.node is getattr(fact.site.node.func, "attr", None)
    if not isinstance(fact.site.node, cst.Call) or not direct or fact.arguments is None or fact.arguments.spreads:
        return NoFix("not all of its arguments are known")
    made: Plan | NoFix | None = None
    if fact.library == "awswrangler" and fact.operation in ("to_parquet", "to_csv", "to_json", "to_orc"):
        made = _wrangler(fact, fact.site.node)
    elif fact.library == "polars" and fact.operation.startswith("write_"):
        made = _polars(fact, fact.site.node)
    elif fact.library == "pandas" and fact.operation == "to_parquet":
        made = _pandas(fact, fact.site.node)
    return made or NoFix("its arguments say more than the Delta call takes")


def _spark(fact: TableWrite) -> Plan | NoFix:
    call = fact.site.node
    if fact.kind == "stream":
        return NoFix("the checkpoint of a stream belongs to the sink that it was made with")
    if fact.operation in SPARK_FORMATS and isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute):
        if fact.method.node is not call.func.attr:
            return NoFix("the writer is kept in a variable")
        positional = [arg for arg in call.args if arg.keyword is None]
        named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        if len(positional) > 1 or any(arg.star for arg in call.args) or not named <= KEPT:
            return NoFix("its arguments say more than `save` takes")
        return _plan(Replace(replace(fact.site, node=call.func.attr), f"format({literal(fact.site, 'delta')}).save"))
    form = fact.format
    if isinstance(form, Text) and form.site is not None and form.site.span is None and isinstance(form.site.node, cst.SimpleString):
        if not (is_private(form.site, fact.site) or _is_argument(form.site, fact.site)):
            return NoFix("other code uses the name of the format too")
        return _plan(Replace(form.site, f"{form.site.node.quote}delta{form.site.node.quote}"))
    return NoFix("the format is not written out")


def _is_argument(literal: Site, used: Site) -> bool:
    """Whether a format is written in a call of the writer that the function itself makes."""
    holder = enclosing_call(literal)
    return literal.block is used.block and isinstance(holder, cst.Call) and called_name(holder.func) in ("format", "using")


def _plan(*changes: Change, imports: tuple[str, ...] = (), also: str = "") -> Plan:
    return Plan(f"Write Delta{also}", changes, imports=imports)


def _wrangler(fact: TableWrite, call: cst.Call) -> Plan | NoFix | None:
    names = dict(zip(("df", "path"), (arg for arg in call.args if arg.keyword is None), strict=False))
    names |= {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if not isinstance(fact.site.block.parents.get(call), cst.Expr):
        return NoFix("the paths that it returns are used, and `to_deltalake` returns none")
    if not names.keys() <= WRANGLER_KEPT | {"dataset"} or not {"df", "path"} <= names.keys():
        return None
    assert fact.arguments is not None and isinstance(call.func, cst.Attribute)
    mode = fact.arguments.get("mode")
    if "mode" in names and not (isinstance(mode, Text) and mode.literal in WRANGLER_MODES):
        return NoFix("`to_deltalake` does not know its mode")
    dataset = list(alternatives(fact.arguments.get("dataset")))
    grows = all(isinstance(choice, Constant) and choice.value is True for choice in dataset)
    kept = [f"{name}={_code(fact.site, arg)}" for name, arg in names.items() if name in WRANGLER_KEPT]
    if "mode" not in names:
        kept.append(f"mode={literal(fact.site, 'append' if grows else 'overwrite')}")
    if "index" not in names and fact.operation in ("to_csv", "to_json"):
        # These write the index unless they are told not to; `to_deltalake` does not.
        kept.append("index=True")
    function = source_of(replace(fact.site, node=call.func.value))
    return _plan(Replace(fact.site, f"{function}.to_deltalake({', '.join(kept)})"))


def _polars(fact: TableWrite, call: cst.Call) -> Plan | None:
    path = _only_path(call, frozenset({"file"}))
    if path is None or not isinstance(call.func, cst.Attribute):
        return None
    frame = source_of(replace(fact.site, node=call.func.value))
    return _plan(Replace(fact.site, f"{frame}.write_delta({_code(fact.site, path)}, mode={literal(fact.site, 'overwrite')})"))


def _pandas(fact: TableWrite, call: cst.Call) -> Plan | None:
    index = next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == "index"), None)
    if index is not None and not (isinstance(index, cst.Name) and index.value == "False"):
        return None
    path = _only_path(call, frozenset({"path", "index"}) | PANDAS_DROPPED)
    writer = usable(fact.site, "deltalake.write_deltalake")
    if path is None or writer is None or not isinstance(call.func, cst.Attribute):
        return None
    frame = source_of(replace(fact.site, node=call.func.value))
    if index is not None:
        # `write_deltalake` makes columns of an index; one of plain numbers is none.
        frame = f"{frame}.reset_index(drop=True)"
    written = f"{writer.code}({_code(fact.site, path)}, {frame}, mode={literal(fact.site, 'overwrite')})"
    times = "; timestamps without a time zone become `timestamp_ntz`, which old readers refuse"
    return _plan(Replace(fact.site, written), imports=writer.imports, also=times)


def _only_path(call: cst.Call, allowed: frozenset[str]) -> cst.Arg | None:
    """Return the path argument, or None where the call passes others that matter."""
    positional = [arg for arg in call.args if arg.keyword is None]
    named = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if len(positional) > 1 or not named.keys() <= allowed:
        return None
    return positional[0] if positional else next((arg for name, arg in named.items() if name in ("path", "file")), None)


def _code(site: Site, arg: cst.Arg) -> str:
    return source_of(replace(site, node=arg.value))


NO_TABLE = {
    "insert-directory": "Delta has no `INSERT OVERWRITE DIRECTORY`: write a table",
    "copy": "`COPY` writes no Delta table",
    "unload": "`UNLOAD` writes no Delta table",
}


def delta_sql(fact: SqlStatement, context: Context) -> Plan | NoFix | None:
    """`USING parquet` as `USING delta`, inside the literal that holds it."""
    if fact.action.kind in NO_TABLE:
        return NoFix(NO_TABLE[fact.action.kind])
    if fact.action.kind != "create" or not isinstance(fact.text, Text):
        return None
    if fact.engine not in ("spark", "databricks"):
        return NoFix("only Spark creates Delta tables by SQL")
    if format_name(fact.action.format or "") in TABLE_FORMATS:
        return NoFix(FROM_TABLE_FORMAT)
    edit = as_delta(parsable(fact.text), fact.engine, fact.action.target)
    site = _within_text(fact.text, edit.start, edit.end) if edit is not None else None
    if edit is None or site is None:
        return NoFix("the statement has clauses that Delta refuses, or its format is computed")
    location = Text((Chunk(fact.action.location or ""),))
    reason = read_as_files(location, fact.site, context) if fact.action.location else None
    form = format_name(fact.action.format or "")
    return _plan(Replace(site, edit.text), also=_follow_up(fact.engine, form, None)) if reason is None else NoFix(reason)


def _within_text(text: Text, start: int, end: int) -> Site | None:
    """The part of a literal that holds a range of a text; None where escapes or a hole lie between."""
    begin = 0
    for part in text.parts:
        size = len(part.text) if isinstance(part, Chunk) else len(parsable(Text((part,))))
        if isinstance(part, Chunk) and part.site is not None and begin <= start and end <= begin + size:
            source = getattr(part.site.node, "value", None)
            if isinstance(source, str) and source.count(part.text) == 1:
                shift = source.index(part.text) - begin
                return replace(part.site, span=(start + shift, end + shift))
        begin += size
    return None
