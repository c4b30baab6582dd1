"""The Intelligence & Optimization Platform's library: everything that makes sense without Dagster's UI."""
