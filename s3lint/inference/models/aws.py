"""boto3 and its async twins: sessions, clients, resources and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.code_values import BoundMethod
from s3lint.inference.handlers import attribute, method
from s3lint.inference.library_values import (
    BucketHandle,
    Client,
    FileSystem,
    ItemTable,
    ObjectHandle,
    Operation,
    Session,
    SubResource,
)
from s3lint.inference.models.library import attribute_of, function
from s3lint.inference.place import Place
from s3lint.inference.values import Reference, Sequence, Text, Unknown, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


def client_of(arguments: Arguments, *, resource: bool = False, name: str = "service_name") -> Value:
    """Return the client of the service that a factory is given; unknown where the service is not a literal."""
    service = arguments.get(name, 0)
    if isinstance(service, Text) and service.literal:
        return Client(service.literal, resource=resource, plain=resource, arguments=arguments)
    return Unknown("the service of the client is not known")


@function("boto3.client", "aioboto3.client")
def client(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return client_of(arguments)


@function("boto3.resource", "aioboto3.resource")
def resource(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return client_of(arguments, resource=True)


@function(
    "boto3.Session",
    "boto3.session.Session",
    "boto3._get_default_session",
    "aioboto3.Session",
    "aioboto3.session.Session",
    "botocore.session.get_session",
    "botocore.session.Session",
    "aiobotocore.session.get_session",
    "aiobotocore.session.AioSession",
    "aiobotocore.get_session",
)
def session(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Session()


@attribute_of("boto3.DEFAULT_SESSION")
def default_session(evaluator: Evaluator, reference: Reference, place: Place) -> Value:
    return Session()


@method(Session)
def session_method(evaluator: Evaluator, owner: Session, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("client", "create_client"):
        return client_of(arguments)
    if name == "resource":
        return client_of(arguments, resource=True)
    return Reference(f"boto3.Session().{name}()", arguments, owner)


@attribute(Client)
def client_attribute(evaluator: Evaluator, owner: Client, name: str, place: Place) -> Value:
    if name == "meta":
        return owner
    if name == "client":
        return Client(owner.service, plain=owner.plain, arguments=owner.arguments)
    if name == "exceptions":
        return Reference(f"boto3.{owner.service}.exceptions")
    return BoundMethod(owner, name)


@method(Client)
def client_method(evaluator: Evaluator, owner: Client, name: str, arguments: Arguments, place: Place) -> Value:
    if name in ("get_paginator", "get_waiter"):
        operation = arguments.get("operation_name" if name == "get_paginator" else "waiter_name", 0)
        literal = operation.literal if isinstance(operation, Text) else None
        return Operation(owner, literal or "")
    if owner.resource and owner.service == "s3":
        found = _s3_resource(name, arguments)
        if found is not None:
            return found
    if owner.resource and owner.service == "dynamodb" and name == "Table":
        return ItemTable(arguments.get("name", 0))
    return Reference(f"boto3.{owner.service}.{name}()", arguments, owner)


def _s3_resource(name: str, arguments: Arguments) -> Value | None:
    if name == "Bucket":
        return BucketHandle(arguments.get("name", 0))
    if name in ("Object", "ObjectSummary"):
        return ObjectHandle(arguments.get("bucket_name", 0), arguments.get("key", 1))
    if name in ("BucketAcl", "BucketPolicy"):
        return SubResource(name.removeprefix("Bucket"), arguments.get("bucket_name", 0))
    if name == "ObjectAcl":
        return SubResource("Acl", arguments.get("bucket_name", 0), arguments.get("object_key", 1))
    return BucketHandle(arguments.get("Bucket")) if name == "create_bucket" else None


@attribute(BucketHandle)
def bucket_attribute(evaluator: Evaluator, owner: BucketHandle, name: str, place: Place) -> Value:
    if name == "name":
        return owner.name
    if name == "meta":
        return Client("s3")
    if name in ("objects", "object_versions"):
        return Reference(f"boto3.s3.Bucket().{name}", receiver=owner)
    return BoundMethod(owner, name)


@method(BucketHandle)
def bucket_method(evaluator: Evaluator, owner: BucketHandle, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "Object":
        return ObjectHandle(owner.name, arguments.get("key", 0), owner.duck_typed)
    if name in ("Acl", "Policy", "Cors", "Lifecycle", "Versioning"):
        return SubResource(name, owner.name)
    if name == "put_object":
        return ObjectHandle(owner.name, arguments.get("Key"), owner.duck_typed)
    return Reference(f"boto3.s3.Bucket().{name}()", arguments, owner)


@function("boto3.s3.Bucket().objects.filter", "boto3.s3.Bucket().objects.all", "boto3.s3.Bucket().objects.limit")
def listed_objects(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    collection = reference.receiver
    bucket = collection.receiver if isinstance(collection, Reference) else None
    handle = bucket if isinstance(bucket, BucketHandle) else BucketHandle(Unknown("the bucket is not known"))
    return Sequence((ObjectHandle(handle.name, Unknown("the key of a listed object"), handle.duck_typed),), repeated=True)


@attribute(ObjectHandle)
def object_attribute(evaluator: Evaluator, owner: ObjectHandle, name: str, place: Place) -> Value:
    if name == "key":
        return owner.key
    if name == "bucket_name":
        return owner.bucket
    if name == "meta":
        return Client("s3")
    return BoundMethod(owner, name)


@method(ObjectHandle)
def object_method(evaluator: Evaluator, owner: ObjectHandle, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "Acl":
        return SubResource("Acl", owner.bucket, owner.key)
    if name == "Object":
        return owner
    if name == "Bucket":
        return BucketHandle(owner.bucket, owner.duck_typed)
    if name == "get":
        return Reference("boto3.s3.get_object()", arguments, owner)
    return Reference(f"boto3.s3.Object().{name}()", arguments, owner)


@attribute(ItemTable)
def table_attribute(evaluator: Evaluator, owner: ItemTable, name: str, place: Place) -> Value:
    if name == "meta":
        return Client("dynamodb", plain=True)
    if name in ("name", "table_name"):
        return owner.name
    return BoundMethod(owner, name)


@method(ItemTable)
def table_method(evaluator: Evaluator, owner: ItemTable, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "batch_writer":
        return ItemTable(owner.name, batch=True)
    return Reference(f"boto3.dynamodb.Table().{name}()", arguments, owner)


@function("boto3.s3.transfer.S3Transfer", "s3transfer.S3Transfer")
def transfer(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference("boto3.s3.transfer.S3Transfer()", arguments)


@function("s3transfer.manager.TransferManager", "s3transfer.TransferManager", "boto3.s3.transfer.create_transfer_manager")
def transfer_manager(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference("s3transfer.manager.TransferManager()", arguments)


AIRFLOW_HOOKS = ("airflow.providers.amazon.aws.hooks.s3.S3Hook", "airflow.hooks.S3_hook.S3Hook")


@function(*AIRFLOW_HOOKS)
def airflow_hook(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Reference("airflow.S3Hook()", arguments)


@function("airflow.S3Hook().get_conn", "airflow.providers.amazon.aws.hooks.base_aws.AwsBaseHook().get_conn")
def airflow_client(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return Client("s3")


@attribute_of("airflow.S3Hook().conn")
def airflow_connection(evaluator: Evaluator, reference: Reference, place: Place) -> Value:
    return Client("s3")


@function("s3fs.S3FileSystem", "s3fs.core.S3FileSystem")
def s3_file_system(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return FileSystem("s3fs")


@function("pyarrow.fs.S3FileSystem")
def arrow_file_system(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value:
    return FileSystem("pyarrow")


@function("fsspec.filesystem")
def fsspec_file_system(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    protocol = arguments.get("protocol", 0)
    return FileSystem("s3fs") if isinstance(protocol, Text) and protocol.literal in ("s3", "s3a") else None


@method(FileSystem)
def file_system_method(evaluator: Evaluator, owner: FileSystem, name: str, arguments: Arguments, place: Place) -> Value:
    return Reference(f"s3fs.S3FileSystem().{name}()", arguments, owner)
