"""The HTML report: one self-contained page with compliance, folders, rules, suppressions and findings."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib.resources import files
from string import Template

from s3lint.reports.html.content import Overview, content


def render(overview: Overview) -> str:
    """Render the page. Its content security policy allows its own style and script by their hashes, and nothing else."""
    style, script = _part("page.css"), _part("page.js") + _part("findings.js")
    return Template(_part("page.html")).substitute(
        title=html.escape(f"Storage standard: {overview.title}"),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        data=embedded(content(overview)),
    )


def embedded(value: object) -> str:
    """Write JSON for a script element: escaped so that it can neither end the element nor open a comment."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
