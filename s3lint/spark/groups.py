"""Apply a function to the rows of each group of a frame. A task has all rows of a group in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from s3lint.runtime import ConfigurationError
from s3lint.spark.schemas import COMMIT, Columns, batch, names, struct

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

KEYS = tuple(names(COMMIT))

Row = dict[str, Any]


def by_group(
    frame: DataFrame,
    keys: Sequence[str],
    function: Callable[[Iterator[Row]], Iterable[Mapping[str, Any]]],
    columns: Columns,
    partitions: int | None,
) -> DataFrame:
    """Return the rows that a function makes of each group, with the group's repository and commit.

    Raises `ConfigurationError` if Spark is older than 4.
    """

    def applied(table: pa.Table) -> pa.Table:
        key = {name: table.column(name)[0].as_py() for name in KEYS}
        return pa.Table.from_batches([batch([{**key, **row} for row in function(_rows(table))], columns)])

    placed = frame.repartition(partitions, *keys) if partitions is not None else frame
    # A sort within partitions would need less of Spark, but Sail 0.7 drops a sort that only Python relies on.
    data = placed.groupBy(*keys)
    if not hasattr(data, "applyInArrow"):
        raise ConfigurationError("Checking frames needs Spark 4 or newer: install pyspark>=4, or connect to such a server.")
    return data.applyInArrow(applied, struct(columns))


def _rows(table: pa.Table) -> Iterator[Row]:
    for each in table.to_batches():
        columns = [(name, each.column(index)) for index, name in enumerate(each.schema.names)]
        for at in range(each.num_rows):
            yield {name: column[at].as_py() for name, column in columns}
