"""Names of buckets and keys."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3lint.runtime import ArgumentError, ConfigurationError, KeyConvention, KeyFormatError, bucket_from_env, object_key, parse_key

AT = datetime(2026, 11, 25, 6, 5, 7, tzinfo=timezone(timedelta(hours=2)))


def test_a_bucket_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAW_BUCKET", " acme-raw ")
    assert bucket_from_env("RAW_BUCKET") == "acme-raw"
    monkeypatch.setenv("RAW_BUCKET", "arn:aws:s3:eu-west-1:123456789012:accesspoint/raw")
    assert bucket_from_env("RAW_BUCKET").startswith("arn:")


@pytest.mark.parametrize(
    "name", ["", "  ", "Acme", "a", "a..b", "192.168.0.1", "-acme", "acme-", "acme_raw", "s3://acme", "x" * 64]
)
def test_what_is_no_bucket_is_refused_by_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("RAW_BUCKET", name)
    with pytest.raises(ConfigurationError, match="RAW_BUCKET"):
        bucket_from_env("RAW_BUCKET")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (object_key("workspaces", "ws-1", "documents", "d-1"), "workspaces/ws-1/documents/d-1"),
        (object_key("workspaces", 7, filename="Q1 é.pdf"), "workspaces/7/Q1!20!C3!A9.pdf"),
        (object_key("exports", UUID(int=1)), "exports/00000000-0000-0000-0000-000000000001"),
        (object_key("raw", ("dt", "2026-01-01"), filename="a=b.json"), "raw/dt=2026-01-01/a!3Db.json"),
        (object_key("a", at=AT, version=3, filename="x"), "a/at=2026-11-25T040507Z/version=3/x"),
        (object_key("a", at=AT.replace(microsecond=20), filename="x"), "a/at=2026-11-25T040507.000020Z/x"),
        (object_key("a", at=date(2026, 1, 2), filename="x"), "a/at=2026-01-02/x"),
        (object_key("uploads", filename="../../etc/passwd"), "uploads/..!2F..!2Fetc!2Fpasswd"),
        (object_key("uploads", filename="C:\\report.pdf"), "uploads/C!3A!5Creport.pdf"),
        (object_key("a", "e\u0301"), object_key("a", "\u00e9")),
    ],
)
def test_keys(key: str, expected: str) -> None:
    assert key == expected


@pytest.mark.parametrize(
    "segments",
    [("a",), ("a", ""), ("a", " "), ("a", ".."), ("a", "."), ("a", "b/c"), ("a", "b\\c"), ("a", "b\n"), ("a", None), ("a", 1.5), ("a", True),
     ("a", b"b"), ("a", "\ud800"), ("a", ("at", "b")), ("a", "é" * 200)],
)  # fmt: skip
def test_a_segment_that_is_none_is_refused(segments: tuple[str, ...]) -> None:
    with pytest.raises(KeyFormatError):
        object_key(*segments)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(KeyFormatError, match="no time zone"):
        object_key("a", at=datetime(2026, 1, 1), filename="x")


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
SEGMENT = TEXT.filter(lambda text: text.strip() and text not in (".", "..") and not set("/\\") & set(text))


@given(
    segments=st.lists(SEGMENT, min_size=1, max_size=4),
    filename=TEXT,
    version=st.integers(0, 99) | st.none(),
    at=st.datetimes() | st.dates(),
)
def test_a_key_is_safe_and_comes_apart_again(segments: list[str], filename: str, version: int | None, at: datetime | date) -> None:
    moment = at.replace(tzinfo=timezone.utc) if isinstance(at, datetime) else at
    try:
        key = object_key(*segments, filename=filename, version=version, at=moment)
    except KeyFormatError:
        return
    assert re.fullmatch(r"[A-Za-z0-9!_.'()=/-]{1,1024}", key)
    assert key.count("/") == len(segments) + 1 + (version is not None)
    parsed = parse_key(key)
    assert object_key(*parsed.segments, filename=parsed.filename, version=parsed.version, at=parsed.at) == key
    assert parsed.at == moment
    assert parsed.version == (str(version) if version is not None else None)
    assert len(parsed.segments) == len(segments)


@pytest.mark.parametrize("key", ["a/b c", "a//b", "a/!zz", "a/!FF", "/a", "a/at=yesterday/b", "a/version=1"])
def test_a_key_of_another_make_is_not_parsed(key: str) -> None:
    with pytest.raises(KeyFormatError):
        parse_key(key)


def test_a_convention_is_declared_once() -> None:
    keys = KeyConvention(root=("tenants", "acme"), naming="kebab-case", version_name="v")
    key = keys.object_key("price-lists", "p1", filename="a.pdf", version=2)
    assert key == "tenants/acme/price-lists/p1/v=2/a.pdf"
    assert keys.parse_key(key).segments == ("price-lists", "p1")
    with pytest.raises(KeyFormatError, match="kebab-case"):
        keys.object_key("priceLists", "p1")
    with pytest.raises(KeyFormatError, match="does not begin"):
        keys.parse_key("price-lists/p1")


@pytest.mark.parametrize("wrong", [{"naming": "Title Case"}, {"root": "production"}, {"root": (1,)}], ids=str)
def test_a_convention_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=r"pass .+\.$"):
        KeyConvention(**wrong)
