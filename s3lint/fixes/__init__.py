"""Fixes: from the changes that a rule asks for to edits of the text."""
