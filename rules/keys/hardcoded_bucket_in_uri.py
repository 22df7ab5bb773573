"""hardcoded-bucket-in-uri: a URI, an ARN or a URL names a bucket.

## What it finds
A literal `s3://`, `s3a://` or `s3n://` URI, a bucket's ARN or its endpoint URL that code passes to a call, assigns, takes as a default
or writes into SQL, and a template whose bucket begins with a literal. Reads count too. It is reported once, at the literal that holds
the bucket.

## Why
The same code must run in every account and stage. A bucket inside a path needs a change of code for each, and what was meant for a test
bucket is written to production.

## Do not
```python
events = spark.read.format("delta").load("s3://acme-lakehouse/raw/events/")
```

## Do
```python
import os

events = spark.read.format("delta").load(f"s3://{os.environ['LAKEHOUSE_BUCKET']}/raw/events/")
```

## Fix safety
The variable must be set wherever the program runs: unsafe. In a file all addresses of a bucket change, or none.

## When it stays silent
Docstrings, help texts, log messages, prompts, examples in schemas and other prose; buckets that come from the environment, or from
parameters for which no call passes a literal; placeholders such as `your-bucket`, `<bucket>` and `{{…}}`; buckets of AWS's samples and of
the Registry of Open Data on AWS, and those in `public-buckets`; a bucket that `hardcoded-bucket` or `bucket-fallback-literal` reports.

## References
- [Bucket naming rules](https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)
- [Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import (
    BucketAddress,
    Context,
    Hop,
    Match,
    NoFix,
    Plan,
    Replace,
    Rule,
    Settings,
    Site,
    bucket_head,
    bucket_variables,
    is_public_bucket,
    variable_of,
)

rule = Rule(
    __name__,
    code="STO202",
    clause="do-not.hardcoded-buckets",
    summary="Bucket `{bucket}` is hardcoded in an address: take its name from the environment, so that the code runs in every account.",
    profile="strict",
    fix="unsafe",
    helper="s3lint.runtime.bucket_from_env",
    yields_to=("STO201", "STO203"),
    fixes_together=True,
)


rule.before_fixes(bucket_variables)

ADDRESS = r"(?:s3[an]?://|arn:aws[\w-]*:s3:::)"
LITERAL = re.compile(r"""(?P<prefix>[rRuU]?)(?P<quote>\"{3}|'{3}|["'])(?P<text>.*)(?P=quote)""", re.DOTALL)


@rule.on(BucketAddress)
def check(fact: BucketAddress, context: Context) -> Iterator[Match]:
    if bucket_head(fact.bucket) is not None and not is_public_bucket(fact.bucket, context.settings.public_buckets):
        hops = (Hop(fact.written, "the bucket is named here"),)
        yield rule.match(
            fact.site,
            fact.confidence,
            hops,
            subject=fact.bucket.literal or "",
            plan=_plan(fact, context.settings),
            bucket=fact.bucket,
        )


def _plan(fact: BucketAddress, settings: Settings) -> Plan | NoFix:
    """A literal becomes an f-string around the lookup; a URL, which may lead to somebody else's data, stays."""
    from s3lint.api import is_compared, stands_in

    bucket, node = fact.bucket.literal, fact.site.node
    if not bucket:
        return NoFix("a part of the name is computed")
    if fact.site.span is not None:
        return NoFix("the address is a part of a longer text")
    if stands_in(fact.site):
        return NoFix("it is a default, and the lookup would run also where another value is given")
    if is_compared(fact.site):
        return NoFix("other addresses, which may be stored, are compared with it")
    variable = variable_of(bucket, settings, alone=False)
    found = (
        _in_text(fact.site, bucket, variable)
        if type(node).__name__ == "SimpleString"
        else _in_template(fact.site, bucket, variable)
    )
    if isinstance(found, NoFix):
        return found
    changes, imports = found
    message = (
        f"Read the bucket from the environment; set {variable} wherever the program runs, which ends with a KeyError otherwise"
    )
    return Plan(message, tuple(changes), imports=imports)


def _in_text(site: Site, bucket: str, variable: str) -> tuple[list[Replace], tuple[str, ...]] | NoFix:
    from s3lint.api import lookup

    literal = LITERAL.fullmatch(getattr(site.node, "value", ""))
    places = _places(literal["text"], bucket) if literal is not None else []
    if literal is None or not places or "\\N{" in literal["text"]:
        return NoFix("the text does not begin with the address of a bucket")
    found = lookup(site, variable, inside=literal["quote"])
    if found is None:
        return NoFix("the name `os` means something else there")
    text, pieces, end = literal["text"], list[str](), 0
    for start, stop in places:
        pieces += [_escaped(text[end:start]), f"{{{found.code}}}"]
        end = stop
    prefix, quote = f"{literal['prefix'].strip('uU')}f", literal["quote"]
    return [Replace(site, f"{prefix}{quote}{''.join(pieces)}{_escaped(text[end:])}{quote}")], found.imports


def _names(text: str, bucket: str) -> list[tuple[int, int]]:
    """Return where the addresses in a text name a bucket."""
    pattern = rf"{ADDRESS}({re.escape(bucket)})(?=[/*,;\s]|$)"
    return [match.span(1) for match in re.finditer(pattern, text)]


def _places(text: str, bucket: str) -> list[tuple[int, int]]:
    """Return where the addresses in a text name a bucket; empty where the text does not begin with one."""
    return _names(text, bucket) if re.match(rf"{ADDRESS}{re.escape(bucket)}(?=[/*,;\s]|$)", text) else []


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _in_template(site: Site, bucket: str, variable: str) -> tuple[list[Replace], tuple[str, ...]] | NoFix:
    from s3lint.api import lookup

    template = site.node if type(site.node).__name__ == "FormattedString" else site.block.parents.get(site.node)
    every = list(getattr(template, "parts", ()))
    parts = [part for part in every if type(part).__name__ == "FormattedStringText"]
    if not parts or parts[0] is not every[0] or not _places(parts[0].value, bucket):
        return NoFix("the text does not begin with the address of a bucket")
    found = lookup(site, variable, inside=str(getattr(template, "end", "")))
    if found is None:
        return NoFix("the name `os` means something else there")
    places = [(part, span) for part in parts for span in _names(part.value, bucket)]
    return [Replace(replace(site, node=part, span=span), f"{{{found.code}}}") for part, span in places], found.imports
