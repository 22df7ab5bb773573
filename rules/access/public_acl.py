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

from s3lint.api import (
    Confidence,
    Context,
    Drop,
    Hop,
    Mapping,
    Match,
    ObjectCall,
    Plan,
    Replace,
    Rule,
    Sequence,
    Text,
    Value,
    choices,
    texts,
    used_site,
)

rule = Rule(
    __name__,
    code="STO401",
    clause="do-not.public-objects",
    summary="ACL `{acl}` opens what it is set on to {whom}: drop the ACL and hand out presigned URLs.",
    fix="unsafe",
    helper="s3lint.runtime.presigned_get",
    in_tests=True,
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
        for acl, confidence in texts(fact.parameters.get(name), fact.confidence):
            if acl.literal in PUBLIC:
                plan = _plan(fact, acl, name)
                yield rule.match(acl.site or fact.site, confidence, (*acl.trace, hop), plan=plan, acl=acl, whom=PUBLIC[acl.literal])
    for grantee, confidence in _grantees(fact):
        group = next((group for group in GROUPS if group in grantee.known), None)
        if group is not None:
            name = group.rpartition("/")[2]
            yield rule.match(grantee.site or fact.site, confidence, (*grantee.trace, hop), acl=name, whom=GROUPS[group])


def _plan(fact: ObjectCall, acl: Text, name: str) -> Plan | None:
    """Return the change that drops the ACL, or that sets `private` where an ACL is required: in calls that set ACLs and in parameter defaults."""
    from s3lint.api import elements_about, enclosing_call, is_default

    if acl.site is None or fact.library == "django-storages":
        return None
    if fact.operation in ("put_object_acl", "put_bucket_acl") or is_default(acl.site):
        return Plan(f"Make it private; {READERS}", (Replace(acl.site, '"private"'),))
    site = acl.site if enclosing_call(acl.site) is not None else used_site(fact, name, acl)
    written = fact.parameters.written("Conditions") if fact.presigned else None
    conditions = elements_about(written.site, "acl") if written is not None else []
    if site is None or conditions is None:
        return None
    senders = "; whoever uploads must stop sending it" if fact.presigned else ""
    return Plan(f"Drop the ACL{senders}; {READERS}", (Drop(site), *map(Drop, conditions)))


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
