"""The table of what linters offer for rolling out: s3lint's column, and the page that shows it."""

import re
import sys
from pathlib import Path

import pytest

from benchmarks.features import FEATURES, cells, repository
from conftest import CHECKOUT


def test_the_page_has_the_features_that_are_measured() -> None:
    page = (CHECKOUT / "docs" / "comparison.md").read_text(encoding="utf-8")
    section = page.partition("## For rolling out")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \| (yes|no) \|", section, re.MULTILINE)
    assert rows == [(feature.name, "yes") for feature in FEATURES]


@pytest.mark.extended
def test_s3lint_offers_each_of_them(tmp_path: Path) -> None:
    repository(tmp_path)
    program = {"s3lint": (sys.executable, "-m", "s3lint")}
    assert [feature.name for feature in FEATURES if list(cells(feature, program, tmp_path)) != ["yes"]] == []
