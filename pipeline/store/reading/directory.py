"""How the people of a source are called. Only what shows a person's id reads this: lists, mails, pages and answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, exists, func, literal, or_, select

from pipeline.language.search_text import search_text, search_words
from pipeline.store.reading.heads import Published
from pipeline.store.schema import DIRECTORY, SCORE

BATCH_PEOPLE: Final = 500
"""People per query: databases limit the number of parameters."""


@dataclass(frozen=True)
class Entry:
    """How a person is called, and where and in which language they are written to, where that is known."""

    name: str
    email: str | None
    language: str | None


_ENTRIES: Final = select(DIRECTORY.c.employee_id, *(DIRECTORY.c[name] for name in Entry.__dataclass_fields__)).where(
    DIRECTORY.c.source == bindparam("source"), DIRECTORY.c.employee_id.in_(bindparam("people", expanding=True))
)
"""Built once, because building a statement takes longer than running it."""


@dataclass(frozen=True)
class Directory:
    """The directory of a source, on one connection. People who are not in it are known by id only."""

    connection: Connection
    source: str

    def entry(self, employee_id: str) -> Entry | None:
        """A person's entry; None without one."""
        return self.entries([employee_id]).get(employee_id)

    def entries(self, employee_ids: Iterable[str | None]) -> dict[str, Entry]:
        """The entries of those of the people who have one, by id."""
        people = sorted({each for each in employee_ids if each is not None})
        found: dict[str, Entry] = {}
        for start in range(0, len(people), BATCH_PEOPLE):
            wanted = {"source": self.source, "people": people[start : start + BATCH_PEOPLE]}
            rows = self.connection.execute(_ENTRIES, wanted)
            found |= {row[0]: Entry(*row[1:]) for row in rows}
        return found

    def name(self, employee_id: str) -> str | None:
        """A person's name; None without an entry."""
        return self.names([employee_id]).get(employee_id)

    def names(self, employee_ids: Iterable[str | None]) -> dict[str, str]:
        """The names of those of the people who have one, by id."""
        return {employee_id: entry.name for employee_id, entry in self.entries(employee_ids).items()}

    def has_addresses(self) -> bool:
        """Whether anybody in it has an address."""
        is_any = exists().where(DIRECTORY.c.source == self.source, DIRECTORY.c.email.is_not(None))
        return bool(self.connection.execute(select(is_any)).scalar_one())

    def find(self, published: Published, query: str, limit: int, among: Select[tuple[str]] | None = None) -> list[str]:
        """The ids of up to `limit` people whose name or id has every word of the query in it, the closest first.

        `among`: a query of the ids that may be found; by default, everybody's. Case and accents do not count. People
        without a name are found by their id, if they are scored in `published`.
        """
        words = search_words(query)
        if not words:
            return []
        by_name = select(DIRECTORY.c.employee_id).where(
            DIRECTORY.c.source == self.source, *(_holds(DIRECTORY.c.searched, word) for word in words)
        )
        if among is not None:
            by_name = by_name.where(DIRECTORY.c.employee_id.in_(among))
        whole = search_text(query)
        closeness = case(
            (DIRECTORY.c.employee_id == query.strip(), 0),
            (DIRECTORY.c.searched.like(_escaped(whole) + "%", escape=_ESCAPE), 1),
            (_holds(literal(" ") + DIRECTORY.c.searched, f" {words[0]}"), 2),
            else_=3,
        )
        named = self.connection.execute(
            by_name.order_by(closeness, DIRECTORY.c.searched, DIRECTORY.c.employee_id).limit(limit)
        )
        found = list(named.scalars())
        return found + self._without_name(published, query.strip(), limit - len(found), among)

    def _without_name(
        self, published: Published, query: str, limit: int, among: Select[tuple[str]] | None
    ) -> list[str]:
        if limit <= 0:
            return []
        is_named = exists().where(
            and_(DIRECTORY.c.source == self.source, DIRECTORY.c.employee_id == SCORE.c.employee_id)
        )
        by_id = func.lower(SCORE.c.employee_id).like(f"%{_escaped(query.lower())}%", escape=_ESCAPE)
        is_exact = SCORE.c.employee_id == query
        people = select(SCORE.c.employee_id).where(SCORE.c.publication_id == published.id)
        rows = self.connection.execute(
            (people if among is None else people.where(SCORE.c.employee_id.in_(among)))
            .where(~is_named, or_(by_id, is_exact))
            .order_by(case((is_exact, 0), else_=1), SCORE.c.employee_id)
            .limit(limit)
        )
        return list(rows.scalars())


def searched(name: str, employee_id: str) -> str:
    """What searches compare with: the words of the name, then the id, also without its hyphens and the like."""
    number = search_text(employee_id)
    return f"{search_text(name)} {number} {number.replace(' ', '')}"


_ESCAPE: Final = "\\"


def _holds(column: ColumnElement[str], part: str) -> ColumnElement[bool]:
    return column.like(f"%{_escaped(part)}%", escape=_ESCAPE)


def _escaped(text: str) -> str:
    return text.replace(_ESCAPE, _ESCAPE * 2).replace("%", f"{_ESCAPE}%").replace("_", f"{_ESCAPE}_")
