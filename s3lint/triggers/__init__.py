"""Which names in a file's text trigger which extractor. The prefilter and the extractors share them; nothing here needs libcst.

`names` are names of functions and methods. A file without one of the texts in `requires` cannot make the fact, because the receiver
could not be what the method needs.
"""

from __future__ import annotations

from dataclasses import field

from s3lint.support.frozen import frozen
from s3lint.triggers.api_names import (
    ACCOUNT_OPERATIONS,
    ADDRESSES,
    AIRFLOW_LOADS,
    BINARY_ATTRIBUTES,
    BUILDERS,
    CATALOG_SINKS,
    CLIENT_MAKERS,
    COLUMN_MAKERS,
    DELTA_METHODS,
    DELTA_SINKS,
    FRAME_SINKS,
    GLUE_SINKS,
    IMPORTED_MAKERS,
    INJECTED,
    ITEM_OPERATIONS,
    KEY_NAMES,
    OTHER_SINKS,
    PATH_READERS,
    PIPELINE_SINKS,
    RDD_SINKS,
    READERS,
    S3_OPERATIONS,
    SETTING_TEXTS,
    SPARK_SINKS,
    SPARK_SINKS_V2,
    SQL_METHODS,
    STORAGES_ACL,
    UNMISTAKABLE,
)
from s3lint.triggers.lexical import (
    ANYTHING,
    BUCKET,
    CALLED,
    COPIED,
    FUNCTION,
    KEY,
    KEYWORD,
    METHOD,
    OBJECT_ACTION,
    PASSED,
    PASSED_METHOD,
    SETUP,
    WORD,
    Shape,
)


@frozen()
class Trigger:
    """Names that make an extractor run: one must occur in a shape, in a file that contains one of the required texts.

    Without `requires` any file will do. With `requires_store` the names count only in a project that names a store in some file
    (`searches.STORES`).
    """

    names: frozenset[str]
    requires: frozenset[str] = field(default_factory=frozenset)
    shape: Shape = WORD
    requires_store: bool = False


@frozen()
class Extractor:
    """The names of the facts that an extractor makes, and what triggers it. Its functions register under the same name in `TRIGGERS`."""

    makes: tuple[str, ...]
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

TRIGGERS: dict[str, Extractor] = {
    "objects": Extractor(
        makes=("ObjectCall", "BucketName", "KeyTemplate", "Presign"),
        triggers=(
            # `copy` is a method of dicts and frames too: it has triggers of its own below.
            Trigger(INJECTED - {"copy"} | {"generate_presigned_url", "generate_presigned_post", "copy_from"}),
            Trigger(S3_OPERATIONS, frozenset({"Bucket"})),
            Trigger(S3_OPERATIONS, shape=OBJECT_ACTION, requires_store=True),
            Trigger(ACCOUNT_OPERATIONS),
            Trigger(frozenset({"Bucket", "Object", "ObjectSummary"}), shape=CALLED),
            Trigger(frozenset({"put", "paginate", "wait"}), shape=OBJECT_ACTION, requires_store=True),
            Trigger(frozenset({"copy"}), REQUIRES_S3, CALLED),
            Trigger(frozenset({"copy"}), shape=COPIED, requires_store=True),
            Trigger(frozenset({"BucketAcl", "ObjectAcl", "BucketPolicy", "initiate_multipart_upload"})),
            Trigger(frozenset({"upload"}), frozenset({"TransferManager"}), METHOD),
            # Any library may have an `upload`; it matters where some file of the project names a store.
            Trigger(frozenset({"upload"}), shape=METHOD, requires_store=True),
        ),
    ),
    "airflow": Extractor(
        makes=("ObjectCall", "BucketName", "KeyTemplate"),
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
        makes=("ObjectCall", "BucketName", "KeyTemplate"),
        triggers=(
            Trigger(
                frozenset(
                    {"open", "pipe", "pipe_file", "put", "put_file", "upload", "touch", "write_text", "write_bytes", "upload_from"}
                ),
                frozenset({"s3fs", "smart_open", "fsspec", "cloudpathlib", "upath", "awswrangler"}),
                FUNCTION,
            ),
            Trigger(frozenset({"pipe", "pipe_file", "put_file", "upload_from"}), shape=METHOD, requires_store=True),
            Trigger(frozenset({"S3Store"}), frozenset({"obstore"}), FUNCTION),
            Trigger(frozenset({"to_csv", "to_json", "to_parquet", "to_excel"}), frozenset({"awswrangler"}), FUNCTION),
        ),
    ),
    "names": Extractor(
        makes=("BucketName", "KeyTemplate"),
        triggers=(
            Trigger(frozenset({"bucket", "Bucket", "BUCKET"}), REQUIRES_S3, BUCKET),
            Trigger(KEY_NAMES | {name.upper() for name in KEY_NAMES}, REQUIRES_S3, KEY),
        ),
    ),
    "storages": Extractor(
        makes=("ObjectCall",),
        triggers=(Trigger(STORAGES_ACL),),
    ),
    "addresses": Extractor(
        makes=("BucketAddress", "BucketName"),
        triggers=(Trigger(frozenset(ADDRESSES), shape=ANYTHING),),
    ),
    "urls": Extractor(
        makes=("ObjectUrl",),
        triggers=(Trigger(frozenset({"amazonaws.com"}), shape=ANYTHING),),
    ),
    "clients": Extractor(
        makes=("ClientSetup",),
        triggers=(
            Trigger(CLIENT_MAKERS, shape=SETUP, requires_store=True),
            Trigger(CLIENT_MAKERS, shape=PASSED_METHOD, requires_store=True),
            # A variable called `client` is passed on in many files.
            Trigger(CLIENT_MAKERS, IMPORTED_MAKERS, PASSED, requires_store=True),
        ),
    ),
    "settings": Extractor(
        makes=("SessionSetting",),
        triggers=(Trigger(SETTING_TEXTS, shape=ANYTHING),),
    ),
    "items": Extractor(
        makes=("ItemWrite",),
        triggers=(Trigger(ITEM_OPERATIONS | BINARY_ATTRIBUTES),),
    ),
    "writes": Extractor(
        makes=("TableWrite", "TableRead"),
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
        makes=("TableRead",),
        triggers=(
            Trigger(READERS, REQUIRES_READER, METHOD),
            Trigger(frozenset({"createDataFrame"})),
        ),
    ),
    "sql": Extractor(
        makes=("SqlStatement", "SessionSetting"),
        triggers=(
            Trigger(frozenset({"sql"}), shape=METHOD, requires_store=True),
            Trigger(SQL_METHODS - {"sql"}, frozenset({"athena", "Athena", "redshift", "duckdb", "databricks", "pyathena"}), METHOD),
        ),
    ),
    "delta": Extractor(
        makes=("DeltaOperation", "DeltaBuild"),
        triggers=(
            Trigger(
                BUILDERS | DELTA_METHODS,
                frozenset({"DeltaTable", "deltalake", "whenMatched", "whenNotMatched", "when_matched", "when_not_matched"}),
                METHOD,
            ),
            Trigger(BUILDERS & UNMISTAKABLE | {"vacuum"}, shape=METHOD, requires_store=True),
        ),
    ),
    "columns": Extractor(
        makes=("StringColumn",),
        triggers=(Trigger(COLUMN_MAKERS, frozenset({"delta", "Delta", "DELTA"}), FUNCTION),),
    ),
    "paths": Extractor(
        makes=("DeltaPath", "FileAccess"),
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
