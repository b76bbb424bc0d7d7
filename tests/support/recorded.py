"""What a server sends: the heads and bodies of its answers, as text."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Recorded:
    """An application whose answers are recorded, uncompressed."""

    app: Any
    texts: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        parts: list[bytes] = []

        async def recording(message: Any) -> None:
            parts.extend(b"\n%s: %s" % pair for pair in message.get("headers", ()))
            parts.append(message.get("body", b""))
            await send(message)

        await self.app(scope | {"headers": headers}, receive, recording)
        self.texts.append(b"".join(parts).decode("utf-8", "replace"))
