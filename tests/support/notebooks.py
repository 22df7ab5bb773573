"""Make notebooks from their cells."""

from __future__ import annotations

import json


def notebook(*sources: str, language: str = "python") -> str:
    """Return the JSON of a notebook of code cells; a source that begins with `#md ` becomes a Markdown cell."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": source}
        if source.startswith("#md ")
        else {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    return json.dumps(
        {"cells": cells, "metadata": {"language_info": {"name": language}}, "nbformat": 4, "nbformat_minor": 5}, indent=1
    )
