"""What is not S3 though it looks like it: packages of other stores, and words that give *bucket* another meaning.

Lists, because nothing else tells: a client of another store has S3's methods and keywords, and a name is all there is to a constant that
no code in the project uses. Hosts need no list (`storage.endpoints`). The setting `not-s3` adds to both lists.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

PACKAGES = frozenset(
    ["alibabacloud_oss_v2", "azure", "baidubce", "google", "ibm_boto3", "minio", "obs", "oss2", "qcloud_cos", "tos", "volcengine"]
)
"""Packages of other vendors' object stores, whose clients have methods and keywords like those of S3's."""

MODULES = (
    *sorted(PACKAGES - {"azure", "google"}), "azure.storage", "google.cloud",
    "airflow.providers.google", "airflow.providers.microsoft.azure",
)  # fmt: skip
"""Prefixes of imports by which a module may keep its buckets in another store, though it uses S3 too."""

STORES = frozenset({"gcs", "gs", "gcp", "google", "azure", "oss", "minio", "r2", "b2"})
"""Other stores, as names of variables call them."""

GROUPS = frozenset(
    [
        "age", "bin", "bitbucket", "counter", "duration", "hash", "histogram", "latency", "leaky", "limit", "limiter", "price",
        "quantile", "range", "rate", "score", "size", "time", "token",
    ]
)  # fmt: skip
"""Words beside *bucket* where it counts or groups something, and another product."""

WORD = re.compile(r"[A-Z][A-Z0-9]*(?![a-z])|[A-Z]?[a-z0-9]+")


def is_other_package(path: str, more: Collection[str] = ()) -> bool:
    """Tell whether a dotted path leads into a package of another store."""
    package = path.partition(".")[0]
    return package in PACKAGES or package in more


def uses_other_store(imports: Iterable[str]) -> bool:
    """Tell whether a module that imports these may keep its buckets in another store."""
    return any(f"{name}.".startswith(f"{module}.") for name in imports for module in MODULES)


def is_other_bucket(name: str, more: Collection[str] = ()) -> bool:
    """Tell whether a word of a name says that it is no bucket of S3."""
    words = {word.lower() for word in WORD.findall(name)}
    return not words.isdisjoint(STORES | GROUPS) or not words.isdisjoint(more)
