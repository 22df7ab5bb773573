"""Which names in a file's text trigger which extractor. The prefilter and the extractors share them; nothing here needs libcst.

`names` are names of functions and methods. A file without one of the texts in `requires` cannot make the fact, because the receiver
could not be what the method needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from s3lint.facts import (
    BucketAddress,
    BucketName,
    ClientSetup,
    DeltaBuild,
    DeltaOperation,
    DeltaPath,
    Fact,
    FileAccess,
    ItemWrite,
    KeyTemplate,
    ObjectCall,
    ObjectUrl,
    Presign,
    SessionSetting,
    SqlStatement,
    StringColumn,
    TableRead,
    TableWrite,
)
from s3lint.facts.triggers_lexical import (
    ANYTHING,
    BUCKET,
    CALLED,
    COPIED,
    FUNCTION,
    KEY,
    KEYWORD,
    METHOD,
    OBJECT_ACTION,
    SETUP,
    WORD,
    Shape,
)
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
"""Texts of which every address of a bucket contains one."""

DELTA_METHODS = frozenset({"delete", "vacuum"})

PATH_READERS = frozenset({"read_parquet", "scan_parquet", "read_table", "ParquetDataset", "ParquetFile"})

COLUMN_MAKERS = frozenset({"StructField", "addColumn", "Field", "field"})

CLIENT_MAKERS = frozenset({"client", "resource", "create_client", "S3FileSystem", "S3Hook"})

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


@dataclass(frozen=True, slots=True)
class Trigger:
    """Names that make an extractor run: one must occur in a shape, in a file that contains one of the required texts.

    Without `requires` any file will do. With `requires_store` the names count only in a project that names a store in some file
    (`searches.STORES`).
    """

    names: frozenset[str]
    requires: frozenset[str] = field(default_factory=frozenset)
    shape: Shape = WORD
    requires_store: bool = False


@dataclass(frozen=True, slots=True)
class Extractor:
    """The facts that an extractor makes, and what triggers it. Its functions register under the same name in `TRIGGERS`."""

    makes: tuple[type[Fact], ...]
    triggers: tuple[Trigger, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all triggers: calls of these are handed to the extractor."""
        return frozenset().union(*(trigger.names for trigger in self.triggers))


BEHIND_ATTRIBUTE = (".", ",", ")", "]", " ", "\t", "\n", "\r", "\\", "#")
"""Characters that may follow `frame.write` and `spark.read`; an opening bracket would make them methods of files."""

REQUIRES_S3 = frozenset({"s3", "S3", "boto", "aws", "Aws", "AWS"})

REQUIRES_WRITER = frozenset({"writeStream", "writeTo"} | {f".write{end}" for end in BEHIND_ATTRIBUTE})

REQUIRES_READER = frozenset({"readStream"} | {f".read{end}" for end in BEHIND_ATTRIBUTE})

S3_LIBRARIES = (
    "boto3", "botocore", "aioboto3", "aiobotocore", "s3fs", "smart_open", "cloudpathlib", "obstore", "awswrangler",
    "airflow.providers.amazon", "storages",
)  # fmt: skip
"""Prefixes of imports by which a module uses S3."""

TRIGGERS: dict[str, Extractor] = {
    "objects": Extractor(
        makes=(ObjectCall, BucketName, KeyTemplate, Presign),
        triggers=(
            Trigger(INJECTED - {"copy"} | {"generate_presigned_url", "generate_presigned_post", "copy_from"}),
            Trigger(S3_OPERATIONS, frozenset({"Bucket"})),
            Trigger(S3_OPERATIONS, shape=OBJECT_ACTION),
            Trigger(ACCOUNT_OPERATIONS),
            Trigger(frozenset({"Bucket", "Object", "ObjectSummary"}), shape=CALLED),
            Trigger(frozenset({"put", "paginate", "wait"}), shape=OBJECT_ACTION),
            Trigger(frozenset({"copy"}), REQUIRES_S3, CALLED),
            Trigger(frozenset({"copy"}), shape=COPIED),
            Trigger(frozenset({"BucketAcl", "ObjectAcl", "BucketPolicy", "initiate_multipart_upload"})),
            Trigger(frozenset({"upload"}), frozenset({"TransferManager"}), METHOD),
            Trigger(frozenset({"upload"}), shape=METHOD, requires_store=True),
        ),
    ),
    "airflow": Extractor(
        makes=(ObjectCall, BucketName, KeyTemplate),
        triggers=(
            Trigger(AIRFLOW_LOADS, shape=METHOD),
            Trigger(
                frozenset({"s3_bucket", "bucket_name", "dest_bucket", "s3_key", "dest_key"}),
                frozenset({"airflow"}),
                KEYWORD,
            ),
        ),
    ),
    "files": Extractor(
        makes=(ObjectCall, BucketName, KeyTemplate),
        triggers=(
            Trigger(
                frozenset(
                    {"open", "pipe", "pipe_file", "put", "put_file", "upload", "touch", "write_text", "write_bytes", "upload_from"}
                ),
                frozenset({"s3fs", "smart_open", "fsspec", "cloudpathlib", "awswrangler"}),
                FUNCTION,
            ),
            Trigger(frozenset({"pipe", "pipe_file", "put_file", "upload_from"}), shape=METHOD, requires_store=True),
            Trigger(frozenset({"S3Store"}), frozenset({"obstore"}), FUNCTION),
            Trigger(frozenset({"to_csv", "to_json", "to_parquet", "to_excel"}), frozenset({"awswrangler"}), FUNCTION),
        ),
    ),
    "names": Extractor(
        makes=(BucketName, KeyTemplate),
        triggers=(
            Trigger(frozenset({"bucket", "Bucket", "BUCKET"}), REQUIRES_S3, BUCKET),
            Trigger(KEY_NAMES | {name.upper() for name in KEY_NAMES}, REQUIRES_S3, KEY),
        ),
    ),
    "storages": Extractor(
        makes=(ObjectCall,),
        triggers=(Trigger(STORAGES_ACL),),
    ),
    "addresses": Extractor(
        makes=(BucketAddress,),
        triggers=(Trigger(frozenset(ADDRESSES), shape=ANYTHING),),
    ),
    "urls": Extractor(
        makes=(ObjectUrl,),
        triggers=(Trigger(frozenset({"amazonaws.com"}), shape=ANYTHING),),
    ),
    "clients": Extractor(
        makes=(ClientSetup,),
        triggers=(Trigger(CLIENT_MAKERS, shape=SETUP),),
    ),
    "settings": Extractor(
        makes=(SessionSetting,),
        triggers=(Trigger(SETTING_TEXTS, shape=ANYTHING),),
    ),
    "items": Extractor(
        makes=(ItemWrite,),
        triggers=(Trigger(ITEM_OPERATIONS | BINARY_ATTRIBUTES),),
    ),
    "writes": Extractor(
        makes=(TableWrite, TableRead),
        triggers=(
            Trigger(SPARK_SINKS, REQUIRES_WRITER, METHOD),
            Trigger(SPARK_SINKS & UNMISTAKABLE, shape=METHOD),
            Trigger(SPARK_SINKS_V2, frozenset({"writeTo"}), METHOD),
            Trigger(SPARK_SINKS_V2 & UNMISTAKABLE, shape=METHOD),
            Trigger(RDD_SINKS),
            Trigger(CATALOG_SINKS, shape=METHOD),
            Trigger(PIPELINE_SINKS, frozenset({"pipelines"}), FUNCTION),
            Trigger(FRAME_SINKS, shape=WORD, requires_store=True),
            Trigger(DELTA_SINKS - {"to_table"} | OTHER_SINKS - {"unload", "to_excel"} | {"to_spark_io"}),
            Trigger(frozenset({"to_table"}), frozenset({"pandas_api", "pyspark.pandas", "pandas_on_spark"}), METHOD),
            Trigger(frozenset({"unload"}), frozenset({"awswrangler"}), METHOD),
            Trigger(GLUE_SINKS, frozenset({"write_dynamic_frame", "getSink", "GlueContext", "DynamicFrame"}), METHOD),
        ),
    ),
    "reads": Extractor(
        makes=(TableRead,),
        triggers=(
            Trigger(READERS, REQUIRES_READER, METHOD),
            Trigger(frozenset({"createDataFrame"})),
        ),
    ),
    "sql": Extractor(
        makes=(SqlStatement, SessionSetting),
        triggers=(
            Trigger(frozenset({"sql"}), shape=METHOD),
            Trigger(SQL_METHODS - {"sql"}, frozenset({"athena", "Athena", "redshift", "duckdb", "databricks", "pyathena"}), METHOD),
        ),
    ),
    "delta": Extractor(
        makes=(DeltaOperation, DeltaBuild),
        triggers=(
            Trigger(
                BUILDERS | DELTA_METHODS,
                frozenset({"DeltaTable", "deltalake", "whenMatched", "whenNotMatched", "when_matched", "when_not_matched"}),
                METHOD,
            ),
            Trigger(BUILDERS & UNMISTAKABLE | {"vacuum"}, shape=METHOD),
        ),
    ),
    "columns": Extractor(
        makes=(StringColumn,),
        triggers=(Trigger(COLUMN_MAKERS, frozenset({"delta", "Delta", "DELTA"}), FUNCTION),),
    ),
    "paths": Extractor(
        makes=(DeltaPath, FileAccess),
        triggers=(
            Trigger(PATH_READERS | {"forPath", "convertToDelta"}, shape=FUNCTION),
            Trigger(frozenset({"DeltaTable"}), frozenset({"deltalake"}), FUNCTION),
            Trigger(frozenset({"parquet", "load"}), REQUIRES_READER, METHOD),
            Trigger(frozenset({"delete_objects"}), frozenset({"awswrangler"}), METHOD),
            Trigger(frozenset({"rm", "rmdir", "delete"}), frozenset({"s3fs", "fsspec"}), METHOD),
        ),
    ),
}
"""Extractors by the name under which they register (`from_calls`, `from_steps`)."""
