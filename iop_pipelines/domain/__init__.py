"""Frozen value objects and the words of the field; no I/O."""
