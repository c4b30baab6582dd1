"""Advice with evidence, made from what models found and from data quality, and its review."""
