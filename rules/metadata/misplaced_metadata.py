"""misplaced-metadata: metadata is passed where boto3 refuses it, or where S3 drops it.

## What it finds
- `upload_file(…, ContentType=…)` and its like: transfers take metadata in `ExtraArgs`.
- `put_object(…, ExtraArgs=…)`: client operations take metadata directly.
- An entry of `ExtraArgs` that transfers do not accept (`IfNoneMatch`, a misspelt name).
- `copy_object` and `copy` with metadata and no `MetadataDirective="REPLACE"`.

## Why
The first three raise `TypeError`, `ParamValidationError` and `ValueError` when they are called. The fourth says nothing: S3 copies the
metadata of the source and drops what was passed.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"reports/{year}/summary.pdf", ContentType="application/pdf")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"reports/{year}/summary.pdf", ExtraArgs={"ContentType": "application/pdf"})
```

## When it stays silent
`S3Transfer` of s3transfer, whose parameters have other names; directives and extra arguments that are not known.

## References
- [CopyObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html)
- [boto3 #2328](https://github.com/boto/boto3/issues/2328), [boto3 #4366](https://github.com/boto/boto3/issues/4366): `ExtraArgs`
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.api import (
    Absent,
    Context,
    Drop,
    Hop,
    Mapping,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Rule,
    Site,
    Value,
    choices,
    is_missing,
    literals,
    load,
    metadata_plan,
    source_of,
    with_metadata,
)

if TYPE_CHECKING:
    from s3lint.api import Written

rule = Rule(
    __name__,
    code="STO304",
    clause="do.object-metadata",
    summary="{what} {problem}: {remedy}.",
    fix="sometimes",
    helper="s3lint.runtime.upload",
    observable=True,
)

TRANSFERS = {
    "upload_file": "upload",
    "upload_fileobj": "upload",
    "download_file": "download",
    "download_fileobj": "download",
    "copy": "copy",
}
"""Methods that boto3 adds, and the list of extra arguments that each accepts (`S3Transfer.ALLOWED_…_ARGS`)."""

ACCEPTED = load("s3")["transfer"]

COPIED = (
    "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires", "Metadata",
)  # fmt: skip
"""What a copy takes from its source unless it is told to replace it."""


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if fact.presigned or not fact.by_boto:
        return
    if fact.operation in TRANSFERS:
        yield from _beside_extra_args(fact)
        yield from _not_accepted(fact)
    else:
        yield from _in_extra_args(fact)
    if fact.operation in ("copy", "copy_object"):
        yield from _dropped(fact)


def _beside_extra_args(fact: ObjectCall) -> Iterator[Match]:
    for name in ACCEPTED[TRANSFERS[fact.operation]]:
        written = fact.parameters.arguments.written(name)
        if written is not None and fact.library == "boto3":
            yield rule.match(
                written.site,
                fact.confidence,
                plan=_moved(fact, name, written),
                what=f"`{fact.operation}({name}=…)`",
                problem="raises TypeError",
                remedy=f'pass it as `ExtraArgs={{"{name}": …}}`',
            )


def _in_extra_args(fact: ObjectCall) -> Iterator[Match]:
    written = fact.parameters.arguments.written("ExtraArgs")
    if written is not None:
        yield rule.match(
            written.site,
            fact.confidence,
            what=f"`{fact.operation}(ExtraArgs=…)`",
            problem="raises ParamValidationError",
            remedy="pass its entries as arguments of the call",
        )


def _not_accepted(fact: ObjectCall) -> Iterator[Match]:
    nested = fact.parameters.nested
    if nested is None:
        return
    accepted = ACCEPTED[TRANSFERS[fact.operation]]
    for extra, confidence in choices(fact.parameters.get(nested), fact.confidence):
        for entry in extra.entries if isinstance(extra, Mapping) else ():
            if entry.key not in accepted:
                yield rule.match(
                    _site(entry.value, extra, fact),
                    confidence,
                    (*entry.value.trace, Hop(fact.site, f"passed to `{fact.operation}` here")),
                    what=f"`{fact.operation}` does not accept `{entry.key}` in ExtraArgs and",
                    problem="raises ValueError",
                    remedy="drop it, or use `put_object`, which takes every parameter",
                )


def _moved(fact: ObjectCall, name: str, written: "Written") -> Plan | NoFix:
    added = with_metadata(fact, name, source_of(written.site))
    return added if isinstance(added, NoFix) else Plan("Pass it in ExtraArgs", (Drop(written.site), added), safe=True)


def _directed(fact: ObjectCall) -> Plan | NoFix:
    from s3lint.api import literal

    message = "Replace the metadata of the source; what is not passed is dropped"
    return metadata_plan(fact, "MetadataDirective", literal(fact.site, "REPLACE"), message, safe=False)


def _site(value: Value, extra: Value, fact: ObjectCall) -> Site:
    """Return the site of the entry's value, or of the mapping where the value is a constant defined elsewhere."""
    if value.site is not None and (extra.site is None or value.site.block is extra.site.block):
        return value.site
    return extra.site or fact.site


def _dropped(fact: ObjectCall) -> Iterator[Match]:
    directive = fact.parameters.get("MetadataDirective")
    if not is_missing(directive) and literals(directive) != ["COPY"]:
        return
    lost = [name for name in COPIED if not isinstance(fact.parameters.get(name), Absent)]
    if lost:
        yield rule.match(
            fact.site,
            fact.confidence,
            plan=_directed(fact) if is_missing(directive) else None,
            what=" and ".join(lost),
            problem=f"{'get' if len(lost) > 1 else 'gets'} lost, because a copy keeps the metadata of its source",
            remedy='pass `MetadataDirective="REPLACE"` too',
        )
