"""Importing this module registers every extractor."""

from s3lint.facts import addresses, airflow, delta, files, frames, items, names, objects, reads, sql, storages, writes

__all__ = ["addresses", "airflow", "delta", "files", "frames", "items", "names", "objects", "reads", "sql", "storages", "writes"]
