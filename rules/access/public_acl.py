"""public-acl: an ACL opens a bucket or an object to everybody.

## What it finds
The canned ACLs `public-read`, `public-read-write` and `authenticated-read` anywhere that an ACL goes (`ACL=`, `ExtraArgs`, the fields of
a presigned post, `Acl().put`, `create_bucket`, Airflow's `acl_policy`), and grants to the groups AllUsers and AuthenticatedUsers.

## Why
Everybody on the internet may read (or write) what it is set on; `authenticated-read` means every AWS account in the world. Since
April 2023 new buckets have ACLs switched off and Block Public Access on: there the call fails with `AccessControlListNotSupported`.

## Do not
```python
import boto3

boto3.client("s3").put_object(Bucket=bucket, Key=f"avatars/{user}", Body=image, ContentType="image/png", ACL="public-read")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"avatars/{user}", Body=image, ContentType="image/png")
url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": f"avatars/{user}"}, ExpiresIn=3600)
```

## When it stays silent
`private`, `bucket-owner-full-control` and the other ACLs that name no public group; values that are not known.

## References
- [Controlling ownership of objects and disabling ACLs](https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html)
- [Errors when ACLs are disabled](https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html)
"""

from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import (
    Confidence,
    Context,
    Drop,
    Hop,
    Mapping,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Replace,
    Rule,
    Sequence,
    Severity,
    Site,
    Text,
    Value,
    choices,
    texts,
)

rule = Rule(
    __name__,
    code="STO401",
    clause="do-not.public-objects",
    severity=Severity.ERROR,
    summary="ACL `{acl}` opens what it is set on to {whom}: drop the ACL and hand out presigned URLs.",
    fix="unsafe",
    helper="s3lint.runtime.presigned_get",
    in_tests=True,
    observable=True,
)

PUBLIC = {
    "public-read": "everybody on the internet",
    "public-read-write": "everybody on the internet, for writing too",
    "authenticated-read": "every AWS account in the world",
}

GROUPS = {
    "http://acs.amazonaws.com/groups/global/AllUsers": "everybody on the internet",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "every AWS account in the world",
}

READERS = "whoever reads it publicly must get another way"

ACL_NAMES = ("ACL", "acl")
GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    hop = Hop(fact.site, f"passed to `{fact.operation}` here")
    for name in ACL_NAMES:
        for acl, confidence in texts(fact.parameters.get(name), fact.confidence, _is_public):
            if acl.literal in PUBLIC:
                plan = _plan(fact, acl, name)
                yield rule.match(acl.site or fact.site, confidence, (*acl.trace, hop), plan=plan, acl=acl, whom=PUBLIC[acl.literal])
    for grantee, confidence in _grantees(fact):
        group = next((group for group in GROUPS if group in grantee.known), None)
        if group is not None:
            name = group.rpartition("/")[2]
            yield rule.match(grantee.site or fact.site, confidence, (*grantee.trace, hop), acl=name, whom=GROUPS[group])


def _is_public(acl: Value) -> bool:
    return isinstance(acl, Text) and acl.literal in PUBLIC


def _plan(fact: ObjectCall, acl: Text, name: str) -> Plan | NoFix:
    """Without the ACL the object is private; what sets an ACL must set one, and so must a parameter's default."""
    from s3lint.api import enclosing_call, is_within, literal, replaceable

    if acl.site is None or fact.library == "django-storages":
        return NoFix("it is a setting of the storage")
    written = fact.parameters.written(name)
    inside = is_within(acl.site, fact.site) or _is_local_entry(acl.site, fact)
    site = acl.site if inside else replaceable(fact.site, fact.parameters.arguments, written, acl)
    if isinstance(site, NoFix):
        return site
    if fact.operation in ("put_object_acl", "put_bucket_acl") or not (inside or is_within(site, fact.site)):
        # A caller's argument and a parameter's default must be something.
        return Plan(f"Make it private; {READERS}", (Replace(site, literal(site, "private")),))
    conditions = _conditions(fact)
    if enclosing_call(site) is None or conditions is None:
        return NoFix("the conditions of the form are not written out")
    senders = "; whoever uploads must stop sending it" if fact.presigned else ""
    return Plan(f"Drop the ACL{senders}; {READERS}", (Drop(site), *map(Drop, conditions)))


def _conditions(fact: ObjectCall) -> list[Site] | None:
    """Return the conditions of a presigned form that demand the ACL; None where they are not written out."""
    from s3lint.api import elements_about

    written = fact.parameters.written("Conditions") if fact.presigned else None
    return elements_about(written.site, "acl") if written is not None else []


def _is_local_entry(site: Site, fact: ObjectCall) -> bool:
    """Whether an entry is in a dict that the same function makes for this call alone."""
    from s3lint.api import enclosing_call, is_private

    holder = enclosing_call(site)
    return holder is not None and is_private(replace(site, node=holder, span=None), fact.site)


def _grantees(fact: ObjectCall) -> Iterator[tuple[Text, Confidence]]:
    for name in GRANTS:
        yield from texts(fact.parameters.get(name), fact.confidence)
    policy = fact.parameters.get("AccessControlPolicy")
    for uri in _uris(policy):
        yield from texts(uri, fact.confidence)


def _uris(policy: Value) -> Iterator[Value]:
    for choice, _ in choices(policy):
        grants = choice.get("Grants") if isinstance(choice, Mapping) else None
        for grant in grants.items if isinstance(grants, Sequence) else ():
            grantee = grant.get("Grantee") if isinstance(grant, Mapping) else None
            if isinstance(grantee, Mapping):
                yield grantee.get("URI")
