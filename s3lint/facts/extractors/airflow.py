"""Extract uploads by Airflow's S3 hook, and the buckets and keys that operators of its Amazon provider take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from s3lint.facts import BucketName, Fact, KeyTemplate, ObjectCall, Parameters
from s3lint.facts.call_view import OPERATORS, CallView
from s3lint.facts.extractor import from_calls
from s3lint.facts.extractors.objects import names_of
from s3lint.finding import Confidence
from s3lint.inference.values import Absent, Reference
from s3lint.triggers.api_names import AIRFLOW_LOADS

LOADS = {
    "load_file": ("filename", "key", "bucket_name", "replace", "encrypt", "gzip", "acl_policy"),
    "load_string": ("string_data", "key", "bucket_name", "replace", "encrypt", "encoding", "acl_policy"),
    "load_bytes": ("bytes_data", "key", "bucket_name", "replace", "encrypt", "acl_policy"),
    "load_file_obj": ("file_obj", "key", "bucket_name", "replace", "encrypt", "acl_policy"),
}
"""Positional parameters of the hook: the key comes before the bucket. A key may be a whole URI, and then no bucket is passed."""

LOAD_NAMES = {"Bucket": "bucket_name", "Key": "key", "ACL": "acl_policy"}

CONTENT_NAMES = {"load_file": "Filename", "load_string": "Body", "load_bytes": "Body", "load_file_obj": "Fileobj"}
"""What boto3 calls the first parameter of each."""

BUCKET_KEYWORDS = ("bucket_name", "s3_bucket", "dest_bucket", "source_bucket_name", "dest_bucket_name", "bucket")
KEY_KEYWORDS = ("s3_key", "dest_key", "dest_bucket_key")

NO_KEY_OF_AN_OBJECT = re.compile(r"Sensor|Delete|S3To(?!S3)|RedshiftToS3")
"""Operators that make no object of the key they take: other programs chose it (a transfer out of S3 is called `S3ToRedshiftOperator`),
or the operator adds the table to it."""


@from_calls("airflow")
def airflow_calls(view: CallView) -> Iterator[Fact]:
    """Yield the facts of a hook's `load_*` call or of an operator: an upload, a bucket's name, a key."""
    if view.name in AIRFLOW_LOADS:
        for receiver, confidence in view.receivers():
            known = isinstance(receiver, Reference) and receiver.path == "airflow.S3Hook()"
            if known or (_has_shape(view) and view.is_untyped(receiver)):
                aliases = LOAD_NAMES | {CONTENT_NAMES[view.name]: LOADS[view.name][0]}
                parameters = Parameters(view.arguments, LOADS[view.name], aliases=aliases)
                sure = confidence if known else Confidence.MEDIUM
                call = ObjectCall(view.site, view.place, sure, "airflow", "upload_file", parameters)
                yield call
                yield from names_of(call)
    elif view.name.endswith(OPERATORS) and _is_amazon(view):
        yield from _operator(view)


def _has_shape(view: CallView) -> bool:
    """Return whether a call has keywords that only the hook's uploads have."""
    return "bucket_name" in view.arguments.names and set(view.arguments.names) <= set(LOADS[view.name])


def _is_amazon(view: CallView) -> bool:
    """Tell whether an operator is Amazon's: by its path or, if unresolved, by `S3` in its name in a file that mentions Airflow."""
    return ".amazon." in view.path or (not view.path and "S3" in view.name and "airflow" in view.place.module.source.text)


def _operator(view: CallView) -> Iterator[Fact]:
    for keyword in BUCKET_KEYWORDS:
        value = view.arguments.get(keyword)
        if not isinstance(value, Absent):
            yield BucketName(view.site, view.place, Confidence.HIGH, value, "call", f"{view.name}.{keyword}")
    if NO_KEY_OF_AN_OBJECT.search(view.name):
        return
    for keyword in KEY_KEYWORDS:
        value = view.arguments.get(keyword)
        if not isinstance(value, Absent):
            yield KeyTemplate(view.site, view.place, Confidence.HIGH, value, f"{view.name}.{keyword}")
