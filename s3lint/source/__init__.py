"""Bytes to text and back: encodings, line ends, notebooks."""
