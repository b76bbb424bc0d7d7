"""Text that a spreadsheet would run as a formula, made harmless for files without types, such as CSV."""

import re
from typing import Final

_FORMULA: Final = re.compile(r'(^|[;,|\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])|^(?=[\t\r])')
"""Where a formula would begin: at the start of a cell, or after what another reader may take for the end of one."""


def without_formula(text: str) -> str:
    """The text with an apostrophe before each place where a cell of it would begin as a formula.

    Also within the text: who opens a file with the wrong separator sees a cell `;=1+1` in two parts.
    """
    return _FORMULA.sub(r"\1'", text)
