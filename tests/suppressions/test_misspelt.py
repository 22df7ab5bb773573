"""A suppression that names no rule, or is written in another way, suppresses nothing and is reported with its right form."""

from __future__ import annotations

from itertools import product

import pytest

from s3lint.settings import Settings
from s3lint.testing import check

LINE = 'name = boto3.client("s3").head_bucket(Bucket="acme-documents")'
FORMS = [
    f"# s3lint:{space}{comment}"
    for space, comment in product(
        ("", " "),
        (
            "allow[]", "allow[ ]", "allow[,]", "allow[ , ,] because", "allow", "allow STO201 because", "allow(STO201) because",
            "allow {STO201} because", "allow [STO201] because", "allow[STO201 because", "allow=STO201", "allow: STO201",
            "alow[STO201] because", "allows[STO201] because", "allowed[STO201]", "ALLOW(STO201)", "ignore[STO201] because",
            "ignore", "disable=STO201", "disable=hardcoded-bucket", "disable-next-line STO201", "noqa", "noqa: STO201", "off",
            "skip-file", "suppress(STO201)", "file-allow[]", "file-allow(STO201) because", "file_allow[STO201] because",
            "file-ignore[STO201] because", "allow[STO999] because", "allow[hardcoded_bukcet] because",
        ),
    )
] + ["# s3lint allow[STO201] because", "# s3lint ignore STO201", "#s3lint disable=STO201", "# \u017f3lint: allow[STO201] because s3lint",
]  # fmt: skip


@pytest.mark.parametrize("comment", FORMS)
def test_it_suppresses_nothing_and_is_reported(comment: str) -> None:
    found = {(finding.start.row, finding.code): finding for finding in check(f"import boto3\n{LINE}  {comment}\n")}
    assert (2, "STO201") in found
    assert (2, "STO902") in found
    assert found[2, "STO902"].message.count("suppresses nothing") == 1


@pytest.mark.parametrize(
    ("comment", "form"),
    [
        ("allow[]", "allow[STO201]"),
        ("ignore[STO301, flat-key] because", "allow[STO301, flat-key]"),
        ("file-allow(STO2) because", "file-allow[STO2]"),
        ("disable=all", "allow[STO201]"),
        ("allow[hardcoded-bukcet] because", "did you mean hardcoded-bucket?"),
    ],
)
def test_the_nearest_right_form_is_named(comment: str, form: str) -> None:
    (finding,) = (each for each in check(f"import boto3\n{LINE}  # s3lint: {comment}\n") if each.code == "STO902")
    assert form in finding.message
    assert finding.fix is None or "did you mean" in form


@pytest.mark.parametrize(
    "comment", ["# s3lint: see the wiki", "# s3lint allows what is justified", "# s3lint: off-site copies", "# about s3lint: skip"]
)
def test_prose_about_s3lint_is_no_directive(comment: str) -> None:
    assert "STO902" not in {finding.code for finding in check(f"import boto3\n{LINE}  {comment}\n")}


COVERED = {
    "a string of several lines": 'query = """\n    CREATE TABLE a USING parquet\n    LOCATION \'s3://acme-lake/a\'\n"""{}\n',
    "a chain of backslashes": 'spark.read \\\n    .parquet("s3://acme-lake/raw") \\\n    .count(){}\n',
}


@pytest.mark.parametrize("text", COVERED.values(), ids=COVERED)
def test_an_allow_counts_where_a_noqa_counts(text: str) -> None:
    program = f"from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n{text}"
    settings = Settings(select=("STO202", "STO902"))
    assert [finding.code for finding in check(program.format(""), settings)] == ["STO202"]
    assert check(program.format("  # noqa: STO202 old"), settings) == []
    assert check(program.format("  # s3lint: allow[STO202] old"), settings) == []


@pytest.mark.parametrize("place", range(3))
def test_a_comment_above_a_decorated_function_covers_its_header(place: int) -> None:
    lines = ["@first", "@second(\n    1\n)", 'def save(key, bucket="acme-documents"):', "    s3.put_object(Bucket=bucket, Key=key)"]
    lines.insert(place, "# s3lint: allow[STO201, STO203] agreed")
    program = "import boto3\ns3 = boto3.client('s3')\n\n\n" + "\n".join(lines) + "\n"
    assert {finding.code for finding in check(program)} & {"STO201", "STO203"} == set()


def test_a_comment_above_a_decorated_function_does_not_cover_its_body() -> None:
    program = f"import boto3\n\n\n# s3lint: allow[STO201] agreed\n@first\ndef save():\n    {LINE}\n"
    assert {finding.code for finding in check(program)} == {"STO201", "STO902"}
