"""The docs page at `/api/v1/docs`: plain HTML, so that it needs no script and nothing from elsewhere."""

import json
from html import escape

from iop_pipelines.api.plain import METHOD, path_of
from iop_pipelines.api.registry import Procedure, Registry
from iop_pipelines.api.schemas import Schema
from iop_pipelines.api.typescript import members, name_types
from iop_pipelines.domain.fields import schema_of
from iop_pipelines.query.outputs import models_by_format


def docs_page(registry: Registry) -> str:
    types = name_types(registry)
    rows = "\n".join(
        f'<section id="{escape(each.path)}"><h2><code>{METHOD.get(each.kind, "SSE")}</code> '
        f"{escape(each.path)}</h2><p>{escape(each.summary)}</p><dl>"
        f"<dt>Plain</dt><dd>{_plain_address(each)}</dd><dt>Role</dt><dd>{each.role.value}</dd>"
        f"<dt>Input</dt><dd><code>{escape(types.inputs[each.path])}</code></dd>"
        f"<dt>Output</dt><dd><code>{escape(types.outputs[each.path])}</code></dd></dl></section>"
        for each in registry
    )
    index = "\n".join(
        f'<li><a href="#{escape(each.path)}">{escape(each.path)}</a></li>' for each in registry
    )
    shapes = escape(members(types))
    return _PAGE.format(index=index, rows=rows, shapes=shapes)


def procedure_table(registry: Registry) -> str:
    """All procedures as a table in Markdown, for docs/api.md."""
    rows = (
        f"| `{each.path}` | {each.kind} | {each.role} | {each.summary.rstrip('.')} |"
        for each in registry
    )
    head = ("| procedure | kind | from role | what |", "| --- | --- | --- | --- |")
    return "\n".join((*head, *rows)) + "\n"


def outputs_table() -> str:
    """What the file of each format can be told, as a table in Markdown, for docs/query-config.md."""
    rows = [
        f"| `{format_}` | `{key}` | {_what(field)} | {_may_be(field)} | {_default(field)} |"
        for format_, model in models_by_format().items()
        for key, field in schema_of(model)["properties"].items()
    ]
    head = ("| format | key | what | may be | default |", "| --- | --- | --- | --- | --- |")
    return "\n".join((*head, *rows)) + "\n"


def _what(field: Schema) -> str:
    return ". ".join(filter(None, (field["title"], field.get("description", "").rstrip("."))))


def _may_be(field: Schema) -> str:
    if "oneOf" in field:
        return ", ".join(f"`{each['const']}`" for each in field["oneOf"])
    if "items" in field:
        return f"list: {_may_be(field['items'])}; at most {field['maxItems']:,}"
    if "x-of" in field:
        return f"a column of `{field['x-of']}`"
    if "x-names" in field:
        return "a key of `datasets`"
    ends = [f"{field[each]:,}" for each in ("minimum", "maximum") if each in field]
    return " to ".join(ends) or _TYPES[field["type"]]


def _default(field: Schema) -> str:
    default = field.get("default")
    return "" if default in (None, []) else f"`{json.dumps(default)}`"


_TYPES = {"boolean": "true, false", "string": "text", "integer": "whole number", "number": "number"}


def _plain_address(procedure: Procedure) -> str:
    if procedure.kind in METHOD:
        return f"<code>{METHOD[procedure.kind]} {escape(path_of(procedure))}</code>"
    return "only as a tRPC subscription"


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>IOP: API</title><link rel="stylesheet" href="/api/v1/docs.css"></head><body><main>
<h1>API of the Intelligence &amp; Optimization Platform</h1>
<p>Every procedure is there twice: as <code>/api/trpc/NAME</code> for <code>@trpc/client</code>, and as plain
HTTP below <code>/api/v1</code> (<a href="/api/v1/openapi.json">OpenAPI 3.1</a>). Sign in with
<code>authorization: Bearer TOKEN</code> or the session cookie. Queries are for viewers and admins.</p>
<ul>
{index}
</ul>
{rows}
<h2 id="shapes">Shapes</h2>
<pre>{shapes}</pre>
</main></body></html>
"""

STYLE = """:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 0; overflow-wrap: anywhere; }
ul { columns: 14rem; padding-left: 1.2rem; }
dl { display: grid; grid-template-columns: 5rem 1fr; gap: .2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid currentColor; border-radius: .4rem; }
"""
