"""One query form for reports, panels and models: query_config, compiled to SQLAlchemy Core.

Names come from an allow-list (`sources`), values are always bound, and every result is frozen so
that each format is made from the same numbers.
"""
