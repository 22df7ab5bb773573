"""Tell whose service an endpoint's URL names by its host: AWS's, one on the own machine or network, or another store's."""

from __future__ import annotations

import re

from s3lint.inference.values import Text
from s3lint.storage.services import load

HOST = re.compile(r"(?:https?://)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)", re.IGNORECASE)

LOCAL = re.compile(
    r"[^.\0]*|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|.*\.(?:local|internal|localhost|svc|test)|.*localstack.*", re.IGNORECASE
)
"""Hosts of the own machine, of a container network (Kubernetes: `service.namespace.svc`), and of a test double."""

ADDRESS = re.compile(r"\[.*\]|[\d.]+")


def host_of(url: Text) -> str:
    """Return the host of a URL, with a NUL for each hole; empty if there is none."""
    match = HOST.match(url.known)
    return match[1] if match is not None else ""


def is_local(url: Text) -> bool:
    """Tell whether a URL leads to the caller's own machine or network."""
    host = host_of(url)
    return host != "" and LOCAL.fullmatch(host) is not None


def is_other_store(url: Text) -> bool:
    """Tell whether the known end of a host is the domain of a store other than AWS's.

    A local host stands in for AWS in tests, and an address may be that of a VPC's endpoint: both count as AWS's.
    """
    host = host_of(url).lower().rstrip(".")
    domain = host.rpartition("\0")[2]
    if is_local(url) or ADDRESS.fullmatch(host) or not re.search(r"[^.]\.[^.]", domain):
        return False
    return not any(f".{domain}".endswith(f".{suffix}") for suffix in load("s3")["dns_suffixes"])
