"""What other code sets reaches the store after every fix: callers outside of the project, subclasses, filled dicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3lint.settings import Settings
from s3lint.testing import check, fixed
from support.recorder import outcome

HEAD = 'import boto3\n\ns3 = boto3.client("s3")\n\n'

VALUES = {
    "STO301": ("ContentType", None, '"text/x-own"', 's3.put_object(Bucket=b, Key="lists/all.json", Body=d{rest})'),
    "STO302": ("ContentType", '"text/plain"', '"text/x-own"', 's3.put_object(Bucket=b, Key="lists/all.json", Body=d{rest})'),
    "STO311": ("StorageClass", '"REDUCED_REDUNDANCY"', '"GLACIER"', 's3.put_object(Bucket=b, Key="a/b", Body=d{rest})'),
    "STO312": ("StorageClass", '"STANDARD"', '"GLACIER"', 's3.put_object(Bucket=b, Key="backups/1/b", Body=d{rest})'),
    "STO401": ("ACL", '"public-read"', '"bucket-owner-read"', 's3.put_object(Bucket=b, Key="a/b", Body=d{rest})'),
    "STO405": ("ExpiresIn", "31536000", "77", 's3.generate_presigned_url("get_object", Params=d{rest})'),
    "STO411": ("ServerSideEncryption", None, '"aws:kms:own"', 's3.put_object(Bucket=b, Key="patients/1", Body=d{rest})'),
}
"""The parameter of each rule, a value that it reports (or none), a value that another caller passes, and the call."""

SHAPES = {
    "parameter": ("def use(value={bad}, b='b', d=None):\n    {call_value}\n\n\ndef seen():\n    use()\n", "use({own})"),
    "required parameter": ("def use(value, b='b', d=None):\n    {call_value}\n\n\ndef seen():\n    use({bad})\n", "use({own})"),
    "spread": ("def use(b='b', d=None, **extra):\n    {call_spread}\n\n\ndef seen():\n    use({passed})\n", "use({name}={own})"),
    "spread on one way": (
        (
            "def use(own=None, b='b', d=None):\n    extra = {{}}\n    if own:\n        extra['{name}'] = own\n    {call_spread}\n\n\n"
            "def seen():\n    use()\n"
        ),
        "use({own})",
    ),
    "attribute": (
        (
            "class Shelf:\n    value = {bad}\n\n    def use(self, b='b', d=None):\n        value = self.value\n        {call_value}\n\n\n"
            "def seen():\n    Shelf().use()\n"
        ),
        "class Own(Shelf):\n    value = {own}\n\n\nOwn().use()",
    ),
    "attribute of an instance": (
        (
            "class Shelf:\n    def __init__(self, value={bad}):\n        self.value = value\n\n    def use(self, b='b', d=None):\n"
            "        {call_self}\n\n\ndef seen():\n    Shelf().use()\n"
        ),
        "Shelf({own}).use()",
    ),
    "filled dict": (
        "EXTRA = {{{entry}}}\n\n\ndef configure(value):\n    EXTRA['{name}'] = value\n\n\ndef use(b='b', d=None):\n    {call_EXTRA}\n",
        "configure({own}); use()",
    ),
    "updated dict": (
        "EXTRA = {{{entry}}}\n\n\ndef configure(**more):\n    EXTRA.update(more)\n\n\ndef use(b='b', d=None):\n    {call_EXTRA}\n",
        "configure({name}={own}); use()",
    ),
    "global": (
        "VALUE = {bad}\n\n\ndef configure(value):\n    global VALUE\n    VALUE = value\n\n\ndef use(b='b', d=None):\n    {call_VALUE}\n",
        "configure({own}); use()",
    ),
}


def program(code: str, shape: str) -> tuple[str, str]:
    """A program of a shape, and what an outside caller runs after it."""
    name, bad, own, call = VALUES[code]
    parts = {
        "name": name,
        "bad": bad or "None",
        "own": own,
        "passed": f"{name}={bad}" if bad else "",
        "entry": f"'{name}': {bad}" if bad else "",
        "call_value": call.replace("{rest}", f", {name}=value"),
        "call_self": call.replace("{rest}", f", {name}=self.value"),
        "call_spread": call.replace("{rest}", ", **extra"),
        "call_EXTRA": call.replace("{rest}", ", **EXTRA"),
        "call_VALUE": call.replace("{rest}", f", {name}=VALUE"),
    }
    body, outside = SHAPES[shape]
    return HEAD + body.format(**parts), outside.format(**parts)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("code", VALUES)
def test_what_another_caller_sets_reaches_the_store(code: str, shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, outside = program(code, shape)
    after = fixed(text, Settings(root=Path("/nowhere"), select=(code,), profile="strict"))
    results = [outcome(f"{each}\n\n{outside}\n", monkeypatch) for each in (text, after)]
    assert [error for _, error in results] == [None, None], after
    before, made = (calls[-1][2].get(VALUES[code][0]) for calls, _ in results)
    assert made == before, after


EXTRA_ARGS = 's3.upload_fileobj(d, "b", "lists/all.json", ExtraArgs={extra})'


@pytest.mark.parametrize(
    ("held", "outside", "passed"),
    [
        ("def use(d, extra=None):\n    {call}\n", "use(1, {'ContentType': 'text/x-own'})", {"ContentType": "text/x-own"}),
        (
            "def use(d, extra=None):\n    {call}\n",
            "use(1, {'ACL': 'private'})",
            {"ContentType": "application/json", "ACL": "private"},
        ),
        ("def use(d, extra=None):\n    {call}\n", "use(1)", {"ContentType": "application/json"}),
        (
            "class Shelf:\n    extra = {}\n\n    def use(self, d):\n        extra = self.extra\n        {call}\n",
            "class Own(Shelf):\n    extra = {'ContentType': 'text/x-own'}\n\n\nOwn().use(1)",
            {"ContentType": "text/x-own"},
        ),
        (
            "extra = {}\n\n\ndef fill(kind):\n    extra['ContentType'] = kind\n\n\ndef use(d):\n    {call}\n",
            "fill('text/x-own'); use(1)",
            {"ContentType": "text/x-own"},
        ),
    ],
)
def test_a_default_comes_before_what_is_given(
    held: str, outside: str, passed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = held.replace("{call}", EXTRA_ARGS.format(extra="extra"))
    text = f"{HEAD}{body}\n\ndef seen(d):\n    {'Shelf().use(d)' if 'Shelf' in held else 'use(d)'}\n"
    settings = Settings(root=Path("/nowhere"), select=("STO301",))
    after = fixed(text, settings)
    assert after != text or not check(text, settings)
    calls, error = outcome(f"{after}\n\n{outside}\n", monkeypatch)
    assert error is None
    assert calls[-1][2]["ExtraArgs"] == passed
