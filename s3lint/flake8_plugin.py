"""The flake8 plugin. Folders and several files are analyzed before flake8 starts its workers, so that no worker analyzes the same project again.

libcst is imported only when a file mentions storage: for all others the prefilter is enough.
"""

from __future__ import annotations

import argparse
import ast
import atexit
import gc
import os
import sys
from collections.abc import Iterator
from functools import cache, partial
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from s3lint import __version__
from s3lint.support.interpreter import paused_collector

with paused_collector():  # flake8 holds so many objects that each collection takes long.
    from s3lint.config.load import COMMAND_LINE, fallback_root, fields_of, settings_for
    from s3lint.errors import ConfigurationError, UsageError
    from s3lint.linter.engine import Engine
    from s3lint.linter.policy import report_file
    from s3lint.linter.result import Result
    from s3lint.project.discovery import is_excluded
    from s3lint.registry import registry
    from s3lint.reports import printable

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

    from s3lint.finding import Finding
    from s3lint.runner.since import Since
    from s3lint.settings import Settings

Flake8Error = tuple[int, int, str, type["Plugin"]]
"""What flake8 calls an error: row from 1, column from 0, text, plugin."""


class Plugin:
    """Reports findings as `STO…` codes. `# noqa` is left to flake8, which has its own options for it."""

    name = "s3lint"
    version = __version__
    profile: ClassVar[str | None] = None
    config: ClassVar[str | None] = None
    since: ClassVar[str | None] = None
    cached: ClassVar[bool] = True
    folders: ClassVar[tuple[Path, ...]] = ()

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self.tree = tree
        self.is_named = filename not in ("-", "stdin")
        self.path = Path(os.path.abspath("stdin.py" if filename in ("-", "stdin") else filename))
        self.lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        """Register the options; all may be in flake8's configuration file."""
        add = partial(manager.add_option, parse_from_config=True)
        add("--s3lint-profile", choices=("default", "strict", "preview"), help="the set of s3lint rules that is enabled")
        add("--s3lint-config", metavar="FILE", help="the configuration file of s3lint")
        add(
            "--s3lint-since",
            metavar="REVISION",
            help="report only findings of s3lint that the change since this git revision introduces",
        )
        add("--s3lint-no-cache", action="store_true", help="neither read nor write cached results of s3lint")

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Read options and analyze folders. Raises `ExecutionError` for a wrong configuration: flake8 prints it and stops."""
        cls.profile, cls.config, cls.cached = options.s3lint_profile, options.s3lint_config, not options.s3lint_no_cache
        cls.since = options.s3lint_since
        paths = [Path(os.path.abspath(name)) for name in options.filenames or ["."]]
        cls.folders = tuple(path for path in paths if path.is_dir())
        try:
            cls._engine(Path.cwd())
            if parent_process() is None:
                _spare_last_collection()
                cls.analyze_first(paths if options.filenames else [], options.jobs.n_jobs)
                if _RESULTS:
                    # Each collection of flake8 and of its workers would visit what the analysis leaves, first of all the classes of libcst.
                    gc.freeze()
        except ConfigurationError as error:
            _refuse(error)
        for problem in registry().problems:
            print(f"s3lint: warning: {problem}", file=sys.stderr)

    @classmethod
    def analyze_first(cls, paths: list[Path], jobs: int) -> None:
        """Analyze every file of the folders among the paths, and files that flake8 spreads over workers; `run` reports from the results.

        Each of the workers would read the projects of its files anew. For a file that it checks alone flake8 gives `run` the tree.
        """
        _RESULTS.clear()
        spread = len(paths) > 1 and jobs != 1
        chosen = [path for path in paths if path.is_dir() or (spread and cls._is_checked(path))]
        if not chosen:
            return
        from s3lint.project.targets import targets
        from s3lint.runner.cache.results import cache_for
        from s3lint.runner.run import analyze_files

        files = list(targets(chosen, cls._settings_of))
        if files:
            cache = cache_for(None, cls._settings_of(chosen[0]).root, chosen) if cls.cached else None
            _RESULTS.update((result.path, result) for result in analyze_files(files, jobs if jobs > 0 else None, cache))

    @classmethod
    def _is_checked(cls, path: Path) -> bool:
        """Tell whether a path is that of a file that `run` checks."""
        return path.is_file() and not is_excluded(path, cls._settings_of(path))

    @classmethod
    def _engine(cls, folder: Path) -> Engine:
        return engine_for(folder, fallback_root(folder, cls.folders), cls.profile, cls.config)

    @classmethod
    def _settings_of(cls, path: Path) -> Settings:
        return cls._engine(path if path.is_dir() else path.parent).settings

    def run(self) -> Iterator[Flake8Error]:
        """Report the findings of one file, and failures inside s3lint as `STO000`."""
        result = _RESULTS.get(self.path) if self.is_named else None
        if result is not None and not (result.findings or result.suppressions or result.errors):
            return
        try:
            engine = self._engine(self.path.parent)
        except ConfigurationError as refusal:
            _refuse(refusal)
        # flake8 does not tell files that were named from those it found in folders, and knows its own excludes alone.
        if self.is_named and is_excluded(self.path, engine.settings):
            return
        data = "".join(self.lines).encode("utf-8", "surrogateescape")
        findings, errors = self._found(engine, result, data)
        for finding in self._new(findings, engine.settings, data):
            yield finding.start.row, finding.start.column - 1, f"{finding.code} {printable(finding.message)}", type(self)
        for error in errors:
            yield 1, 0, f"STO000 {printable(error)}", type(self)

    def _found(self, engine: Engine, result: Result | None, data: bytes) -> tuple[list[Finding], tuple[str, ...]]:
        """Return the findings of this file and failures; `result` is what the analysis of its folder gave, if there was one."""
        if result is not None:
            return report_file(result, data, engine.selection, noqa=False)
        # Also while related files are read: flake8 itself leaves so many objects that each collection takes long.
        with paused_collector():
            if engine.settings.observed or engine.is_relevant(self.path, data):
                return engine.check(self.path, data, self.tree, noqa=False)
        return [], ()

    def _new(self, findings: list[Finding], settings: Settings, data: bytes) -> list[Finding]:
        """Return the findings that the change since `--s3lint-since` brings; all without that option."""
        if self.since is None or not findings:
            return findings
        try:
            return since(self.since).new(findings, lambda _: settings, {self.path: data})
        except UsageError as refusal:
            _refuse(refusal)


@cache
def _spare_last_collection() -> None:
    """Spare the interpreter its last collection at exit: with the classes of libcst it takes as long as flake8 takes for a small file."""
    atexit.register(gc.freeze)


@cache
def since(revision: str) -> Since:
    """Get what is known of the findings of a revision, once in each process."""
    from s3lint.runner.since import Since

    return Since(revision)


@cache
def engine_for(folder: Path, fallback: Path, profile: str | None, config: str | None) -> Engine:
    """Get the engine of a folder, whose root is `fallback` outside of any project; folders of one project share it. Raises `ConfigurationError`."""
    changes: dict[str, Any] = fields_of({"profile": profile}, COMMAND_LINE, Path.cwd()) if profile else {}
    file = Path(os.path.abspath(config)) if config else None
    if file is not None and not file.is_file():
        raise ConfigurationError(f"--s3lint-config: {file} does not exist")
    settings = settings_for(folder, fallback, changes, file)
    if settings.baseline is not None:
        from s3lint.suppressions.baseline import load

        load(settings.baseline)
    return next((engine for engine in _ENGINES if engine.settings == settings), None) or _added(Engine(settings))


_ENGINES: list[Engine] = []
_RESULTS: dict[Path, Result] = {}


def _added(engine: Engine) -> Engine:
    _ENGINES.append(engine)
    return engine


def _refuse(error: ConfigurationError | UsageError) -> NoReturn:
    from flake8.exceptions import ExecutionError

    raise ExecutionError(str(error)) from None
