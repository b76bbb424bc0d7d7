"""What an entry of the directory may hold: a name that can be shown, an e-mail address, the code of a language.

A name is one line of text. It is not cut and not spelt in another way: people are called as they are called.
"""

from typing import Final

from features.contract.ids import CHARACTERS, MOST_CHARACTERS

LONGEST_NAME: Final = MOST_CHARACTERS
NAME_CHARACTERS: Final = CHARACTERS

WHITE_SPACE: Final = r"[\s\u{2028}\u{2029}\u{85}]+"
"""What becomes one space: a line break in a cell of Excel, say."""

INVISIBLE: Final = r"[\u{200B}\u{200E}\u{200F}\u{202A}-\u{202E}\u{2060}\u{2066}-\u{2069}\u{FEFF}]"
"""Marks without a width or for the direction of text, which are dropped: a line that holds an unclosed one is shown in
the wrong order to its end. Joiners (U+200C, U+200D) stay: Persian names and emoji are spelt with them."""

ADDRESS: Final = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
"""A mailbox of RFC 5321 without quotes and comments: a match cannot break out of a header or a command."""
LONGEST_ADDRESS: Final = 254

LANGUAGE: Final = r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*"
"""A tag of RFC 5646, also with underscores: `ru`, `de-AT`, `en_GB`."""
