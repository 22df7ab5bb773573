"""Titles of the chapters of s3lint's own rules. Imports nothing of s3lint."""

from __future__ import annotations

CHAPTERS = {
    "placement": "What is stored where",
    "keys": "Buckets and keys",
    "metadata": "Metadata and storage classes",
    "access": "Access and encryption",
    "delta": "Delta Lake",
    "linter": "The linter itself",
}
"""The title of each folder of `rules/`, in the order of the codes."""
