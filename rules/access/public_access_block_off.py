"""public-access-block-off: Block Public Access is switched off, in part or altogether.

## What it finds
`put_public_access_block` of a bucket or an account with a flag that is False or left out (S3 takes a missing flag for False: the call
replaces all four), and `delete_public_access_block`.

## Why
Block Public Access is the one setting that stops every public ACL and policy, also those of others and of tomorrow.

## Do not
```python
import boto3

flags = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
boto3.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=flags)
```

## Do
```python
import boto3

flags = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
boto3.client("s3").put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=flags)
```

## When it stays silent
Flags that are not known, and clients of other services.

## References
- [Blocking public access](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)
- [PutPublicAccessBlock](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html)
"""

from collections.abc import Iterator

from s3lint.api import (
    Absent,
    AddEntry,
    Context,
    Hop,
    Mapping,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Replace,
    Rule,
    Severity,
    Site,
    choices,
    is_false,
)

rule = Rule(
    __name__,
    code="STO403",
    clause="do-not.public-objects",
    severity=Severity.ERROR,
    summary="{what}, so ACLs or policies can open the bucket to everybody: {remedy}.",
    fix="unsafe",
    in_tests=True,
    observable=True,
)

MESSAGE = "Set it to True; whoever reads the bucket publicly must get another way"

SHARED = "other code sets or reads the flags too"

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if fact.operation == "delete_public_access_block":
        yield rule.match(fact.site, fact.confidence, what="Block Public Access is removed", remedy="keep it, with all flags True")
    elif fact.operation == "put_public_access_block":
        for flags, confidence in choices(fact.parameters.get("PublicAccessBlockConfiguration"), fact.confidence):
            if isinstance(flags, Mapping):
                yield from _off(flags, fact)
                missing = [name for name in FLAGS if isinstance(flags.get(name), Absent)]
                if missing:
                    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
                    what = f"`{missing[0]}`{more} left out, which means False"
                    plan = _completed(flags, missing, fact)
                    yield rule.match(
                        flags.site or fact.site, confidence, flags.trace, plan=plan, what=what, remedy="set all four True"
                    )


def _completed(flags: Mapping, missing: list[str], fact: ObjectCall) -> Plan | NoFix:
    from s3lint.api import is_private

    if flags.site is None or not is_private(flags.site, fact.site):
        return NoFix(SHARED)
    return Plan(MESSAGE, tuple(AddEntry(flags.site, name, "True") for name in missing))


def _switched_on(given: Site | None, flags: Mapping, fact: ObjectCall) -> Plan | NoFix:
    from s3lint.api import is_private, is_within

    if given is None or not (is_within(given, fact.site) or is_private(flags.site, fact.site)):
        return NoFix(SHARED)
    return Plan(MESSAGE, (Replace(given, "True"),))


def _off(flags: Mapping, fact: ObjectCall) -> Iterator[Match]:
    for name in FLAGS:
        for value, confidence in choices(flags.get(name), fact.confidence):
            if is_false(value):
                hops = (*value.trace, Hop(fact.site, f"passed to `{fact.operation}` here"))
                given = next((entry.site for entry in flags.entries if entry.key == name), None)
                plan = _switched_on(given, flags, fact)
                yield rule.match(
                    value.site or fact.site, confidence, hops, plan=plan, what=f"`{name}` is off", remedy="set it to True"
                )
