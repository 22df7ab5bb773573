"""Rules and the helpers of the runtime that they point to."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator

import pytest

from conftest import CHECKOUT, run, s3lint
from s3lint import runtime
from s3lint.cli import rule as command
from s3lint.registry import find, rules
from s3lint.registry.helpers import anchor, helper, signature
from s3lint.registry.rule import Rule

POINTING = [rule for rule in rules().values() if rule.helper is not None]


def documented() -> Iterator[tuple[str, str]]:
    """Every public helper with its docstring."""
    for module in (runtime, runtime.delta, runtime.spark):
        for name in module.__all__:
            found = getattr(module, name)
            if callable(found):
                yield f"{module.__name__}.{name}", found.__doc__ or ""


@pytest.mark.parametrize("rule", POINTING, ids=lambda rule: rule.name)
def test_a_rule_and_its_helper_name_each_other(rule: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"{rule.name} ({rule.code})" in " ".join(helper(rule.helper).__doc__.split())
    assert command.run(argparse.Namespace(rule=rule.code, all=False, output_format="text")) == 0
    page = capsys.readouterr().out
    assert f"\nHelper: {signature(rule.helper)}\n" in page
    assert f"/runtime/#{anchor(rule.helper)}\n" in page


def test_the_rules_that_helpers_name_are_rules() -> None:
    named = [pair for _, text in documented() for pair in re.findall(r"([a-z-]+)\s\((STO\d{3})\)", text)]
    assert len(named) > len(POINTING)
    assert [(name, code) for name, code in named if find(code).name != name] == []


def test_every_helper_is_documented_under_its_name() -> None:
    text = (CHECKOUT / "docs" / "runtime.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^#+ `([\w.]+)`$", text, re.MULTILINE))
    assert {rule.helper.removeprefix("s3lint.runtime.") for rule in POINTING} <= headings
    assert all(hasattr(runtime, heading.partition(".")[0]) for heading in headings)


def test_a_signature_says_how_a_helper_is_called() -> None:
    assert signature("s3lint.runtime.bucket_from_env") == "s3lint.runtime.bucket_from_env(variable: str = 'S3_BUCKET_NAME') -> str"
    assert signature("s3lint.runtime.AccessPattern").startswith("s3lint.runtime.AccessPattern.FREQUENT | ")
    assert signature("s3lint.runtime.store_document").endswith(" -> Document")
    shown = json.loads(s3lint("rule", "flat-key", "--output-format", "json", cwd=CHECKOUT).out)
    assert shown[0]["helper_signature"] == signature("s3lint.runtime.object_key")


def test_showing_a_helper_loads_no_other_package() -> None:
    code = "import sys; from s3lint.registry.helpers import signature; signature('s3lint.runtime.upload'); print(*sys.modules)"
    loaded = set(run(sys.executable, "-c", code, cwd=CHECKOUT).out.split())
    assert not loaded & {"boto3", "botocore", "deltalake", "pyarrow", "pyspark"}
