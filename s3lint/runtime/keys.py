"""Names of buckets and keys of objects. Rules: hardcoded-bucket, flat-key, malformed-key, unversioned-key, inconsistent-key-naming."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Literal
from uuid import UUID

from s3lint.runtime.arguments import check_fields, checked, each, flag, optional, plain, text, wrong
from s3lint.runtime.errors import ArgumentError, ConfigurationError, KeyFormatError

LONGEST = 1_024
"""Bytes of a key (docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html)."""

SAFE = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.'()")
"""The characters that AWS calls safe, without `!`, which begins an escape here, and `*`, which Hadoop reads as a pattern."""

AVOIDED = frozenset(' \\{}^%[]"><~#|`')
"""A space, a backslash and what AWS says to avoid."""

AT_TOP = frozenset({"index.html", "error.html", "404.html", "robots.txt", "favicon.ico", "sitemap.xml", "manifest.json"})
"""What the web expects at the top of a bucket."""

BUCKET = re.compile(r"(?!xn--|sthree-|\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]")
"""docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

ACCESS_POINT = re.compile(r"arn:aws[\w-]*:s3[\w-]*:.+")

NAMING = {
    "kebab-case": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "snake_case": re.compile(r"[a-z0-9]+(_[a-z0-9]+)*"),
    "camelCase": re.compile(r"[a-z][a-zA-Z0-9]*"),
}

Part = str | int | UUID
Segment = Part | tuple[str, Part]
"""A segment of a key, or the name and value of a `name=value` segment, as partitions are written."""

Naming = Literal["kebab-case", "snake_case", "camelCase"]


@checked(variable=text)
def bucket_from_env(variable: str = "S3_BUCKET_NAME") -> str:
    """Returns the bucket that an environment variable names.

    Rules: hardcoded-bucket (STO201), hardcoded-bucket-in-uri (STO202), bucket-fallback-literal (STO203).

    Raises `ConfigurationError` where the variable is not set, or where no bucket can have that name.
    """
    name = os.environ.get(variable, "").strip()
    if not name:
        raise ConfigurationError(f"The environment variable {variable} is not set: set it to the name of the bucket.")
    if not BUCKET.fullmatch(name) and not ACCESS_POINT.fullmatch(name):
        raise ConfigurationError(
            f"The environment variable {variable} holds {name!r}, which no bucket can be called: set it to 3 to 63 lower-case letters, "
            "digits, dots and hyphens, or to the ARN of an access point."
        )
    return name


def any_key(name: str, key: Any) -> str:
    """Returns a key that S3 can have, whoever wrote it; a rule for arguments. Raises `KeyFormatError`."""
    if not isinstance(key, str) or not key:
        raise KeyFormatError(f"The key {key!r} is {_kind(key)}: pass the key of an object.")
    if len(key.encode(errors="replace")) > LONGEST or any(unicodedata.category(character) == "Cs" for character in key):
        raise KeyFormatError(
            f"The key {key[:40]!r}… takes more than {LONGEST:,} bytes, or holds half a character: no object has it."
        )
    return plain(key)


def _a_part(name: str, value: Any) -> str:
    """Returns text that stands in keys as it is; a rule for arguments."""
    if not isinstance(value, str) or not value or value in (".", "..") or set(value) - SAFE:
        raise wrong(name, value, "letters, digits and -_.'()")
    return plain(value)


def _a_naming(name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in NAMING:
        raise wrong(name, value, f"one of {', '.join(NAMING)}")
    return plain(value)


@dataclass(frozen=True)
class ParsedKey:
    """The parts that a key was made of. A `name=value` segment is a pair."""

    segments: tuple[str | tuple[str, str], ...]
    filename: str | None
    version: str | None
    at: datetime | date | None


@dataclass(frozen=True)
class KeyConvention:
    """How a project writes its keys: one instance, beside its settings.

    `root` begins every key. `naming` is what the names of collections must follow: the first, third, fifth … segment, as in
    `workspaces/{id}/documents/{id}`. `at_name` and `version_name` are the names under which times and versions stand.

    Raises `ArgumentError` for a naming that is none, for names that need escapes, and for a root that is no tuple of texts.
    """

    root: tuple[str, ...] = ()
    naming: Naming | None = None
    at_name: str = "at"
    version_name: str = "version"

    def __post_init__(self) -> None:
        check_fields(self, root=each(_a_part), naming=optional(_a_naming), at_name=_a_part, version_name=_a_part)
        if self.at_name == self.version_name:
            raise ArgumentError(f"Times and versions both stand under {self.at_name!r}, so that none can be told: rename one.")

    def object_key(
        self,
        *segments: Segment,
        filename: str | None = None,
        version: str | int | None = None,
        at: datetime | date | None = None,
    ) -> str:
        """Returns a key under this convention: see the function `object_key`."""
        self._check_names(segments)
        parts = [_escaped(part, "segment") if isinstance(part, str) else _segment(part) for part in (*self.root, *segments)]
        if at is not None:
            parts.append(f"{self.at_name}={_moment(at)}")
        if version is not None:
            parts.append(f"{self.version_name}={_escaped(version, 'version')}")
        if filename is not None:
            parts.append(_escaped(filename, "file name", separators=True))
        return _checked("/".join(parts))

    @checked(key=any_key, filename=flag)
    def parse_key(self, key: str, *, filename: bool = True) -> ParsedKey:
        """Returns the parts of a key of this convention: see the function `parse_key`."""
        parts = [_unescaped(part, key) for part in key.split("/")]
        root = [part for part in parts[: len(self.root)] if isinstance(part, str)]
        if tuple(root) != self.root:
            raise KeyFormatError(f"The key {key!r} does not begin with {'/'.join(self.root)!r}: parse it with its own convention.")
        last = parts.pop() if filename else None
        if isinstance(last, tuple):
            raise KeyFormatError(f"The key {key!r} has no file name: pass filename=False.")
        version = _pop(parts, self.version_name)
        at = _pop(parts, self.at_name)
        return ParsedKey(tuple(parts[len(self.root) :]), last, version, _parsed_moment(at, key) if at is not None else None)

    def _check_names(self, segments: tuple[Segment, ...]) -> None:
        for segment in segments:
            if isinstance(segment, tuple) and segment[:1] and segment[0] in (self.at_name, self.version_name):
                raise KeyFormatError(f"The segment name {segment[0]!r} is this convention's own: pass at= or version= instead.")
        for collection in segments[::2]:
            if self.naming and isinstance(collection, str) and not NAMING[self.naming].fullmatch(collection):
                raise KeyFormatError(
                    f"The segment {collection!r} is not in {self.naming}: write the collection's name as the others are."
                )


def object_key(
    *segments: Segment, filename: str | None = None, version: str | int | None = None, at: datetime | date | None = None
) -> str:
    """Returns a hierarchical key: the segments, then the time, the version and the file name, where given.

    `object_key("workspaces", 7, "documents", "d-1", filename="Q1 é.pdf", version=2)` is
    `workspaces/7/documents/d-1/version=2/Q1!20!C3!A9.pdf`.

    Text is normalised to NFC; what AWS does not call safe is written `!` and the hexadecimal digits of its UTF-8 bytes, so that no input
    adds a segment and `parse_key` gives it back. Times need a time zone and are written in UTC with no `:`, which Hadoop cannot read.
    Segments and file names that come from outside may be passed as they are.

    Rules: flat-key (STO211), malformed-key (STO212), os-path-in-key (STO213), unversioned-key (STO214), inconsistent-key-naming (STO215).

    Raises `KeyFormatError` for an empty part, `.` and `..`, control characters, a separator within a segment (a file name may hold one),
    a time without a zone, a key of one segment, and a key of more than 1 024 bytes.
    """
    return CONVENTION.object_key(*segments, filename=filename, version=version, at=at)


def parse_key(key: str, *, filename: bool = True) -> ParsedKey:
    """Returns the parts of a key that `object_key` made; `filename` says whether the last segment is a file name.

    Rule: inconsistent-key-naming (STO215).

    Raises `KeyFormatError` for a key that `object_key` cannot have made.
    """
    return CONVENTION.parse_key(key, filename=filename)


CONVENTION = KeyConvention()


def _segment(segment: Segment) -> str:
    if not isinstance(segment, tuple):
        return _escaped(segment, "segment")
    if len(segment) != 2:
        raise KeyFormatError(f"The segment {segment!r} of a key has {len(segment)} parts: pass a name and its value.")
    name, value = segment
    return f"{_escaped(name, 'segment name')}={_escaped(value, 'segment value')}"


def _escaped(value: object, what: str, *, separators: bool = False) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, UUID)):
        raise KeyFormatError(f"The {what} {value!r} of a key is {_kind(value)}: pass text, a whole number or a UUID.")
    if isinstance(value, int) and abs(value) >= 10**LONGEST:
        raise KeyFormatError(f"The {what} of a key is a number of more than {LONGEST:,} digits: shorten it.")
    part = unicodedata.normalize("NFC", _written(value))
    if not part.strip() or part in (".", ".."):
        raise KeyFormatError(f"The {what} {part!r} of a key is empty or a dot segment: pass the name of something.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in part):
        raise KeyFormatError(f"The {what} {part!r} of a key holds a control character or half a character: remove it.")
    if not separators and ("/" in part or "\\" in part):
        raise KeyFormatError(f"The {what} {part!r} of a key holds a separator: pass each segment by itself.")
    return "".join(character if character in SAFE else _escape(character) for character in part)


def _written(value: Part) -> str:
    """Returns a part as text, of a member of an enumeration its value."""
    if isinstance(value, str):
        return plain(value)
    return str(int(value)) if isinstance(value, int) else str(value)


def _escape(character: str) -> str:
    return "".join(f"!{byte:02X}" for byte in character.encode())


def _unescaped(part: str, key: str) -> str | tuple[str, str]:
    name, equals, value = part.partition("=")
    texts = [_text(name, key), _text(value, key)] if equals else [_text(part, key)]
    return (texts[0], texts[1]) if equals else texts[0]


def _text(escaped: str, key: str) -> str:
    if not re.fullmatch(r"(?:[^!]|![0-9A-F]{2})+", escaped) or set(escaped) - SAFE - {"!"}:
        raise KeyFormatError(f"The key {key!r} was not made by object_key: {escaped!r} is no escaped segment.")
    data = re.sub(rb"!([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), escaped.encode())
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise KeyFormatError(f"The key {key!r} was not made by object_key: {escaped!r} escapes no UTF-8.") from None


def _pop(parts: list[str | tuple[str, str]], name: str) -> str | None:
    if parts and isinstance(parts[-1], tuple) and parts[-1][0] == name:
        return parts.pop()[1]
    return None


def _moment(at: datetime | date) -> str:
    if not isinstance(at, datetime):
        if not isinstance(at, date):
            raise KeyFormatError(f"The time {at!r} of a key is {_kind(at)}: pass a datetime or a date.")
        return at.isoformat()
    if at.utcoffset() is None:
        raise KeyFormatError(f"The time {at!r} of a key has no time zone: pass datetime.now(timezone.utc), or attach the zone.")
    try:
        utc = at.astimezone(timezone.utc).replace(tzinfo=None)
    except OverflowError as error:
        raise KeyFormatError(f"The time {at!r} of a key is in no year of UTC: pass one that is.") from error
    return f"{utc.isoformat().replace(':', '')}Z"


def _parsed_moment(text: str, key: str) -> datetime | date:
    for layout in ("%Y-%m-%dT%H%M%SZ", "%Y-%m-%dT%H%M%S.%fZ"):
        try:
            return datetime.strptime(text, layout).replace(tzinfo=timezone.utc)
        except ValueError:
            continue
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise KeyFormatError(f"The key {key!r} was not made by object_key: {text!r} is no time.") from None


def _checked(key: str) -> str:
    if "/" not in key:
        raise KeyFormatError(f"The key {key!r} has no prefix: pass the collection that the object belongs to first.")
    if len(key) > LONGEST:
        raise KeyFormatError(
            f"The key {key[:40]!r}… takes {len(key):,} bytes, and S3 refuses more than {LONGEST:,}: shorten its parts."
        )
    return key


def a_key(name: str, key: Any) -> str:
    """Returns a key that is hierarchical and safe to write; a rule for arguments. Raises `KeyFormatError`."""
    if not isinstance(key, str) or not key:
        raise KeyFormatError(f"The key {key!r} is {_kind(key)}: make it with object_key.")
    if any(segment in ("", ".", "..") for segment in key.split("/")):
        raise KeyFormatError(f"The key {key!r} has an empty or a dot segment: make it with object_key.")
    found = next((character for character in key if character in AVOIDED or unicodedata.category(character) in ("Cc", "Cs")), None)
    if found is not None:
        raise KeyFormatError(f"The key {key!r} holds {found!r}, which tools stumble over: make it with object_key.")
    if "/" not in key and key not in AT_TOP:
        raise KeyFormatError(f"The key {key!r} has no prefix: make it with object_key.")
    return any_key(name, key)


def a_bucket(name: str, bucket: Any) -> str:
    """Returns what may be a bucket's name; a rule for arguments. Raises `ArgumentError`."""
    if not isinstance(bucket, str) or not (BUCKET.fullmatch(bucket) or ACCESS_POINT.fullmatch(bucket)):
        raise ArgumentError(f"The bucket {bucket!r} cannot be one's name: pass what bucket_from_env returns.")
    return plain(bucket)


def _kind(value: object) -> str:
    return "None" if value is None else "empty" if value == "" else f"of type {type(value).__name__}"
