"""Configuration files and rule selection: from the files of a project to its `Settings`."""
