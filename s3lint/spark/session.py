"""The session of a job: the one that `spark-submit` or a notebook made, Spark Connect where SPARK_REMOTE says so, else the JVM here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}


def session() -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("s3lint")
    if "SPARK_REMOTE" in os.environ:
        return builder.getOrCreate()
    for name, value in DELTA.items():
        builder = builder.config(name, value)
    return _with_jars(builder).getOrCreate()


def _with_jars(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Where no launcher has started the JVM, it fetches Delta Lake by the coordinates that delta-spark knows."""
    if "SPARK_ENV_LOADED" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ:
        return builder
    try:
        from delta import configure_spark_with_delta_pip
    except ImportError:
        return builder
    configured: SparkSession.Builder = configure_spark_with_delta_pip(builder)
    return configured
