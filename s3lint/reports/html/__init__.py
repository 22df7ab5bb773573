"""One page with everything in it, for a browser without a network: compliance, folders, rules, waivers, findings."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from importlib.resources import files
from string import Template

from s3lint.reports.html.content import Overview, content


def render(overview: Overview) -> str:
    """The page. Its policy allows the one style and the one script in it, and nothing else."""
    style, script = _part("page.css"), _part("page.js")
    return Template(_part("page.html")).substitute(
        title=html.escape(f"Storage standard: {overview.title}"),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        data=embedded(content(overview)),
    )


def embedded(value: object) -> str:
    """JSON that cannot end the script element which holds it, nor open a comment in it."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _part(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
