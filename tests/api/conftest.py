"""The server, the published months and the registry of `tests/support`."""

from api_server import _the_log_is_on, bearer, client, server, start_server  # noqa: F401
from published import audit_rows, publish_month, settings, store  # noqa: F401
from tiny_registry import blend, promote, trained  # noqa: F401
