"""Cache of results, so that a run analyzes only what changed: `.s3lint_cache/` at the root of the project.

`results` reads and writes it, `freshness` decides whether a cached result is fresh, `contents` knows files by their digests, `store` keeps
rows in SQLite, `serialize` writes results as JSON, `fingerprint` covers the version of s3lint and of rule packs, `folder` is the folder.
"""
