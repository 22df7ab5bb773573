"""Which environment variable names each bucket: one for each, over the whole project, that a shell can export."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from s3lint.finding import Finding
    from s3lint.settings import Settings

PLAIN = re.compile(r"(?!.*-bucket$)[a-z0-9-]+")
"""Names of buckets from which different variables are made; a dot, a capital or the ending `-bucket` may make two alike."""


UNIQUE = re.compile(r"(?!.*--)(?!.*-bucket$)(?!s3-[0-9])[a-z][a-z0-9-]*")
"""Names of buckets whose variable no other bucket can get first."""


def variable_of(bucket: str, settings: Settings, *, alone: bool) -> str:
    """Return the environment variable for a bucket's name: as configured, the general one, or one named after the bucket."""
    if bucket in settings.bucket_env:
        return settings.bucket_env[bucket]
    return settings.bucket_env_var if alone else next(_names(bucket))


def bucket_variables(findings: list[Finding], settings: Settings, mentions: Callable[[str], bool]) -> Settings:
    """Return settings with a variable for each bucket that the project's code names; no variable serves two buckets.

    The general variable is for the only bucket of a project whose code does not read that variable yet.
    """
    buckets = sorted({finding.subject for finding in findings if finding.subject})
    variables = dict(settings.bucket_env)
    new = [bucket for bucket in buckets if bucket not in variables]
    general = settings.bucket_env_var
    if len(buckets) == 1 and new and general not in variables.values() and not mentions(general):
        return replace(settings, bucket_env={**variables, new[0]: general})
    # Plain names first: `acme-raw` and `acme.raw` both want `ACME_RAW_BUCKET`, and the more usual spelling gets it.
    for bucket in sorted(new, key=lambda name: (PLAIN.fullmatch(name) is None, name)):
        taken = {general, *variables.values()}
        variables[bucket] = next(_free(bucket, taken, mentions))
    return replace(settings, bucket_env=variables)


def have_own_variables(findings: list[Finding], settings: Settings) -> bool:
    """Return whether each bucket gets the variable of its own name, whichever other buckets the project names too."""
    buckets = {finding.subject for finding in findings if finding.subject} - settings.bucket_env.keys()
    return len(buckets) > 1 and all(map(UNIQUE.fullmatch, buckets))


def names_variable(finding: Finding, settings: Settings) -> bool:
    """Return whether the fix of a finding names the variable that the settings give its bucket."""
    variable = settings.bucket_env.get(finding.subject)
    texts = [edit.content for edit in finding.fix.edits] if finding.fix is not None else []
    return variable is None or any(re.search(rf"[\"']{variable}[\"']", text) for text in texts)


def _free(bucket: str, taken: Iterable[str], mentions: Callable[[str], bool]) -> Iterator[str]:
    """The variables that no other bucket has. Where the code reads the short name of a bucket already, it may mean its twin."""
    for number, name in enumerate(_names(bucket)):
        twin = number == 0 and PLAIN.fullmatch(bucket) is None and mentions(name)
        if name not in taken and not twin:
            yield name


def _names(bucket: str) -> Iterator[str]:
    """Names for the variable of a bucket, the shortest first: `acme-raw-bucket` is `ACME_RAW_BUCKET`, then `ACME_RAW_BUCKET_BUCKET`."""
    words = _words(bucket)
    yield f"{words.removesuffix('_BUCKET')}_BUCKET"
    exact = _words(bucket.replace(".", "-dot-"))
    yield f"{exact}_BUCKET"
    yield from (f"{exact}_BUCKET_{number}" for number in count(2))


def _words(bucket: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", bucket).strip("_").upper()
    # No shell exports a variable that begins with a digit.
    return f"S3_{words}" if words[:1].isdigit() else words
