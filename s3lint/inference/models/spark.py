"""Spark: sessions, readers, frames and writers, Glue's frames, and the builders of Delta's Spark API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from s3lint.inference.arguments import Arguments
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.handlers import attribute, method
from s3lint.inference.library_values import DeltaBuilder, DeltaHandle, Frame, Reader, SparkSession, Writer
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Chunk, Mapping, Reference, Text, Value, alternatives
from s3lint.syntax.site import Site

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

BUILDERS = (
    "pyspark.sql.SparkSession.builder",
    "pyspark.sql.session.SparkSession.builder",
    "databricks.connect.DatabricksSession.builder",
    "delta.configure_spark_with_delta_pip()",
    "delta.pip_utils.configure_spark_with_delta_pip()",
)


@function(*(f"{builder}.*" for builder in BUILDERS))
def session_builder(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    owner, _, name = reference.path.rpartition(".")
    return SparkSession() if name in ("getOrCreate", "create") else Reference(owner, arguments)


@function(
    "pyspark.sql.SparkSession",
    "pyspark.sql.SparkSession.getActiveSession",
    "pyspark.sql.SparkSession.active",
    "pyspark.sql.SQLContext",
    "pyspark.sql.HiveContext",
    "pyspark.SQLContext",
)
def spark_session(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return SparkSession()


@function("awsglue.context.GlueContext")
def glue_context(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return SparkSession(glue=True)


@attribute_of("databricks.sdk.runtime.spark", "databricks.sdk.runtime.sqlContext")
def runtime_session(evaluator: Evaluator, reference: Reference, place: Place) -> Value:
    return SparkSession()


@attribute(SparkSession)
def session_attribute(evaluator: Evaluator, owner: SparkSession, name: str, place: Place) -> Value:
    if name in ("read", "readStream"):
        return Reader()
    if name in ("spark_session", "sparkSession"):
        return SparkSession()
    if name in ("conf", "catalog", "sparkContext", "create_dynamic_frame", "create_data_frame", "write_dynamic_frame"):
        return Reference(f"spark.{name}", receiver=owner)
    return BoundMethod(owner, name)


@method(SparkSession)
def session_method(evaluator: Evaluator, owner: SparkSession, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "createDataFrame":
        return Frame("spark", (created_frame(arguments),))
    if name in ("sql", "table", "range", "emptyDataFrame"):
        return Frame("spark")
    if name in ("newSession", "cloneSession"):
        return owner
    return Reference(f"spark.{name}()", arguments, owner)


def created_frame(arguments: Arguments) -> Reader:
    """Return the rows that `createDataFrame` is given, as a source like any other."""
    site = method_site(arguments)
    data = arguments.get("data", 0)
    return Reader(Text((Chunk("rows"),)), arguments.get("schema", 1), path=data, method=site, site=site)


def method_site(arguments: Arguments) -> Site | None:
    """Return the name of the method that is called."""
    written = arguments.call.function
    if written is None:
        return None
    node = written.node
    return Site(written.place.block, node.attr if isinstance(node, cst.Attribute) else node)


SELF_DESCRIBING = ("parquet", "orc", "text", "avro", "table", "jdbc", "binaryFile", "delta", "changes")

SCHEMA_POSITIONS = {"json": 1, "csv": 1, "xml": 2, "load": 2}


@method(Reader)
def reader_method(evaluator: Evaluator, reader: Reader, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "format":
        return replace(reader, format=arguments.get("source", 0), method=method_site(arguments))
    if name == "schema":
        return replace(reader, schema=arguments.get("schema", 0))
    if name in ("option", "options"):
        return replace(reader, options=with_options(reader.options, name, arguments))
    if name == "load":
        return Frame("spark", (_loaded(reader, arguments),))
    if name in ("json", "csv", "xml") or name in SELF_DESCRIBING:
        return Frame("spark", (_read(reader, name, arguments),))
    return reader


def _loaded(reader: Reader, arguments: Arguments) -> Reader:
    given = arguments.get("format", 1)
    schema = arguments.get("schema", 2)
    found = replace(reader, path=arguments.get("path", 0), options=with_options(reader.options, "load", arguments))
    if not isinstance(given, Absent):
        found = replace(found, format=given, method=method_site(arguments))
    return found if isinstance(schema, Absent) else replace(found, schema=schema)


def _read(reader: Reader, name: str, arguments: Arguments) -> Reader:
    schema = arguments.get("schema", SCHEMA_POSITIONS.get(name))
    options = with_options(reader.options, name, arguments)
    if name == "csv" and not isinstance(infer := arguments.get("inferSchema", 9), Absent):
        options = options.with_entry("inferschema", infer)
    return replace(
        reader,
        format=Text((Chunk(name),)),
        schema=reader.schema if isinstance(schema, Absent) else schema,
        options=options,
        path=arguments.get("path", 0),
        method=method_site(arguments),
    )


def with_options(options: Mapping, name: str, arguments: Arguments) -> Mapping:
    """Return the options after `option(key, value)`, `options(**more)` or the keywords of a terminal method; their names in lower case."""
    if name == "option":
        key = arguments.get("key", 0)
        if isinstance(key, Text) and key.literal is not None:
            return options.with_entry(key.literal.lower(), arguments.get("value", 1))
        return options.opened()
    for keyword, value in arguments.named():
        options = options.with_entry(keyword.lower(), value)
    if any(not isinstance(_splat(arguments, index), Mapping) for index in range(len(arguments.call.splats))):
        return options.opened()
    return options


def _splat(arguments: Arguments, index: int) -> Value:
    written = arguments.call.splats[index]
    return arguments.evaluator.evaluate(written.node, written.place)


@attribute(Frame)
def frame_attribute(evaluator: Evaluator, owner: Frame, name: str, place: Place) -> Value:
    if owner.library in ("spark", "glue") and name in ("write", "writeStream"):
        return Writer(owner, "batch" if name == "write" else "stream")
    if name == "sparkSession":
        return SparkSession()
    if name == "spark" and owner.library == "pyspark.pandas":
        return owner
    if name in ("schema", "columns", "dtypes", "rdd", "shape", "index"):
        return Reference(f"{owner.library}.DataFrame().{name}", receiver=owner)
    return BoundMethod(owner, name)


CONVERSIONS = {
    "toPandas": "pandas",
    "to_pandas": "pandas",
    "toDF": "spark",
    "pandas_api": "pyspark.pandas",
    "to_pandas_on_spark": "pyspark.pandas",
    "to_spark": "spark",
    "toArrow": "pyarrow",
    "to_arrow": "pyarrow",
    "to_polars": "polars",
    "pl": "polars",
    "arrow": "pyarrow",
    "compute": "pandas",
}

VALUES = frozenset(
    {"collect", "count", "first", "head", "take", "isEmpty", "toJSON", "item", "to_dict", "to_list", "tolist", "to_numpy"}
)


@method(Frame)
def frame_method(evaluator: Evaluator, owner: Frame, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "writeTo":
        return Writer(owner, "v2", table=arguments.get("table", 0))
    if name in CONVERSIONS and not (name == "compute" and owner.library != "dask"):
        return replace(owner, library=CONVERSIONS[name])
    if name in ("to_csv", "to_json", "to_parquet", "to_string", "write_csv", "write_json", "write_parquet", "to_records"):
        return Reference(f"{owner.library}.DataFrame().{name}()", arguments, owner)
    if (name in VALUES and owner.library == "spark") or name in ("to_dict", "to_list", "tolist", "to_numpy", "item"):
        return Reference(f"{owner.library}.DataFrame().{name}()", arguments, owner)
    return _joined_frame(owner, arguments)


def _joined_frame(owner: Frame, arguments: Arguments) -> Frame:
    """Return a frame made of this one and of those that the method is given."""
    sources = list(owner.sources)
    for written in arguments.positional():
        other = arguments.evaluator.evaluate(written.node, written.place)
        for choice in alternatives(other):
            if isinstance(choice, Frame):
                sources += [source for source in choice.sources if source not in sources]
    return replace(owner, sources=tuple(sources), site=None)


def _is_of_iceberg(key: Value) -> bool:
    """Tell whether a property of a table is one that only Iceberg has (iceberg.apache.org/docs/latest/configuration)."""
    return isinstance(key, Text) and (key.literal or "").startswith(("format-version", "write.format.", "write.metadata."))


@method(Writer)
def writer_method(evaluator: Evaluator, writer: Writer, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("format", "using"):
        given = arguments.get("source" if name == "format" else "provider", 0)
        return replace(writer, format=given, method=method_site(arguments))
    if name in ("mode", "outputMode"):
        return replace(writer, mode=arguments.get("saveMode" if name == "mode" else "outputMode", 0))
    if name in ("option", "options"):
        return replace(writer, options=with_options(writer.options, name, arguments))
    if name == "tableProperty" and _is_of_iceberg(arguments.get("property", 0)) and isinstance(writer.format, Absent):
        return replace(writer, format=Text((Chunk("iceberg"),)), method=method_site(arguments))
    if name in ("partitionBy", "partitionedBy"):
        return replace(writer, partitions=arguments.get("cols", 0))
    if name in ("start", "toTable", "save", "saveAsTable", "insertInto"):
        return Reference(f"spark.DataFrameWriter().{name}()", arguments, writer)
    return writer


@function("awsglue.dynamicframe.DynamicFrame.fromDF")
def glue_frame(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    frame = arguments.get("dataframe", 0)
    return Frame("glue", frame.sources if isinstance(frame, Frame) else ())


@function("spark.create_dynamic_frame.*", "spark.create_data_frame.*")
def glue_read(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Frame("glue" if "dynamic" in reference.path else "spark")


DELTA_TABLES = ("delta.tables.DeltaTable", "delta.DeltaTable")


@function(*(f"{path}.{name}" for path in DELTA_TABLES for name in ("forPath", "forName", "convertToDelta")))
def delta_table(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return DeltaHandle("spark", _location(arguments))


def _location(arguments: Arguments) -> Value:
    for name in ("path", "tableOrViewName", "identifier"):
        value = arguments.get(name)
        if not isinstance(value, Absent):
            return value
    return arguments.get(None, 1)


@function(*(f"{path}.{name}" for path in DELTA_TABLES for name in ("create", "createIfNotExists", "createOrReplace", "replace")))
def delta_table_builder(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return DeltaBuilder("spark", "table", start=method_site(arguments))


@function("deltalake.DeltaTable", "deltalake.table.DeltaTable")
def delta_rs_table(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return DeltaHandle("delta-rs", arguments.get("table_uri", 0))


@attribute(DeltaHandle)
def delta_attribute(evaluator: Evaluator, owner: DeltaHandle, name: str, place: Place) -> Value:
    if owner.library == "delta-rs" and name in ("optimize", "alter"):
        return Reference(f"deltalake.DeltaTable().{name}", receiver=owner)
    return BoundMethod(owner, name)


@method(DeltaHandle)
def delta_method(evaluator: Evaluator, owner: DeltaHandle, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "alias":
        return owner
    if name in ("merge", "optimize"):
        return DeltaBuilder(owner.library, name, start=method_site(arguments))
    if name in ("toDF", "to_pandas", "to_pyarrow_table", "to_pyarrow_dataset", "history"):
        return Frame("pandas" if name == "to_pandas" else "spark" if owner.library == "spark" else "pyarrow")
    return Reference(f"DeltaTable().{name}()", arguments, owner)


@method(DeltaBuilder)
def builder_method(evaluator: Evaluator, builder: DeltaBuilder, name: str, arguments: Arguments, place: Place) -> Value:
    if name.startswith("execute"):
        return Reference("DeltaTable().execute()", arguments, builder)
    return replace(builder, clauses=(*builder.clauses, name))
