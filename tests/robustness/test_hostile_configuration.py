"""Odd, broken and endless configuration files are read as TOML defines them, or refused in one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import BUCKET_BY_NAME, Write, s3lint_here
from robustness.hostile_files import KINDS, make
from s3lint.config.load import NAMES, settings_for
from s3lint.errors import ConfigurationError
from s3lint.project.toml import MAX_KEY_PARTS

SPELLINGS = (
    "[tool.s3lint]\nselect = ['STO313']\n",
    "[ tool . s3lint ]\nselect = ['STO313']\n",
    "['tool'.\"s3lint\"]\nselect = ['STO313']\n",
    '["to\\u006fl"."s3li\\u006et"]\nselect = ["STO313"]\n',
    "[tool]\ns3lint = {select = ['STO313']}\n",
    "[tool]\ns3lint.select = ['STO313']\n",
    "tool.s3lint.select = ['STO313']\n",
    "tool = {s3lint = {select = ['STO313']}}\n",
    "[tool.other]\nx = 1\n[tool.s3lint] # ours\n'select' = [ # these\n 'STO313',\n]\n",
    "[project]\nname = 'x'\n\n\ttool = 1\n[tool.s3lint.bucket-env]\na = 'B'\n[tool.s3lint]\nselect = ['STO313']\n",
)


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize("form", ["plain", "mark", "windows"])
def test_every_spelling_of_the_table_is_obeyed(tmp_path: Path, text: str, form: str) -> None:
    data = text.replace("\n", "\r\n").encode() if form == "windows" else text.encode()
    (tmp_path / "pyproject.toml").write_bytes(b"\xef\xbb\xbf" + data if form == "mark" else data)
    assert settings_for(tmp_path, tmp_path).select == ("STO313",)


BROKEN = {
    "unclosed list": "[tool.s3lint]\nselect = ['STO313'\n",
    "unclosed text": "[tool.s3lint]\nprofile = 'strict\n",
    "merge markers": "<<<<<<< ours\n[tool.s3lint]\n=======\n>>>>>>> theirs\n",
    "a table twice": "[tool.s3lint]\n[tool.s3lint]\n",
    "a key twice": "[tool.s3lint]\nselect = []\nselect = []\n",
    "a table over a value": "tool = 1\n[tool.s3lint]\n",
    "broken, of others": "[tool.other\n",
    "UTF-16": "[tool.s3lint]\n".encode("utf-16"),
    "no UTF-8": b"[tool.s3lint]\n\nselect = ['\xff']\n",
    "NUL": "[tool.s3lint]\nselect = ['\0']\n",
}

ENDLESS = {
    "nested lists": f"[tool.s3lint]\nselect = {'[' * 5_000}{']' * 5_000}\n",
    "nested tables": f"[tool.s3lint]\nselect = {'{a=' * 5_000}1{'}' * 5_000}\n",
    "digits": f"[tool.s3lint]\npresign-max-seconds = {'9' * 6_000}\n",
    "hexadecimal digits": f"[tool.s3lint]\npresign-max-seconds = 0x{'f' * 60_000}\n",
    "parts of a key": f"[tool.s3lint]\n{'a.' * 20_000}b = 1\n",
    "parts of a quoted key": "[tool.s3lint]\n" + '"="."[" . ' * 10_000 + "b = 1\n",
    "parts of a header": f"[{'a.' * 20_000}b]\n",
    "bytes": "#" * 2_000_000,
}


@pytest.mark.parametrize("text", [*BROKEN.values(), *ENDLESS.values()], ids=[*BROKEN, *ENDLESS])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigurationError) as refusal:
        settings_for(tmp_path, tmp_path)
    said = str(refusal.value)
    assert said.startswith(str(tmp_path / "pyproject.toml"))
    assert "\n" not in said
    assert len(said) < 400
    if text in BROKEN.values():
        assert "line " in said
        assert "column " in said


def test_many_dots_that_are_no_key_are_read(tmp_path: Path) -> None:
    dots = "." * (MAX_KEY_PARTS + 1)
    (tmp_path / "s3lint.toml").write_text(f'sensitive-words = ["{dots}", \'{dots}\']\nextend-exclude = ["""\n{dots}"""] # {dots}\n')
    assert settings_for(tmp_path, tmp_path).sensitive_words == (dots, dots)


@pytest.mark.parametrize(
    "text",
    [
        "baseline = 'a\\u0000b'",
        'baseline = "\\u0000"',
        'extend = "\\u0000"',
        'src = ["\\u0000"]',
        'extend = "~nobody-is-called-so/x.toml"',
    ],
)
def test_paths_that_no_system_has_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "s3lint.toml").write_text(text.replace("'a\\u0000b'", '"a\\u0000b"'))
    with pytest.raises(ConfigurationError):
        settings_for(tmp_path, tmp_path)


def test_files_that_extend_each_other_have_an_end(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"{number}.toml").write_text(f'extend = "{number + 1}.toml"\n')
    (tmp_path / "s3lint.toml").write_text('extend = "0.toml"\n')
    with pytest.raises(ConfigurationError, match="more than"):
        settings_for(tmp_path, tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_configuration_file_that_is_no_file_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    make(tmp_path / name, kind)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        settings_for(tmp_path, tmp_path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_changed_bytes_are_obeyed_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*SPELLINGS, *(each for each in BROKEN.values() if isinstance(each, str))])).encode()
    place = data.draw(st.integers(0, len(text)))
    text = text[:place] + data.draw(st.binary(max_size=3)) + text[place + data.draw(st.integers(0, 3)) :]
    folder = tmp_path_factory.mktemp("changed")
    (folder / "pyproject.toml").write_bytes(text)
    try:
        settings_for(folder, folder)
    except ConfigurationError as refusal:
        assert "\n" not in str(refusal)


DOORS = (("check",), ("baseline",), ("report", "--json", "x.json"), ("waivers",), ("config",), ("clean",))


@pytest.mark.parametrize("door", DOORS, ids=" ".join)
def test_every_door_refuses_with_exit_code_2(project: Write, door: tuple[str, ...]) -> None:
    root = project({"a.py": BUCKET_BY_NAME, "pyproject.toml": BROKEN["unclosed list"]})
    done = s3lint_here(*door, cwd=root)
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert "line 3, column 1" in done.err


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 400_000, "'" * 300_001, '"""\\' * 200_000, '\\"""' * 200_000, "'''\n" * 200_001], ids=range(5)
)
def test_texts_without_an_end_are_read_in_linear_time(tmp_path: Path, text: str) -> None:
    """Such texts took hours while each of their quotes was tried as a beginning."""
    (tmp_path / "s3lint.toml").write_text(f"a = [{'1.0, ' * 101}]\nb = {text}")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        settings_for(tmp_path, tmp_path)


@pytest.mark.parametrize("key", ["baseline = '{}'", "observed = ['{}']"])
@pytest.mark.parametrize("path", [".git/info/grafts", "vendor/.git/config"])
def test_no_setting_names_a_file_of_the_repository_itself(project: Write, key: str, path: str) -> None:
    root = project({"s3lint.toml": f"{key.format(path)}\n", "app.py": "", ".git/HEAD": ""})
    for command in ("check", "baseline"):
        done = s3lint_here(command, cwd=root)
        assert (done.code, done.out) == (2, "")
        assert "repository's own folder" in done.err
    assert not (root / path).exists()
