"""A project: its files, what they import, searches in them, and what results depend on."""
