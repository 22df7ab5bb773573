"""Properties of every rule."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from conftest import run
from s3lint.finding import PROFILES
from s3lint.registry import UnknownRule, find, rules, select
from s3lint.registry.rule import Rule
from s3lint.registry.standard import clauses
from s3lint.settings import Settings
from s3lint.testing import check, examples, verify_page

CHECKOUT = Path(__file__).parents[2]

RULES = list(rules().values())


@pytest.fixture(params=RULES, ids=[rule.name for rule in RULES])
def rule(request: pytest.FixtureRequest) -> Rule:
    found: Rule = request.param
    return found


def test_codes_fit_flake8_and_are_unique() -> None:
    modules = list((CHECKOUT / "rules").glob("*/*.py"))
    assert len(RULES) == len([path for path in modules if not path.name.startswith("_")])
    assert all(re.fullmatch(r"STO\d{3}", rule.code) for rule in RULES)


def test_the_chapter_of_a_rule_fits_its_code(rule: Rule) -> None:
    chapters = {"1": "placement", "5": "delta", "9": "linter"}
    chapters |= {"2": "keys", "3": "metadata", "4": "access"}
    assert rule.chapter == chapters[rule.code[3]]


def test_a_page_begins_with_the_name_of_its_rule(rule: Rule) -> None:
    assert rule.page.startswith(f"{rule.name}: ")


def test_a_page_is_complete_and_right(rule: Rule) -> None:
    verify_page(rule)


def test_a_message_can_be_read_at_a_glance(rule: Rule) -> None:
    text = (CHECKOUT / "fixtures" / rule.chapter / rule.name.replace("-", "_") / "bad.py").read_text(encoding="utf-8")
    settings = Settings(root=Path("/nowhere"), extend_select=(rule.code,))
    messages = [finding.message for finding in check(text, settings) if finding.code == rule.code]
    assert [message for message in messages if len(message) >= 160] == []
    assert all(message.endswith(".") and message[0] == message[0].upper() for message in messages)


def test_a_page_shows_both_ways(rule: Rule) -> None:
    if rule.chapter != "linter":
        assert examples(rule, "Do not")
        assert examples(rule, "Do")


def test_a_rule_that_fixes_says_how_safe_that_is(rule: Rule) -> None:
    assert rule.fix in ("none", "safe", "unsafe", "sometimes")


def test_a_rule_is_of_a_profile(rule: Rule) -> None:
    assert rule.profile in PROFILES


def test_a_clause_is_a_sentence_of_the_standard(rule: Rule) -> None:
    assert rule.clause is None or rule.clause in clauses()


def test_rules_are_found_by_code_name_and_beginning() -> None:
    assert find("STO211") is find("sto211") is find("flat-key")
    assert select("STO2") >= {"STO201", "STO211"}
    assert select("flat-key") == {"STO211"}
    assert select("ALL") == set(rules())


def test_an_unknown_rule_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownRule, match="did you mean flat-key"):
        find("flat-keys")


def test_rules_are_known_without_libcst() -> None:
    """A run that finds no mention, and every run of flake8, pays for importing the rules: they must not import the parser."""
    program = "import sys; from s3lint.registry import rules; rules(); print('libcst' in sys.modules)"
    assert run(sys.executable, "-c", program, cwd=CHECKOUT).out.strip() == "False"
