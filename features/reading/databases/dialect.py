"""How a server writes names, texts and comments; and from that, whether SQL is one query that only reads.

The check is for servers without a transaction that refuses writing, and for those where a statement could still write a
file or end the query around it. It never replaces the rights of the user, which decide what functions may do.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from features.errors import Finding
from features.reading.queries.sql_statement import Statement

CHANGING: Final = frozenset(
    "insert update delete merge into outfile dumpfile drop alter create truncate grant exec execute openrowset "
    "openquery opendatasource".split()
)
"""Words that a query which only reads does not need outside quotes."""

TEXT: Final = r"'(?:[^']|'')*'"
NAME: Final = r'"(?:[^"]|"")*"'
ESCAPED_TEXT: Final = r"'(?:[^'\\]|\\.|'')*'"
ESCAPED_NAME: Final = r'"(?:[^"\\]|\\.|"")*"'
BACKTICKS: Final = r"`(?:[^`]|``)*`"
LINE_COMMENT: Final = r"--[^\n]*"
COMMENT: Final = r"/\*(?:(?!/\*).)*?\*/"
"""Without a comment inside it: some servers end it at the first mark, others at the last."""

_ONE: Final = "Write exactly one SELECT; source.toml reads and changes nothing"


@dataclass(frozen=True)
class Dialect:
    """marks: the signs around a name. skipped: patterns of texts, of names in quotes and of comments.

    forbidden: a pattern of what the server may read otherwise than these patterns do. upper_case: names without quotes
    mean upper-case ones, so that a name in quotes is another one. also_changing: further words like those of CHANGING.
    """

    marks: str = '""'
    skipped: tuple[str, ...] = (TEXT, NAME, LINE_COMMENT, COMMENT)
    forbidden: str = r"(?!)"
    upper_case: bool = False
    also_changing: frozenset[str] = frozenset()

    def quoted(self, name: str) -> str:
        """A name in quotes."""
        return f"{self.marks[0]}{name.replace(self.marks[1], self.marks[1] * 2)}{self.marks[1]}"

    def shared_name(self, name: str) -> str:
        """The name of a query under [prepare], as the others call it."""
        return name if self.upper_case and re.fullmatch(r"[A-Za-z]\w*", name) else self.quoted(name)

    def table(self, schema: str, name: str) -> str:
        """A table of a schema, which may itself be of a catalogue: `catalogue.schema`."""
        return ".".join(self.quoted(part) for part in (*schema.split("."), name) if part)

    def refusal(self, statement: Statement) -> Finding | None:
        """Why SQL is not run; None for one query that only reads."""
        depth, first = 0, ""
        for token in self._tokens.finditer(statement.text):
            if token["unread"]:
                rule = f"what begins with {token['unread']} does not end, or is not read here"
                return statement.finding(rule, _ONE, token.start())
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            if token[0] == ";" or depth < 0:
                return statement.finding("several statements instead of one SELECT", _ONE, token.start())
            word = (token["word"] or "").lower()
            first = first or word
            if word in CHANGING | self.also_changing:
                remedy = f"{_ONE}. A column of that name needs quotes"
                return statement.finding(f"'{word}' may do more than read", remedy, token.start())
        if depth or first not in ("select", "with", "values"):
            return statement.finding("not one SELECT", _ONE)
        return None

    @cached_property
    def _tokens(self) -> re.Pattern[str]:
        unread = rf"['\"`]|/\*{'|' + re.escape('[') if self.marks == '[]' else ''}"
        skipped = "|".join(self.skipped)
        pattern = (
            rf"(?!{self.forbidden})(?:{skipped})|(?P<unread>{self.forbidden}|{unread})|(?P<word>[^\W\d]\w*)|\w+|[();]"
        )
        return re.compile(pattern, re.DOTALL | re.IGNORECASE)


SPARK_SQL: Final = Dialect(
    marks="``",
    skipped=(ESCAPED_TEXT, ESCAPED_NAME, BACKTICKS, LINE_COMMENT, COMMENT),
    forbidden=r"\br['\"]",  # a raw text, in which a backslash escapes nothing
)
"""That of Spark, and of Databricks."""
