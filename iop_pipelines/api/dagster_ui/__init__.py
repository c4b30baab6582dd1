"""Dagster's own web interface behind the sign-in: what it is let through, and what the trail has of it."""
