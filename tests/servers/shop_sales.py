"""Revenue of shops by the day, as a file would declare it."""

SALES = {
    "name": "sales",
    "source": "shop_sales",
    "time": "day",
    "freq": "D",
    "key": ["day", "shop"],
    "fields": {
        "day": {"type": "date", "nullable": False},
        "shop": {"type": "string"},
        "amount": {"type": "number", "unit": "EUR"},
    },
    "steps": [
        {
            "kind": "cast",
            "columns": {
                "day": {"to": "date"},
                "shop": {"to": "string"},
                "amount": {"to": "number"},
            },
        }
    ],
    "measures": {"revenue": {"kind": "sum", "field": "amount", "unit": "EUR"}},
}
