"""inconsistent-key-naming: the keys of a project follow several conventions.

## What it finds
Keys of written objects whose segments mix `snake_case`, `kebab-case` and `camelCase`, within one key or over the project. Of several
conventions the most frequent one counts; the keys that follow another are reported. The setting `key-naming` fixes the convention.

## Why
Whoever lists, filters or grants access by prefix must guess how a prefix is written: `user-uploads/`, `user_uploads/` and `userUploads/`
are three places. A key cannot be renamed; the object must be copied.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"user-uploads/raw_files/{name}", ExtraArgs={"ContentType": "application/pdf"})
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"user-uploads/raw-files/{name}", ExtraArgs={"ContentType": "application/pdf"})
```

## When it stays silent
Segments of one word, segments with a part that is not known, the column of a partition (`event_date=…`), the name of the file, and keys
that are only read.

## References
- [Organizing objects using prefixes](https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html)
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from s3lint.api import Confidence, Context, Finding, Hop, KeyTemplate, Match, Rule, Settings, Severity, jinja_holes, texts

rule = Rule(
    __name__,
    code="STO215",
    clause="keys.consistent",
    severity=Severity.INFO,
    summary="Key `{key}` is written in {styles}, and {convention}: write its segments one way.",
    profile="strict",
    helper="s3lint.runtime.object_key",
    whole_project=True,
)

STYLES = {
    "kebab-case": re.compile(r"[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)+"),
    "snake_case": re.compile(r"[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)+"),
    "camelCase": re.compile(r"[a-z]+(?:[A-Z][a-z0-9]+)+|(?:[A-Z][a-z0-9]+){2,}"),
}

MIXED = "they are mixed"


@rule.on(KeyTemplate)
def check(fact: KeyTemplate, context: Context) -> Iterator[Match]:
    if fact.named:
        return
    for value, confidence in texts(fact.value, fact.confidence):
        styles = styles_of(jinja_holes(value).known)
        if styles:
            hops = (*value.trace, Hop(fact.site, f"used as the key of `{fact.label}` here"))
            subject = " and ".join(styles)
            yield rule.match(
                value.origin or fact.site, confidence, hops, subject=subject, key=value, styles=subject, convention=MIXED
            )


@rule.together
def report(findings: list[Finding], settings: Settings) -> Iterator[Finding]:
    """Keep the keys that mix conventions or differ from most keys of the project."""
    counts = Counter(style for finding in findings for style in finding.subject.split(" and "))
    fixed = settings.key_naming != "consistent"
    convention = settings.key_naming if fixed else min(STYLES, key=lambda style: -counts[style])
    for finding in findings:
        if finding.subject != convention:
            yield _worded(finding, convention, fixed=fixed)


def _worded(finding: Finding, convention: str, *, fixed: bool) -> Finding:
    if fixed:
        return replace(finding, message=finding.message.replace(MIXED, f"`key-naming` asks for {convention}"))
    if " and " in finding.subject:
        return finding
    said = finding.message.replace(MIXED, f"most keys of the project in {convention}")
    return replace(finding, message=said, confidence=min(finding.confidence, Confidence.MEDIUM))


def styles_of(key: str) -> list[str]:
    """Return the naming conventions that the prefixes of a key follow; NUL marks unknown text."""
    prefixes = [segment for segment in key.split("/")[:-1] if "=" not in segment]
    return [style for style, pattern in STYLES.items() if any(map(pattern.fullmatch, prefixes))]
