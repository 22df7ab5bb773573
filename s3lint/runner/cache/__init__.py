"""Cache of results, so that a run analyzes only what changed, in the user's cache folder or that of `--cache-dir`.

`results` reads and writes it, `freshness` decides whether a cached result is fresh, `contents` knows files by their digests, `store` keeps
rows in SQLite, `serialize` writes results as JSON, `fingerprint` covers the version of s3lint and of rule packs, `folder`
decides where it lies and whether it is trusted.
"""
