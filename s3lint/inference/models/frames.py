"""pandas, polars, dask, pyarrow and duckdb: which calls make a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.handlers import method
from s3lint.inference.library_values import Buffer, Frame, Reader
from s3lint.inference.models.library import function
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator

MAKERS = {
    "pandas": "DataFrame Series concat merge json_normalize pivot_table get_dummies read_csv read_json read_parquet read_sql read_sql_query "
    "read_sql_table read_excel read_orc read_feather read_pickle read_table read_html read_xml DataFrame.from_dict DataFrame.from_records",
    "polars": "DataFrame LazyFrame concat from_pandas from_dicts from_dict from_arrow read_csv read_json read_ndjson read_parquet "
    "read_database scan_csv scan_parquet scan_ndjson scan_delta read_delta read_excel",
    "dask.dataframe": "read_csv read_parquet read_json read_orc from_pandas from_delayed concat merge",
    "pyspark.pandas": "DataFrame Series read_csv read_json read_parquet read_orc read_delta read_table read_sql concat from_pandas",
    "pyarrow": "Table.from_pandas Table.from_pydict Table.from_pylist Table.from_batches table concat_tables parquet.read_table "
    "csv.read_csv json.read_json",
    "duckdb": "sql query from_query read_csv read_parquet read_json from_df from_arrow table",
    "awswrangler": "s3.read_csv s3.read_json s3.read_parquet s3.read_deltalake athena.read_sql_query athena.read_sql_table",
}

LIBRARY_NAMES = {"dask.dataframe": "dask", "awswrangler": "pandas"}


def _library(path: str) -> str:
    package = next(package for package in sorted(MAKERS, key=len, reverse=True) if path.startswith(package + "."))
    return LIBRARY_NAMES.get(package, package)


@function(*(f"{package}.{name}" for package, names in MAKERS.items() for name in names.split()))
def frame(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    sources: tuple[Reader, ...] = ()
    for written in arguments.positional():
        value = evaluator.evaluate(written.node, written.place)
        if isinstance(value, Frame):
            sources += tuple(source for source in value.sources if source not in sources)
    return Frame(_library(reference.path), sources)


@function(
    "duckdb.connect().sql",
    "duckdb.connect().query",
    "duckdb.connect().from_df",
    "duckdb.connect().table",
    "duckdb.connect().read_csv",
)
def relation(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Frame("duckdb")


@method(Buffer)
def buffer_method(evaluator: Evaluator, owner: Buffer, name: str, arguments: Arguments, place: Place) -> Value:
    return Reference(f"{owner.kind}.{name}()", arguments, owner)


@function("pyarrow.BufferOutputStream")
def arrow_buffer(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Buffer("pyarrow.BufferOutputStream()", scope=place.scope)
