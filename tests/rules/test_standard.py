"""The standard's own sentences and examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.registry import rules
from s3lint.registry.standard import clauses, rules_of
from s3lint.settings import Settings
from s3lint.testing import check, reported

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "standard"

EXPECTED = {
    "good_storing_large_objects_in_s3": set(),
    "good_delta_lake_for_analytical_data": set(),
    "good_delta_lake_schema_evolution": set(),
    "good_presigned_urls_for_temporary_access": set(),
    "good_hierarchical_key_organization": set(),
    # The text wins over the example: it uploads without a content type.
    "good_batch_operations_with_s3": {(8, "STO301")},
    "bad_storing_large_objects_in_dynamodb": {(8, "STO101")},
    "bad_flat_key_structure": {(2, "STO211")},
    # Line 6 is the good half: its bucket comes from the environment. Neither half gives a content type.
    "bad_hardcoded_bucket_names": {(2, "STO201"), (2, "STO301"), (6, "STO301")},
    "bad_using_non_delta_formats_for_analytical_data": {(2, "STO501")},
    "bad_missing_schema_definition_for_delta_lake": {(2, "STO502")},
}


def test_every_example_is_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_examples_of_the_standard(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    assert reported(check(text)) == EXPECTED[name]


def test_every_rule_cites_a_sentence() -> None:
    without = {code for code, rule in rules().items() if rule.clause is None}
    assert without <= {"STO900", "STO902"}
    assert {rule.clause for rule in rules().values()} - {None} <= set(clauses())


def test_every_sentence_has_a_rule_or_a_reason() -> None:
    left = [clause.text for clause in clauses().values() if not rules_of(clause, rules().values()) and not clause.unchecked]
    assert left == []


def test_restatements_point_to_sentences() -> None:
    for clause in clauses().values():
        assert set(clause.same_as) <= set(clauses())


def test_the_settings_of_the_examples_are_the_default() -> None:
    assert Settings().profile == "default"


def test_sentences_know_their_rules() -> None:
    flat = clauses()["keys.hierarchical"]
    assert "STO211" in {rule.code for rule in rules_of(flat, rules().values())}
