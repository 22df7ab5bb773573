"""presign-expiry: a presigned URL lives too long, or never works.

## What it finds
An `ExpiresIn` of more than 604 800 seconds (seven days, the most that Signature Version 4 knows), of more than `presign-max-seconds`
(86 400), of zero or less, and a `timedelta` where seconds belong.

## Why
A presigned URL is a password in a link: whoever has it may use it until it expires. boto3 accepts any integer and fails only
when the URL is used, so a value that cannot work is found by the user of the link.

## Do not
```python
import boto3

url = boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=31536000)
```

## Do
```python
import boto3

url = boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=3600)
```

## Fix safety
Safe where the value never worked: over seven days, zero or less, a `timedelta`. Unsafe where links that people use today will expire
sooner, also over seven days if the client is told to sign with SigV2, which knows no limit, or not to sign (`UNSIGNED`).

## When it stays silent
Where the value is not known; where none is given, boto3's default of 3 600 seconds applies. A URL signed with temporary credentials
dies with them, however large `ExpiresIn` is.

## References
- [aws s3 presign](https://docs.aws.amazon.com/cli/latest/reference/s3/presign.html): the maximum of 604 800 seconds
- [Why a presigned URL expires early](https://repost.aws/knowledge-center/presigned-url-s3-bucket-expiration)
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from s3lint.api import (
    Constant,
    Context,
    Hop,
    Match,
    NoFix,
    Plan,
    Presign,
    Reference,
    Replace,
    Rule,
    Site,
    Value,
    choices,
    source_of,
)

from ._signatures import UNPINNED, signatures

if TYPE_CHECKING:
    from s3lint.api import Written

rule = Rule(
    __name__,
    code="STO405",
    clause="do.presigned-urls",
    summary="`ExpiresIn={value}` {problem}: {advice}.",
    fix="sometimes",
    helper="s3lint.runtime.presigned_get",
    in_tests=True,
    observable=True,
)

LONGEST = 604_800
"""Seconds that Signature Version 4 allows."""

PINNED = "s3v4"


@rule.on(Presign)
def check(fact: Presign, context: Context) -> Iterator[Match]:
    for value, confidence in choices(fact.expires, fact.confidence):
        found = _problem(value, context.settings.presign_max_seconds)
        if found is not None:
            shown, problem, advice = found
            hops = (*value.trace, Hop(fact.site, f"passed to `{fact.operation}` here"))
            site = _written(fact, value)
            plan = _plan(fact, value, context.settings.presign_max_seconds)
            yield rule.match(site, confidence, hops, plan=plan, value=shown, problem=problem, advice=advice)


def _plan(fact: Presign, value: Value, most: int) -> Plan | NoFix:
    """A URL that never worked has no users to disturb; one that lives shorter than before has."""
    from s3lint.api import replaceable

    written = fact.arguments.written("ExpiresIn", 2 if fact.operation == "generate_presigned_url" else 4)
    if not isinstance(value, Constant) or value.value is None:
        return _seconds(fact, written)
    site = replaceable(fact.site, fact.arguments, written, value)
    if isinstance(site, NoFix):
        return site
    text = str(3600 if value.value <= 0 else most)
    return Plan(f"Pass {text}", (Replace(site, text),), _never_works(fact, value.value))


def _never_works(fact: Presign, seconds: float) -> bool:
    """Return whether no URL can have worked: of zero seconds or over seven days, unless the client is told to sign in another way."""
    told = frozenset[str | None]().union(*(signatures(client) for client in fact.clients if client.arguments is not None))
    return (seconds <= 0 or seconds > LONGEST) and told <= {PINNED, UNPINNED}


def _seconds(fact: Presign, written: "Written | None") -> Plan | NoFix:
    """The seconds of a timedelta that the function makes itself; what a caller passes may be a number elsewhere."""
    from s3lint.api import own_value

    own = own_value(fact.arguments, written) if written is not None else None
    if written is None or not isinstance(own, Reference) or type(written.node).__name__ not in ("Name", "Call"):
        return NoFix("what is passed is made elsewhere")
    text = f"int({source_of(written.site)}.total_seconds())"
    return Plan(f"Pass {text}", (Replace(written.site, text),), safe=True)


def _written(fact: Presign, value: Value) -> Site:
    """Return the site of the argument: in the presigning call, or in the caller that passes it on."""
    if value.trace:
        return value.trace[0].site
    written = fact.arguments.written("ExpiresIn", 2 if fact.operation == "generate_presigned_url" else 4)
    return written.site if written is not None else value.site or fact.site


def _problem(value: Value, most: int) -> tuple[str, str, str] | None:
    if isinstance(value, Reference) and value.path == "datetime.timedelta()":
        return "timedelta", "is no number of seconds and raises when the URL is made", "pass `int(….total_seconds())`"
    if not isinstance(value, Constant) or isinstance(value.value, bool) or not isinstance(value.value, (int, float)):
        return None
    seconds = value.value
    if seconds <= 0:
        return str(seconds), "has expired before it is used", "pass a positive number of seconds"
    if seconds > LONGEST:
        return str(seconds), f"is over the {LONGEST} seconds that S3 accepts, so the URL never works", f"use at most {most}"
    if seconds > most:
        return str(seconds), f"keeps the link open for {_days(seconds)}", f"use at most {most} (presign-max-seconds)"
    return None


def _days(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
