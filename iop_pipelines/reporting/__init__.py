"""Rendering a frozen result as CSV, JSON or PDF, writing it, and saying when the next one is due."""
