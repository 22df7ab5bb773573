"""cloudpathlib and universal-pathlib: paths in a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from s3lint.inference.arguments import Arguments
from s3lint.inference.handlers import method
from s3lint.inference.library_values import CloudPath
from s3lint.inference.models.library import function
from s3lint.inference.models.stdlib import names_of, operands_of
from s3lint.inference.operators import slash_joined
from s3lint.inference.place import Place
from s3lint.inference.values import Absent, Reference, Text, Unknown, Value

if TYPE_CHECKING:
    from s3lint.inference.evaluator import Evaluator


@function("cloudpathlib.CloudPath", "cloudpathlib.S3Path", "cloudpathlib.AnyPath", "upath.UPath", "upath.core.UPath")
def cloud_path(evaluator: Evaluator, arguments: Arguments, place: Place, reference: Reference) -> Value | None:
    first = arguments.get("cloud_path", 0)
    if isinstance(first, Absent):
        return None
    parts = operands_of(evaluator, arguments)
    uri = slash_joined(parts, names_of(arguments)) if len(parts) > 1 else first
    if reference.path.endswith("S3Path") or (isinstance(uri, Text) and uri.head.startswith("s3://")):
        return CloudPath(uri)
    return None


@method(CloudPath)
def cloud_path_method(evaluator: Evaluator, owner: CloudPath, name: str, arguments: Arguments, place: Place) -> Value:
    if name == "joinpath":
        return CloudPath(slash_joined((owner.uri, *operands_of(evaluator, arguments)), ["", *names_of(arguments)]))
    return Unknown(f"what `{name}` returns is not known", (owner,))
