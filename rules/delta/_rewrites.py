"""From writes of other formats to the Delta call that does the same."""

from __future__ import annotations

import re
from dataclasses import replace

import libcst as cst

from s3lint.api import Change, Constant, Plan, Replace, Site, SqlStatement, TableWrite, Text, alternatives, local_name, source_of

FOLLOW = "readers must read Delta, and what is there already needs CONVERT TO DELTA"

SPARK_FORMATS = frozenset({"json", "csv", "parquet", "orc", "text", "xml", "avro"})

KEPT = frozenset({"path", "mode", "partitionBy"})
"""Arguments of Spark's short methods that `save` takes too."""

PANDAS_DROPPED = frozenset({"index", "engine", "compression"})
"""Arguments of `to_parquet` and its like that mean nothing to a Delta table."""

WRANGLER_KEPT = frozenset({"df", "path", "mode", "partition_cols", "boto3_session"})


def delta_write(fact: TableWrite) -> Plan | None:
    """Return the Delta call for a write, or None where its arguments lack something that the call needs."""
    if fact.library == "spark":
        return _spark(fact)
    direct = isinstance(fact.site.node, cst.Call) and fact.method.node is getattr(fact.site.node.func, "attr", None)
    if not isinstance(fact.site.node, cst.Call) or not direct or fact.arguments is None or fact.arguments.spreads:
        return None
    if fact.library == "awswrangler" and fact.operation in ("to_parquet", "to_csv", "to_json", "to_orc"):
        return _wrangler(fact, fact.site.node)
    if fact.library == "polars" and fact.operation.startswith("write_"):
        return _polars(fact, fact.site.node)
    return _pandas(fact, fact.site.node) if fact.library == "pandas" and fact.operation == "to_parquet" else None


def _spark(fact: TableWrite) -> Plan | None:
    call = fact.site.node
    if fact.operation in SPARK_FORMATS and isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute):
        if fact.method.node is not call.func.attr:
            return None
        positional = [arg for arg in call.args if arg.keyword is None]
        named = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        if len(positional) > 1 or any(arg.star for arg in call.args) or not named <= KEPT:
            return None
        return _plan(Replace(replace(fact.site, node=call.func.attr), 'format("delta").save'))
    form = fact.format
    if isinstance(form, Text) and form.site is not None and form.site.span is None and isinstance(form.site.node, cst.SimpleString):
        own = form.site.block is fact.site.block
        return _plan(Replace(form.site, f"{form.site.node.quote}delta{form.site.node.quote}")) if own else None
    return None


def _plan(*changes: Change, imports: tuple[str, ...] = ()) -> Plan:
    return Plan(f"Write Delta; {FOLLOW}", changes, imports=imports)


def _wrangler(fact: TableWrite, call: cst.Call) -> Plan | None:
    names = dict(zip(("df", "path"), (arg for arg in call.args if arg.keyword is None), strict=False))
    names |= {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if not names.keys() <= WRANGLER_KEPT | {"dataset", "index"} or not {"df", "path"} <= names.keys():
        return None
    assert fact.arguments is not None and isinstance(call.func, cst.Attribute)
    dataset = list(alternatives(fact.arguments.get("dataset")))
    grows = all(isinstance(choice, Constant) and choice.value is True for choice in dataset)
    kept = [f"{name}={_code(fact.site, arg)}" for name, arg in names.items() if name in WRANGLER_KEPT]
    if "mode" not in names:
        kept.append(f'mode="{"append" if grows else "overwrite"}"')
    function = source_of(replace(fact.site, node=call.func.value))
    return _plan(Replace(fact.site, f"{function}.to_deltalake({', '.join(kept)})"))


def _polars(fact: TableWrite, call: cst.Call) -> Plan | None:
    path = _only_path(call, frozenset({"file"}))
    if path is None or not isinstance(call.func, cst.Attribute):
        return None
    frame = source_of(replace(fact.site, node=call.func.value))
    return _plan(Replace(fact.site, f'{frame}.write_delta({_code(fact.site, path)}, mode="overwrite")'))


def _pandas(fact: TableWrite, call: cst.Call) -> Plan | None:
    path = _only_path(call, frozenset({"path"}) | PANDAS_DROPPED)
    name = local_name(fact.site, "deltalake.write_deltalake")
    if path is None or name is None or not isinstance(call.func, cst.Attribute):
        return None
    frame = source_of(replace(fact.site, node=call.func.value))
    written = f'{name}({_code(fact.site, path)}, {frame}, mode="overwrite")'
    message = f"Write Delta; {FOLLOW}; the pandas index is dropped; timestamps without a time zone are rejected"
    return Plan(message, (Replace(fact.site, written),), imports=("deltalake.write_deltalake",))


def _only_path(call: cst.Call, allowed: frozenset[str]) -> cst.Arg | None:
    """Return the path argument, or None where the call passes others that matter."""
    positional = [arg for arg in call.args if arg.keyword is None]
    named = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
    if len(positional) > 1 or not named.keys() <= allowed:
        return None
    return positional[0] if positional else next((arg for name, arg in named.items() if name in ("path", "file")), None)


def _code(site: Site, arg: cst.Arg) -> str:
    return source_of(replace(site, node=arg.value))


FORMAT_CLAUSE = re.compile(r"(?i)\b(?:(using\s+)[\w.]+|stored\s+as\s+\w+)")


def delta_sql(fact: SqlStatement) -> Plan | None:
    """Return the change from `USING parquet` to `USING delta` inside the SQL literal, or None where there is no such clause."""
    if fact.engine not in ("spark", "databricks") or fact.action.kind != "create" or fact.site.span is None:
        return None
    source = str(getattr(fact.site.node, "value", ""))[slice(*fact.site.span)]
    match = FORMAT_CLAUSE.fullmatch(source.rstrip(",;)"))
    if match is None:
        return None
    text = f"{match[1]}delta" if match[1] else ("USING DELTA" if source.isupper() else "USING delta")
    return _plan(Replace(fact.site, text + source[len(match[0]) :]))
