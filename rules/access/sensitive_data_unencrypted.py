"""sensitive-data-unencrypted: sensitive data is written with no choice of encryption.

## What it finds
An object write whose key, file name, body or metadata names something sensitive (`passport`, `salary`, `patient`, …; the setting
`sensitive-words` adds more) and that passes no `ServerSideEncryption`. With `encryption = "always"` every object write must pass it, with
`encryption = "kms"` a KMS key.

## Why
S3 encrypts every new object with its own keys (SSE-S3) since January 2023. That protects the disks, not the data from anybody who may
read the bucket: a KMS key has a policy of its own, an audit trail, and can be revoked. The rule asks for a choice, written down. Keys
of the customer (SSE-C) are no choice: new buckets refuse them since April 2026.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"patients/{patient_id}/scan.pdf", Body=body, ContentType="application/pdf")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(
    Bucket=bucket,
    Key=f"patients/{patient_id}/scan.pdf",
    Body=body,
    ContentType="application/pdf",
    ServerSideEncryption="aws:kms",
    SSEKMSKeyId=key_id,
)
```

## Fix safety
An encryption that is named overrides the default of the bucket, which may be a KMS key: unsafe. Beside a key of the customer (SSE-C)
there is no fix.

## When it stays silent
Code and configuration (`.py`, `.sh`, `.sql`, `.jar`, `.whl`, `.yaml`, `.toml`), words beside `redacted`, `masked` or `anonymized`, extra
arguments that are not known, and writers that cannot pass an encryption (Spark, pandas).

## References
- [Default encryption](https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html): SSE-S3 since January 2023
- [Blocking SSE-C](https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html): since April 2026
- [Using SSE-KMS](https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html)
"""

import re
from collections.abc import Iterator
from functools import cache

from s3lint.api import (
    Absent,
    Context,
    Mapping,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Rule,
    Severity,
    Text,
    alternatives,
    extension_of,
    is_missing,
    literals,
    metadata_plan,
)

rule = Rule(
    __name__,
    code="STO411",
    clause="do-not.unencrypted-sensitive-data",
    severity=Severity.ERROR,
    summary='{what}, and nothing chooses how it is encrypted: pass `ServerSideEncryption="{encryption}"`.',
    fix="unsafe",
    helper="s3lint.runtime.upload",
    in_tests=True,
    observable=True,
)

SENSITIVE = (
    "ssn", "social_security", "passport", "credit_card", "card_number", "cvv", "iban", "password", "secret", "credential",
    "private_key", "medical", "patient", "diagnosis", "phi", "pii", "payroll", "salary", "tax_return", "date_of_birth",
)  # fmt: skip

HARMLESS = frozenset({"redacted", "masked", "anonymized", "anonymised"})

CODE = frozenset({"py", "sh", "sql", "jar", "whl", "yaml", "yml", "toml"})

CUSTOMER = ("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
"""What passes a key of the customer (SSE-C), which excludes every other encryption."""

AMBIGUOUS = {"diagnosis": frozenset({"patient", "patients", "medical", "health", "clinical", "disease", "icd", "hospital", "csv"})}
"""Words with a technical meaning too, and what beside them tells that data about people is meant."""

PARAMETERS = {
    "Key": "the key",
    "Filename": "the name of the file",
    "Fileobj": "the name of the body",
    "Body": "the body",
    "Metadata": "the metadata",
}
"""Where a word counts, and how a message calls the place."""

HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SEPARATORS = re.compile(r"[^a-z0-9]+")


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes_itself or not fact.on_aws:
        return
    demanded = context.settings.encryption
    given = fact.parameters.get("ServerSideEncryption")
    if not is_missing(given) and not (demanded == "kms" and literals(given) == ["AES256"]):
        return
    what = _why(fact, context)
    if what is not None:
        encryption = "aws:kms" if demanded == "kms" else "AES256"
        yield rule.match(fact.site, fact.confidence, plan=_plan(fact, encryption), what=what, encryption=encryption)


def _plan(fact: ObjectCall, encryption: str) -> Plan | NoFix | None:
    """Unsafe: an encryption that is named takes the bucket's own default away, which may be a KMS key."""
    from s3lint.api import literal

    if not is_missing(fact.parameters.get("ServerSideEncryption")):
        return None
    if any(not isinstance(fact.parameters.get(name), Absent) for name in CUSTOMER):
        return NoFix("S3 refuses it beside a key of the customer")
    if not isinstance(fact.parameters.get("SSEKMSKeyId"), Absent):
        encryption = "aws:kms"
    text = literal(fact.site, encryption)
    message = f"Pass ServerSideEncryption={text}; it overrides the default encryption of the bucket"
    return metadata_plan(fact, "ServerSideEncryption", text, message, safe=False)


def _why(fact: ObjectCall, context: Context) -> str | None:
    """Return why the write needs an encryption, or None."""
    settings = context.settings
    if settings.encryption != "sensitive":
        return f"The `encryption` setting is `{settings.encryption}`"
    if any(isinstance(key, Text) and extension_of(key) in CODE for key in alternatives(fact.key)):
        return None
    words = [(parameter, name) for parameter in PARAMETERS for name in _words(fact, parameter, context)]
    if any(HARMLESS.intersection(word.split("_")) for _, word in words):
        return None
    pattern, meant = _forms((*SENSITIVE, *settings.sensitive_words))
    for parameter, word in words:
        found = pattern.search(word)
        if found is not None and _is_meant(meant[found[0]], words):
            return f"`{meant[found[0]]}` in {PARAMETERS[parameter]} marks the object as sensitive"
    return None


def _is_meant(word: str, words: list[tuple[str, str]]) -> bool:
    """Return whether a word that has a technical meaning too stands beside one that tells which is meant."""
    if word not in AMBIGUOUS:
        return True
    around = {part for _, name in words for part in name.split("_")}
    return bool(around & AMBIGUOUS[word])


@cache
def _forms(asked: tuple[str, ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    """Return a pattern for sensitive words between separators, plurals included, and the word that each form means."""
    meant: dict[str, str] = {}
    for word in asked:
        for form in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies", f"{word[:-2]}es"):
            meant.setdefault(normal(form), word)
    listed = "|".join(map(re.escape, sorted(filter(None, meant), key=len, reverse=True)))
    return re.compile(f"(?<![^_])(?:{listed})(?![^_])"), meant


def normal(text: str) -> str:
    """Return a text in snake_case."""
    return SEPARATORS.sub("_", HUMPS.sub("_", text).lower()).strip("_")


def _words(fact: ObjectCall, parameter: str, context: Context) -> Iterator[str]:
    """Return the literals and names in the arguments, in snake_case, but not those in what callers pass."""
    written = fact.parameters.written(parameter)
    if written is not None:
        from s3lint.api import words_in

        imported = {item.local for item in fact.place.module.outline.imports}
        yield from map(normal, words_in(written.node, imported))
    given = fact.parameters.get(parameter) if written is None else context.evaluator.evaluate(written.node, written.place)
    for value in alternatives(given):
        if written is None and value.trace:
            continue
        if isinstance(value, Text):
            yield from (normal(value.known), *(normal(hole.name) for hole in value.holes))
        elif isinstance(value, Mapping):
            yield from map(normal, value.names)
