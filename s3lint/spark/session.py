"""Get the Spark session: an existing one (`spark-submit`, notebooks), Spark Connect if SPARK_REMOTE is set, else a local JVM."""

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
    """Get or create the session, with Delta Lake configured."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("s3lint")
    if "SPARK_REMOTE" in os.environ:
        return builder.getOrCreate()
    for name, value in DELTA.items():
        builder = builder.config(name, value)
    return _with_jars(builder).getOrCreate()


def _with_jars(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Add the Maven coordinates of Delta Lake, which Spark downloads, unless a launcher has started the JVM already."""
    if "SPARK_ENV_LOADED" in os.environ or "PYSPARK_GATEWAY_PORT" in os.environ:
        return builder
    try:
        from delta import configure_spark_with_delta_pip
    except ImportError:
        return builder
    configured: SparkSession.Builder = configure_spark_with_delta_pip(builder)
    return configured
