"""Whether the server is running, and whether it can answer."""

from typing import Literal

from pydantic import BaseModel

from serving.schemas.example import example


class Health(BaseModel):
    """Whether the server is running, and whether it can answer."""

    model_config = example(status="ready")

    status: Literal["live", "ready", "halted", "not ready"]
