"""Suppression comments and the baseline."""
