"""Trees with links that lead out, files without an end, folders without a bottom and patterns made to take for ever."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from conftest import BUCKET_BY_NAME, Write, run, s3lint, s3lint_here
from robustness.hostile_files import KINDS, make
from s3lint.cli import fix, main
from s3lint.cli.parser import FORMATS
from s3lint.project.discovery import python_files
from s3lint.project.owners import Owners
from s3lint.project.patterns import spec_of
from s3lint.settings import Settings
from s3lint.support.bounded_read import read_bounded

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")

FIXABLE = 'import boto3\n\n\ndef up(path, bucket, key):\n    boto3.client("s3").upload_file(path, bucket, f"a/{key}.pdf")\n'


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_small_regular_file_is_not_read(tmp_path: Path, kind: str) -> None:
    make(tmp_path / "file", kind)
    with pytest.raises(OSError, match=r"regular|larger|No such"):
        read_bounded(tmp_path / "file", 1_000_000)
    with pytest.raises(OSError, match="directory"):
        read_bounded(tmp_path, 1_000_000)
    with pytest.raises(OSError, match="null"):
        read_bounded(tmp_path / "a\0b", 1_000_000)


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * 1_000)
    assert read_bounded(tmp_path / "file", 256_000) == bytes(range(256)) * 1_000
    with pytest.raises(OSError, match="larger than 255,999 bytes"):
        read_bounded(tmp_path / "file", 255_999)
    assert read_bounded(Path("/proc/self/status"), 1_000_000) if Path("/proc/self/status").exists() else True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["x.py", "x.ipynb", ".gitignore", "config.py", "known.json"])
def test_such_a_file_hides_nothing_of_the_others(project: Write, name: str, kind: str) -> None:
    root = project(
        {
            "bad.py": BUCKET_BY_NAME,
            "uses.py": "from config import B\n",
            "s3lint.toml": 'baseline = "known.json"\n' * (name[0] == "k"),
        }
    )
    make(root / name, kind)
    done = s3lint_here("check", "--no-cache", "--quiet", "--output-format", "concise", cwd=root)
    assert (done.code == 2 and name in done.err) or (done.code == 1 and "bad.py" in done.out)
    assert "internal error" not in done.err


@pytest.mark.parametrize("depth", [900, 1_100, 1_800])
def test_folders_of_any_depth_are_walked(tmp_path: Path, depth: int) -> None:
    (tmp_path / "z.py").touch()
    handle = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(os.open("deep.py", os.O_CREAT, dir_fd=handle))
    os.close(handle)
    found = list(python_files(tmp_path, Settings(root=tmp_path)))
    assert found[-1] == tmp_path / "z.py"
    assert len(found) == 2


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outside")
    (folder / "x.py").write_text(FIXABLE)
    return folder


def test_links_out_of_the_project_are_passed_over_and_listed(project: Write, outside: Path) -> None:
    root = project({"s3lint.toml": "", "good.py": FIXABLE, "sub/.keep": ""})
    (root / "x.py").symlink_to(outside / "x.py")
    (root / "folder").symlink_to(outside)
    (root / "sub" / "inner.py").symlink_to("../good.py")
    done = s3lint_here("check", "--show-files", cwd=root)
    assert done.out.splitlines() == ["good.py", "sub/inner.py", "x.py: a link out of the project"]


@pytest.mark.parametrize("name", ["x.py", "folder", "folder/x.py", "."])
def test_fixes_are_not_written_through_links(project: Write, outside: Path, name: str) -> None:
    root = project({"s3lint.toml": ""})
    (root / "x.py").symlink_to(outside / "x.py")
    (root / "folder").symlink_to(outside)
    s3lint_here("check", "--no-cache", "--fix", name, cwd=root)
    assert (outside / "x.py").read_text() == FIXABLE


@pytest.mark.parametrize("name", ["x.py", "folder/x.py"])
def test_fixes_are_not_written_through_links_by_codemods(project: Write, outside: Path, name: str) -> None:
    root = project({"s3lint.toml": ""})
    (root / "x.py").symlink_to(outside / "x.py")
    (root / "folder").symlink_to(outside)
    codemod = "s3lint.codemod.MissingContentType"
    done = run(sys.executable, "-m", "libcst.tool", "codemod", "--no-format", "-x", codemod, name, cwd=root)
    assert "a link that leads out of the project" in done.err
    assert (outside / "x.py").read_text() == FIXABLE


@pytest.mark.parametrize("tail", ["", "# other\n"])
def test_fixes_are_not_written_through_links_that_appear_meanwhile(
    project: Write, outside: Path, tail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project({"s3lint.toml": "", "folder/x.py": FIXABLE, "folder/y.py": FIXABLE})
    (outside / "y.py").write_text(FIXABLE + tail)
    write = fix.replace_file

    def swap_and_write(path: Path, before: bytes, after: bytes) -> None:
        write(path, before, after)
        (root / "folder").rename(root / "before")
        (root / "folder").symlink_to(outside)

    monkeypatch.setattr(fix, "replace_file", swap_and_write)
    monkeypatch.chdir(root)
    assert main(["check", "--no-cache", "--quiet", "--jobs", "1", "--fix", "folder"]) == 2
    assert (root / "before" / "x.py").read_text() != FIXABLE
    assert (outside / "y.py").read_text() == FIXABLE + tail


OWNERS = {
    "many entries": b"a.py @x\n" * 20_001,
    "many sections": b"".join(b"[%d]\n* @o%d\n" % (number, number) for number in range(10_000)),
    "many owners": b"* " + b" ".join(b"@o%d" % number for number in range(100_000)),
    "a long owner": b"* @" + b"x" * 2_000_000,
}


@pytest.mark.parametrize("kind", OWNERS)
def test_no_file_of_owners_makes_reports_endless(kind: str) -> None:
    assert len(" ".join(Owners(OWNERS[kind]).of("a.py"))) < 1_000
    assert Owners(b"* @x\n").of("a.py") == ("@x",)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--output-file", "r.json"),
        ("report", "--json", "r.json"),
        ("report", "--html", "r.json"),
        ("baseline", "--baseline", "r.json"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("link", ["file", "new file", "folder"])
def test_reports_are_not_written_through_links(project: Write, outside: Path, arguments: tuple[str, ...], link: str) -> None:
    root = project({"s3lint.toml": "", "bad.py": BUCKET_BY_NAME})
    (outside / "notes").write_text("kept")
    if link == "folder":
        (root / "out").symlink_to(outside)
        arguments = (*arguments[:-1], "out/r.json")
    else:
        (root / "r.json").symlink_to(outside / ("notes" if link == "file" else "new"))
    s3lint_here(*arguments, "--no-cache", cwd=root)
    assert sorted(path.name for path in outside.iterdir()) == ["notes", "x.py"]
    assert (outside / "notes").read_text() == "kept"


def test_other_names_of_a_fixed_file_are_told(project: Write) -> None:
    root = project({"s3lint.toml": "", "good.py": FIXABLE})
    os.link(root / "good.py", root / "other.txt")
    done = s3lint_here("check", "--no-cache", "--fix", cwd=root)
    assert "ContentType" in (root / "good.py").read_text()
    assert "hard links" in done.err


SLOW = (
    ("*a" * 10 + "*b", "a" * 120 + ".py"),
    ("*a*" * 200 + "b", "a" * 255),
    ("**/a/" * 40 + "b", "/".join("a" * 1_500)),
    ("a/**/" * 30 + "*b*" * 30 + "c", "/".join("a" * 1_500)),
    ("?*" * 100 + "b", "a" * 255),
    ("[a-z]*" * 60 + "!", "a" * 255),
    ("*" * 4_000 + "b", "a" * 255),
    (")***" + "?" * 4_000 + "@2", "a" * 255),
    ("**/?" * 1_000 + "b", "/".join("a" * 2_000)),
    ("*[a-b]" * 600 + "[!c]" * 100, "a" * 255),
    ("[" * 4_000, "a" * 255),
    ("*[" + "a" * 3_000 + "]" + "*\\\\" * 300, "a" * 255),
)


@pytest.mark.parametrize(("pattern", "path"), SLOW)
def test_patterns_match_in_linear_time(pattern: str, path: str) -> None:
    """A naive matcher would take years to try all combinations of their stars."""
    assert not spec_of((pattern,)).match_file(path)


ATOMS = st.sampled_from(
    r"a b * ? / ** [ab] [!a] /**/ \* /*/ [^]] []a] [[a] [a-c-] [+--] [+-b] [a\] [a||b] [!-~] [ ] \[ \ + ( ) $ .".split()  # noqa: SIM905
)


@given(
    st.lists(ATOMS, min_size=1, max_size=9),
    st.lists(st.text("ab*[-\\+", min_size=1, max_size=4), min_size=1, max_size=6),
    st.booleans(),
)
@pytest.mark.filterwarnings("ignore:Possible (nested set|set )")  # of pathspec's own expressions
def test_patterns_match_what_pathspec_matches(atoms: list[str], names: list[str], folder: bool) -> None:
    pattern, path = "".join(atoms), "/".join(names) + "/" * folder
    try:
        known = GitIgnoreSpec.from_lines([pattern])
    except (ValueError, re.error):
        assert spec_of((pattern,)).check_file(path).include is None
        return
    for each in known.patterns:
        if each.regex is not None:  # pathspec's sets fit slashes, git's do not
            each.regex = re.compile(
                SET_OR_OTHER.sub(lambda part: f"(?!/){part[0]}" * (part[0][0] == "[") or part[0], each.regex.pattern)
            )
    assert spec_of((pattern,)).check_file(path).include == GitIgnoreSpec(known.patterns, backend="simple").check_file(path).include


SET_OR_OTHER = re.compile(r"\[\^/\]|\[\^?\]?(?:\\.|[^\]\\])*\]|\\.", re.DOTALL)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_ignore_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("ignored")
    (folder / ".gitignore").write_bytes(data)
    (folder / "s3lint.toml").touch()
    list(python_files(folder, Settings(root=folder)))


def test_what_nobody_foresaw_is_one_line(project: Write) -> None:
    """Make a module of s3lint fail, as a bug would."""
    root = project({"a.py": BUCKET_BY_NAME})
    program = "import sys, s3lint.cli.check as c; c.run_request = lambda _: 1 / 0; from s3lint.cli import main; sys.exit(main(sys.argv[1:]))"
    plain, traced = (run(sys.executable, "-c", program, "check", *more, cwd=root) for more in ((), ("--debug",)))
    assert plain.code == traced.code == 2
    assert plain.err.count("\n") == 1
    assert "ZeroDivisionError" in plain.err
    assert "issues" in plain.err
    assert "Traceback" in traced.err


ENCODINGS = ("ascii", "cp1252", "latin-1", "utf-16", "utf-8")

FORMATS_IN_ENCODINGS = [
    pytest.param(form, encoding, marks=() if (form, encoding) in {("text", "ascii"), ("json", "cp1252")} else pytest.mark.extended)
    for form in FORMATS
    for encoding in ENCODINGS
]


@pytest.mark.parametrize(("form", "encoding"), FORMATS_IN_ENCODINGS)
def test_any_output_holds_any_character(project: Write, form: str, encoding: str) -> None:
    root = project(
        {"é🪣.py": 'import boto3\nboto3.client("s3").head_object(Bucket="acme-reports", Key="é🪣.pdf")\n', "s3lint.toml": ""}
    )
    done = s3lint("check", "--no-cache", "--output-format", form, cwd=root, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (done.code, done.err) == (1, "")
    if form in ("json", "sarif", "gitlab") and encoding != "utf-16":
        json.loads(done.out)


def test_a_formatters_settings_are_read_within_bounds(project: Write) -> None:
    """Fixes ask for its line length, also where no configuration is read. Such a key would take tomllib hours."""
    root = project({"a.py": FIXABLE, "pyproject.toml": f"[tool.ruff]\nline-length = 99\n{'a.' * 200_000}b = 1\n"})
    done = s3lint_here("check", "--isolated", "--no-cache", "--fix", "--output-format", "concise", cwd=root)
    assert "ContentType" in (root / "a.py").read_text()
    assert done.err.count("\n") <= 1


@pytest.mark.parametrize("name", ["--exit-zero", "--output-file=x.py", "--config=select=[]", "-q", "--", "-"])
def test_a_file_named_as_an_option_is_none(project: Write, name: str) -> None:
    """pre-commit passes the names of changed files behind its own options."""
    root = project({"s3lint.toml": "", "bad.py": BUCKET_BY_NAME, name: "#!/usr/bin/env python\n"})
    done = s3lint_here("check", "--no-cache", name, "bad.py", cwd=root)
    assert done.code == 2
    assert f"s3lint: {name} is an option" in done.err
    (root / "--").unlink(missing_ok=True)
    assert s3lint_here("check", "--no-cache", "--exit-zero", "--", "bad.py", cwd=root).code == 0
    assert sorted(root.glob("x.py")) == []


def test_names_in_a_diff_drive_nothing_and_apply(project: Write) -> None:
    """A log shows what was written to a pipe: escape sequences, C1 characters, directions of text and bytes of no encoding are octal."""
    name = 'a\x1b[2J\x85\u202eyp.\r\n\udcff".py'
    root = project({"s3lint.toml": ""})
    (root / name).write_text(FIXABLE)
    done = subprocess.run(
        [sys.executable, "-m", "s3lint", "check", "--no-cache", "--diff", "."], cwd=root, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert all(32 <= byte < 127 for byte in done.stdout.replace(b"\n", b""))
    subprocess.run(["git", "apply", "-"], input=done.stdout, cwd=root, check=True)
    assert "ContentType" in (root / name).read_text()


def test_a_pipe_that_nobody_reads_is_no_output(project: Write) -> None:
    root = project({"s3lint.toml": "", "bad.py": BUCKET_BY_NAME})
    os.mkfifo(root / "pipe")
    for arguments in (("check", "--output-file", "pipe"), ("report", "--json", "pipe"), ("report", "--html", "pipe")):
        done = s3lint_here(*arguments, "--no-cache", cwd=root)
        assert done.code == 2
        assert "pipe: the report cannot be written" in done.err
