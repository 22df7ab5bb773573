"""Buckets and keys: where an object lies."""
