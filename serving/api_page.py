"""Writes the API as a page, from its own OpenAPI description: `python -m serving.api_page > docs/api.md`."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from serving.access.permissions import Permit
from serving.app import create_app
from serving.settings import ServerSettings

BASE: Final = "http://127.0.0.1:8000"
_INTRODUCTION: Final = """# The API

<!-- Written by `python -m serving.api_page > docs/api.md`; a test compares the two, and runs every example. -->

JSON over HTTP, on published scores. `make serve` starts it; `/openapi.json` describes it to programs. Every route under
`/v1` asks for a bearer token (401 without one), lets some roles pass (403 for the others), asks what the answer is for
where a person is named (403 for a purpose that scores are not given for), and answers once its row in the audit is
kept. Errors are problems after RFC 9457: `type`, `title`, `status`, `detail` and, where fields are wrong,
`errors`, all of them at once.

```sh
export TOKEN=$(.venv/bin/retention token --role hr)
```

- **Examples**: ids, months and versions in them are made up; `GET /v1/risks` gives real ones. Where a route is not for
  hr, make a token of a role that it names.
- **Forms**: JSON by default; CSV, XLSX, HTML or Markdown by `Accept` where a route names them.
- **Unchanged answers**: an `ETag` comes with what is published; `If-None-Match` gets 304 while it holds.
- **Pages**: `next_cursor` of one page is `cursor` of the next; a walk stays in the publication that it began with.
- **Horizons**: scores are for the months that the model was trained for; 3, 6 and 12 where the history allows.
"""


def page() -> str:
    """The whole page in Markdown: an introduction, and a section a route in the order of the description."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(ServerSettings(var=Path(folder)))
    description, roles = app.openapi(), dict(_roles_of(app.routes))
    return _INTRODUCTION + "".join(
        _section(method, path, operation, roles.get((method, path), ()), description)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    )


def examples(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Of each route its method, its address with example values, and an example body, None where it takes none."""
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), _address(path, operation), _body(operation, description)


def _roles_of(routes: Sequence[Any]) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from _roles_of(included.routes)
        elif isinstance(route, APIRoute):
            path = route.path.replace(":path}", "}")
            permits = [call for call in _calls(route.dependant) if isinstance(call, Permit)]
            roles = tuple(str(role) for permit in permits for role in permit.roles)
            yield from (((method.lower(), path), roles) for method in route.methods or ())


def _calls(dependant: Dependant) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _section(
    method: str, path: str, operation: Mapping[str, Any], roles: Sequence[str], description: Mapping[str, Any]
) -> str:
    who = f"For {', '.join(roles)}." if roles else "Open, on the inner port or where settings say so."
    told = operation.get("description", "").strip()
    lines = [f"\n## {method.upper()} {path}\n", f"{operation['summary']}. {who}\n"]
    lines += [f"{told}\n"] if told else []
    lines += _parameters(operation)
    lines += _example(method, path, operation, description)
    lines.append(f"Answers: {', '.join(sorted(operation['responses']))}.\n")
    return "\n".join(lines)


def _parameters(operation: Mapping[str, Any]) -> list[str]:
    named = operation.get("parameters", [])
    if not named:
        return []
    rows = [f"| `{p['name']}` | {p['in']} | {_is_needed(p)} | {_meaning(p)} |" for p in named]
    return ["| parameter | in | needed | what |", "|---|---|---|---|", *rows, ""]


def _is_needed(parameter: Mapping[str, Any]) -> str:
    return "yes" if parameter.get("required") else ""


def _meaning(parameter: Mapping[str, Any]) -> str:
    """The description, and the values where there are few."""
    schema = parameter["schema"]
    kinds = [schema, *schema.get("anyOf", [])]
    values: Sequence[Any] = next((kind["enum"] for kind in kinds if "enum" in kind), [])
    words = [parameter.get("description", ""), " or ".join(f"`{value}`" for value in values)]
    return "; ".join(word for word in words if word).replace("|", "\\|").replace("\n", " ")


def _example(method: str, path: str, operation: Mapping[str, Any], description: Mapping[str, Any]) -> Iterator[str]:
    body = _body(operation, description)
    lines = [f"curl -H \"Authorization: Bearer $TOKEN\" '{BASE}{_address(path, operation)}'"]
    if method not in ("get", "post") or (method == "post" and body is None):
        lines[0] = lines[0].replace("curl ", f"curl -X {method.upper()} ")
    if body is not None:
        lines[0] += " \\"
        lines.append(f"  -H 'Content-Type: application/json' -d '{json.dumps(body, ensure_ascii=False)}'")
    yield "\n".join(["```sh", *lines, "```", ""])


def _address(path: str, operation: Mapping[str, Any]) -> str:
    """The path and the needed parameters, filled with the examples of the description."""
    given = {p["name"]: _example_of(p["schema"]) for p in operation.get("parameters", [])}
    needed = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    return path + (f"?{urlencode({name: given[name] for name in needed})}" if needed else "")


def _example_of(schema: Mapping[str, Any]) -> Any:
    """The first example, or the first of the values that are allowed."""
    for kind in (schema, *schema.get("anyOf", [])):
        for key in ("examples", "enum"):
            if kind.get(key):
                return kind[key][0]
    return schema.get("default", "")


def _body(operation: Mapping[str, Any], description: Mapping[str, Any]) -> Any:
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    named = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if named.get("examples"):
        return named["examples"][0]
    return {
        name: _example_of(field)
        for name, field in named.get("properties", {}).items()
        if name in named.get("required", ()) or field.get("examples")
    }


if __name__ == "__main__":
    sys.stdout.write(page())
