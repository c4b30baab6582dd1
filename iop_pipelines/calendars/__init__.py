"""Calendars as people live them: which days are special, and what they do to a series. Pure: no database, no clock."""
