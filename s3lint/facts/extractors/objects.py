"""Extract calls on S3 objects and buckets through boto3, aioboto3 and s3transfer: clients, resources, waiters, presigned URLs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from s3lint.facts import BucketName, Fact, KeyTemplate, ObjectCall, Parameters, Presign
from s3lint.facts.call_view import CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.extractors.names import uses_s3
from s3lint.finding import Confidence
from s3lint.inference.duck_typing import PRESIGNS
from s3lint.inference.library_values import BucketHandle, Client, ObjectHandle, Operation, SubResource
from s3lint.inference.values import Absent, Mapping, Parameter, Reference, Text, Unknown, Value, alternatives
from s3lint.storage.endpoints import is_other_store
from s3lint.storage.services import load
from s3lint.storage.uris import split_path
from s3lint.syntax.names import dotted_name
from s3lint.triggers.api_names import ACCOUNT_OPERATIONS, INJECTED, S3_OPERATIONS

TABLE = load("s3")


@from_calls("objects")
def object_calls(view: CallView) -> Iterator[Fact]:
    """Yield an `ObjectCall` for each receiver that a call may have, the bucket and key that it names, and its presigned URL."""
    for call in _object_calls(view):
        yield call
        yield from names_of(call)
    if view.name in PRESIGNS:
        yield from _presigns(view)


def names_of(call: ObjectCall) -> Iterator[Fact]:
    """Yield the bucket, the bucket of a copy's source and, for a write, the key of a call."""
    bucket = call.bucket
    if not isinstance(bucket, Absent):
        yield BucketName(call.site, call.place, call.confidence, bucket, "call", call.operation)
    source = call.parameters.get("CopySource")
    if not isinstance(source, (Absent, Unknown)):
        yield from _copy_source(call, source)
    if call.writes:
        yield KeyTemplate(call.site, call.place, call.confidence, call.key, call.operation)


def _copy_source(call: ObjectCall, source: Value) -> Iterator[Fact]:
    for choice in alternatives(source):
        bucket = choice.get("Bucket") if isinstance(choice, Mapping) else None
        if isinstance(choice, Text):
            bucket = split_path(choice).bucket
        if bucket is not None and not isinstance(bucket, Absent):
            yield BucketName(call.site, call.place, call.confidence, bucket, "call", "CopySource")


def _object_calls(view: CallView) -> Iterator[ObjectCall]:
    """Yield the calls on each possible receiver; of all unknown receivers together only one."""
    if not view.is_method or not _may_name_a_bucket(view) or _is_called_without_arguments(view):
        return
    seen = set()
    for receiver, confidence in view.receivers():
        # Each caller may pass another unknown; the same finding for each of them says nothing new.
        if type(receiver) not in seen or not isinstance(receiver, (Unknown, Parameter, Reference)):
            seen.add(type(receiver))
            on_aws = not (isinstance(receiver, Client) and _is_of_another_vendor(receiver))
            yield from (call if on_aws else replace(call, on_aws=False) for call in _on(receiver, confidence, view))


def _is_of_another_vendor(client: Client) -> bool:
    if client.arguments is None:
        return False
    endpoints = list(alternatives(client.arguments.get("endpoint_url")))
    # An endpoint that is configured elsewhere may be AWS's: it counts as AWS's.
    return all(isinstance(endpoint, Text) and is_other_store(endpoint) for endpoint in endpoints)


def _may_name_a_bucket(view: CallView) -> bool:
    """Tell whether the receiver of a call is worth evaluating: a waiter or paginator without a bucket concerns no rule.

    Nor is a copy without arguments one of an object: dicts, lists and frames have that method.
    """
    if view.name == "copy":
        return bool(view.arguments.count or view.arguments.keywords or view.arguments.spreads)
    if view.name not in ("wait", "paginate"):
        return True
    return view.arguments.written("Bucket") is not None or (view.name == "paginate" and view.arguments.spreads)


def _is_called_without_arguments(view: CallView) -> bool:
    """Tell whether a call lacks what boto3 demands: `settings.copy()` copies no object, so its receiver need not be evaluated."""
    return view.name in INJECTED and not (view.arguments.count or view.arguments.keywords or view.arguments.spreads)


def _on(receiver: Value, confidence: Confidence, view: CallView) -> Iterator[ObjectCall]:
    """Yield the call on one receiver. One that is recognised by its use (`duck_typed`) or unknown has confidence MEDIUM at most."""
    if isinstance(receiver, Client) and receiver.service == "s3":
        yield from _client_call(view, confidence, receiver)
    elif isinstance(receiver, Client) and receiver.service == "s3control" and view.name in ACCOUNT_OPERATIONS:
        yield ObjectCall(view.site, view.place, confidence, "boto3", view.name, Parameters(view.arguments))
    # `bucket.upload_file(…)`: the receiver and not an argument names the bucket.
    elif isinstance(receiver, BucketHandle):
        sure = Confidence.MEDIUM if receiver.duck_typed else confidence
        yield from _resource_call(view, sure, "Bucket", {"Bucket": receiver.name})
    elif isinstance(receiver, ObjectHandle):
        sure = Confidence.MEDIUM if receiver.duck_typed else confidence
        yield from _resource_call(view, sure, "Object", {"Bucket": receiver.bucket, "Key": receiver.key})
    elif isinstance(receiver, SubResource):
        yield from _subresource_call(view, Confidence.MEDIUM if receiver.duck_typed else confidence, receiver)
    elif isinstance(receiver, Operation) and receiver.client.service == "s3":
        yield ObjectCall(view.site, view.place, confidence, "boto3", receiver.name, Parameters(view.arguments))
    elif isinstance(receiver, Reference) and receiver.path in TRANSFERS:
        yield from _transfer_call(view, confidence)
    elif view.is_untyped(receiver):
        if _has_shape(view):
            yield from _client_call(view, Confidence.MEDIUM, None)
        elif _is_like_a_bucket(view):
            yield from _resource_call(view, Confidence.MEDIUM, "Bucket", {"Bucket": Unknown("the bucket is not known")})


def _client_call(view: CallView, confidence: Confidence, receiver: Client | None) -> Iterator[ObjectCall]:
    """Yield the call on a client or on `boto3.resource("s3")`. Operations of a client take keywords only; the injected
    transfer methods (`upload_file`, …) take positions too. `receiver` is None for one that is unknown.
    """
    resource = receiver is not None and receiver.resource
    if resource and view.name in CONSTRUCTORS:
        positions = CONSTRUCTORS[view.name]
        aliases = {"Bucket": positions[0], "Key": "key"}
        yield ObjectCall(
            view.site, view.place, confidence, "boto3", view.name, Parameters(view.arguments, positions, aliases=aliases)
        )
    elif view.name in PRESIGNS:
        yield from _presigned_call(view, confidence)
    elif view.name in INJECTED:
        positions = tuple(TABLE["injected"]["client"][view.name])
        yield ObjectCall(view.site, view.place, confidence, "boto3", view.name, Parameters(view.arguments, positions, "ExtraArgs"))
    # Operations take no positional arguments, and of all operations the resource itself has only `create_bucket`.
    elif view.name in S3_OPERATIONS and not view.arguments.count and not (resource and view.name != "create_bucket"):
        yield ObjectCall(view.site, view.place, confidence, "boto3", view.name, Parameters(view.arguments))


CONSTRUCTORS: dict[str, tuple[str, ...]] = {
    "Bucket": ("name",),
    "Object": ("bucket_name", "key"),
    "ObjectSummary": ("bucket_name", "key"),
    "BucketAcl": ("bucket_name",),
    "ObjectAcl": ("bucket_name", "object_key"),
    "BucketPolicy": ("bucket_name",),
}
"""Sub-resources of `boto3.resource("s3")` that name a bucket, and their positional parameters."""


def _has_shape(view: CallView) -> bool:
    """Tell whether the method and its keywords are S3's alone, so that an unknown receiver must be a client.

    A call of an injected method by position needs a receiver whose name suggests a client: other classes have an `upload_file` too.
    """
    if view.name in PRESIGNS:
        return True
    if view.name not in INJECTED and (view.name not in S3_OPERATIONS or view.arguments.count):
        return False
    keywords = set(view.arguments.names)
    if view.name in INJECTED:
        known = set(TABLE["injected"]["client"][view.name])
        named = bool(keywords & {"Bucket", "Key", "ExtraArgs", "Fileobj"})
        # `client.upload_file(path, bucket, key)`: three positions and a telling name; `copy(a, b, c)` has too many namesakes.
        return keywords <= known and (named or (view.arguments.count >= 3 and view.name != "copy" and _suggests_s3(view)))
    return "Bucket" in keywords and keywords <= set(TABLE["operations"][view.name]["members"])


def _is_like_a_bucket(view: CallView) -> bool:
    """Tell whether a receiver whose name ends in `bucket` is used like boto3's `Bucket`, in a module that uses S3."""
    name = dotted_name(view.function.value) if isinstance(view.function, cst.Attribute) else None
    if name is None or not name.lower().endswith("bucket") or not uses_s3(view.place.module):
        return False
    keywords = set(view.arguments.names)
    if view.name == "put_object":
        # `bucket.put_object(Key=…, Body=…)`: boto3 takes the parameters of operations by keyword alone.
        return not view.arguments.count and {"Key", "Body"} <= keywords <= set(TABLE["operations"][view.name]["members"])
    known = set(TABLE["injected"]["Bucket"].get(view.name, ()))
    return view.name in ("upload_file", "upload_fileobj") and view.arguments.count == 2 and keywords <= known


def _suggests_s3(view: CallView) -> bool:
    """Tell whether the receiver's name suggests a client of S3."""
    return any(word in view.receiver_name.lower() for word in ("s3", "client", "boto"))


def _resource_call(view: CallView, confidence: Confidence, kind: str, bound: dict[str, Value]) -> Iterator[ObjectCall]:
    """Yield the call on a `Bucket` or `Object` of the resource, as the client operation that it makes."""
    action = TABLE["resources"][kind]["actions"].get(view.name)
    if view.name in TABLE["injected"][kind]:
        positions = tuple(TABLE["injected"][kind][view.name])
        parameters = Parameters(view.arguments, positions, "ExtraArgs", bound)
        yield ObjectCall(view.site, view.place, confidence, "boto3", view.name, parameters)
    elif action is not None and not view.arguments.count:
        yield ObjectCall(view.site, view.place, confidence, "boto3", action["operation"], Parameters(view.arguments, bound=bound))


def _subresource_call(view: CallView, confidence: Confidence, receiver: SubResource) -> Iterator[ObjectCall]:
    """Yield the `put` of an ACL or policy, such as `s3.BucketAcl(name).put(…)`, as `put_bucket_acl`."""
    if view.name != "put" or receiver.kind not in ("Acl", "Policy"):
        return
    bound = {"Bucket": receiver.bucket, "Key": receiver.key}
    owner = "bucket" if isinstance(receiver.key, Absent) else "object"
    operation = f"put_{owner}_{receiver.kind.lower()}"
    yield ObjectCall(view.site, view.place, confidence, "boto3", operation, Parameters(view.arguments, bound=bound))


# S3Transfer has `upload_file` and `download_file`, TransferManager has `upload`.
TRANSFER_POSITIONS = {
    "upload_file": ("filename", "bucket", "key", "callback", "extra_args"),
    "download_file": ("bucket", "key", "filename", "extra_args", "callback"),
    "upload": ("fileobj", "bucket", "key", "extra_args", "subscribers"),
}

TRANSFER_NAMES = {"Filename": "filename", "Fileobj": "fileobj", "Bucket": "bucket", "Key": "key"}


TRANSFERS = frozenset({"boto3.s3.transfer.S3Transfer()", "s3transfer.manager.TransferManager()"})


def _transfer_call(view: CallView, confidence: Confidence) -> Iterator[ObjectCall]:
    """Yield the call on an `S3Transfer` or `TransferManager`, whose parameters have names and an order of their own."""
    if view.name in TRANSFER_POSITIONS:
        parameters = Parameters(view.arguments, TRANSFER_POSITIONS[view.name], "extra_args", aliases=TRANSFER_NAMES)
        operation = "upload_fileobj" if view.name == "upload" else view.name
        yield ObjectCall(view.site, view.place, confidence, "s3transfer", operation, parameters)


def _presigned_call(view: CallView, confidence: Confidence) -> Iterator[ObjectCall]:
    """Yield the operation that a presigned URL or post permits; none if `ClientMethod` is unknown."""
    if view.name == "generate_presigned_post":
        # The fields of the form, such as `acl`, are to a post what parameters are to `put_object`.
        positions = ("Bucket", "Key", "Fields", "Conditions", "ExpiresIn")
        parameters = Parameters(view.arguments, positions, "Fields")
        yield ObjectCall(view.site, view.place, confidence, "boto3", view.name, parameters, presigned=True)
        return
    method = view.arguments.get("ClientMethod", 0)
    operation = method.literal if isinstance(method, Text) else None
    if operation in S3_OPERATIONS:
        parameters = Parameters(view.arguments, ("ClientMethod", "Params", "ExpiresIn", "HttpMethod"), "Params")
        yield ObjectCall(view.site, view.place, confidence, "boto3", operation or "", parameters, presigned=True)


def _presigns(view: CallView) -> Iterator[Presign]:
    """Yield one `Presign` for a call that may presign for S3."""
    position = 2 if view.name == "generate_presigned_url" else 4
    found = [receiver for receiver, _ in view.receivers()]
    clients = tuple(receiver for receiver in found if isinstance(receiver, Client))
    known = clients if len(clients) == len(found) else ()
    for receiver, confidence in view.receivers():
        if isinstance(receiver, Client) and receiver.service != "s3":
            continue
        if isinstance(receiver, Client) or view.is_untyped(receiver):
            sure = confidence if isinstance(receiver, Client) else Confidence.MEDIUM
            yield Presign(view.site, view.place, sure, view.name, view.arguments, view.arguments.get("ExpiresIn", position), known)
            return
