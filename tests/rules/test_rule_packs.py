"""Rules that other packages offer."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from conftest import Run, Write, run, s3lint

RULE = '''\
"""no-cache-control: an object is written without saying how long it may be cached.

## What it finds
`put_object` with no `CacheControl`.

## Why
Caches decide otherwise.

## Do not
```python
import boto3

boto3.client("s3").put_object(Bucket=bucket, Key=f"pages/{name}", Body=body, ContentType="text/html")
```

## Do
```python
import boto3

s3 = boto3.client("s3")
s3.put_object(Bucket=bucket, Key=f"pages/{name}", Body=body, ContentType="text/html", CacheControl="no-cache")
```

## When it stays silent
Arguments that are not known.

## References
- [Cache-Control](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cache-Control)
"""

from s3lint.facts import ObjectCall
from s3lint.inference.queries import is_missing
from s3lint.registry.rule import Rule

rule = Rule(__name__, code="ACM001", clause=None, summary="`{operation}` sets no CacheControl: pass it.")


@rule.on(ObjectCall)
def check(fact, context):
    if fact.operation == "put_object" and is_missing(fact.parameters.get("CacheControl")):
        yield rule.match(fact.site, fact.confidence, operation=fact.operation)
'''

TRIAL = RULE.replace('code="ACM001"', 'profile="preview", code="ACM001"')

BAD = """\
import boto3

s3 = boto3.client("s3")


def save(bucket, name, body):
    s3.put_object(Bucket=bucket, Key=f"pages/{name}", Body=body, ContentType="text/html")  #: ACM001
"""

GOOD = BAD.replace(")  #: ACM001", ', CacheControl="no-cache")')


def packed(project: Write, value: str, files: dict[str, str | bytes] | None = None) -> Path:
    """A folder of installed packages that holds one rule pack, and a file that its rule fires on."""
    pack: dict[str, str | bytes] = {
        "site/acme_rules/__init__.py": "",
        "site/acme_rules/metadata/__init__.py": "",
        "site/acme_rules/metadata/no_cache_control.py": RULE,
        "site/acme_rules-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.2\n",
        "site/acme_rules-1.2.dist-info/entry_points.txt": f"[s3lint.rules]\nacme = {value}\n",
        "src/page.py": BAD,
    }
    return project(pack | (files or {}))


def with_pack(root: Path, *arguments: str) -> Run:
    return s3lint(*arguments, cwd=root / "src", PYTHONPATH=str(root / "site"))


@pytest.mark.parametrize(
    "value",
    [
        "acme_rules",
        *(
            pytest.param(f"acme_rules.metadata.no_cache_control{attribute}", marks=pytest.mark.extended)
            for attribute in ("", ":rule")
        ),
    ],
)
def test_a_pack_is_found_and_its_rules_are_used(project: Write, value: str) -> None:
    root = packed(project, value)
    done = with_pack(root, "check", "--output-format", "json")
    assert [(finding["code"], finding["url"]) for finding in json.loads(done.out)] == [("ACM001", "")]
    assert done.err == ""
    listed = with_pack(root, "rule", "--all").out.splitlines()
    assert "acme-rules 1.2" in next(line for line in listed if line.startswith("ACM001"))
    assert "Caches decide otherwise." in with_pack(root, "rule", "no-cache-control").out


def test_its_rules_see_frames_of_projects_that_name_no_store(project: Write) -> None:
    rule = RULE.replace("ObjectCall", "TableWrite")
    start = rule.index("@rule.on")
    rule = (
        rule[:start]
        + '@rule.on(TableWrite)\ndef check(fact, context):\n    yield rule.match(fact.site, fact.confidence, operation="to_pickle")\n'
    )
    frames = "def keep(frame):\n    frame.to_pickle('frame.pickle')\n"
    root = packed(project, "acme_rules", {"site/acme_rules/metadata/no_cache_control.py": rule, "src/page.py": frames})
    assert "page.py:2:5: ACM001" in with_pack(root, "check", "--output-format", "concise", "--quiet").out


def test_its_rules_see_all_nodes_of_a_block_with_their_text(project: Write) -> None:
    rule = RULE.replace("from s3lint.facts import ObjectCall", "import libcst as cst").replace(
        'summary="`{operation}`', 'mentions=("acme",), summary="`{operation}`'
    )
    start = rule.index("@rule.on")
    rule = (
        rule[:start] + "@rule.on(cst.Assert)\ndef check(node, context):\n    from s3lint.api import Confidence, Site\n"
        "    block = context.module.blocks[0]\n"
        '    yield rule.match(Site(block, node), Confidence.HIGH, operation="assert")\n'
    )
    page = "def keep(rows):\n    load('acme')\n    if rows:\n        assert rows\n"
    root = packed(project, "acme_rules", {"site/acme_rules/metadata/no_cache_control.py": rule, "src/page.py": page})
    assert "page.py:4:9: ACM001" in with_pack(root, "check", "--output-format", "concise", "--quiet").out


def test_its_codes_are_selected_and_suppressed_like_any_other(project: Write) -> None:
    root = packed(project, "acme_rules")
    for option in ("--ignore=ACM", "--ignore=no-cache-control", "--select=STO1"):
        assert with_pack(root, "check", option).code == 0
    text = BAD.replace("#: ACM001", "# noqa: ACM001 by the CDN")
    project({"src/page.py": text, "src/other.py": text.replace("noqa: ACM001", "s3lint: allow[no-cache-control]")})
    assert with_pack(root, "check").code == 0


@pytest.mark.parametrize(
    ("arguments", "is_on"),
    [
        ((), False),
        (("--profile", "strict"), False),
        (("--profile", "preview"), True),
        (("--select", "ACM"), False),
        (("--select", "ALL"), False),
        (("--select", "acm001"), True),
        (("--extend-select", "no-cache-control"), True),
        (("--extend-select", "ACM", "--profile", "preview"), True),
        (("--select", "ACM0,ACM001", "--ignore", "ACM"), False),
    ],
)
def test_a_rule_on_trial_is_on_with_its_profile_or_by_its_full_name(
    project: Write, arguments: tuple[str, ...], is_on: bool
) -> None:
    root = packed(project, "acme_rules", {"site/acme_rules/metadata/no_cache_control.py": TRIAL})
    done = with_pack(root, "check", "--output-format", "json", *arguments)
    found = [(each["code"], each["profile"]) for each in json.loads(done.out) if each["code"] != "STO313"]
    assert found == ([("ACM001", "preview")] if is_on else [])


def test_a_selector_that_names_only_rules_on_trial_is_said_to_do_nothing(project: Write) -> None:
    root = packed(project, "acme_rules", {"site/acme_rules/metadata/no_cache_control.py": TRIAL, "src/s3lint.toml": ""})
    (root / "src/s3lint.toml").write_text('extend-select = ["ACM"]\n')
    assert "# no effect: extend-select: ACM names only rules on trial" in with_pack(root, "config").out


@pytest.mark.parametrize(
    ("value", "replaced", "reason"),
    [
        pytest.param("acme_missing", "", "ModuleNotFoundError: No module named 'acme_missing'", marks=pytest.mark.extended),
        pytest.param(
            "acme_rules.metadata:__name__",
            "",
            "TypeError: acme_rules.metadata:__name__ offers a str, which is no rule",
            marks=pytest.mark.extended,
        ),
        ("acme_rules", 'code="STO201"', "ValueError: the code STO201 is taken"),
        pytest.param(
            "acme_rules",
            'code="acme-1"',
            "ValueError: 'acme-1' is no code: it takes one to three capitals and three digits",
            marks=pytest.mark.extended,
        ),
        ("acme_rules", "code=1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_broken_pack_is_one_warning(project: Write, value: str, replaced: str, reason: str) -> None:
    text = RULE.replace('code="ACM001"', replaced) if replaced else RULE
    root = packed(project, value, {"site/acme_rules/metadata/no_cache_control.py": text})
    done = with_pack(root, "check")
    assert (done.code, done.out) == (0, "No findings. 1 file checked.\n")
    assert done.err == f"s3lint: warning: the rule pack acme-rules 1.2 is left out: {reason}\n"


def test_the_harness_is_for_packs_too(project: Write) -> None:
    test = """\
from pathlib import Path

from acme_rules.metadata.no_cache_control import rule
from s3lint.testing import verify

verify(rule, Path("fixture"))
"""
    root = packed(project, "acme_rules", {"fixture/bad.py": BAD, "fixture/good.py": GOOD, "verify.py": test})
    done = run(sys.executable, "verify.py", cwd=root, PYTHONPATH=str(root / "site"))
    assert (done.code, done.err) == (0, "")
    project({"fixture/good.py": BAD})
    assert (
        "AssertionError: good.py (as it is): [(7, 'ACM001')]"
        in run(sys.executable, "verify.py", cwd=root, PYTHONPATH=str(root / "site")).err
    )
