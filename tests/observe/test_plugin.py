"""`pytest --s3lint` in a suite of its own: what it does to the suite, and what it leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.plugins import with_plugins

pytest_plugins = ["pytester"]

APP = """
    import boto3
    from botocore.stub import Stubber

    def put(key, body=b""):
        s3 = boto3.client("s3", region_name="us-east-1")
        with Stubber(s3) as answers:
            answers.add_response("put_object", {})
            s3.put_object(Bucket="documents", Key=key, Body=body)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with a module that stores an object, and credentials of nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    pytester.makepyfile(app=APP)
    (pytester.path / ".git").mkdir()
    return pytester


def run(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    return suite.runpytest_subprocess(*with_plugins("s3lint"), *options)


def recorded(suite: pytest.Pytester, name: str = "s3lint-observed.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (suite.path / name).read_text().splitlines()]


def test_outcomes_are_those_of_the_suite(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        from app import put
        import pytest

        def test_passes(): put("a/b")
        def test_fails(): put("c/d"); assert False
        @pytest.mark.skip
        def test_is_skipped(): put("e/f")
        def test_has_no_body(): put(None)
        """
    )
    with_it, without = run(suite, "--s3lint"), run(suite, "-p", "no:s3lint")
    assert with_it.parseoutcomes() == without.parseoutcomes() == {"passed": 1, "failed": 2, "skipped": 1}
    assert with_it.ret == without.ret == pytest.ExitCode.TESTS_FAILED
    keys = [call["parameters"]["Key"] for call in recorded(suite) if call["operation"] == "s3.put_object"]
    assert keys == ["a/b", "c/d", None], "also a call that botocore refuses"


def test_a_run_replaces_the_recording_of_the_last(suite: pytest.Pytester) -> None:
    suite.makepyfile("from app import put\ndef test_put(): put('a/b')")
    for _ in range(2):
        assert run(suite, "--s3lint", "--s3lint-output", "out.jsonl", "--s3lint-redact").ret == pytest.ExitCode.OK
    puts = [call for call in recorded(suite, "out.jsonl") if call["operation"] == "s3.put_object"]
    assert [call["parameters"]["Key"] for call in puts] == ["x/x"]


def test_where_warnings_are_errors_a_failure_of_the_recorder_breaks_no_test(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        """
        import os
        from app import put

        def test_put(request):
            recorder = request.config.s3lint_recorder
            recorder.path = recorder.path / "gone" / "out.jsonl"
            put("a/b")
        """
    )
    done = run(suite, "--s3lint", "-W", "error::RuntimeWarning", "-s")
    assert done.parseoutcomes() == {"passed": 1}
    assert done.stderr.str().count("s3lint stopped recording storage calls: NotADirectoryError") == 1


def test_the_options_are_in_the_help(suite: pytest.Pytester) -> None:
    run(suite, "--help").stdout.fnmatch_lines(["*--s3lint *", "*--s3lint-output=FILE*", "*--s3lint-redact*"])
