"""wrong-content-type: the content type contradicts the extension of the key or the file.

## What it finds
An object written with a `ContentType` that no file of its extension has (`text/plain` for `.pdf`), `octet-stream` for an extension with
a type of its own, and `mimetypes.guess_type(…)[0]` passed with nothing to stand in where it is None. The key's extension counts, and
that of the uploaded file where the key shows none.

## Why
Browsers and readers go by the type. An image that says `text/plain` is shown as garbage, and a page that says `octet-stream` is
downloaded. `guess_type` returns None for every name it does not know (`.parquet`, `.ndjson`, no extension), and boto3 refuses None.

## Do not
```python
import boto3

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"reports/{year}/summary.pdf", ExtraArgs={"ContentType": "text/plain"})
```

## Do
```python
import boto3
import mimetypes

s3 = boto3.client("s3")
s3.upload_file(path, bucket, f"reports/{year}/summary.pdf", ExtraArgs={"ContentType": "application/pdf"})
guessed = mimetypes.guess_type(path)[0] or "application/octet-stream"
s3.upload_file(path, bucket, f"reports/{year}/{path}", ExtraArgs={"ContentType": guessed})
```

## Fix safety
The type is replaced where the call or a variable of one use says it, and its parameters such as `charset` stay. On a presigned URL the
type is a signed header, and uploads that send the old one would fail: unsafe. A type that other code passes or sets is not replaced.

## When it stays silent
Extensions with no type or with several, types and keys that are not known, keys of several callers where one fits, compressed files whose
type is that of their content, what stands in where a type is not known (`… or "text/plain"`), and guesses that the function tests before it uses them.

## References
- [mimetypes.guess_type](https://docs.python.org/3/library/mimetypes.html#mimetypes.guess_type)
- [boto3 #2997](https://github.com/boto/boto3/issues/2997): a guess of None fails
"""

from collections.abc import Iterator

from s3lint.api import (
    FALLBACK_TYPE,
    TYPES,
    Absent,
    Append,
    Context,
    Hop,
    Match,
    NoFix,
    ObjectCall,
    Plan,
    Reference,
    Rule,
    Text,
    alternatives,
    choices,
    extension_of,
    fits,
    inner_extension_of,
    is_missing,
    own_types,
    primary_choices,
    replacing,
)

rule = Rule(
    __name__,
    code="STO302",
    clause="do.object-metadata",
    summary="{given} {problem}: pass {instead}.",
    fix="sometimes",
    helper="s3lint.runtime.upload",
    observable=True,
)

GUESSES = ("mimetypes.guess_type()[0]", "mimetypes.guess_file_type()[0]")


@rule.on(ObjectCall)
def check(fact: ObjectCall, context: Context) -> Iterator[Match]:
    if not fact.writes or not fact.by_boto:
        return
    yield from _contradictions(fact)
    yield from _unguarded(fact)


def _contradictions(fact: ObjectCall) -> Iterator[Match]:
    extensions = _extensions(fact)
    if not extensions:
        return
    for given, confidence in primary_choices(fact.parameters.get("ContentType"), fact.confidence):
        if isinstance(given, Text) and given.literal and not any(fits(given.literal, extension) for extension in extensions):
            right = TYPES[extensions[0]][0]
            plan = _replaced(fact, given, right)
            yield rule.match(
                given.site or fact.site,
                confidence,
                (*given.trace, Hop(fact.site, f"passed to `{fact.operation}` here")),
                plan=plan,
                given=f"ContentType `{given.literal}`",
                problem=f"contradicts the extension `.{extensions[0]}`, so readers take the object for something else",
                instead=f"`{right}`",
            )


def _extensions(fact: ObjectCall) -> list[str]:
    """Return the extensions of the key, else of the file; empty if any is unknown."""
    encoded = not is_missing(fact.parameters.get("ContentEncoding"))
    for parameter in ("Key", "Filename"):
        found: list[str] = []
        for value in alternatives(fact.parameters.get(parameter)):
            extension, inner = (extension_of(value), inner_extension_of(value)) if isinstance(value, Text) else (None, None)
            if extension not in TYPES:
                break
            # With a content coding the type is that of what readers decode: CSV for `.csv.gz`.
            named = (inner,) if encoded and inner in TYPES else (extension, inner)
            found += [name for name in named if name in TYPES]
        else:
            return found
    return []


def _unguarded(fact: ObjectCall) -> Iterator[Match]:
    value = fact.parameters.get("ContentType")
    given = [choice for choice, _ in choices(value)]
    if not given or not all(isinstance(choice, Reference) and choice.path in GUESSES for choice in given):
        return
    from s3lint.api import is_tested

    for guess, confidence in choices(value, fact.confidence):
        if (
            guess.site is not None
            and isinstance(guess, Reference)
            and not _always_guessed(guess)
            and not is_tested(fact.place, guess)
        ):
            pair = guess.receiver
            yield rule.match(
                (pair.site if pair is not None else None) or guess.site,
                confidence,
                (*guess.trace, Hop(fact.site, f"passed to `{fact.operation}` here")),
                plan=_guarded(fact, guess),
                given=f"`{guess.path.removeprefix('mimetypes.').replace('()', '(…)')}`",
                problem="is None for a name that it does not know, and boto3 refuses None",
                instead='`… or "application/octet-stream"`',
            )


def _replaced(fact: ObjectCall, given: Text, right: str) -> Plan | NoFix:
    """The right type with the parameters of the wrong one. Unsafe on a presigned URL: the type is a header that it signs."""
    key = own_types(fact, "Key")
    types = key if any(isinstance(choice, Text) and extension_of(choice) in TYPES for choice in alternatives(fact.key)) else None
    types = own_types(fact, "Filename") if types is None else types
    if len(types) != 1 or None in types:
        return NoFix("the type depends on which key is passed")
    _, semicolon, parameters = (given.literal or "").partition(";")
    return replacing(fact, "ContentType", given, f"{right}{semicolon}{parameters}", safe=not fact.presigned)


def _guarded(fact: ObjectCall, guess: Reference) -> Plan | NoFix:
    """A fallback behind the guess: where it is made in the call, else behind the argument that passes it."""
    from s3lint.api import is_within, literal

    if guess.site is None:
        return NoFix("the guess is not written out")
    site = guess.site
    if not is_within(site, fact.site):
        written = fact.parameters.written("ContentType")
        if written is None or written.site.block is not fact.site.block:
            return NoFix("other code passes the guess")
        site = written.site
    if type(site.node).__name__ not in ("Subscript", "Name", "Attribute", "Call"):
        return NoFix("the guess is a part of a longer expression")
    code = literal(fact.site, FALLBACK_TYPE)
    return Plan(f"Fall back to {code}", (Append(site, f" or {code}"),), safe=True)


def _always_guessed(guess: Reference) -> bool:
    """Return whether the guessed name has an extension that every media type table knows."""
    pair = guess.receiver
    arguments = pair.arguments if isinstance(pair, Reference) else None
    name = arguments.get("url", 0) if arguments is not None else Absent()
    return isinstance(name, Text) and extension_of(name) in TYPES
