"""The language that an `Accept-Language` header or the directory asks for; the same for API, lists, mails and pages."""

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from pipeline.language.translator import Language, language, languages


def preferred_language(accepted: str, otherwise: str) -> Language:
    """The available language with the highest quality value; of equals, the first.

    The region is ignored (`ru-RU` is Russian). `*` means the language `otherwise`, or another one if the header names
    that itself. An empty or malformed header, or one without an available language, gets `otherwise`.
    """
    asked = [
        (tag.partition("-")[0].lower(), quality)
        for tag, quality in parse_accept_header(accepted, LanguageAccept)
        if quality is not None
    ]
    named = {code for code, _ in asked}
    known = [otherwise, *languages()]
    for code, quality in sorted(asked, key=lambda each: -each[1]):
        chosen = next((each for each in known if each not in named), None) if code == "*" else code
        if quality > 0 and chosen in known:
            return language(chosen)
    return language(otherwise)


def known_code(tag: str | None) -> str | None:
    """The code of the available language that a tag such as `ru` or `de_AT` names, whatever its region; else None."""
    code = (tag or "").replace("_", "-").partition("-")[0].lower()
    return code if code in languages() else None


def language_of_tag(tag: str | None, otherwise: Language) -> Language:
    """The available language that a tag names, else `otherwise`."""
    code = known_code(tag)
    return language(code) if code else otherwise
