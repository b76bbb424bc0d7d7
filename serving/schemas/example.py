"""Examples of answers in the API description."""

from typing import Any

from pydantic import ConfigDict


def example(**fields: Any) -> ConfigDict:
    """The configuration of a model whose description has this example."""
    return ConfigDict(json_schema_extra={"examples": [fields]})
