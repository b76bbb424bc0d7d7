"""Which language an `Accept-Language` header asks for: one answer for the API, the lists and the pages."""

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from pipeline.language.translator import Language, language, languages


def preferred_language(accepted: str, otherwise: str) -> Language:
    """The language with the highest quality value that there are texts in; of equals the first.

    A region is passed over (`ru-RU` is Russian). `*` is the language with the code `otherwise`, or another one where
    the header names that one itself. A header that is empty, malformed or asks for nothing we have gets `otherwise`.
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
