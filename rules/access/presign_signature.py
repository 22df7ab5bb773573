"""presign-signature: URLs are presigned by a client that is not pinned to Signature Version 4.

## What it finds
`generate_presigned_url` and `generate_presigned_post` on a client that is made in the code with no
`Config(signature_version="s3v4")`.

## Why
boto3 still presigns with Signature Version 2 where no region is set, and in the regions that are older than 2014. Those URLs know no
limit of seven days, and fail for objects that are encrypted with a KMS key.

## Do not
```python
import boto3

s3 = boto3.client("s3")
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
```

## Do
```python
import boto3
from botocore.config import Config

s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
```

## Fix safety
A URL of Version 4 is valid in one region alone, that of the client, where one of Version 2 works for buckets of every region. The fix is
unsafe where the call that makes the client gives no `region_name`: make sure that its region is the bucket's.

## When it stays silent
Clients that come from elsewhere, configurations that are not known, and a signature that is pinned to anything.

## References
- [boto3 #2680](https://github.com/boto/boto3/issues/2680), [botocore #3067](https://github.com/boto/botocore/issues/3067)
- [Authenticating requests with Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html)
"""

from collections.abc import Iterator

from s3lint.api import (
    AddArgument,
    Context,
    Match,
    NoFix,
    Plan,
    Presign,
    Rule,
    Site,
    Text,
)

from ._signatures import UNPINNED, signatures

rule = Rule(
    __name__,
    code="STO406",
    clause="do.presigned-urls",
    summary='`{operation}` may sign with SigV2, which fails for KMS objects: make the client with `Config(signature_version="s3v4")`.',
    profile="strict",
    fix="sometimes",
    helper="s3lint.runtime.s3_client",
    in_tests=True,
)

MESSAGE = "Pin the client to Signature Version 4"


@rule.on(Presign)
def check(fact: Presign, context: Context) -> Iterator[Match]:
    if fact.clients and all(signatures(client) == {UNPINNED} for client in fact.clients):
        yield rule.match(fact.site, fact.confidence, plan=_plan(fact), operation=fact.operation)


def _plan(fact: Presign) -> Plan | NoFix:
    """The signature pinned where the client is made, in its configuration where it has one."""
    from s3lint.api import literal, own_value, usable

    made = fact.clients[0].arguments if len(fact.clients) == 1 else None
    if made is None or made.call.function is None:
        return NoFix("the client is made elsewhere")
    service = made.written("service_name", 0)
    named = own_value(made, service) if service is not None else None
    if not isinstance(named, Text) or named.literal != "s3":
        return NoFix("the client is made for whichever service is asked for")
    site = Site(made.call.function.place.block, made.call.node)
    signature = literal(site, "s3v4")
    given = made.written("config")
    # A URL of Version 2 names no region, so a client without one serves the buckets of all.
    safe = made.written("region_name", 1) is not None
    message = MESSAGE if safe else f"{MESSAGE}; its region must be the bucket's"
    if given is not None:
        return Plan(message, (AddArgument(given.site, "signature_version", signature),), safe=safe)
    config = usable(site, "botocore.config.Config")
    if config is None:
        return NoFix("the name `Config` means something else there")
    change = AddArgument(site, "config", f"{config.code}(signature_version={signature})")
    return Plan(message, (change,), safe=safe, imports=config.imports)
