"""A project: its files, import graph, searches in its text, and dependencies of results. Imports `syntax` and layers below."""
