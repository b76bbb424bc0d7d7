"""The language of an answer."""

from fastapi import Request

from pipeline.language.accept_language import preferred_language
from pipeline.language.translator import Language


def asked_language(request: Request, own: str | None = None) -> Language:
    """The available language that `Accept-Language` prefers, else the asker's own, else that of the settings."""
    accepted = ", ".join(request.headers.getlist("Accept-Language"))
    return preferred_language(accepted, own or request.app.state.settings.language)
