"""How a run is spread over processes, how much it keeps in memory, and how it finds words."""

from __future__ import annotations

import gc
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conftest import BUCKET_BY_NAME, Write, check_project, s3lint_here
from conftest import run as run_program
from s3lint import flake8_plugin
from s3lint.linter.engine import Engine
from s3lint.project.files import ProjectFiles
from s3lint.project.loader import Loader
from s3lint.runner import run, worker
from s3lint.runner.cache.folder import RESULTS, project_folder
from s3lint.settings import Settings
from s3lint.support.cores import available_cores
from s3lint.support.interpreter import paused_collector
from s3lint.syntax.outline import parse
from s3lint.syntax.recent_trees import keep_tree, recent_tree

if TYPE_CHECKING:
    import pytest

    from s3lint.syntax.module import Module

HELPER = "import boto3\n\n\ndef keep(bucket, key):\n    boto3.client('s3').delete_object(Bucket=bucket, Key=key)\n"


def test_cores_are_those_that_a_container_pays_for(tmp_path: Path) -> None:
    everything = available_cores(tmp_path)
    (tmp_path / "cpu").mkdir()
    for quota, cores in (("-1", everything), ("50000", 1)):
        (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota)
        (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
        assert available_cores(tmp_path) == cores
    for limit, cores in (("max 100000", everything), ("10000 100000", 1), ("9000000 100000", everything)):
        (tmp_path / "cpu.max").write_text(f"{limit}\n")
        assert available_cores(tmp_path) == cores


def test_what_a_worker_forgets_changes_no_finding(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"module_{i}.py": f"from helper import keep\nkeep('acme-{i}', 'a/b')\n" for i in range(4)}
    root = project(files | {"helper.py": HELPER, "other.py": BUCKET_BY_NAME})
    remembered = check_project(root)
    monkeypatch.setattr(worker, "MAX_LIVE_OBJECTS", 0)
    assert check_project(root) == remembered
    assert len({finding.path for finding in remembered}) == 5


def test_trees_make_room_before_values_are_forgotten(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"module.py": BUCKET_BY_NAME})
    made, task = worker.Worker([Settings(root=root)]), worker.Task(root / "module.py", 0, standalone=False)
    large = "value = function(first, second)\n" * 10_000
    with paused_collector():
        made.analyze(task)
        known = made.engine(task).analysis
        monkeypatch.setattr(worker, "MAX_LIVE_OBJECTS", 50_000)
        made.start()
        for text in (large, "value = 1\n"):
            keep_tree(text, parse(text))
        made.analyze(task)
        assert recent_tree(large) is None
        assert made.engine(task).analysis is known
        monkeypatch.setattr(worker, "MAX_LIVE_OBJECTS", 0)
        made.start()
        more: list[list[int]] = [[] for _ in range(1_000)]
        made.analyze(task)
        assert made.engine(task).analysis is not known
    assert len(more) == 1_000


def test_workers_find_what_one_process_finds(project: Write) -> None:
    files = {
        f"module_{i:02}.py": f"from helper import keep\nkeep('acme-{i}', 'a/b')\n{BUCKET_BY_NAME}"
        for i in range(2 * run.MIN_FILES_PER_WORKER)
    }
    root = project(files | {"helper.py": HELPER, "silent.py": "VALUE = 1\n"})
    assert check_project(root, jobs=2) == check_project(root)


def test_files_with_weak_mentions_alone_start_no_processes(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    weak = {f"module_{i:02}.py": "def keep(frame, path):\n    frame.to_csv(path)\n" for i in range(2 * run.MIN_FILES_PER_WORKER)}
    started = []
    spread = run._in_workers
    monkeypatch.setattr(run, "_in_workers", lambda tasks, *more: started.append(len(tasks)) or spread(tasks, *more))
    root = project(weak | {"other.py": BUCKET_BY_NAME})
    check_project(root, jobs=2)
    assert started == []

    root = project(weak | {f"other_{i:02}.py": BUCKET_BY_NAME for i in range(2 * run.MIN_FILES_PER_WORKER)})
    check_project(root, jobs=2)
    assert started == [4 * run.MIN_FILES_PER_WORKER + 1]


def test_words_are_found_wherever_they_stand_now(project: Write) -> None:
    root = project({"a.py": "def keep():\n    pass\n", "b.py": "keep()\nlose()\n", "c.py": "keepsake()\n"})
    files = ProjectFiles(Settings(root=root))

    def holding(word: bytes) -> list[str]:
        return [path.name for path in files.word_index.files_with(word)]

    assert holding(b"keep") == ["a.py", "b.py"]
    assert holding(b"lose") == ["b.py"]
    (root / "c.py").write_text("keep()\nlose()\n")
    (root / "d.py").write_text("keep()\n")
    (root / "b.py").unlink()
    for name in ("b.py", "c.py", "d.py"):
        files.refresh(root / name)
    assert holding(b"keep") == ["a.py", "c.py", "d.py"]
    assert holding(b"lose") == ["c.py"]


def test_flake8_finds_in_a_folder_what_it_finds_in_its_files(project: Write) -> None:
    root = project({"a.py": "from helper import keep\nkeep('acme', 'a/b')\n", "helper.py": HELPER, "b.py": BUCKET_BY_NAME})
    flake8 = (sys.executable, "-m", "flake8", "--isolated", "--select", "STO", "--jobs", "2")
    whole = run_program(*flake8, ".", cwd=root)
    for jobs in ("1", "2"):
        each = run_program(*flake8, "--jobs", jobs, "a.py", "b.py", "helper.py", cwd=root)
        assert sorted(line.removeprefix("./") for line in whole.out.splitlines()) == sorted(each.out.splitlines())
    assert "a.py" in whole.out


def test_files_that_flake8_spreads_over_workers_are_analyzed_before(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"s3lint.toml": "extend-exclude = ['gen']\n"} | dict.fromkeys(("a.py", "b.py", "gen/c.py"), BUCKET_BY_NAME))
    files = [root / name for name in ("a.py", "b.py", "gen/c.py", "absent.py")]
    monkeypatch.setattr(flake8_plugin.Plugin, "cached", False)

    def analyzed(paths: list[Path], jobs: int) -> set[str]:
        flake8_plugin.Plugin.analyze_first(paths, jobs)
        return {path.name for path in flake8_plugin._RESULTS}

    assert analyzed(files, 2) == analyzed(files, -1) == {"a.py", "b.py"}
    assert analyzed(files, 1) == analyzed(files[:1], 2) == set()
    assert analyzed([root], 1) == {"a.py", "b.py"}


def test_flake8_ends_without_a_last_collection(project: Write) -> None:
    told = "import atexit, gc; atexit.register(lambda: print('frozen', gc.get_freeze_count() > 0))"
    program = f"{told}; from flake8.main.cli import main; main(['--isolated', '--select', 'STO', 'a.py'])"
    assert "frozen True" in run_program(sys.executable, "-c", program, cwd=project({"a.py": ""})).out


def test_flake8s_collections_visit_nothing_that_the_analysis_made(project: Write) -> None:
    visited = "any(each.__name__ == 'ClassDef' for each in gc.get_objects() if isinstance(each, type))"
    program = (
        f"import gc; from flake8.main.cli import main; main(['--isolated', '--select', 'STO', '.']); print('visited', {visited})"
    )
    done = run_program(sys.executable, "-c", program, cwd=project({"a.py": BUCKET_BY_NAME}))
    assert "STO201" in done.out
    assert "visited False" in done.out


def test_flake8_remembers_what_it_found_in_a_folder(project: Write) -> None:
    root = project({"config.py": "BUCKET = name\n", "a.py": f"from config import BUCKET\n{HELPER}keep(BUCKET, 'a/b')\n"})
    flake8 = (sys.executable, "-m", "flake8", "--isolated", "--select", "STO", ".")
    first = run_program(*flake8, cwd=root)
    assert (project_folder(root) / RESULTS).is_file()
    assert run_program(*flake8, cwd=root) == first

    (root / "config.py").write_text("BUCKET = 'acme-documents'\n", encoding="utf-8")
    assert "acme-documents" in run_program(*flake8, cwd=root).out


def test_flake8s_configuration_may_choose_the_profile_and_no_cache(project: Write) -> None:
    configuration = "[flake8]\nextend-select = STO\ns3lint-profile = strict\ns3lint-no-cache = true\n"
    root = project({"a.py": HELPER.replace("delete_object", "put_object"), ".flake8": configuration})
    assert "STO313" in run_program(sys.executable, "-m", "flake8", ".", cwd=root).out
    assert not project_folder(root).exists()


def test_timing_names_stages_and_rules_of_all_processes(project: Write) -> None:
    root = project({f"module_{i:02}.py": BUCKET_BY_NAME for i in range(2 * run.MIN_FILES_PER_WORKER)})
    plain, timed = (
        s3lint_here("check", "--isolated", "--no-cache", "--output-format", "json", "--jobs", "2", *more, cwd=root)
        for more in ((), ("--timing",))
    )
    assert timed.out == plain.out
    assert timed.code == plain.code
    assert {"skeletons", "facts: objects", "finding files"} <= {
        row.strip(" │").partition("│")[0].strip() for row in timed.err.splitlines()
    }
    assert plain.err == ""


def test_modules_are_forgotten_that_were_used_least_recently(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"module_{i}.py" for i in range(12)]
    root = project({name: f"from helper import keep\nkeep('acme-{name}', 'a/b')\n" for name in names} | {"helper.py": HELPER})
    loaded: list[tuple[str, weakref.ref[Module]]] = []
    load = Loader.load

    def counting(loader: Loader, *arguments: Any) -> Module:
        module = load(loader, *arguments)
        loaded.append((module.path.name, weakref.ref(module)))
        return module

    monkeypatch.setattr(Loader, "load", counting)
    engine = Engine(Settings(root=root))
    for name in (*names, "helper.py"):
        assert engine.analyze(root / name, (root / name).read_bytes()).errors == ()
    alive = {name for name, module in loaded if module() is not None}
    assert alive == {*names, "helper.py"}
    engine.forget()
    kept = {name for name, module in loaded if module() is not None}
    assert "helper.py" in kept
    assert names[0] not in kept
    assert 1 < len(kept) < len(names)


def test_what_is_forgotten_is_free_without_a_collection(project: Write) -> None:
    """A collection visits all objects of the process, so that it would cost a tenth of a run."""
    caller = "from helper import keep\n\n\ndef f(key):\n    keep(name, key)\n\n\n" + "f('a')\n" * 50
    root = project({"helper.py": HELPER, "module.py": caller})

    def analyzed() -> Engine:
        engine = Engine(Settings(root=root))
        for name in ("module.py", "helper.py"):
            assert engine.analyze(root / name, (root / name).read_bytes()).errors == ()
        return engine

    analyzed()  # What is made once for a process is made by now.
    gc.collect()
    gc.disable()
    try:
        before = gc.get_count()[0]
        engine = analyzed()
        made = gc.get_count()[0] - before
        engine.forget(recent=False)
        left = gc.get_count()[0] - before
    finally:
        gc.enable()
    assert left < made / 2


def test_a_file_is_read_once_to_decide_whether_it_matters_and_for_searches(project: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "b.py": "x = 1\n", "link.py": ""})
    (root / "link.py").unlink()
    (root / "link.py").symlink_to(sys.executable)
    tasks = [worker.Task(root / name, 0, standalone=False) for name in ("a.py", "b.py", "link.py")]
    one = worker.Worker([Settings(root=root)])
    for task in tasks[:2]:
        one.skip_if_irrelevant(task)
    one.engine(tasks[2]).skip_if_irrelevant(root / "link.py", b"secret = 1\n", keep=True)
    files = one.engine(tasks[0]).files
    monkeypatch.setattr(ProjectFiles, "read", lambda _, path: path.name.encode())

    # What lies behind a link out of the project is not taken, whoever offers it.
    assert [files.content(task.path) for task in tasks] == [BUCKET_BY_NAME.encode(), b"x = 1\n", b"link.py"]
    files.refresh(root / "b.py")
    assert files.content(root / "b.py") == b"b.py"
