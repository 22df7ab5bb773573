"""Importing this module registers every extractor."""

from s3lint.facts import airflow, delta, files, frames, items, names, objects, reads, sql, storages, writes

__all__ = ["airflow", "delta", "files", "frames", "items", "names", "objects", "reads", "sql", "storages", "writes"]
