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

## When it stays silent
Clients that come from elsewhere, configurations that are not known, and a signature that is pinned to anything.

## References
- [boto3 #2680](https://github.com/boto/boto3/issues/2680), [botocore #3067](https://github.com/boto/botocore/issues/3067)
- [Authenticating requests with Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html)
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    AddArgument,
    Change,
    Client,
    Context,
    Match,
    Plan,
    Presign,
    Reference,
    Rule,
    Site,
    alternatives,
    is_missing,
)

rule = Rule(
    __name__,
    code="STO406",
    clause="do.presigned-urls",
    summary='`{operation}` may sign with SigV2, which fails for KMS objects: make the client with `Config(signature_version="s3v4")`.',
    profile="strict",
    fix="safe",
    helper="s3lint.runtime.s3_client",
    in_tests=True,
)

SIGNATURE = '"s3v4"'
MESSAGE = "Pin the client to Signature Version 4"

CONFIGS = ("botocore.config.Config()", "botocore.client.Config()", "boto3.session.Config()", "aiobotocore.config.AioConfig()")


@rule.on(Presign)
def check(fact: Presign, context: Context) -> Iterator[Match]:
    if fact.clients and all(_is_unpinned(client) for client in fact.clients):
        yield rule.match(fact.site, fact.confidence, plan=_plan(fact), operation=fact.operation)


def _plan(fact: Presign) -> Plan | None:
    """Return the changes that pin the signature where the client is made, in its `Config` where there is one."""
    from s3lint.api import local_name

    made = fact.clients[0].arguments if len(fact.clients) == 1 else None
    if made is None or made.call.function is None:
        return None
    site = Site(made.call.function.place.block, made.call.node)
    given = made.written("config")
    if given is not None:
        changes: tuple[Change, ...] = (AddArgument(given.site, "signature_version", SIGNATURE),)
        return Plan(MESSAGE, changes, safe=True)
    name = local_name(site, "botocore.config.Config")
    if name is None:
        return None
    change = AddArgument(site, "config", f"{name}(signature_version={SIGNATURE})")
    return Plan(MESSAGE, (change,), safe=True, imports=("botocore.config.Config",))


def _is_unpinned(client: Client) -> bool:
    """Return whether the client is made in this project and nothing pins its signature."""
    if client.arguments is None:
        return False
    config = client.arguments.get("config")
    if is_missing(config):
        return True
    return all(
        isinstance(choice, Reference)
        and choice.path in CONFIGS
        and choice.arguments is not None
        and isinstance(choice.arguments.get("signature_version"), Absent)
        for choice in alternatives(config)
    )
