"""hardcoded-bucket: the name of a bucket is written in the code.

## What it finds
An S3 call or constructor (clients, resources, presigned URLs, copies, paginators, waiters, Airflow operators) whose bucket is a
literal, or a template that begins with a literal, wherever that literal is defined. Also a valid bucket name that is assigned to, or
passed as, a name ending in `bucket` or `bucket_name`, in a module that uses S3 or under a name that says `s3` or `aws`.
It is reported once, at the literal; the calls that use it are listed as related places.

## Why
The same code runs in several accounts and stages, and each has buckets of its own. Names are global: one that is deleted can be
created again by somebody else, and code that still names it then reads and writes in a stranger's bucket.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(local_path, "acme-documents", key, ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import os

import boto3

s3 = boto3.client("s3")
s3.upload_file(local_path, os.environ["S3_BUCKET_NAME"], key, ExtraArgs={"ContentType": "application/pdf"})
```

## Fix safety
The variable must be set wherever the program runs: unsafe. Every bucket of a project has its own variable, whichever files are fixed. A
default is not changed: the lookup would run also where another name is passed.

## When it stays silent
Environment and settings lookups, parameters that no caller in the project fills, empty strings, and placeholders: names with `your`,
`<…>`, `$VAR`, `{{…}}`, `xxx`, exactly `bucket` or `bucket-name`, and AWS's own `example-bucket…` and `amzn-s3-demo-…`. Buckets of AWS's samples
and of the Registry of Open Data on AWS, and those in `public-buckets`. Names of other stores, or of what only counts or groups
(`GCS_BUCKET`, `rate_limit_bucket`), also those in `not-s3`. A literal that is only the fallback of a lookup is `bucket-fallback-literal`; one
inside a URI is `hardcoded-bucket-in-uri`.

## References
- [Bucket naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)
"""

from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import (
    BucketName,
    Context,
    Finding,
    Hop,
    Match,
    NoFix,
    Plan,
    Rule,
    Settings,
    Site,
    Text,
    bucket_head,
    bucket_variables,
    is_bucket_name,
    is_public_bucket,
    primary_choices,
    source_of,
    variable_of,
)

rule = Rule(
    __name__,
    code="STO201",
    clause="do-not.hardcoded-buckets",
    summary="Bucket `{bucket}` is hardcoded: read its name from an environment variable.",
    fix="unsafe",
    helper="s3lint.runtime.bucket_from_env",
)


@rule.on(BucketName)
def check(fact: BucketName, context: Context) -> Iterator[Match]:
    for value, confidence in primary_choices(fact.value, fact.confidence):
        if not isinstance(value, Text):
            continue
        if fact.use == "name" and not is_bucket_name(value.literal or ""):
            continue
        if bucket_head(value) is None or _is_reported_otherwise(value) or is_public_bucket(value, context.settings.public_buckets):
            continue
        used = f"used by `{fact.label}` here" if fact.use == "call" else f"named `{fact.label}` here"
        hops = (*value.trace, Hop(fact.site, used))
        variable = variable_of(value.literal or "", context.settings, alone=True)
        plan = _plan(value, variable)
        subject = value.literal or str(value)
        yield rule.match(value.origin or fact.site, confidence, hops, subject=subject, plan=plan, bucket=value)


def _plan(value: Text, variable: str) -> Plan | NoFix:
    """Return the lookup of a variable in place of the name, or why there is none."""
    from s3lint.api import from_environment

    if value.origin is None or not value.literal:
        return NoFix("a part of the name is computed")
    return from_environment(value.origin, value.literal, variable)


def _is_reported_otherwise(value: Text) -> bool:
    """Return whether the name is the default of a lookup, or cut out of an address: rules of their own report those."""
    site = value.origin
    if site is None or site.span is not None or type(site.node).__name__ != "SimpleString":
        return False
    return "://" in source_of(site) or (site is not value.site and _is_fallback(site))


def _is_fallback(site: Site) -> bool:
    """Return whether a text is the default of `os.getenv`, `os.environ.get` or argparse's `add_argument`."""
    from s3lint.api import enclosing_call

    function = getattr(enclosing_call(site), "func", None)
    called = source_of(replace(site, node=function, span=None)) if function is not None else ""
    return called.endswith(("getenv", "environ.get", "add_argument"))


@rule.together
def report(findings: list[Finding], settings: Settings) -> Iterator[Finding]:
    """Give each bucket its own variable in a project that names several."""
    alone = len({finding.subject for finding in findings}) <= 1
    for finding in findings:
        yield finding if alone else _with_own_variable(finding, settings)


rule.before_fixes(bucket_variables)


def _with_own_variable(finding: Finding, settings: Settings) -> Finding:
    general = variable_of(finding.subject, settings, alone=True)
    own = variable_of(finding.subject, settings, alone=False)

    def renamed(text: str) -> str:
        return text.replace(f'environ["{general}"]', f'environ["{own}"]').replace(f"set {general} ", f"set {own} ")

    fix = finding.fix
    if fix is not None:
        edits = tuple(replace(edit, content=renamed(edit.content)) for edit in fix.edits)
        fix = replace(fix, message=renamed(fix.message), edits=edits)
    return replace(finding, fix=fix)
