"""The server's settings: those of the pipeline and a few of its own, from the environment (`RETENTION_…`)."""

from pydantic import Field

from pipeline.settings import Settings


class ServerSettings(Settings):
    """Built once by `create_app` and passed in; frozen as its base is."""

    page_limit: int = Field(default=500, ge=1, description="most people on one page of an answer")
