"""The rules, one module for each item of the standard.

In a checkout they lie in the folder `rules` beside this package; a wheel carries them in here.
"""

from pathlib import Path

_checkout = Path(__file__).parents[2]

if (_checkout / "pyproject.toml").is_file() and (_checkout / "rules").is_dir():
    __path__.append(str(_checkout / "rules"))
