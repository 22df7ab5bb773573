"""Files of repositories as rows of a frame: the findings are those of a run on disk. Spark Connect, with Sail behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import BUCKET_BY_NAME, Write, check_project, run

from s3lint.engine import Engine
from s3lint.faces.spark import check_frame, patch_frame, splitting
from s3lint.runtime import SchemaError
from s3lint.settings import Settings

pytestmark = [
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support:FutureWarning"),
]

SOURCE = "repository string, commit string, path string, content binary"

STORE = {
    "store/__init__.py": "",
    "store/settings.py": 'BUCKET = "acme-documents"\n',
    "store/upload.py": (
        "import boto3\n\nfrom store.settings import BUCKET\n\n\ndef upload(key, body):\n"
        '    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)\n'
    ),
    "app/run.py": 'from store.upload import upload\n\nupload("report.pdf", b"")\n',
    "app/allowed.py": 'from store.upload import upload\n\nupload("other.pdf", b"")  # s3lint: allow[STO211] an example\n',
    "app/nothing.py": "print('nothing')\n",
}


def rows_of(repository: str, files: dict[str, Any], commit: str = "c1") -> list[tuple[Any, ...]]:
    return [(repository, commit, name, data.encode() if isinstance(data, str) else data) for name, data in files.items()]


def found(spark: Any, rows: list[tuple[Any, ...]], settings: Settings | None = None) -> list[Any]:
    checked = check_frame(spark.createDataFrame(rows, SOURCE), settings or Settings(), partitions=2)
    return sorted(checked.collect(), key=lambda row: (row.repository, row.path or "", row.row or 0, row.code or ""))


def places(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [(row.path, row.row, row.column, row.code, row.message) for row in rows]


@pytest.mark.parametrize("files_in_a_part", [1, 2, 2_000])
def test_the_findings_are_those_of_a_run_on_disk(
    spark: Any, project: Write, monkeypatch: pytest.MonkeyPatch, files_in_a_part: int
) -> None:
    """However small the parts are: modules resolve within their repository, and nowhere else."""
    monkeypatch.setattr(splitting, "PART_FILES", files_in_a_part)
    root = project(STORE)
    expected = [
        (each.path.relative_to(root).as_posix(), each.start.row, each.start.column, each.code, each.message)
        for each in check_project(root)
    ]
    assert {"STO201", "STO211"} <= {code for *_, code, _ in expected}
    other = {"settings.py": 'BUCKET = "elsewhere"\n', "bad.py": BUCKET_BY_NAME}
    rows = found(spark, [*rows_of("acme/store", STORE), *rows_of("acme/other", other)])
    assert places([row for row in rows if row.repository == "acme/store"]) == sorted(expected, key=lambda each: each[:2])
    assert {row.code for row in rows if row.repository == "acme/other" and row.path == "bad.py"} == {"STO201", "STO301"}
    assert not [row for row in rows if row.error]


def test_a_poisoned_row_becomes_a_row_with_an_error(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Engine.look

    def fails(engine: Engine, path: Path, data: bytes) -> Any:
        if path.name == "deadly.py":
            raise MemoryError("too much")
        return look(engine, path, data)

    monkeypatch.setattr(Engine, "look", fails)  # Sail runs Python in this process
    rows = [
        *rows_of(
            "acme/store",
            {"deadly.py": "x", "good.py": BUCKET_BY_NAME, "none.py": None, "/etc/absolute.py": "", "../up.py": "", None: "x"},
        ),
        *rows_of("acme/store", {"good.py": "twice"}),
        *rows_of("acme/store", {"broken.py": f"{BUCKET_BY_NAME}def (\n", "wide.py": b"\xff\xfei\0", "nul.py": b"s3\0"}),
        *rows_of("acme/broken", {"deep.py": "import boto3\nx = " + "(" * 3_000 + ")" * 3_000}),
        (None, None, "nobody.py", b""),
    ]
    checked = found(spark, rows)
    errors = {(row.path, row.error) for row in checked if row.error}
    assert ("deadly.py", "s3lint failed: MemoryError: too much") in errors
    assert {path for path, _ in errors} >= {"none.py", "/etc/absolute.py", "../up.py", None, "good.py", "nobody.py"}
    assert {(row.path, row.code) for row in checked if row.code in ("STO201", "STO301")} == {
        ("good.py", "STO201"),
        ("good.py", "STO301"),
    }
    assert {row.path for row in checked if row.code == "STO900"} >= {"broken.py", "wide.py"}


def test_a_frame_of_other_columns_is_refused(spark: Any) -> None:
    with pytest.raises(SchemaError, match="'content' of the source is missing"):
        check_frame(spark.createDataFrame([("a", "b", "c")], "repository string, commit string, path string"), Settings())


def test_patches_apply_with_git(spark: Any, tmp_path: Path) -> None:
    """One patch for each rule, to files whose lines end in every way; each applies to the commit by itself."""
    text = 'import boto3\n\ns3 = boto3.client("s3")\ns3.upload_file("a.pdf", "acme-documents", "reports/a.pdf")'
    files = {
        "plain.py": f"{text}\n",
        "no newline.py": text,
        "windows.py": text.replace("\n", "\r\n") + "\r\n",
        "latin.py": b"# -*- coding: latin-1 -*-\n# caf\xe9\x0c\n" + text.encode() + b"\n",
        "deep/h\u00e9.py": f"\ufeff{text}\n",
        'quo"ted.py': f"{text}\n",
    }
    checkout = tmp_path / "checkout"
    for name, data in files.items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    assert run("git", "init", "--quiet", cwd=checkout).code == 0
    frame = spark.createDataFrame(rows_of("acme/store", files), SOURCE)
    rows = patch_frame(frame, Settings(), unsafe=True, partitions=1).collect()
    assert {row.code for row in rows} >= {"STO201", "STO301"}
    assert [row for row in rows if row.error or row.files != len(files)] == []
    for row in rows:
        patch = tmp_path / f"{row.code}.patch"
        patch.write_bytes(row.patch)
        done = run("git", "apply", "--check", patch, cwd=checkout)
        assert done.code == 0, (row.code, done.err)
    assert run("git", "apply", tmp_path / "STO301.patch", cwd=checkout).code == 0
    again = {path.relative_to(checkout).as_posix(): path.read_bytes() for path in checkout.rglob("*.py")}
    left = found(spark, rows_of("acme/store", again))
    assert "STO301" not in {row.code for row in left}
    assert "STO201" in {row.code for row in left}
