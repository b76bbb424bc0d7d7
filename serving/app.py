"""The entry point of the server: `uvicorn serving.app:create_app --factory`."""

from typing import TYPE_CHECKING

from fastapi import FastAPI

from features.allocator import share_freed_memory
from features.errors import Finding, RetentionError, Unavailable
from pipeline.tracebacks import described

if TYPE_CHECKING:
    from serving.settings import ServerSettings


def create_app(settings: "ServerSettings | None" = None) -> FastAPI:
    """Build the server from the environment, or from the settings given.

    Raises BadInput for invalid settings, and Unavailable, without its message, for any other fault: a worker process
    prints what is raised here. The store may be down; /health/ready turns green when it is back.
    """
    share_freed_memory()
    from serving.assembly import assemble  # it loads Polars

    try:
        return assemble(settings)
    except RetentionError:
        raise
    except Exception as fault:
        rule = f"an unexpected fault: {described(fault)}"
        raise Unavailable(Finding(rule, "server", remedy="Please report this line: it holds no data.")) from None
