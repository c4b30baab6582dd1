"""Schemas: JSON Schema over rows, compiled to Great Expectations suites, and what they found; declarations in files."""
