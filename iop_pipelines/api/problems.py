"""The page for a person whose sign-in did not work. It has no script, and is there where the dashboard is not built."""

from html import escape

_STYLE = "/api/v1/docs.css"


def problem_page(message: str, advice: str, request_id: str) -> str:
    """message: what went wrong, as a program would be told; advice: what the person can do."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>IOP: sign-in</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{_STYLE}"></head><body><main><h1>You are not signed in</h1>'
        f'<p role="alert">{escape(message)}</p><p>{escape(advice)}</p>'
        '<p><a href="/">To the sign-in page</a></p>'
        f"<p>Whoever helps you may ask for this number: <code>{escape(request_id)}</code></p>"
        "</main></body></html>"
    )
