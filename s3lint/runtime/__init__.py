"""Helpers that keep the storage standard, for the code that s3lint checks: `docs/runtime.md`.

Importing it loads no other package; each helper loads the one that it needs, from the extras `runtime`, `delta` and `spark`.
"""

from s3lint.runtime import delta, spark
from s3lint.runtime.batches import Outcome, Upload, UploadReport, upload_many
from s3lint.runtime.clients import dynamodb_client, s3_client
from s3lint.runtime.documents import (
    DocumentStream,
    delete_document,
    open_document,
    read_document,
    replace_document,
    store_document,
)
from s3lint.runtime.documents_async import (
    AsyncDocumentStream,
    delete_document_async,
    find_orphans_async,
    open_document_async,
    read_document_async,
    replace_document_async,
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
    PolicyError,
    SchemaError,
    StorageError,
    StoreError,
    UnsafeStoreError,
)
from s3lint.runtime.guard import guard
from s3lint.runtime.items import check_batch, check_item
from s3lint.runtime.keys import KeyConvention, ParsedKey, bucket_from_env, object_key, parse_key
from s3lint.runtime.objects import AccessPattern, StoredObject, download, upload
from s3lint.runtime.orphans import Orphan, find_orphans
from s3lint.runtime.presigned import PresignedPost, PresignedUpload, presigned_get, presigned_post, presigned_put
from s3lint.runtime.protocols import AsyncDynamoDBClient, AsyncS3Client
from s3lint.runtime.references import Document

__all__ = [
    "AccessPattern",
    "ArgumentError",
    "AsyncDocumentStream",
    "AsyncDynamoDBClient",
    "AsyncS3Client",
    "ConfigurationError",
    "ConflictError",
    "Document",
    "DocumentStream",
    "IntegrityError",
    "KeyConvention",
    "KeyFormatError",
    "LimitError",
    "MissingError",
    "Orphan",
    "OrphanError",
    "Outcome",
    "ParsedKey",
    "PolicyError",
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
    "find_orphans",
    "find_orphans_async",
    "guard",
    "object_key",
    "open_document",
    "open_document_async",
    "parse_key",
    "presigned_get",
    "presigned_post",
    "presigned_put",
    "read_document",
    "read_document_async",
    "replace_document",
    "replace_document_async",
    "s3_client",
    "spark",
    "store_document",
    "store_document_async",
    "upload",
    "upload_many",
]
