"""Names of functions, methods, settings and parameters of libraries, by what they do. `triggers` and the extractors share them."""

from __future__ import annotations

from s3lint.storage.services import load

INJECTED = frozenset(load("s3")["injected"]["client"])
"""Methods that boto3 adds to S3 clients, such as `upload_file`."""

S3_OPERATIONS = frozenset(name for name, operation in load("s3")["operations"].items() if "Bucket" in operation["members"]) | {
    "list_buckets"
}
"""Client operations that have a `Bucket` parameter, and `list_buckets`."""

ITEM_OPERATIONS = frozenset(
    [
        "put_item",
        "update_item",
        "batch_write_item",
        "transact_write_items",
        "execute_statement",
        "batch_execute_statement",
        "execute_transaction",
    ]
)

ACCOUNT_OPERATIONS = frozenset({"put_public_access_block", "delete_public_access_block"})
"""Operations of `s3control` on all buckets of an account."""

AIRFLOW_LOADS = frozenset({"load_file", "load_string", "load_bytes", "load_file_obj"})

SPARK_FORMATS = frozenset({"json", "csv", "parquet", "orc", "text", "xml", "avro"})

SPARK_SINKS = SPARK_FORMATS | {"save", "saveAsTable", "insertInto", "start", "toTable"}

UNMISTAKABLE = frozenset(
    [
        "avro",
        "createIfNotExists",
        "createOrReplace",
        "insertInto",
        "optimize",
        "orc",
        "overwritePartitions",
        "parquet",
        "saveAsTable",
        "toTable",
    ]
)
"""Methods of Spark and Delta whose names hardly another library has: their receiver may come from any file."""

SPARK_SINKS_V2 = frozenset({"create", "replace", "createOrReplace", "append", "overwrite", "overwritePartitions"})
"""Methods of `frame.writeTo(table)` that write (`pyspark.sql.DataFrameWriterV2`)."""

RDD_SINKS = frozenset(
    [
        "saveAsTextFile",
        "saveAsPickleFile",
        "saveAsSequenceFile",
        "saveAsHadoopFile",
        "saveAsNewAPIHadoopFile",
        "saveAsHadoopDataset",
        "saveAsNewAPIHadoopDataset",
    ]
)

PANDAS_SINKS = frozenset(
    [
        "to_parquet",
        "to_csv",
        "to_json",
        "to_feather",
        "to_orc",
        "to_pickle",
        "to_stata",
        "to_xml",
        "to_excel",
        "to_hdf",
        "to_spark_io",
    ]
)

POLARS_SINKS = frozenset(
    [
        "write_parquet",
        "write_csv",
        "write_ipc",
        "write_ndjson",
        "write_json",
        "write_avro",
        "write_excel",
        "sink_parquet",
        "sink_csv",
        "sink_ipc",
        "sink_ndjson",
    ]
)

ARROW_SINKS = frozenset({"ParquetWriter", "write_table", "write_to_dataset", "write_dataset", "write_feather", "write_metadata"})

DELTA_SINKS = frozenset({"write_deltalake", "to_deltalake", "write_delta", "sink_delta", "to_delta", "to_table"})

OTHER_SINKS = frozenset({"to_textfiles", "to_avro", "to_excel", "unload", "unload_to_files", "create_ctas_table", "to_iceberg"})

FRAME_SINKS = PANDAS_SINKS - {"to_spark_io"} | POLARS_SINKS | ARROW_SINKS
"""Methods and functions that write frames as files, common also in projects that use neither S3 nor Delta Lake."""

CATALOG_SINKS = frozenset({"createTable", "createExternalTable"})

PIPELINE_SINKS = frozenset({"table", "materialized_view", "create_sink"})
"""Functions of `pyspark.pipelines` that declare tables and sinks."""

GLUE_SINKS = frozenset(
    {"from_options", "from_catalog", "write_dynamic_frame_from_options", "write_from_options", "getSink", "setFormat"}
)

READERS = frozenset({"json", "csv", "xml", "load"})

SQL_METHODS = frozenset(
    {
        "sql",
        "execute",
        "executemany",
        "query",
        "run",
        "start_query_execution",
        "read_sql_query",
        "execute_query",
        "run_query",
        "from_query",
    }
)

BUILDERS = frozenset({"merge", "optimize", "create", "createIfNotExists", "createOrReplace", "replace"})
"""Methods that start a Delta builder."""

BINARY_ATTRIBUTES = frozenset({"BinaryAttribute", "BinarySetAttribute"})
"""PynamoDB's classes for attributes of bytes."""

STORAGES_ACL = frozenset({"AWS_DEFAULT_ACL", "default_acl"})
"""Settings of django-storages for the ACL of every upload."""

ADDRESSES = ("s3://", "s3a://", "s3n://", "arn:aws:s3:::", "amazonaws.com")
"""Every address of a bucket contains one of these texts."""

DELTA_METHODS = frozenset({"delete", "vacuum"})

PATH_READERS = frozenset({"read_parquet", "scan_parquet", "read_table", "ParquetDataset", "ParquetFile"})

COLUMN_MAKERS = frozenset({"StructField", "addColumn", "Field", "field"})

CLIENT_MAKERS = frozenset({"client", "resource", "create_client", "S3FileSystem", "S3Hook"})

IMPORTED_MAKERS = frozenset({"from boto", "from aioboto", "import client", "import resource", "import *"})
"""Texts of which a file has one where `client` may be boto3's function: imported from boto3, or from a module that passes it on."""

SPARK_SETTINGS = (
    "fs.s3a.endpoint",
    "fs.s3a.connection.ssl.enabled",
    "spark.databricks.delta.",
    "spark.delta.logstore.",
)
"""Prefixes of the Spark and Hadoop settings that rules check, in lower case."""

STORAGE_OPTIONS = (
    "aws_s3_allow_unsafe_rename",
    "s3_allow_unsafe_rename",
    "aws_s3_locking_provider",
    "aws_conditional_put",
    "conditional_put",
)
"""Options of delta-rs that rules check, in lower case; in capitals each is an environment variable too."""

SETTING_TEXTS = frozenset(
    {"fs.s3a.endpoint", "connection.ssl.enabled", "databricks.delta.", "delta.logStore."}
    | {spelt for option in STORAGE_OPTIONS for spelt in (option, option.upper())}
)

KEY_NAMES = frozenset({"s3_key", "object_key", "obj_key", "file_key", "blob_key", "upload_key"})
"""Suffixes of names for object keys; in capitals too."""

S3_LIBRARIES = (
    "boto3", "botocore", "aioboto3", "aiobotocore", "s3fs", "smart_open", "cloudpathlib", "obstore", "awswrangler",
    "airflow.providers.amazon", "airflow.hooks.S3_hook", "storages",
)  # fmt: skip
"""Prefixes of imports by which a module uses S3."""
