"""The API's documentation as a page, from its OpenAPI document; it asks no other server for anything."""

import re
from html import escape
from typing import Any, Final

from api.kinds import Kind

BODIES: Final = {"application/json": "JSON body", "multipart/form-data": "form"}


def docs_page(document: dict[str, Any]) -> str:
    """One section an endpoint."""
    sections = [
        _section(path, method, operation, document["components"]["schemas"])
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
<p>Errors are problem details (RFC 9457) with one sentence in <code>detail</code>, and <code>type</code> says
<a href="#problems">which</a>. The same as a
<a href="openapi.json">document for programs</a>.</p>
<pre>curl -F pictures=@photo.jpg http://localhost:8501/api/v1/classify
curl -H "Authorization: Bearer TOKEN" https://mien.example.org/api/v1/models</pre>
{"".join(sections)}
<h2 id="problems">Problems</h2>
<p>The field <code>type</code> says which one it is.</p>
<ul>{"".join(_problem(kind) for kind in Kind)}</ul>
</html>
"""


def _section(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    text = escape(operation.get("description", operation.get("summary", "")))
    takes = [_parameter(found) for found in operation.get("parameters", [])]
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        takes += _fields(content["schema"], schemas, f"in the {BODIES.get(kind, kind)}")
    gives = []
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if status.startswith("2"):
            several = ", a list of" if schema and schema.get("type") == "array" else ""
            gives.append(f"<li>{status}{several}<ul>{''.join(_fields(schema or {}, schemas))}</ul></li>")
    failures = ", ".join(status for status in operation["responses"] if not status.startswith("2"))
    failures = f'<a href="#problems">{failures}</a>'
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{text}</p>"
        + (f"<h3>Takes</h3><ul>{''.join(takes)}</ul>" if takes else "")
        + f"<h3>Answers</h3><ul>{''.join(gives)}</ul><p>Problems: {failures}.</p>"
    )


def _parameter(found: dict[str, Any]) -> str:
    text = found.get("description", found.get("schema", {}).get("description", ""))
    return _item(found["name"], f"in the {found['in']}", text, needed=found.get("required", False))


def _fields(schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> list[str]:
    """One line for each field of what is sent or answered, with the fields within it below."""
    schema = _resolved(schema, schemas)
    needed, told = schema.get("required", []), _told(schema.get("description", ""))
    return [
        _item(
            name,
            place,
            field.get("description", told.get(name, "")),
            needed=bool(place) and name in needed,
        )
        + f"<ul>{''.join(_fields(field, schemas))}</ul>"
        for name, field in schema.get("properties", {}).items()
    ]


def _told(docstring: str) -> dict[str, str]:
    """What a class's docstring says of its fields, which OpenAPI keeps as one text."""
    found = re.findall(r"^ +(\w+): (.*(?:\n {4,}(?!\w+: ).*)*)", docstring, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _problem(kind: Kind) -> str:
    return f"<li id={kind.slug!r}><code>{kind.uri}</code>, {kind.status}: {escape(kind.title)}</li>"


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """What a schema, a list of such, or one that may be null refers to."""
    schema = schema.get("items", schema)
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    return dict(schemas.get(schema.get("$ref", "").rpartition("/")[2], schema))


def _item(name: str, place: str, text: str, *, needed: bool) -> str:
    told = ", ".join(part for part in (place, "needed" if needed else "", escape(text)) if part)
    return f"<li><code>{escape(name)}</code>{': ' if told else ''}{told}</li>"
