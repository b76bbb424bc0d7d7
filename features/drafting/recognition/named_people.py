"""People without a number or an address: a column of names or pseudonyms may stand for it, where the answer says so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from features.drafting.questions import Interview, Question
from features.drafting.recognition.columns import Recognised, shown

NOBODY: Final = "none of them"


def with_named_people(tables: Sequence[Recognised], interview: Interview) -> list[Recognised]:
    """The tables with the column that names people, as answered. Two people of one name would be taken for one."""
    names = {shown(column.name): column.name for table in tables for column in table.all("name")}
    has_ids = any(table.has("person_id") or any(each.is_email for each in table.shapes.values()) for table in tables)
    if not names or has_ids:
        return [*tables]
    question = Question(
        "person_key",
        "No column numbers people. Which of these tells them apart? Two people of one name would be taken for one.",
        "one",
        (*names, NOBODY),
        suggested=next(iter(names)),
        why="a name is no number: only pseudonyms or names that occur once are safe",
    )
    key = names.get(interview.ask(question))
    return [
        replace(
            table,
            columns=tuple(
                replace(column, role="person_id", confidence=0.6, why=f"{column.why}; as answered in person_key")
                if key in column.names and column.role == "name"
                else column
                for column in table.columns
            ),
        )
        for table in tables
    ]
