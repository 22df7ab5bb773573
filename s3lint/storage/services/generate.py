"""Write the tables of this folder from the models of boto3: `python -m s3lint.storage.services.generate`, which needs boto3.

Each table names the versions that it was made from. A test makes them again and compares. Imports nothing of s3lint.
"""

from __future__ import annotations

import inspect
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
from boto3.s3 import inject
from boto3.s3.transfer import S3Transfer
from botocore import xform_name

if TYPE_CHECKING:
    from botocore.model import ServiceModel

HERE = Path(__file__).parent

ENUMERATIONS = ("StorageClass", "ObjectCannedACL", "BucketCannedACL", "ServerSideEncryption", "ObjectOwnership")

INJECTED = {
    "client": ("upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy"),
    "Bucket": ("bucket_upload_file", "bucket_upload_fileobj", "bucket_download_file", "bucket_download_fileobj", "bucket_copy"),
    "Object": ("object_upload_file", "object_upload_fileobj", "object_download_file", "object_download_fileobj", "object_copy"),
}


def service_model(name: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return botocore.session.get_session().get_service_model(name)


def operations(model: ServiceModel) -> dict[str, Any]:
    """Map each operation, by its Python name, to the parameters that it accepts and those that it requires."""
    found = {}
    for name in sorted(model.operation_names):
        shape = model.operation_model(name).input_shape
        members = list(shape.members) if shape is not None else []
        required = list(shape.required_members) if shape is not None else []
        found[xform_name(name)] = {"members": members, "required": required}
    return found


def injected() -> dict[str, Any]:
    """Map the methods that boto3 adds to clients, buckets and objects to their parameters, in order."""
    found: dict[str, Any] = {}
    for owner, names in INJECTED.items():
        for name in names:
            parameters = list(inspect.signature(getattr(inject, name)).parameters)[1:]
            found.setdefault(owner, {})[name.removeprefix(f"{owner.lower()}_")] = parameters
    return found


def resources(service: str) -> dict[str, Any]:
    """Map each resource class to its identifiers and actions: the operation of each, and the parameters that the resource fills."""
    loader = botocore.loaders.Loader(extra_search_paths=[str(Path(boto3.__file__).parent / "data")])
    data = loader.load_service_model(service, "resources-1")
    found = {}
    for name, definition in data["resources"].items():
        actions = {}
        for action, body in definition.get("actions", {}).items():
            request = body["request"]
            bound = [parameter["target"] for parameter in request.get("params", ()) if parameter.get("source") == "identifier"]
            actions[xform_name(action)] = {"operation": xform_name(request["operation"]), "bound": bound}
        identifiers = [xform_name(item["name"]) for item in definition.get("identifiers", ())]
        found[name] = {"identifiers": identifiers, "actions": actions}
    return found


def dns_suffixes() -> list[str]:
    """Return the domains of AWS's endpoints in all partitions."""
    partitions = botocore.loaders.Loader().load_data("partitions")["partitions"]
    return sorted({each["outputs"][name] for each in partitions for name in ("dnsSuffix", "dualStackDnsSuffix")})


def table(service: str) -> dict[str, Any]:
    """Return the table of a service, as its JSON file contains it."""
    model = service_model(service)
    made: dict[str, Any] = {
        "source": {"boto3": version("boto3"), "botocore": version("botocore"), "s3transfer": version("s3transfer")},
        "operations": operations(model),
        "resources": resources(service),
    }
    if service == "s3":
        made["enumerations"] = {name: list(model.shape_for(name).enum) for name in ENUMERATIONS}  # type: ignore[attr-defined]
        made["injected"] = injected()
        made["dns_suffixes"] = dns_suffixes()
        made["transfer"] = {
            "upload": sorted(S3Transfer.ALLOWED_UPLOAD_ARGS),
            "download": sorted(S3Transfer.ALLOWED_DOWNLOAD_ARGS),
            "copy": sorted(S3Transfer.ALLOWED_COPY_ARGS),
        }
    return made


def main() -> None:
    """Write both tables."""
    for service in ("s3", "dynamodb"):
        text = json.dumps(table(service), indent=1, sort_keys=True)
        (HERE / f"{service}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
