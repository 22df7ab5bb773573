"""What is cut out of texts and addresses is what Python cuts out, whatever fills the holes; else it is unknown."""

from __future__ import annotations

import itertools
import re
from urllib.parse import urlparse, urlsplit

import pytest

from support.values import shown

CALLS = (
    *(f".{method}({mark!r})" for method in ("split", "rsplit", "partition", "rpartition") for mark in ("/", "://", "-")),
    *(
        f".{method}({mark!r}, {rest})"
        for method in ("split", "rsplit")
        for mark in ("/", "-")
        for rest in ("0", "1", "2", "maxsplit=1")
    ),
    *(f".{method}()" for method in ("split", "rsplit")),
    *(f".{method}(None, 1)" for method in ("split", "rsplit")),
    *(
        f".{method}({affix!r})"
        for method in ("removeprefix", "removesuffix")
        for affix in ("s3://", "s3://acme", ".pdf", "a.pdf", "")
    ),
)

TEXTS = ("s3://acme/a/b.pdf", "acme", "", "/a//b/", "a b  c", "x-y/z-w", "s3://acme")

HOLED = ("s3://acme/a/{x}", "s3://{x}/a.pdf", "{x}/a-b.pdf", "a-b/{x}-c/d.pdf", "s3:{x}", "{x}pdf", "{x}", "s3://ac{x}me/a.pdf")

FILLED = ("", "x", "/", "a/b", "//acme/a", "-", "x-/y.", "a. ", "?q", "#f")

ADDRESSES = (
    "s3://acme/a/b.pdf", "s3://acme", "s3a://acme/", "https://h:80/p;q?a=1#f", "acme/a", "//h/p", "S3://Acme/A", "", "s3://[a",
)  # fmt: skip

PARTS = (".scheme", ".netloc", ".path", ".query", ".fragment", ".hostname", ".path.lstrip('/')", ".path[1:]")


def in_words(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(in_words, value))}]"
    return "None" if value is None else f'"{value}"'


@pytest.mark.parametrize("call", CALLS)
def test_known_texts_are_cut_as_python_cuts_them(call: str) -> None:
    expected = [in_words(eval(f"{text!r}{call}")) for text in TEXTS]  # noqa: S307 - of this file
    assert shown(f"show({', '.join(f'{text!r}{call}' for text in TEXTS)})") == expected


@pytest.mark.parametrize("call", CALLS)
def test_whatever_fills_a_hole_the_pieces_are_what_python_cuts(call: str) -> None:
    found = shown(f"show({', '.join(f'f{text!r}{call}' for text in HOLED)})")
    for text, value in zip(HOLED, found, strict=True):
        if "unknown" in value or "str.split()" in value:
            continue
        for filling in FILLED:
            assert value.replace("{x}", filling) == in_words(eval(f"{text.format(x=filling)!r}{call}")), (text, call)  # noqa: S307


def test_pieces_of_texts_with_holes_are_known_where_the_cut_is() -> None:
    assert shown(
        'show(f"s3://acme/a/{x}".removeprefix("s3://").partition("/"), f"acme/{x}".split("/", 1), f"{x}/a.pdf".rpartition("/"),'
        ' f"{x}.pdf".removesuffix(".pdf"), f"s{x}".removeprefix("s3://"))'
    ) == ['["acme", "/", "a/{x}"]', '["acme", "{x}"]', '["{x}", "/", "a.pdf"]', '"{x}"', "unknown: shortened text"]


@pytest.mark.parametrize("split", [urlsplit, urlparse])
def test_parts_of_known_addresses_are_those_that_python_gives(split: object) -> None:
    name = split.__name__  # type: ignore[attr-defined]
    expected = []
    for address, part in itertools.product(ADDRESSES, PARTS):
        try:
            expected.append(in_words(eval(f"{name}({address!r}){part}")))  # noqa: S307 - of this file
        except ValueError:
            expected.append("unknown")
    calls = ", ".join(f"{name}({address!r}){part}" for address, part in itertools.product(ADDRESSES, PARTS))
    found = shown(f"from urllib.parse import {name}\nshow({calls})")
    assert [re.sub("^unknown: .*", "unknown", value) for value in found] == expected


@pytest.mark.parametrize("part", PARTS)
def test_whatever_fills_a_hole_the_parts_are_those_of_the_address(part: str) -> None:
    # A hole with a `?` or `#` ends the path: keys have neither, and a shorter path is a beginning of this one.
    fillings = [filling for filling in FILLED if not set("?#") & set(filling)]
    calls = ", ".join(f"urlsplit(f{text!r}){part}" for text in HOLED)
    found = shown(f"from urllib.parse import urlsplit\nshow({calls})")
    known = [(text, value) for text, value in zip(HOLED, found, strict=True) if "unknown" not in value]
    for text, value in known:
        for filling in fillings:
            # `lstrip` of a template cuts its known beginning alone.
            assert value.replace("{x}", filling) == in_words(eval(f"urlsplit({text.format(x=filling)!r}){part}")), text  # noqa: S307
    assert bool(known) == (part in (".netloc", ".path", ".path.lstrip('/')", ".path[1:]"))


def test_parts_of_addresses_are_known_by_their_position_too() -> None:
    for split in (urlsplit, urlparse):
        name = split.__name__
        addresses = [address for address in ADDRESSES if "[" not in address]
        calls = ", ".join(f"{name}({address!r})[{index}]" for address in addresses for index in range(len(split(""))))
        assert shown(f"from urllib.parse import {name}\nshow({calls})") == [
            in_words(part) for address in addresses for part in split(address)
        ]
    unpacked = 'a, b, c, d, e = urlsplit("s3://acme/a/b?c", allow_fragments=False)\nshow(a, b, c, d, e)'
    assert shown(f"from urllib.parse import urlsplit\n{unpacked}") == ['"s3"', '"acme"', '"/a/b"', '"c"', '""']


def test_an_address_with_a_default_scheme_is_not_taken_apart() -> None:
    code = (
        'from urllib.parse import urlsplit\nshow(urlsplit("acme/a", "s3").scheme, urlsplit("acme#a", allow_fragments=False).path)'
    )
    assert all("urlsplit()" in value or "unknown" in value for value in shown(code))
