"""Extractors: each makes the facts of one kind from the calls of a module."""
