"""From the source of one file to its findings: prefilter, outline, facts, rules.

`Engine` analyzes files of one project one after another; `policy` decides which of the findings are reported. The modules that need libcst
are imported when the first file is parsed, so that a run without storage code never loads it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from s3lint.config.load import isolated
from s3lint.config.selection import Selection
from s3lint.finding import Finding, failure
from s3lint.linter.findings import finding_of, fixed_together, is_template, merged, suppressions_in, unreadable
from s3lint.linter.policy import report_file
from s3lint.linter.prefilter import Mentions, prefilter_for
from s3lint.linter.result import Result
from s3lint.project.dependencies import RelatedFilesDependency, Tracker
from s3lint.project.discovery import is_notebook
from s3lint.project.files import MAX_SOURCE_BYTES, ProjectFiles
from s3lint.project.formatters import formatter_files
from s3lint.project.import_graph import ImportGraph
from s3lint.project.loader import Loader
from s3lint.project.searches import STORES
from s3lint.settings import Settings
from s3lint.source.notebooks import read
from s3lint.source.script_cells import broken_cells, masked_rows, plain
from s3lint.source.text import Source, Unreadable, is_wide
from s3lint.support.clock import CLOCK
from s3lint.support.interpreter import on_one_stack, paused_collector, without_parser_warnings
from s3lint.suppressions.directives import Suppression, are_for_s3lint, suppressions

if TYPE_CHECKING:
    from s3lint.inference.analysis import Analysis
    from s3lint.project.modules import Project
    from s3lint.registry.rule import Match
    from s3lint.syntax.module import Module


class Engine:
    """Analyzes files of one project under one set of settings."""

    def __init__(
        self,
        settings: Settings,
        files: ProjectFiles | None = None,
        loader: Loader | None = None,
        tracker: Tracker | None = None,
    ) -> None:
        self.settings = settings
        self.loader = loader or Loader()
        self.selection = Selection(settings)
        self.prefilter = prefilter_for(self.selection.codes)
        self.files = files or ProjectFiles(settings)
        self.tracker = tracker or Tracker()
        self.weak: set[Path] = set()
        """Files that `skip_if_irrelevant` let through for weak mentions."""
        self._mentions: dict[Path, tuple[int, Mentions]] = {}
        """The mentions in files that `skip_if_irrelevant` let through, with the hash of the bytes that it saw."""
        self.dependents: dict[Path, tuple[Result, int]] = {}
        """Results of files analyzed for another one, with the set of what each depends on."""
        self._searches_named = 0
        """How many of the project's searches earlier results have named."""

    @cached_property
    def project(self) -> Project:
        from s3lint.project.modules import Project

        return Project(self.files, self.loader, self.tracker)

    @cached_property
    def analysis(self) -> Analysis:
        from s3lint.inference.analysis import Analysis

        return Analysis(self.project)

    @cached_property
    def import_graph(self) -> ImportGraph:
        return ImportGraph(self.files, self.prefilter, lambda: self.project, self.loader)

    def forget(self, *, recent: bool = True) -> None:
        """Forget all values, and the modules; `recent` keeps those that were used last. What searches found is kept.

        Values of one module hold on to others, so only modules can be forgotten one by one; to infer values again is cheaper.
        """
        self.take_apart()
        self.loader.keep(self.project.recent() if recent else ())
        # Whatever keeps a set of dependencies goes with what they are numbered by.
        for name in ("analysis", "project"):
            self.__dict__.pop(name, None)
        self.dependents.clear()
        self.tracker.forget()

    def take_apart(self) -> None:
        """Unlink all values, so that they are freed though the collector is paused. The engine is good for nothing else until it forgets."""
        if "analysis" in self.__dict__:
            self.analysis.take_apart()

    def check(
        self, path: Path, data: bytes, tree: ast.Module | None = None, *, noqa: bool = True
    ) -> tuple[list[Finding], tuple[str, ...]]:
        """Return the findings to report in one file, as a run over the whole project reports them, and failures, one line each.

        Without `noqa` such comments are left to the caller. Raises `ConfigurationError` for a baseline that cannot be read.
        """
        result = self.analyze_standalone(path, data, tree)
        if self.settings.observed:
            from s3lint.linter.observed import observed_in

            (result,) = observed_in([result], lambda _: self)
        return report_file(result, data, self.selection, noqa=noqa)

    def with_observed(self, result: Result) -> Result:
        """Add the findings of recorded calls to the result of a file. Raises `ConfigurationError` for a recording that cannot be read."""
        if not self.settings.observed:
            return result
        from s3lint.linter.observed import with_observed

        return with_observed(result, self.settings, self._analyze_program, self.files.overlay.get(result.path))

    def _analyze_program(self, text: str) -> Result:
        """Analyze a program that stands for recorded calls. It belongs to no project: only the folder of the root is listed."""
        return Engine(isolated(self.settings)).analyze(self.settings.root / "recorded_calls_.py", text.encode())

    def is_relevant(self, path: Path, data: bytes) -> bool:
        """Return whether a file may have findings: it mentions storage, or files that do may use its values."""
        return bool(self.prefilter.mentions(plain(data))) or self.import_graph.may_have_related(path, data)

    def skip_if_irrelevant(self, path: Path, data: bytes, *, keep: bool) -> Result | None:
        """Return an empty result if the prefilter rules the file out; None if it must be parsed, as notebooks always must.

        With `keep` the bytes stay in memory for searches.
        """
        if is_notebook(path.name) or is_wide(data):
            return None
        self.tracker.recorded = 0
        text = plain(data)
        if keep:
            self.files.offer(path, text)
        found = self.prefilter.mentions(text)
        if not self._matters(found, text):
            return self._with_dependencies(Result(path))
        if found.weak:
            self.weak.add(path)
        self._mentions[path] = hash(text), found
        return None

    def index(self) -> None:
        """Read of the project what every worker would read that analyzes many of its files: where words stand, and all imports."""
        if not self.files.word_index.load_filters():
            self.files.word_index.build()
            for path in self.files.searched:
                self.loader.imports(path, self.files.content(path))

    def _mentions_anywhere(self, data: bytes) -> bool:
        """Return whether some cell mentions storage, be it in another language than Python."""
        return bool(self.prefilter.mentions(data, in_prose=True))

    def _mentions_in(self, path: Path, data: bytes) -> Mentions:
        known = self._mentions.pop(path, None)
        return known[1] if known is not None and known[0] == hash(data) else self.prefilter.mentions(data)

    def _matters(self, found: Mentions, data: bytes) -> bool:
        """Return whether the hits justify parsing. Weak hits count only in a project that uses a store."""
        return bool(found) and not (found.weak and not self._names_store(data))

    def _names_store(self, data: bytes) -> bool:
        """Return whether the file or another one of its project names a store, such as a client of S3."""
        if STORES.finds(data):
            return True
        found = self.tracker.answered(STORES, self._naming_store)
        self.tracker.record(self.tracker.search(STORES, found))
        return bool(found)

    def _naming_store(self) -> tuple[Path, ...]:
        """Return a file of the project that names a store, if there is one."""
        # One file is enough for the answer, so the search ends there: most projects with storage code name a store early.
        files, names_store = self.files, self.loader.names_store
        return tuple(islice((path for path in files.searched if names_store(path, files.content(path))), 1))

    def analyze(self, path: Path, data: bytes) -> Result:
        """Return the findings that the calls in a file give rise to, in this file or in others. For runs over a whole project."""
        return self._safely(path, lambda: self._analyze(path, data))

    def analyze_standalone(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Result:
        """Return the findings in a file, including those that calls in its dependents give rise to. For single files.

        `tree` is the file as `ast` parses it, if the caller has done so.
        """
        return self._safely(path, lambda: self._analyze_standalone(path, data, tree))

    @without_parser_warnings()
    def _safely(self, path: Path, analyze: Callable[[], Result]) -> Result:
        """Turn an exception into a result with an error, so that it costs the findings of one file, never those of the others."""
        self.tracker.recorded = 0
        try:
            return self._with_dependencies(on_one_stack(analyze))
        except Exception as error:
            return Result(path, errors=(failure("s3lint", error, path),))

    def _analyze(self, path: Path, data: bytes) -> Result:
        if is_notebook(path.name):
            return self._analyze_notebook(path, data)
        return self._with_cells(self._analyze_source(path, plain(data)), data)

    def _with_cells(self, result: Result, data: bytes) -> Result:
        """Add what was masked in a source that consists of cells, and findings for the cells that do not parse."""
        broken = [unreadable(result.path, error, "cell") for error in broken_cells(data)]
        findings = (*broken, *result.findings) if broken and self._mentions_anywhere(data) else result.findings
        return replace(result, findings=findings, masks=masked_rows(data))

    def _analyze_standalone(self, path: Path, data: bytes, tree: ast.Module | None) -> Result:
        if is_notebook(path.name):
            return self._analyze_notebook(path, data)
        source = plain(data)
        # The caller's tree is of the bytes as they are; what is masked changes the tree.
        tree = tree if source == data else None
        own = self._analyze_source(path, source, tree)
        results = [own, *(self._analyze_dependent(dependent) for dependent in self._dependents_of(path, source, tree))]
        # Recorded calls are compared with findings in other files too: a value is reported where it is written.
        everywhere = bool(self.settings.observed)
        findings = merged(finding for result in results for finding in result.findings if everywhere or finding.path == path)
        found = suppressions_in(results).get(path, ())
        return self._with_cells(replace(own, findings=tuple(findings), suppressions=found, elsewhere=()), data)

    def _with_dependencies(self, result: Result) -> Result:
        """Add what the result depends on: the dependencies and the new searches since `_safely` began."""
        dependencies = self.tracker.dependencies()
        if not dependencies:
            return result
        searched = tuple(islice(self.tracker.found.items(), self._searches_named, None))
        self._searches_named += len(searched)
        return replace(result, dependencies=dependencies, searched=searched)

    def _analyze_notebook(self, path: Path, data: bytes) -> Result:
        """Analyze the cells of a notebook as one module. It has no dependents: no file imports a notebook."""
        try:
            opened = read(data)
        except Unreadable as error:
            return Result(path, (unreadable(path, error),) if self._mentions_anywhere(data) else ())
        if opened is None:
            return Result(path)
        text, cells = opened
        result = self._analyze_source(path, text)
        broken = [unreadable(path, error, "cell") for error in cells.broken] if self._mentions_anywhere(data) else []
        return replace(result, findings=(*broken, *result.findings), cells=cells, masks=cells.masks)

    def _analyze_source(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Result:
        """Analyze Python source, in which `plain` has masked everything that is not Python."""
        found = self._mentions_in(path, data)
        # UTF-16 and UTF-32 hide every word from the prefilter; such a file goes on, and is reported where Python does not read it.
        if not self._matters(found, data) and not is_wide(data):
            return Result(path)
        if len(data) > MAX_SOURCE_BYTES:
            size = f"the file has {len(data):,} bytes, more than {MAX_SOURCE_BYTES:,}, and was not parsed"
            message = f"{size}; storage is mentioned in {len(found.rows)} of its lines"
            return Result(path, (unreadable(path, Unreadable(message, found.rows[0] if found.rows else 1)),))
        with paused_collector():
            try:
                module = self.module(path, data, tree)
            except Unreadable as error:
                return Result(path, () if is_template(path) else (unreadable(path, error),), suppressions_of(data))
            return self._check(module, found)

    def _dependents_of(self, path: Path, data: bytes, tree: ast.Module | None) -> list[Path]:
        """Return the files whose calls may give rise to findings in this one."""
        related = self.import_graph.fingerprint(path, data)
        self.tracker.record(RelatedFilesDependency(path, related))
        if not related:
            return []
        try:
            return self.import_graph.related_storage_files(self.module(path, data, tree))
        except Unreadable:
            return []

    def related_files(self, path: Path, data: bytes) -> list[Path]:
        """Return the files with which a file may exchange values that matter. Raises `Unreadable`."""
        matters = path in self.import_graph.storage or self.import_graph.may_have_related(path, data)
        return self.import_graph.related_files(self.module(path, data)) if matters else []

    def _note_formatters(self, findings: Iterable[Finding]) -> None:
        """Record what tells how long the lines of the files are that have fixes."""
        paths = {finding.path for finding in findings if finding.fix is not None} if self.tracker.on else ()
        for file in dict.fromkeys(file for path in paths for file in formatter_files(path)):
            self.tracker.record(self.tracker.file(file, self.files.read(file)))

    def _analyze_dependent(self, path: Path) -> Result:
        """Analyze a dependent once, however many files it depends on, and add what it read to what the current file depends on."""
        if path not in self.dependents:
            with self.tracker.isolated():
                module = self.project.module(path)
                found = self._analyze_source(path, module.file.data) if module is not None else Result(path)
                self.dependents[path] = found, self.tracker.recorded
        result, read = self.dependents[path]
        self.tracker.recorded |= read
        return result

    def module(self, path: Path, data: bytes, tree: ast.Module | None = None) -> Module:
        """Return the module of a file with this content, which the rest of the project sees from now on. Raises `Unreadable`."""
        known = self.project.known(path)
        if known is not None and known.file.data == data:
            return known
        module = self.loader.load(Source.decode(path, data), tree)
        self.project.add(module)
        return module

    def _check(self, module: Module, found: Mentions) -> Result:
        """Run the rules over a parsed module."""
        from s3lint.linter.checker import Checker

        checker = Checker(self.analysis, self.settings, self.selection)
        whole = module.extent.whole
        with CLOCK.stage("walk"):
            matches, errors = checker.matches(module, found)
        with CLOCK.stage("findings and fixes"):
            findings_here = [finding for match in matches for finding in _findings_of(match, errors)]
            refused = [unreadable(module.path, error) for error in checker.refused]
            found_here = merged([*refused, *findings_here])
            findings = fixed_together(found_here)
            self._note_formatters(findings)
        # This result depends on its own file anyway. Others share what was inferred of it, and inference never reads a text as a whole.
        module.extent.whole = whole
        own, elsewhere = _suppressions_for(module, matches, findings)
        return Result(module.path, tuple(findings), own, tuple(errors), elsewhere=elsewhere)


def suppressions_of(data: bytes) -> tuple[Suppression, ...]:
    """Return the suppressions in a file that may not parse, as far as it can be decoded."""
    return tuple(suppressions(data.decode("utf-8", "replace")))


def _suppressions_for(
    module: Module, matches: Iterable[Match], findings: Iterable[Finding]
) -> tuple[tuple[Suppression, ...], tuple[tuple[Path, tuple[Suppression, ...]], ...]]:
    """Return the suppressions of a module that matter to its findings or in themselves, and those of other modules that findings lie in."""
    text, paths = module.file.text, {finding.path for finding in findings}
    own = tuple(suppressions(text)) if module.path in paths or are_for_s3lint(text) else ()
    others = {match.site.module.path: match.site.module for match in matches if match.site.module.path in paths - {module.path}}
    read = ((path, tuple(suppressions(other.file.text))) for path, other in others.items())
    return own, tuple((path, found) for path, found in read if found)


def _findings_of(match: Match, errors: list[str]) -> Iterator[Finding]:
    """Yield the finding of a match. Its fix is rendered here, and a failure of that costs this finding alone."""
    try:
        finding = finding_of(match)
        if match.site.block.refused is None:  # Otherwise its place is unknown; the refusal is reported.
            yield finding
    except Exception as error:
        errors.append(failure(match.rule.name, error, match.site.module.path))
