"""The docs page at `/api/v1/docs`: plain HTML, so that it needs no script and nothing from elsewhere."""

from html import escape

from iop_pipelines.api.plain import METHOD, path_of
from iop_pipelines.api.registry import Procedure, Registry
from iop_pipelines.api.typescript import members, name_types


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
