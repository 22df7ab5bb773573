"""What holds of the runtime as a whole."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from conftest import CHECKOUT, run
from s3lint.settings import Settings
from s3lint.testing import check

MODULES = sorted((CHECKOUT / "s3lint" / "runtime").glob("*.py"))

LISTED = "import sys; import s3lint.runtime; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def test_importing_it_loads_no_other_package() -> None:
    listed = run(sys.executable, "-c", LISTED, cwd=CHECKOUT)
    assert listed.err == ""
    plain = run(sys.executable, "-c", "import sys; print(*{name.partition('.')[0] for name in sys.modules})", cwd=CHECKOUT)
    assert set(listed.out.split()) - set(plain.out.split()) <= {*sys.stdlib_module_names, "s3lint"}


def test_it_uses_nothing_else_of_s3lint() -> None:
    loaded = run(sys.executable, "-c", "import sys; import s3lint.runtime; print(*sys.modules)", cwd=CHECKOUT).out.split()
    assert {name for name in loaded if name.startswith("s3lint.") and not name.startswith("s3lint.runtime")} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_keeps_the_standard_to_the_letter(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    settings = Settings(root=Path("/nowhere"), profile="strict")
    assert check(text, settings) == []


def test_only_what_evolves_a_table_safely_is_suppressed() -> None:
    """Replacing rows and schema is allowed where every row is written again and nothing is dropped: "evolve them safely"."""
    allowed = {
        (path.stem, code) for path in MODULES for code in re.findall(r"s3lint: allow\[(\w+)\]", path.read_text(encoding="utf-8"))
    }
    assert allowed == {("delta", "STO503"), ("delta", "STO504")}


def test_a_missing_package_is_told_by_its_extra() -> None:
    code = (
        "import sys; sys.modules['deltalake'] = None\nfrom s3lint.runtime.clients import imported\nimported('deltalake', 'delta')"
    )
    done = run(sys.executable, "-c", code, cwd=CHECKOUT)
    assert re.search(r"ConfigurationError: deltalake is not installed: install s3lint\[delta\]\.$", done.err.strip())
