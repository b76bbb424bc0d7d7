"""How an answer shows what it looks like."""

from typing import Any

from pydantic import ConfigDict


def example(**fields: Any) -> ConfigDict:
    """Give an answer the example that its description shows."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
