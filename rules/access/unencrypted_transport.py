"""unencrypted-transport: a client talks to S3 or DynamoDB without TLS, or without checking who answers.

## What it finds
`use_ssl=False`, `verify=False`, and an `http://` endpoint of an S3 or DynamoDB client (boto3, aioboto3, s3fs, Airflow's hook); Spark's
`fs.s3a.connection.ssl.enabled` set to false and `fs.s3a.endpoint` with `http://`.

## Why
Whoever sits on the way reads the objects, and with `verify=False` may change them: the request's signature protects the request, not
the answer.

## Do not
```python
import boto3

s3 = boto3.client("s3", endpoint_url="http://storage.acme.com", verify=False)
```

## Do
```python
import boto3

s3 = boto3.client("s3", endpoint_url="https://storage.acme.com", verify="/etc/ssl/acme-ca.pem")
```

## When it stays silent
Hosts with no dot, loopback addresses, `*.local`, `*.internal`, `*.svc` and LocalStack. Where a parameter of the function chooses. An `http://`
before a host that is not known is reported at `low` confidence.

## References
- [Configuring boto3](https://docs.aws.amazon.com/boto3/latest/reference/core/session.html): `use_ssl`, `verify`
- [Hadoop's S3A client](https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/connecting.html)
"""

import re
from collections.abc import Iterator

from s3lint.api import (
    Absent,
    ClientSetup,
    Confidence,
    Constant,
    Context,
    Drop,
    Hop,
    Match,
    NoFix,
    Plan,
    Replace,
    Rule,
    SessionSetting,
    Severity,
    Site,
    Text,
    Value,
    alternatives,
    choices,
    entry,
    host_of,
    is_false,
    is_local,
    source_of,
    texts,
)

rule = Rule(
    __name__,
    code="STO412",
    clause="do-not.unencrypted-sensitive-data",
    severity=Severity.ERROR,
    summary="{what} {consequence}: {remedy}.",
    fix="unsafe",
    in_tests=True,
)

UNENCRYPTED = "sends objects and keys unencrypted"


@rule.on(ClientSetup)
def check_client(fact: ClientSetup, context: Context) -> Iterator[Match]:
    if _is_local(fact.endpoint):
        return
    yield from _endpoint(fact.endpoint, fact, context)
    for name, consequence in (("use_ssl", UNENCRYPTED), ("verify", "accepts whoever answers in the place of AWS")):
        if name == "use_ssl" and not isinstance(fact.endpoint, Absent) and _scheme_known(fact.endpoint):
            continue
        for value, confidence in choices(_argument(fact, name), fact.confidence):
            if is_false(value):
                hops = (*value.trace, Hop(fact.site, "the client is made here"))
                plan = _dropped(fact, name, value.site)
                yield rule.match(
                    value.site or fact.site,
                    confidence,
                    hops,
                    plan=plan,
                    what=f"`{name}=False`",
                    consequence=consequence,
                    remedy="drop it",
                )


def _argument(fact: ClientSetup, name: str) -> Value:
    direct = fact.arguments.get(name)
    return entry(fact.arguments.get("client_kwargs"), name) if isinstance(direct, Absent) else direct


def _scheme_known(endpoint: Value) -> bool:
    """Return whether the endpoint names its protocol; `use_ssl` has no effect then."""
    return all(isinstance(choice, Text) and "://" in choice.head for choice in alternatives(endpoint))


def _endpoint(endpoint: Value, fact: ClientSetup | SessionSetting, context: Context) -> Iterator[Match]:
    for url, confidence in texts(endpoint, fact.confidence):
        if url.head.lower().startswith("http://") and not _is_local(url):
            sure = confidence if host_of(url).replace("\0", "") else Confidence.LOW
            yield rule.match(
                url.site or fact.site,
                sure,
                (*url.trace, Hop(fact.site, "used as the endpoint here")),
                plan=_with_tls(url.site, fact, context),
                what=f"Endpoint `{url}`",
                consequence=UNENCRYPTED,
                remedy="use `https://`",
            )


def _dropped(fact: ClientSetup, name: str, site: Site | None) -> Plan | NoFix:
    from s3lint.api import is_within

    if site is None or not is_within(site, fact.site):
        return NoFix("other code sets the value too")
    return Plan(f"Drop {name}=False", (Drop(site),))


def _with_tls(site: Site | None, fact: ClientSetup | SessionSetting, context: Context) -> Plan | NoFix:
    from s3lint.api import is_private

    if site is None or type(site.node).__name__ not in ("SimpleString", "FormattedString"):
        return NoFix("the address is not written out")
    if not is_private(site, fact.site, context.evaluator.project):
        return NoFix("other code reads the address too")
    text = re.sub("http://", "https://", source_of(site), count=1, flags=re.IGNORECASE)
    return Plan("Use https://; the host must answer there", (Replace(site, text),))


def _is_local(endpoint: Value) -> bool:
    """Return whether every address of the client is on the caller's machine or network."""
    urls = list(alternatives(endpoint))
    return bool(urls) and all(isinstance(url, Text) and is_local(url) for url in urls)


@rule.on(SessionSetting)
def check_setting(fact: SessionSetting, context: Context) -> Iterator[Match]:
    if fact.key == "fs.s3a.endpoint":
        yield from _endpoint(fact.value, fact, context)
    elif fact.key == "fs.s3a.connection.ssl.enabled" and not _is_local(fact.endpoint):
        for value, confidence in choices(fact.value, fact.confidence):
            if is_false(value):
                yield rule.match(
                    value.site or fact.site,
                    confidence,
                    value.trace,
                    plan=_switched_on(value, fact),
                    what=f"`{fact.key}` set to false",
                    consequence=UNENCRYPTED,
                    remedy="drop it",
                )


def _switched_on(value: Value, fact: SessionSetting) -> Plan | NoFix:
    from s3lint.api import is_within, literal

    if value.site is None or not is_within(value.site, fact.site):
        return NoFix("other code sets the value too")
    text = "True" if isinstance(value, Constant) else literal(value.site, "true")
    return Plan(f"Set it to {text}; the host must answer over TLS", (Replace(value.site, text),))
