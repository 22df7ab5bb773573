"""public-bucket-policy: a bucket policy allows something to everybody.

## What it finds
A policy, as a dict through `json.dumps` or as text, that is put on a bucket and contains an `Allow` for the principal `*` (or
`{"AWS": "*"}`) with no `Condition`.

## Why
Everybody on the internet may do what the statement allows, for every object that it names. A condition (an organisation, a VPC
endpoint, CloudFront's distribution) is what makes such a statement safe.

## Do not
```python
import boto3
import json

statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
boto3.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
```

## Do
```python
import boto3

url = boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
```

## When it stays silent
`Deny`, statements with a condition, principals that are not known, and policies that are put on nothing.

## References
- [Bucket policies](https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html)
- [The meaning of "public"](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status)
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from s3lint.api import (
    Absent,
    Chunk,
    Context,
    Hop,
    Mapping,
    Match,
    ObjectCall,
    Reference,
    Rule,
    Sequence,
    Severity,
    Site,
    Text,
    Value,
    choices,
    literals,
)

rule = Rule(
    __name__,
    code="STO402",
    clause="do-not.public-objects",
    severity=Severity.ERROR,
    summary="The policy allows {actions} to everybody on the internet: add a Condition, or hand out presigned URLs.",
    helper="s3lint.runtime.presigned_get",
    in_tests=True,
    observable=True,
)

PRINCIPAL = re.compile(r"""["']Principal["']\s*:\s*(?:\{\s*["']AWS["']\s*:\s*)?\[?\s*["']\*["']""")

HOLE = "hole"
"""Replaces a hole in the JSON text before it is parsed."""


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if fact.operation != "put_bucket_policy":
        return
    for policy, confidence in choices(fact.parameters.get("Policy"), fact.confidence):
        for site, actions in _public(policy):
            hops = (*policy.trace, Hop(fact.site, "put on the bucket here"))
            yield rule.match(site or fact.site, confidence, hops, actions=actions)


def _public(policy: Value) -> Iterator[tuple[Site | None, str]]:
    """Return the principals of statements that are open to everybody, with the actions they allow."""
    if isinstance(policy, Reference) and policy.path == "json.dumps()" and policy.operands:
        for document, _ in choices(policy.operands[0]):
            yield from _public_in_mapping(document)
    elif isinstance(policy, Text):
        yield from _public_in_text(policy)


def _public_in_mapping(document: Value) -> Iterator[tuple[Site | None, str]]:
    if not isinstance(document, Mapping):
        return
    for held, _ in choices(document.get("Statement")):
        for item in held.items if isinstance(held, Sequence) else (held,):
            for statement, _ in choices(item):
                if isinstance(statement, Mapping) and _is_open(statement):
                    principal = statement.get("Principal")
                    yield principal.site or statement.site, _named(literals(statement.get("Action")))


def _is_open(statement: Mapping) -> bool:
    if literals(statement.get("Effect")) != ["Allow"] or not isinstance(statement.get("Condition"), Absent):
        return False
    return any(_is_everybody(principal) for principal, _ in choices(statement.get("Principal")))


def _is_everybody(principal: Value) -> bool:
    if isinstance(principal, Mapping):
        return any(_is_everybody(named) for named, _ in choices(principal.get("AWS")))
    if isinstance(principal, Sequence):
        return any(_is_everybody(item) for item in principal.items)
    return isinstance(principal, Text) and principal.literal == "*"


def _public_in_text(policy: Text) -> Iterator[tuple[Site | None, str]]:
    text = "".join(part.text if isinstance(part, Chunk) else HOLE for part in policy.parts)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        if isinstance(statement, dict) and _is_open_in_text(statement):
            yield _principal_in(policy), _named(statement.get("Action"))


def _is_open_in_text(statement: dict[str, Any]) -> bool:
    allows = statement.get("Effect") == "Allow" and not statement.get("Condition")
    return allows and _is_everybody_in_text(statement.get("Principal"))


def _is_everybody_in_text(principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "*" in named if isinstance(named, list) else named == "*"


def _principal_in(policy: Text) -> Site | None:
    """Return the site of the principal inside the policy's literal."""
    for part in policy.parts:
        if isinstance(part, Chunk) and part.site is not None and PRINCIPAL.search(part.text):
            source = getattr(part.site.node, "value", None)
            match = PRINCIPAL.search(source) if isinstance(source, str) else None
            return replace(part.site, span=match.span()) if match is not None else part.site
    return policy.site


def _named(actions: object) -> str:
    found = [actions] if isinstance(actions, str) else actions if isinstance(actions, list) else []
    return f"`{found[0]}`{' and more' if len(found) > 1 else ''}" if found else "its actions"
