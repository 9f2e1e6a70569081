"""The API's documentation as a page, from its OpenAPI document; it asks no other server for anything."""

from html import escape
from typing import Any


def docs_page(document: dict[str, Any]) -> str:
    """One section an endpoint."""
    sections = [
        _section(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mien, HTTP API</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem }}
code {{ background: #8882; padding: 0.1em 0.3em; border-radius: 4px }}
pre {{ background: #8882; padding: 0.8em; border-radius: 6px; overflow-x: auto }}
</style>
<h1>Mien, HTTP API</h1>
<p>{escape(document["info"]["description"])}</p>
<p>Errors are problem details (RFC 9457) with one sentence in <code>detail</code>. The same as a
<a href="openapi.json">document for programs</a>.</p>
<pre>curl -F pictures=@photo.jpg http://localhost:8501/api/v1/classify
curl -H "Authorization: Bearer TOKEN" https://mien.example.org/api/v1/models</pre>
{"".join(sections)}
</html>
"""


def _section(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(_parameter(found) for found in operation.get("parameters", []))
    text = escape(operation.get("description", operation.get("summary", "")))
    return f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{text}</p><ul>{rows}</ul>"


def _parameter(found: dict[str, Any]) -> str:
    text = escape(found.get("description", found.get("schema", {}).get("description", "")))
    return f"<li><code>{escape(found['name'])}</code> in the {escape(found['in'])}: {text}</li>"
