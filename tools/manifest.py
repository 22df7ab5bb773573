"""Write the manifest of s3lint's own rules: `python -m tools.manifest`, or `make manifest`."""

from __future__ import annotations

from s3lint.registry import OWN, walk
from s3lint.registry.manifest import MANIFEST, manifest_of

if __name__ == "__main__":
    MANIFEST.write_text(manifest_of(walk(OWN)), encoding="utf-8")
