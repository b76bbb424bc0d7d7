"""The entry point of the server: `uvicorn serving.app:create_app --factory`."""

from typing import TYPE_CHECKING

from fastapi import FastAPI

from features.allocator import share_freed_memory

if TYPE_CHECKING:
    from serving.settings import ServerSettings


def create_app(settings: "ServerSettings | None" = None) -> FastAPI:
    """Build the server from the environment, or from the settings given.

    Raises BadInput for invalid settings. The store may be down; /health/ready turns green when it is back.
    """
    share_freed_memory()
    from serving.assembly import assemble  # it loads Polars

    return assemble(settings)
