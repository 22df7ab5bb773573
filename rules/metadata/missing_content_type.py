"""missing-content-type: an object is written without a content type.

## What it finds
`put_object`, `upload_file`, `upload_fileobj`, `create_multipart_upload`, the same actions of resource objects, and copies with
`MetadataDirective="REPLACE"`, that give no `ContentType`, neither directly nor in `ExtraArgs`.

## Why
boto3 never guesses. Without a type S3 serves the object as `binary/octet-stream`: browsers download what they should show, and
readers that go by the type (Athena, Textract, CDNs that compress) treat it wrongly. A copy that replaces metadata drops the type.

## Do not
```python
import boto3

boto3.client("s3").upload_file(path, bucket, f"reports/{year}/summary.pdf")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"reports/{year}/summary.pdf", ExtraArgs={"ContentType": "application/pdf"})
```

## Fix safety
A literal type is passed only where the function itself writes the extension; where the key comes from a caller the type is guessed from
the key. What is spread or passed in `ExtraArgs` comes after the type and wins. A call whose `**` may pass the type is not changed.

## When it stays silent
Where `ExtraArgs` or `**kwargs` are not known and may hold the type, folder markers (keys that end in `/`), and writes with an empty
body or none. The standard's own batch example uploads without a type; the sentence of the standard wins, so it is reported.

## References
- [boto3 #548](https://github.com/boto/boto3/issues/548): why boto3 does not guess
- [Working with object metadata](https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html)
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    Confidence,
    Context,
    Data,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Rule,
    Text,
    Value,
    choices,
    content_type,
    is_missing,
    metadata_plan,
    texts,
)

rule = Rule(
    __name__,
    code="STO301",
    clause="do.object-metadata",
    summary="`{operation}` sets no ContentType, so S3 serves the object as binary/octet-stream: pass {how}.",
    fix="safe",
    helper="s3lint.runtime.upload",
    observable=True,
)

WRITES = frozenset({"put_object", "upload_file", "upload_fileobj", "create_multipart_upload"})
COPIES = frozenset({"copy", "copy_object"})
TRANSFERS = frozenset({"upload_file", "upload_fileobj", "copy"})


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if fact.presigned or not fact.by_boto or not _writes_metadata(fact):
        return
    if not is_missing(fact.parameters.get("ContentType")) or _is_marker(fact):
        return
    empty = [_holds_nothing(body) for body, _ in choices(fact.parameters.get("Body"))] if fact.operation == "put_object" else []
    if not (empty and all(empty)):
        how = '`ExtraArgs={"ContentType": …}`' if fact.operation in TRANSFERS else "`ContentType=…`"
        sure = min(fact.confidence, Confidence.MEDIUM) if any(empty) else fact.confidence
        yield rule.match(fact.site, sure, plan=_plan(fact), operation=fact.operation, how=how)


def _plan(fact: ObjectCall) -> Plan | NoFix:
    found = content_type(fact)
    if isinstance(found, NoFix):
        return found
    text, imports = found
    return metadata_plan(fact, "ContentType", text, f"Pass ContentType={text}", safe=True, imports=imports)


def _writes_metadata(fact: ObjectCall) -> bool:
    if fact.operation in COPIES:
        return any(directive.literal == "REPLACE" for directive, _ in texts(fact.parameters.get("MetadataDirective")))
    return fact.operation in WRITES


def _is_marker(fact: ObjectCall) -> bool:
    keys = list(texts(fact.key))
    return bool(keys) and all(key.tail.endswith("/") for key, _ in keys)


def _holds_nothing(body: Value) -> bool:
    return isinstance(body, Absent) or (isinstance(body, Data) and not body.value) or (isinstance(body, Text) and not body.parts)
