"""List the fixture folder of each rule."""

from __future__ import annotations

from pathlib import Path

from s3lint.registry import rules
from s3lint.testing import Fixture

FOLDER = Path(__file__).parents[2] / "fixtures"

FIXTURES = [Fixture(rule, FOLDER / rule.chapter / rule.name.replace("-", "_")) for rule in rules().values()]
