"""The tables of services say what the installed libraries say."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import pytest

from s3lint.storage.services import load
from s3lint.storage.services.generate import table
from s3lint.triggers.api_names import ITEM_OPERATIONS

SERVICES = ("s3", "dynamodb")


def is_installed(service: str) -> bool:
    """Whether a table was made from the versions that are installed."""
    return all(version(name) == recorded for name, recorded in load(service)["source"].items())


def lost(recorded: Any, made: Any, path: str = "") -> list[str]:
    """What a recorded table says that a new one does not: libraries add, they do not take away."""
    if isinstance(recorded, dict):
        missing = [f"{path}.{key}" for key in recorded if key not in made]
        return missing + [name for key in recorded if key in made for name in lost(recorded[key], made[key], f"{path}.{key}")]
    if isinstance(recorded, list):
        return [f"{path}: {item}" for item in recorded if item not in made]
    return [] if recorded == made else [f"{path}: {recorded} is {made}"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_table_is_what_its_libraries_say(service: str) -> None:
    made = json.loads(json.dumps(table(service)))
    recorded = load(service)
    if is_installed(service):
        assert recorded == made, "run `make tables`"
    else:
        assert lost({**recorded, "source": {}}, made) == []


def test_what_is_lost_is_named() -> None:
    recorded = {"operations": {"put": {"members": ["Key", "Body"]}, "get": {}}}
    assert lost(recorded, recorded) == []
    assert lost(recorded, {"operations": {"put": {"members": ["Body", "New"]}}}) == [
        ".operations.get",
        ".operations.put.members: Key",
    ]


def test_the_operations_that_write_items_are_operations() -> None:
    assert set(load("dynamodb")["operations"]) >= ITEM_OPERATIONS


@pytest.mark.parametrize("service", SERVICES)
def test_required_members_are_members(service: str) -> None:
    for operation in load(service)["operations"].values():
        assert set(operation["required"]) <= set(operation["members"])


def test_resources_call_operations() -> None:
    for service in SERVICES:
        operations = load(service)["operations"]
        for resource in load(service)["resources"].values():
            assert {action["operation"] for action in resource["actions"].values()} <= set(operations)
