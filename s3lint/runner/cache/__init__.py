"""What earlier runs found, so that a run looks only at what changed: `.s3lint_cache/` at the root of the project.

`results` asks and fills it, `present` judges whether what a result rests on is still so, `contents` knows files by their digests,
`store` keeps rows in SQLite, `forms` writes results as JSON, `versions` names whatever else results depend on.
"""
