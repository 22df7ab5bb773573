"""The manifest tells what the modules of the rules declare, and the triggers name kinds of facts that there are."""

from __future__ import annotations

import inspect
from dataclasses import fields

import s3lint.facts
from s3lint.facts import Fact
from s3lint.registry import OWN, rules, walk
from s3lint.registry.manifest import MANIFEST, manifest_of
from s3lint.registry.rule import Rule, name_of
from s3lint.triggers import TRIGGERS

KINDS = {name for name, each in vars(s3lint.facts).items() if inspect.isclass(each) and issubclass(each, Fact)} - {"Fact"}


def test_the_manifest_is_that_of_the_rules() -> None:
    assert MANIFEST.read_text(encoding="utf-8") == manifest_of(walk(OWN)), "the manifest is out of date: run `make manifest`"


def test_a_declared_rule_is_that_of_its_module() -> None:
    for rule in walk(OWN):
        declared = rules()[rule.code]
        assert declared.imported() is rule
        assert [getattr(declared, each.name) for each in fields(Rule) if each.compare] == [
            getattr(rule, each.name) for each in fields(Rule) if each.compare
        ]
        for name in ("name", "chapter", "page", "url", "kinds", "compares", "decides"):
            assert getattr(declared, name) == getattr(rule, name)


def test_the_manifest_of_declared_rules_is_the_same() -> None:
    assert manifest_of(rules().values()) == MANIFEST.read_text(encoding="utf-8")


def test_triggers_name_kinds_of_facts() -> None:
    assert {kind for extractor in TRIGGERS.values() for kind in extractor.makes} == KINDS


def test_rules_subscribe_to_kinds_of_facts() -> None:
    assert {kind for rule in rules().values() for kind in rule.kinds} <= KINDS


def test_kinds_of_other_modules_have_paths() -> None:
    assert name_of(s3lint.facts.ObjectCall) == "ObjectCall"
    assert name_of(Rule) == "s3lint.registry.rule.Rule"
