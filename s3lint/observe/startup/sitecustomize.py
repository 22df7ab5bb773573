"""Python runs this module at start when its folder is on PYTHONPATH: it starts the recorder, then the module of this name that it hides."""

import importlib.util
import os
import sys
from pathlib import Path

_HERE = str(Path(__file__).resolve().parent)
_PACKAGE = Path(_HERE).parent


def _start() -> None:
    """Import the recorder by its path: the program's environment need not have s3lint installed."""
    spec = importlib.util.spec_from_file_location(
        "_s3lint_observe", _PACKAGE / "__init__.py", submodule_search_locations=[str(_PACKAGE)]
    )
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["_s3lint_observe"] = module
    spec.loader.exec_module(module)
    from _s3lint_observe.observing import start  # type: ignore[import-not-found]

    start(
        Path(os.environ["S3LINT_OBSERVE"]),
        Path(os.environ["S3LINT_OBSERVE_ROOT"]),
        redact=bool(os.environ.get("S3LINT_OBSERVE_REDACT")),
    )


def _hidden() -> None:
    """Run the `sitecustomize` that this one stands before, if there is one."""
    path = [folder for folder in sys.path if os.path.abspath(folder) != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if "S3LINT_OBSERVE" in os.environ:
    _start()
_hidden()
