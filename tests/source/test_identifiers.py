"""Names in their normal form, in a text whose other characters stay."""

from __future__ import annotations

import pytest

from s3lint.source.identifiers import normal_names, with_normal_names


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("\uff41 = 1  # \uff41\n", "a = 1  # \uff41\n"),
        ('x = \'\uff41\'; \ufb01le = """\n\uff41"""; \uff42 = 2', 'x = \'\uff41\'; file = """\n\uff41"""; b = 2'),
        ("b = 1\r\uff41 = 2\n", "b = 1\ra = 2\n"),
        ("\uff41 = (\n", "\uff41 = (\n"),  # which Python refuses
        ("# \u2026\nx = '\u2026'\n", "# \u2026\nx = '\u2026'\n"),
        ("\xe9 = 1\n", "\xe9 = 1\n"),
    ],
)
def test_names_alone_change(text: str, made: str) -> None:
    assert normal_names(text) == made
    assert with_normal_names(text.encode()) == made.encode()


def test_the_encoding_stays() -> None:
    data = b"# coding: shift_jis\n" + "\uff41 = '\uff41'\n".encode("shift_jis")
    assert with_normal_names(data) == b"# coding: shift_jis\n" + "a = '\uff41'\n".encode("shift_jis")
    assert with_normal_names(b"\xff\xef\xbd\x81 = 1") == b"\xff\xef\xbd\x81 = 1"
