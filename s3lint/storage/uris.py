"""Split S3 URIs, endpoints and ARNs that may have holes, and recognise names of buckets. Imports the values of `inference`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from s3lint.inference.values import Chunk, Hole, Text, Unknown
from s3lint.support.frozen import frozen

S3_SCHEMES = ("s3://", "s3a://", "s3n://")

BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)(?!xn--|sthree-)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)")
"""The naming rules of general purpose buckets (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)."""

PLACEHOLDER = re.compile(r"your|<|>|\$|‹|›|xxx|\{|\}|^bucket$|^bucket-name$|^example-bucket|^amzn-s3-demo-", re.IGNORECASE)
"""Placeholders that documentation uses in place of a bucket's name."""


EXAMPLES = ("example-bucket", "amzn-s3-demo-bucket")
"""Placeholders that a template may complete to: `example-{…}` may become `example-bucket`."""


def is_bucket_name(name: str) -> bool:
    """Tell whether a text is a valid name for a bucket, and no placeholder."""
    return BUCKET.fullmatch(name) is not None and PLACEHOLDER.search(name) is None


def bucket_head(name: Text) -> str | None:
    """Return the known beginning of a bucket's name: all of a literal, or the head of a template. None if it cannot be a name."""
    literal = name.literal
    if literal is not None:
        return literal if is_bucket_name(literal) else None
    head = name.head
    plain = head.rstrip("-._")
    if any(example.startswith(head) for example in EXAMPLES):
        return None
    # The head alone may end in `-` or be too short for a name, so it is checked with something after it.
    return head if len(plain) >= 2 and is_bucket_name(f"{plain}-x") else None


ARN = "arn:aws:s3:::"

VIRTUAL_HOST = re.compile(r"\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$")

PATH_HOST = re.compile(r"s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com(?:\.cn)?$")
"""Endpoints (docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)."""

MAX_HOST_CHARACTERS = 253
"""Characters of a host name at most (RFC 1035)."""


def bucket_of(text: Text) -> Text | None:
    """Return the bucket that a URI, an ARN or an endpoint's URL names; None for any other text."""
    uri = split_uri(text)
    if uri is not None:
        return uri.bucket
    if text.head.startswith(ARN):
        return split_path(without_prefix(text, len(ARN))).bucket
    for scheme in ("https://", "http://"):
        if text.head.lower().startswith(scheme):
            return _bucket_of_url(split_path(without_prefix(text, len(scheme))))
    return None


def _bucket_of_url(url: S3Uri) -> Text | None:
    """Return the bucket of an endpoint's URL, from its path or its host; `url.bucket` is the host."""
    host = url.bucket
    if len(host.known) > MAX_HOST_CHARACTERS:
        return None
    if PATH_HOST.match(host.known):
        return split_path(url.key).bucket if url.key is not None else None
    match = VIRTUAL_HOST.search(host.known)
    if match is None or not host.parts or not isinstance(host.parts[0], Chunk):
        return None
    # The bucket is what precedes `.s3`: text alone, or text and the holes that follow it (`acme-{env}.s3.…`).
    name = host.parts[0].text.partition(".s3")[0]
    rest = () if ".s3" in host.parts[0].text else tuple(part for part in host.parts[1:] if isinstance(part, Hole))
    return Text((Chunk(name, host.parts[0].site), *rest), site=host.site) if name else None


@frozen()
class S3Uri:
    """`scheme://bucket/key`; the key is None if the text ends with the bucket."""

    scheme: str
    bucket: Text
    key: Text | None


def split_uri(text: Text) -> S3Uri | None:
    """Split an S3 URI; return None for any other text."""
    head = text.head.lower()
    scheme = next((scheme for scheme in S3_SCHEMES if head.startswith(scheme)), None)
    return None if scheme is None else split_path(without_prefix(text, len(scheme)), scheme)


def split_path(text: Text, scheme: str = "") -> S3Uri:
    """Split `bucket/key` at the first known slash; parts keep their holes and sites."""
    bucket: list[Chunk | Hole] = []
    for index, part in enumerate(text.parts):
        if isinstance(part, Chunk) and "/" in part.text:
            before, _, after = part.text.partition("/")
            rest = (Chunk(after, part.site), *text.parts[index + 1 :]) if after else text.parts[index + 1 :]
            parts = (*bucket, Chunk(before, part.site)) if before else tuple(bucket)
            return S3Uri(scheme, Text(parts, site=text.site, trace=text.trace), Text(rest, site=text.site, trace=text.trace))
        bucket.append(part)
    return S3Uri(scheme, Text(tuple(bucket), site=text.site, trace=text.trace), None)


def without_prefix(text: Text, count: int) -> Text:
    """Return a text without its first `count` characters, which must be known."""
    parts = list(text.parts)
    while count and parts and isinstance(parts[0], Chunk):
        first = parts[0]
        if len(first.text) > count:
            parts[0] = Chunk(first.text[count:], first.site)
            break
        count -= len(first.text)
        parts.pop(0)
    return Text(tuple(parts), site=text.site, trace=text.trace)


JINJA = re.compile(r"\{\{(?:(?!\{[{%]).)*?\}\}|\{%(?:(?!\{[{%]).)*?%\}", re.DOTALL)


def jinja_holes(text: Text) -> Text:
    """Return a text in which each Jinja expression, with the holes in it, is one hole."""
    known = text.known
    if "{{" not in known and "{%" not in known:
        return text
    parts: list[Chunk | Hole] = []
    offset = 0
    matches = list(JINJA.finditer(known))
    for part in text.parts:
        end = offset + (1 if isinstance(part, Hole) else len(part.text))
        parts += _outside(part, offset, end, matches)
        offset = end
    return Text(tuple(parts), site=text.site, trace=text.trace)


def _outside(part: Chunk | Hole, start: int, end: int, matches: list[re.Match[str]]) -> Iterator[Chunk | Hole]:
    """Yield what of a part, which is `start` to `end` of the text, no expression covers; and a hole for each expression that begins in it."""
    position = start
    for match in matches:
        if match.end() <= position or match.start() >= end:
            continue
        if isinstance(part, Chunk) and match.start() > position:
            yield Chunk(part.text[position - start : match.start() - start], part.site)
        if match.start() >= start:
            yield Hole(Unknown("a Jinja expression"), match.group().strip("{}% "))
        position = min(match.end(), end)
    if position < end:
        yield Chunk(part.text[position - start :], part.site) if isinstance(part, Chunk) else part
