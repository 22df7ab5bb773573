"""Files of repositories as rows of a frame: the findings are those of a run on disk. Spark Connect, with Sail behind it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from conftest import BUCKET_BY_NAME, Write, check_project, run, s3lint_here
from s3lint.cli import main
from s3lint.finding import Severity
from s3lint.linter.engine import Engine
from s3lint.runtime import SchemaError, StoreError
from s3lint.settings import Settings
from s3lint.spark import check_frame, patch_frame, splitting
from s3lint.spark import job as job_module
from s3lint.spark.campaign import patch_file, write_patches
from s3lint.spark.job import Job
from s3lint.spark.overview import overview
from s3lint.spark.sources import source_of
from s3lint.spark.tables import Tables, current, read

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
    monkeypatch.setattr(splitting, "MAX_FILES_PER_PART", files_in_a_part)
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
    analyze = Engine.analyze

    def fails(engine: Engine, path: Path, data: bytes) -> Any:
        if path.name == "deadly.py":
            raise MemoryError("too much")
        return analyze(engine, path, data)

    monkeypatch.setattr(Engine, "analyze", fails)  # Sail runs Python in this process
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


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    """Two teams with a bare mirror each, and a mirror without commits."""
    commit(tmp_path / "mirrors" / "payments" / "store.git", tmp_path, STORE)
    commit(tmp_path / "mirrors" / "search" / "index.git", tmp_path, {"bad.py": BUCKET_BY_NAME, "notes.txt": "s3"})
    assert run("git", "init", "--quiet", "--bare", tmp_path / "mirrors" / "empty.git", cwd=tmp_path).code == 0
    return tmp_path / "mirrors"


def commit(mirror: Path, folder: Path, files: dict[str, str]) -> None:
    """One more commit in a mirror, of these files alone."""
    checkout = folder / "checkout"
    environment = {f"GIT_{who}_{what}": "somebody@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    if not mirror.exists():
        assert run("git", "init", "--quiet", "--bare", mirror, cwd=folder).code == 0
    shutil.rmtree(checkout, ignore_errors=True)
    for name, data in files.items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data, encoding="utf-8")
    git = ("git", f"--git-dir={mirror}", f"--work-tree={checkout}")
    assert run(*git, "add", "--all", cwd=checkout, **environment).code == 0
    done = run(*git, "-c", "core.bare=false", "commit", "--quiet", "--message", "work", cwd=checkout, **environment)
    assert done.code == 0, done.err


def state(spark: Any, tables: Tables) -> dict[str, tuple[int, int]]:
    rows = read(spark, tables.repositories).collect()
    return {row.repository: (row.batch, row.findings) for row in rows}


def held(spark: Any, tables: Tables) -> list[tuple[str, str]]:
    return sorted((row.repository, row.code) for row in current(spark, tables).collect() if row.code)


def test_a_job_checks_what_is_new_and_nothing_twice(spark: Any, tmp_path: Path, mirrors: Path) -> None:
    commit(mirrors / "odd" / "names.git", tmp_path, {"bad\udce9.py": BUCKET_BY_NAME, "good.py": "print()\n"})
    job = Job(spark, Tables(str(tmp_path / "quality" / "findings")), Settings(), date(2026, 1, 7))
    source = source_of(spark, str(mirrors), None, every=True)
    first = job.run(source)
    assert (first.batches, first.commits, first.errors) == ([1], 3, [])
    assert set(state(spark, job.tables)) == {"odd/names", "payments/store", "search/index"}
    told = [(row.path, row.error) for row in current(spark, job.tables).collect() if row.error]
    assert told == [("bad\ufffd.py", "the name of the file is not UTF-8: rename it")]
    before = held(spark, job.tables)
    assert ("search/index", "STO201") in before

    assert job.run(source).batches == []
    assert held(spark, job.tables) == before

    commit(mirrors / "search" / "index.git", tmp_path, {"bad.py": BUCKET_BY_NAME, "worse.py": BUCKET_BY_NAME})
    commit(mirrors / "search" / "index.git", tmp_path, {"good.py": "print()\n"})
    (mirrors / "payments" / "store.git" / "HEAD").write_text("nonsense\n", encoding="utf-8")
    later = replace(job, today=date(2026, 1, 14)).run(source)
    assert (later.batches, later.commits) == ([2], 2)
    assert [error.partition(":")[0] for error in later.errors] == ["payments/store"]
    assert state(spark, job.tables)["search/index"] == (2, 0)
    assert held(spark, job.tables) == [each for each in before if each[0] != "search/index"]
    assert read(spark, job.tables.findings).filter("path = 'worse.py'").count() > 0
    weeks = {(str(row.week), row.team) for row in read(spark, job.tables.summary).collect()}
    assert weeks == {("2026-01-05", "payments"), ("2026-01-05", "search"), ("2026-01-12", "payments")}


@pytest.mark.parametrize("broken", ["append", "merge", "overwrite_partition"])
def test_a_batch_that_broke_off_is_finished_as_it_was_planned(
    spark: Any, tmp_path: Path, mirrors: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    job = Job(spark, Tables(str(tmp_path / "findings")), Settings(), date(2026, 1, 7))
    source = source_of(spark, str(mirrors), None, every=False)
    real = getattr(job_module, broken)

    def fails(table: Any, *arguments: Any, **named: Any) -> None:
        if table.path != job.tables.batches.path:
            raise StoreError("the store is away")
        real(table, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(job_module, broken, fails)
        with pytest.raises(StoreError):
            job.run(source)
    commit(mirrors / "search" / "index.git", tmp_path, {"good.py": "print()\n"})
    job.run(source)
    assert state(spark, job.tables)["search/index"] == (2, 0)
    history = [tuple(row) for row in read(spark, job.tables.findings).drop("related").collect()]
    assert len(history) == len(set(history))
    assert {row[-3] for row in history} == {1}


OWNED = {"CODEOWNERS": "* @acme/search\n/lake/ @acme/lake\n", "lake/bad.py": BUCKET_BY_NAME, "bad.py": BUCKET_BY_NAME}


def counted(spark: Any, job: Job) -> dict[tuple[str, str | None], int]:
    rows = read(spark, job.tables.summary).filter("code = 'STO201'").collect()
    return {(row.team, row.owner): row.findings for row in rows}


def test_the_summary_counts_by_owner_and_severity(spark: Any, tmp_path: Path, mirrors: Path) -> None:
    commit(mirrors / "search" / "index.git", tmp_path, OWNED)
    job = Job(spark, Tables(str(tmp_path / "findings")), Settings(severity={"STO201": Severity.ERROR}), date(2026, 1, 7))
    source = source_of(spark, str(mirrors), None, every=False)
    assert job.run(source).files == len(STORE) + 2  # a file of owners is none to check
    assert counted(spark, job) == {("search", "@acme/search"): 1, ("search", "@acme/lake"): 1, ("payments", None): 1}
    assert {row.severity for row in read(spark, job.tables.summary).filter("code = 'STO201'").collect()} == {"error"}
    page = overview(spark, job.tables, job.settings, job.today)
    assert {each.severity for each in page.outcome.findings if each.code == "STO201"} == {Severity.ERROR}


def test_tables_of_an_earlier_version_get_the_columns(spark: Any, tmp_path: Path, mirrors: Path) -> None:
    job = Job(spark, Tables(str(tmp_path / "findings")), Settings(), date(2026, 1, 7))
    source = source_of(spark, str(mirrors), None, every=False)
    job.run(source)
    for table in (job.tables.findings, job.tables.summary):
        old = read(spark, table).drop("severity", "owner").toArrow()
        shutil.rmtree(table.path)
        nullable = pa.schema([field.with_nullable(True) for field in old.schema])
        write_deltalake(table.path, old.cast(nullable), partition_by=list(table.partition_by))
    assert job.run(source).batches == []
    assert overview(spark, job.tables, job.settings, job.today).outcome.findings
    commit(mirrors / "search" / "index.git", tmp_path, OWNED)
    job.run(source)
    assert counted(spark, job) == {("search", "@acme/search"): 1, ("search", "@acme/lake"): 1, ("payments", None): 1}


def test_files_come_from_tables_too(spark: Any, tmp_path: Path) -> None:
    dated = f"{SOURCE}, committed_at string"
    old = [(*row, "2026-01-01") for row in rows_of("search/index", {"bad.py": BUCKET_BY_NAME}, "c1")]
    new = [(*row, "2026-01-02") for row in rows_of("search/index", {"good.py": "print()\n"}, "c2")]
    spark.createDataFrame([*old, *new], dated).write.mode("append").parquet(str(tmp_path / "files"))
    job = Job(spark, Tables(str(tmp_path / "findings")), Settings(), date(2026, 1, 7), {"search/index": "lookup"})
    source = source_of(spark, str(tmp_path / "files"), None, every=False)
    assert (job.run(source).commits, held(spark, job.tables)) == (2, [])
    assert job.run(source).commits == 0
    assert {row.team for row in read(spark, job.tables.findings).collect()} == {"lookup"}
    spark.createDataFrame([*old, *new], dated).drop("committed_at").write.mode("append").parquet(str(tmp_path / "undated"))
    with pytest.raises(SchemaError, match="add committed_at"):
        replace(job, tables=Tables(str(tmp_path / "others"))).run(source_of(spark, str(tmp_path / "undated"), None, every=False))


def test_the_command_writes_tables_patches_and_a_page(spark: Any, tmp_path: Path, mirrors: Path) -> None:
    (tmp_path / "teams.csv").write_text("repository,team\nsearch/index,lookup\n", encoding="utf-8")
    command = ("spark", "--isolated", "--source", mirrors, "--target", tmp_path / "findings", "--teams", tmp_path / "teams.csv")
    done = s3lint_here(
        *command, "--patches", tmp_path / "patches", "--unsafe-fixes", "--html", tmp_path / "page.html", cwd=tmp_path
    )
    assert (done.code, done.out.partition(" Wrote")[0]) == (0, "Checked 2 commits with 7 files."), done.err
    patches = sorted(path.relative_to(tmp_path / "patches").as_posix() for path in (tmp_path / "patches").rglob("*.patch"))
    assert "search/index/STO301.patch" in patches
    assert run("git", "clone", "--quiet", mirrors / "search" / "index.git", "clone", cwd=tmp_path).code == 0
    assert run("git", "apply", tmp_path / "patches" / "search/index/STO301.patch", cwd=tmp_path / "clone").code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert [row["team"] for row in data["teams"]["rows"]] == ["lookup", "payments"]
    assert data["open"] == sum(row["totals"][-1] for row in data["teams"]["rows"]) == len(data["findings"])
    assert (data["files"], data["clean"]) == (
        7,
        7 - len({row.path for row in current(spark, Tables(str(tmp_path / "findings"))).collect()}),
    )

    again = s3lint_here(*command, "--patches", tmp_path / "patches", cwd=tmp_path)
    assert (again.code, again.out) == (2, "")
    assert "must be empty or not exist yet" in again.err


HOSTILE = ("../../x", "/absolute/x", "a/../../b", "..", ".", "a//b", "a/", "a\\b", "a\nb", "\x1b[31m")
UNUSUAL = ("x" * 300, "téam/sérvice", "a b/c:d", "con", "%2E%2E/x", "-rf")


def test_no_name_of_a_repository_ends_the_run(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile name is a row with an error, without a patch; all that is written stays below its folder."""
    names = (*HOSTILE, *UNUSUAL, "search/index")
    rows = [row for name in names for row in rows_of(name, {"bad.py": BUCKET_BY_NAME})]
    spark.createDataFrame(rows, SOURCE).write.mode("append").parquet(str(tmp_path / "files"))
    top = tmp_path / "run" / "here"
    top.mkdir(parents=True)
    command = ("spark", "--isolated", "--source", tmp_path / "files", "--target", tmp_path / "findings", "--unsafe-fixes")
    done = s3lint_here(*command, "--patches", top / "patches", "--html", tmp_path / "page.html", cwd=tmp_path)
    assert done.code == 0, done.err
    tables = Tables(str(tmp_path / "findings"))
    by_name = {row.repository: row for row in current(spark, tables).filter("error is not null").collect()}
    assert set(by_name) == set(HOSTILE)
    assert all("no relative path" in row.error and row.code is None for row in by_name.values())
    patches = [path.relative_to(top / "patches").parts for path in (top / "patches").rglob("*.patch")]
    assert set(tmp_path.rglob("*.patch")) == set((top / "patches").rglob("*.patch"))
    assert ("search", "index", "STO301.patch") in patches
    assert ("t%C3%A9am", "s%C3%A9rvice", "STO301.patch") in patches
    assert len({parts[:-1] for parts in patches}) == len(UNUSUAL) + 1
    assert (tmp_path / "page.html").stat().st_size > 0

    monkeypatch.setattr("s3lint.spark.campaign.current", lambda *_: with_findings(spark, tables, names))
    job = Job(spark, tables, Settings(), date(2026, 1, 7), {})
    written, errors = write_patches(
        job, source_of(spark, str(tmp_path / "files"), None, every=False), tmp_path / "again", unsafe=True
    )
    assert written == len(patches)
    assert len(errors) == len(HOSTILE)


def with_findings(spark: Any, tables: Tables, names: tuple[str, ...]) -> Any:
    """A state that an earlier version wrote: findings of every repository."""
    commits = spark.createDataFrame([(name, "c1") for name in names], "repository string, commit string")
    return commits.join(current(spark, tables).filter("fix is not null").drop("repository", "commit").limit(1))


@pytest.mark.parametrize("name", [*HOSTILE, *UNUSUAL, "", "a/./b", "\0", "a" * 5_000, "\ud800"])
def test_a_patch_stays_below_its_folder(tmp_path: Path, name: str) -> None:
    file = patch_file(tmp_path / "patches", name, "../STO301")
    assert (tmp_path / "patches").resolve() in file.resolve().parents
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")


def test_patches_of_different_repositories_never_share_a_file() -> None:
    names = [*HOSTILE, *UNUSUAL, "x" * 301, "a/b", "a%2Fb", "", "%00", "%2E", "%2E%2E"]
    assert len({patch_file(Path("p"), name, "STO301") for name in names}) == len(names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--source", "nowhere", "--target", "findings"), "There is no source at 'nowhere'"),
        (("--source", ".", "--target", "findings"), "There is no bare git mirror in"),
        (("--source", ".", "--source-format", "delta", "--target", "findings"), "Spark stopped the job: "),
        (("--source", ".", "--target", "findings", "--teams", "nowhere.csv"), "the teams cannot be read"),
        (("--source", ".", "--target", "findings", "--select", "STO999"), "STO999"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    tmp_path: Path, spark: Any, arguments: tuple[str, ...], said: str, capsys: Any
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path)
        assert main(["spark", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
