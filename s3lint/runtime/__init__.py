"""Helpers that keep the storage standard, for the code that s3lint checks: `docs/runtime.md`.

Importing it loads no other package; each helper loads the one that it needs, from the extras `runtime`, `delta` and `spark`.
"""

from s3lint.runtime import delta, spark
from s3lint.runtime.batches import Outcome, Upload, UploadReport, upload_many
from s3lint.runtime.clients import dynamodb_client, s3_client
from s3lint.runtime.documents import (
    Document,
    delete_document,
    delete_document_async,
    read_document,
    read_document_async,
    store_document,
    store_document_async,
)
from s3lint.runtime.errors import (
    ArgumentError,
    ConfigurationError,
    ConflictError,
    IntegrityError,
    KeyFormatError,
    LimitError,
    MissingError,
    OrphanError,
    SchemaError,
    StorageError,
    StoreError,
    UnsafeStoreError,
)
from s3lint.runtime.items import check_batch, check_item
from s3lint.runtime.keys import KeyConvention, ParsedKey, bucket_from_env, object_key, parse_key
from s3lint.runtime.objects import AccessPattern, StoredObject, download, upload
from s3lint.runtime.presigned import PresignedPost, PresignedUpload, presigned_get, presigned_post, presigned_put

__all__ = [
    "AccessPattern",
    "ArgumentError",
    "ConfigurationError",
    "ConflictError",
    "Document",
    "IntegrityError",
    "KeyConvention",
    "KeyFormatError",
    "LimitError",
    "MissingError",
    "OrphanError",
    "Outcome",
    "ParsedKey",
    "PresignedPost",
    "PresignedUpload",
    "SchemaError",
    "StorageError",
    "StoreError",
    "StoredObject",
    "UnsafeStoreError",
    "Upload",
    "UploadReport",
    "bucket_from_env",
    "check_batch",
    "check_item",
    "delete_document",
    "delete_document_async",
    "delta",
    "download",
    "dynamodb_client",
    "object_key",
    "parse_key",
    "presigned_get",
    "presigned_post",
    "presigned_put",
    "read_document",
    "read_document_async",
    "s3_client",
    "spark",
    "store_document",
    "store_document_async",
    "upload",
    "upload_many",
]
