"""Run what a pull request of a stranger could try, and count it by kind: `python -m robustness.attacks`, from `tests/`.

Prints the table of docs/reliability.md; with `--docs` writes it there. The exit code is 1 where an attack got through.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]

PAGE = HERE.parent / "docs" / "reliability.md"

FILES = (
    "robustness/test_hostile_cache.py", "robustness/test_hostile_configuration.py", "robustness/test_hostile_trees.py",
    "robustness/test_hostile_values.py", "robustness/test_git_configuration.py", "project/test_ignored.py", "lsp/test_transport.py",
    "suppressions/test_misspelt.py", "cli/test_excluded.py", "robustness/test_hostile_imports.py",
    "robustness/test_hostile_repositories.py", "robustness/test_hostile_output.py",
    "robustness/test_hostile_spellings.py", "robustness/test_hidden_code.py", "docs/test_ci_files.py",
)  # fmt: skip

ATTACKS = "attacks"
"""The property of a test that tries more than one attack: how many."""

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "forged, swapped, moved and inflated rows of a cache, with and without valid checksums; a committed cache": (
        "count as missing, every finding is reported",
        ("test_forged_rows_count", "test_a_row_of_other_settings", "test_a_folder_that_git_tracks", "test_a_cache_of_the_user"),
    ),
    "links and hard links in place of the cache, its database, its journal and its marks; databases of other programs": (
        "unchanged",
        ("test_no_file_of_others", "test_clean_leaves"),
    ),
    "spellings of `[tool.s3lint]` in TOML, with a byte order mark and Windows line ends": ("obeyed", ("test_every_spelling",)),
    "broken and endless configuration: merge markers, duplicates, 5 000 levels, 20 000 parts of a key, 60 000 digits, texts without an end, "
    "2 000 files that extend each other": (
        "one sentence, exit code 2, in every command",
        (
            "test_what_cannot_be_read",
            "test_every_door_refuses",
            "test_files_that_extend",
            "test_paths_that_no_system",
            "test_texts_without",
            "test_a_formatters_settings",
        ),
    ),
    "named pipes, devices, sparse files of 3 GB and links to nothing as source, notebook, module, configuration, `.gitignore` and baseline": (
        "refused or passed over; the rest is checked",
        ("test_what_is_no_small_regular", "test_such_a_file_hides", "test_a_configuration_file_that_is_no_file"),
    ),
    "links out of the project below walks, `--fix`, `--output-file`, `--json`, `--html` and `baseline`, those too that appear during the run": (
        "nothing outside is written",
        ("test_links_out_of", "test_fixes_are_not_written", "test_reports_are_not_written"),
    ),
    "folders 1 800 deep; patterns whose stars have years of combinations": (
        "linear",
        ("test_folders_of_any_depth", "test_patterns_match_in_linear_time"),
    ),
    "names of files that are options, or escape sequences in a diff": (
        "refused; quoted as git does",
        ("test_a_file_named_as_an_option", "test_names_in_a_diff"),
    ),
    "infinities, huge numbers and lone surrogates as values of storage calls": (
        "unknown values; no rule fails",
        ("test_no_value_fails_a_rule_anywhere", "test_the_rest_of_a_program"),
    ),
    "repositories with a setting for every program that git runs: filters, textconv, hooks, monitors, helpers, transports": (
        "no program runs",
        ("test_waivers_run_nothing", "test_mirrors_run_nothing", "test_a_missing_object"),
    ),
    "folders that look like a bare repository, a broken one, one of Mercurial, grafts, a `git` of the project, a git that does not end": (
        "hide nothing; not run; ended",
        (
            "test_a_folder_that_looks",
            "test_a_broken_repository",
            "test_no_committed_folder",
            "test_no_graft_hides",
            "test_no_git_of_the_project",
            "test_a_git_that_does_not_end",
            "test_a_git_that_stops",
        ),
    ),
    "calls in every place of Python's grammar, in syntax of later Python, and below declared encodings": (
        "found",
        ("test_no_place_of_the_grammar", "test_no_later_syntax", "test_no_long_line_hides"),
    ),
    "magics with options and in assignments, unknown ones, code in shell lines, comments of Databricks, old formats of notebooks": (
        "what Python runs is checked; old formats are STO900",
        ("test_no_magic_hides", "test_no_comment_hides", "test_magics_upon", "test_no_old_format"),
    ),
    "settings that name files of the repository itself": ("refused", ("test_no_setting_names",)),
    "modules named as Python's own in the checked folder, when workers start and in the jobs of CI": (
        "not imported",
        ("test_no_worker_", "test_no_python_of_a_job"),
    ),
    "messages to the language server: lengths, encodings, batches, nesting, names of files": (
        "answered or one line; it ends only where no next message can be found",
        ("test_the_server_", "test_the_messages_of"),
    ),
    "suppressions that name no rule or are misspelt": ("suppress nothing, and are reported", ("test_it_suppresses_nothing",)),
    "names in wide and mathematical letters and ligatures; files in UTF-7, in escapes and in Shift JIS": (
        "the findings of what Python reads",
        ("test_a_spelling_hides", "test_a_ligature_hides", "test_names_in_a_notebook_are"),
    ),
    "languages that the metadata of a notebook or the comments of a cell claim": (
        "what Python runs is checked",
        ("test_no_tag_of_a_notebook", "test_no_sql_cell_hides"),
    ),
    "commands for the servers that read a log, and formulas, in code, names, reasons and owners": (
        "escaped in every report, in flake8 too",
        (
            "test_no_report_is_a_command",
            "test_no_line_begins",
            "test_no_other_output_is",
            "test_flake8_prints_no_command",
            "test_no_cell_of_a_table",
        ),
    ),
    "files of owners with endless entries, sections, owners and names": ("bounded", ("test_no_file_of_owners",)),
    "mirrors whose trees name each other, with millions of files or of megabytes": (
        "refused",
        ("test_a_commit_of_endless", "test_a_batch_ends_at"),
    ),
    "patterns of exclusion that could match nothing": ("refused", ("test_a_pattern_that_can_match_nothing",)),
    "every format of report on outputs in five encodings": ("escapes; JSON stays valid", ("test_any_output_holds",)),
}
"""Each kind, what comes of it, and the beginnings of the names of its tests."""


class Tally:
    """Counts attacks by kind while pytest runs."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.through: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("::")[2]
        kind = next((kind for kind, (_, tests) in KINDS.items() if name.startswith(tests)), None)
        if kind is not None and (report.when == "call" or report.failed):
            self.tried[kind] += int(str(dict(report.user_properties).get(ATTACKS, 1)))
            self.through[kind] += report.failed


def table(tally: Tally) -> str:
    rows = [
        f"| {kind} | {tally.tried[kind]:,} | {tally.through[kind] or 'none'} | {result} |" for kind, (result, _) in KINDS.items()
    ]
    total = f"| all | {tally.tried.total():,} | {tally.through.total() or 'none'} | |"
    return "\n".join(["| Kind | Tried | Through | Result |", "|---|---|---|---|", *rows, total]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m robustness.attacks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--docs", action="store_true", help=f"write the table into {PAGE.name}")
    options = parser.parse_args(arguments)
    tally = Tally()
    code = pytest.main(["-q", "-n", "0", "-m", "", *(str(HERE / file) for file in FILES)], plugins=[tally])
    made = table(tally)
    print(made)
    if options.docs:
        page = PAGE.read_text(encoding="utf-8")
        begin = page.index("| Kind | Tried |")
        end = page.index("\n\n", begin)
        PAGE.write_text(page[:begin] + made.rstrip("\n") + page[end:], encoding="utf-8")
    return 1 if code or min(tally.tried[kind] for kind in KINDS) == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
