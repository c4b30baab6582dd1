"""Detection, trend and forecast: functions on series and panels that know neither models nor tables.

Heavy libraries are loaded by the modules, never by this package; `rule_language` needs pydantic alone.
"""
