"""Bodies in JSON, read strictly: what JSON leaves open, or what has no meaning here, is refused with 422.

Refused are: anything but UTF-8, a name twice in one object, NaN and Infinity, numbers beyond the largest float, half of
a surrogate pair (it cannot be stored or sent), and nesting beyond what Python can read.
"""

import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from serving.http.problems import Refusal

_SAFE_DIGITS: Final = 18
"""An integer of more digits is read as a float: no figure of ours is larger, and Python reads no more than 4,300."""


class JsonRoute(APIRoute):
    """A route whose body is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, with a request that reads its body strictly."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly


class _StrictRequest(Request):
    async def json(self) -> Any:
        """The body. Raises Refusal."""
        return parsed(await self.body())


def parsed(body: bytes) -> Any:
    """The value of a body in JSON. Raises Refusal with the rule, never with a part of the body."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_number, parse_int=_integer
        )
        if "\\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise _refusal("it is not UTF-8") from None
    except UnicodeEncodeError:
        raise _refusal("a text holds half of a surrogate pair") from None
    except json.JSONDecodeError as error:
        raise _refusal(f"it is not JSON from character {error.pos} on") from None
    except RecursionError:
        raise _refusal("it is nested too deeply") from None
    except _BrokenRule as broken:
        raise _refusal(str(broken)) from None
    return value


class _BrokenRule(Exception):
    """What the body breaks, in words."""


def _refusal(rule: str) -> Refusal:
    return Refusal(422, "invalid-request", f"The body cannot be used: {rule}. Send JSON in UTF-8 (RFC 8259).")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _BrokenRule("an object has the same name twice")
    return members


def _no_number(_constant: str) -> NoReturn:
    raise _BrokenRule("NaN and Infinity are not numbers of JSON")


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _BrokenRule("a number is larger than any float")
    return number


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _SAFE_DIGITS else _number(digits)
