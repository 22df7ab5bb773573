"""The flake8 plugin. Folders are looked at as a whole before flake8 starts its workers, so that no file is looked at in each of them.

Until a file mentions storage nothing but the mentions pass is done; libcst is imported only then.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Iterator
from functools import cache, partial
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from s3lint import __version__
from s3lint.config.load import COMMAND_LINE, ConfigurationError, common_root, fields_of, settings_for
from s3lint.linter.engine import Engine
from s3lint.linter.policy import report_file
from s3lint.linter.result import Result
from s3lint.project.targets import targets
from s3lint.registry import registry
from s3lint.runner.cache.folder import NAME
from s3lint.runner.cache.results import cache_for
from s3lint.runner.run import analyze_files
from s3lint.suppressions.baseline import load

if TYPE_CHECKING:
    from flake8.options.manager import OptionManager

    from s3lint.settings import Settings

Report = tuple[int, int, str, type["Plugin"]]


class Plugin:
    """Reports findings as `STO…` codes. Columns are handed over from 0; `# noqa` is left to flake8."""

    name = "s3lint"
    version = __version__
    profile: ClassVar[str | None] = None
    config: ClassVar[str | None] = None
    cached: ClassVar[bool] = True

    def __init__(self, tree: ast.Module, filename: str, lines: list[str]) -> None:
        self.tree = tree
        self.is_named = filename not in ("-", "stdin")
        self.path = Path(os.path.abspath("stdin.py" if filename in ("-", "stdin") else filename))
        self.lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        add = partial(manager.add_option, parse_from_config=True)
        add("--s3lint-profile", choices=("default", "strict"), help="which rules of s3lint are on")
        add("--s3lint-config", metavar="FILE", help="the configuration file of s3lint")
        add("--s3lint-no-cache", action="store_true", help="look at every file, and remember nothing")

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Raises `ExecutionError` where the configuration is wrong: flake8 prints it and stops."""
        cls.profile, cls.config, cls.cached = options.s3lint_profile, options.s3lint_config, not options.s3lint_no_cache
        try:
            engine_for(Path.cwd(), cls.profile, cls.config)
            if parent_process() is None:
                cls.look_ahead([Path(os.path.abspath(name)) for name in options.filenames or ()], options.jobs.n_jobs)
        except ConfigurationError as error:
            _refuse(error)
        for problem in registry().problems:
            print(f"s3lint: warning: {problem}", file=sys.stderr)

    @classmethod
    def look_ahead(cls, paths: list[Path], jobs: int) -> None:
        """Looks at every file of the folders among the paths."""
        _AHEAD.clear()
        folders = [path for path in paths if path.is_dir()]
        files = list(targets(folders, cls._settings_of))
        if files:
            cache = cache_for(cls._settings_of(folders[0]).root / NAME, folders) if cls.cached else None
            _AHEAD.update((result.path, result) for result in analyze_files(files, jobs if jobs > 0 else None, cache))

    @classmethod
    def _settings_of(cls, path: Path) -> Settings:
        return engine_for(path if path.is_dir() else path.parent, cls.profile, cls.config).settings

    def run(self) -> Iterator[Report]:
        ahead = _AHEAD.get(self.path) if self.is_named else None
        if ahead is not None and not (ahead.findings or ahead.suppressions or ahead.errors):
            return
        try:
            engine = engine_for(self.path.parent, self.profile, self.config)
        except ConfigurationError as refusal:
            _refuse(refusal)
        data = "".join(self.lines).encode("utf-8", "surrogateescape")
        if ahead is not None:
            findings, errors = report_file(ahead, data, engine.selection, noqa=False)
        elif engine.is_relevant(self.path, data):
            findings, errors = engine.check(self.path, data, self.tree, noqa=False)
        else:
            return
        for finding in findings:
            yield finding.start.row, finding.start.column - 1, f"{finding.code} {finding.message}", type(self)
        for error in errors:
            yield 1, 0, f"STO000 {error}", type(self)


@cache
def engine_for(folder: Path, profile: str | None, config: str | None) -> Engine:
    """The engine of a folder; folders of one project share it. Raises `ConfigurationError`."""
    changes: dict[str, Any] = fields_of({"profile": profile}, COMMAND_LINE, Path.cwd()) if profile else {}
    file = Path(os.path.abspath(config)) if config else None
    if file is not None and not file.is_file():
        raise ConfigurationError(f"--s3lint-config: {file} does not exist")
    settings = settings_for(folder, common_root([folder]), changes, file)
    if settings.baseline is not None:
        load(settings.baseline)
    return next((engine for engine in _ENGINES if engine.settings == settings), None) or _added(Engine(settings))


_ENGINES: list[Engine] = []
_AHEAD: dict[Path, Result] = {}


def _added(engine: Engine) -> Engine:
    _ENGINES.append(engine)
    return engine


def _refuse(error: ConfigurationError) -> NoReturn:
    from flake8.exceptions import ExecutionError

    raise ExecutionError(str(error)) from None
