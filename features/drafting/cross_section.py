"""A flat file without dates, one row a person, with a column that says who left -> `[cross_section]`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from features.contract.vocabulary import DRIVERS, folded
from features.drafting.context import counts_of
from features.drafting.exports.rows import source_of
from features.drafting.questions import Interview, Question
from features.drafting.recognition.columns import Recognised, shown
from features.drafting.recognition.names import matches
from features.drafting.recognition.shapes import is_written_date
from features.drafting.views import Line
from features.drafting.vocabulary.value_words import DRIVERS as DRIVER_WORDS
from features.drafting.vocabulary.value_words import YES
from features.reading.input_part import FILE_COLUMN
from features.sql import literal, quoted

LEFT, STAYED = "left voluntarily", "everyone else"
ROW_NUMBER: Final = "row_number"


@dataclass(frozen=True)
class FlatDraft:
    """The keys of `[cross_section]`, and the evidence for each column."""

    table: Recognised
    query: str
    employee_id: str
    left: str
    lines: tuple[Line, ...]
    ignore: dict[str, str] = field(default_factory=dict)
    protected: tuple[str, ...] = ()
    drivers: dict[str, list[str]] = field(default_factory=dict)


def flat_table(tables: Sequence[Recognised]) -> Recognised | None:
    """The table with a row a person, without any date, that says who left; None where there is none."""
    fitting = [
        table
        for table in tables
        if table.one("left") and not any(is_written_date(shape) for shape in table.shapes.values())
    ]
    return max(fitting, key=lambda table: table.table.frame.height, default=None)


def draft_flat(table: Recognised, interview: Interview) -> FlatDraft:
    """Drafts the cross-section, and asks who left of their own will and what was written after the exit."""
    left = table.one("left")
    if left is None:
        raise ValueError("a flat table has a column that says who left")
    frame = table.table.frame
    counts = counts_of(frame[left.name])
    question = Question(
        "left_values",
        f"Which values of {left.place} mean that the person left by their own choice? Dismissed and retired people "
        "did not.",
        "values",
        (LEFT, STAYED),
        counts,
        {value: LEFT if folded(value) in YES else STAYED for value in counts},
    )
    answers = interview.ask(question)
    leavers = [value for value in counts if answers.get(value) == LEFT]
    after = _after_the_exit(table, left.name, leavers)
    if after:
        text = "These are filled only for those who left, or only for the others. Which were written after the exit?"
        after = interview.ask(Question("after_exit", text, "several", tuple(after), suggested=after)) or after
    ids = [column for column in table.all("person_id") if column.shape.distinct == frame.height]
    number = "" if ids else f", row_number() over () as {ROW_NUMBER}"
    constant = [name for name, shape in table.shapes.items() if shape.distinct < 2 and name != left.name]
    ignore = dict.fromkeys(constant, "the same for everyone") | dict.fromkeys(after, "written after the exit")
    protected = tuple(each.name for each in table.sensitive if not each.subject.is_refused and each.name not in ignore)
    refused = [each.name for each in table.sensitive if each.subject.is_refused]
    ignore |= dict.fromkeys(refused, "refused data")
    apart = {left.name, ids[0].name if ids else "", *ignore, *protected}
    drivers = {name: driver for name in table.table.columns if name not in apart and (driver := _driver(name))}
    conditions = ", ".join(map(literal, leavers)) or "''"
    return FlatDraft(
        table,
        f"select * exclude ({FILE_COLUMN}){number} from {source_of(table.table)}",
        ids[0].name if ids else ROW_NUMBER,
        f"coalesce({quoted(left.name)}, '') in ({conditions})",
        tuple(
            Line(name, quoted(name), f"{table.table.name}.{shown(name)}", 0.8, drivers.get(name, "context"))
            for name in table.table.columns
            if name not in {*ignore, *protected}
        ),
        ignore,
        protected,
        {driver: [name for name, each in drivers.items() if each == driver] for driver in DRIVERS},
    )


def _after_the_exit(table: Recognised, left: str, leavers: Sequence[str]) -> list[str]:
    """Columns that are filled for those who left and for none of the others, or the other way round."""
    frame = table.table.frame
    gone = frame[left].is_in(leavers).fill_null(value=False)
    found = []
    for name in table.table.columns:
        filled = frame[name].is_not_null()
        shares = [float(filled.filter(mask).mean() or 0) for mask in (gone, ~gone)]  # type: ignore[arg-type]
        if name != left and min(shares) < 0.005 and max(shares) > 0.05:
            found.append(name)
    return found


def _driver(name: str) -> str | None:
    found = {driver: matches(words, name) for driver, words in DRIVER_WORDS.items()}
    best = max(found, key=lambda driver: found[driver])
    return best if found[best] else None
