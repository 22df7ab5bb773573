"""What settings and sizes change in the findings of single rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.settings import Settings
from s3lint.testing import check

KEYS = """\
import boto3

s3 = boto3.client("s3")
s3.upload_file("a", bucket, f"user-uploads/{name}/a")
s3.upload_file("a", bucket, f"user_uploads/{name}/a")
s3.upload_file("a", bucket, f"userUploads/{name}/a")
"""


def messages(text: str, code: str, **settings: object) -> dict[int, str]:
    """The messages of one rule, by row."""
    made = Settings(root=Path("/nowhere"), select=(code,), **settings)  # type: ignore[arg-type]
    return {finding.start.row: finding.message for finding in check(text, made)}


@pytest.mark.parametrize(("convention", "rows"), [("kebab-case", {5, 6}), ("snake_case", {4, 6}), ("camelCase", {4, 5})])
def test_a_convention_that_is_asked_for_decides(convention: str, rows: set[int]) -> None:
    found = messages(KEYS, "STO215", key_naming=convention)
    assert set(found) == rows
    assert all(f"`key-naming` asks for {convention}" in message for message in found.values())


def test_most_keys_decide_where_nothing_is_asked_for() -> None:
    found = messages(KEYS.replace("userUploads", "other-uploads"), "STO215")
    assert set(found) == {5}
    assert "most keys of the project in kebab-case" in found[5]


EXPIRES = 'import boto3\nboto3.client("s3").generate_presigned_url("get_object", Params=p, ExpiresIn={seconds})\n'


@pytest.mark.parametrize(
    ("seconds", "most", "said"),
    [
        (0, 86_400, "has expired before it is used"),
        (86_400, 86_400, None),
        (86_401, 86_400, "for 24 hours"),
        (47 * 3_600, 86_400, "for 47 hours"),
        (48 * 3_600, 86_400, "for 2 days"),
        (604_800, 86_400, "for 7 days"),
        (604_800, 604_800, None),
        (604_801, 604_800, "is over the 604800 seconds that S3 accepts"),
    ],
)
def test_the_life_of_a_url_is_judged_to_the_second(seconds: int, most: int, said: str | None) -> None:
    found = messages(EXPIRES.format(seconds=seconds), "STO405", presign_max_seconds=most)
    assert found.keys() == ({2} if said is not None else set())
    assert said is None or said in found[2]
