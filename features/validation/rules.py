"""The rules of bad input: the text of each, its remedy, and whether it stops the run or leaves rows out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from features.contract import ids
from features.contract.columns import Column
from features.contract.directory_entry import LONGEST_NAME
from features.contract.sensitive_words import Subject
from features.errors import Finding

ALWAYS: Final = 1.0
"""The limit of a rule that is a warning however many rows break it."""
IMPOSSIBLE: Final = 0.01
"""The share of a table's rows up to which rows with an impossible value are left out with a warning: mistakes in single
rows. Beyond it, a column is in another unit or on another scale: an error."""
HALF: Final = 0.5
"""The share up to which rows that do not fit the other tables are left out with a warning. Beyond it, the ids or dates
are those of another system, and what is left would mislead: an error."""
FEW: Final = 20
"""In a table of fewer rows, half of them can be a single mistake, which stays a warning."""


@dataclass(frozen=True)
class Rule:
    """One rule. An error stops the run; a warning leaves out the rows, or keeps them and changes what its text says.

    limit: the share of the table's rows up to which the rule is a warning; 0 makes it an error from the first row on.
    leaves_out: the rows that break a warning's rule are not used. least_rows: the size from which a table has a limit.
    """

    sentence: str
    remedy: str
    limit: float = 0.0
    leaves_out: bool = False
    least_rows: int = 0

    def is_error(self, rows: int, of: int) -> bool:
        """Whether `rows` of a table's `of` rows are more than the rule tolerates."""
        return self.limit == 0 or (self.limit < ALWAYS and of >= self.least_rows and rows > self.limit * of)

    def at(self, table: str, column: str, rows: int, *, is_error: bool) -> Finding:
        share = f"; more than {self.limit:.0%} of the table's rows" if is_error and self.limit >= HALF else ""
        return Finding(f"{self.sentence}{share}", table, column, rows, self.remedy, self.leaves_out and not is_error)


def _left_out(sentence: str, remedy: str, limit: float = ALWAYS, least_rows: int = 0) -> Rule:
    return Rule(sentence, remedy, limit, leaves_out=True, least_rows=least_rows)


def _kept(sentence: str, remedy: str) -> Rule:
    return Rule(sentence, remedy, ALWAYS)


NO_TABLE: Final = Rule("a required table is missing", "Add the file, or the query under [tables] in source.toml.")
NO_ROWS: Final = Rule("a required table has no usable rows", "Check the export or the query that fills it.")
NO_COLUMN: Final = Rule(
    "a required column is missing",
    "Add the column, or rename yours: in the file, or with a query under [tables] in source.toml.",
)
TWICE: Final = Rule(
    "a column occurs twice, differing only in capitals or separators", "Keep one of them, or rename the other."
)
UNREADABLE_FILE: Final = Rule(
    "the file cannot be read to its end", "It may be truncated, damaged or not Parquet: export or copy it again."
)
NO_ID: Final = Rule("an id is empty", "Fill it in, or leave such rows out with a query in source.toml.")
UNNAMEABLE_ID: Final = Rule(ids.SENTENCE, ids.REMEDY)
EMPTY: Final = Rule("a required value is empty", "Fill it in, or leave such rows out with a query in source.toml.")
NOT_A_DATE: Final = Rule(
    "is not a date that can be read", "Write dates as YYYY-MM-DD, or declare date_format under [files] in source.toml."
)
NOT_A_NUMBER: Final = Rule(
    "is not a number",
    "Write digits with a decimal point and no unit, or declare decimal and thousands under [files] in source.toml; "
    "leave unknown ones empty where the column is optional.",
)
NOT_WHOLE: Final = Rule("is not a whole number", "Number the levels 1, 2, 3 ...; a higher one is more senior.")
NOT_TRUE_OR_FALSE: Final = Rule(
    "is neither true nor false", "Write true or false, yes or no, or 1 or 0; leave it empty where it is not known."
)
NOT_TEXT: Final = Rule("is of a type that cannot be read as text", "Give one plain value per row.")
TOO_OLD: Final = Rule(
    "is more than 60 years before complete_until", "Correct the date; leave it empty where it is optional."
)
TOO_LATE: Final = Rule(
    "is too far after complete_until for this column",
    "Correct the date, or move complete_until in source.toml if the source reaches further.",
)
TWO_KINDS: Final = Rule(
    "two exits of one person and day of different kinds", "Keep the row that is right; one exit has one kind."
)
OVERLAP: Final = Rule(
    "two spells of one person overlap",
    "Give one row per spell, and an exit that ends each spell before the next hire. Of two rows with the same "
    "hire_date, keep the one that is right.",
)
EXIT_BEFORE_HIRE: Final = Rule(
    "an exit is before the hire",
    "Correct the exit or the hire date, or add the spell that the exit ends.",
    IMPOSSIBLE,
    leaves_out=True,
)
OWN_RATING: Final = Rule(
    "a person's rating of their own service",
    "Leave out services whose client and provider are the same person.",
    IMPOSSIBLE,
    leaves_out=True,
)
PERIOD: Final = Rule("complete_from is after complete_until", "Correct complete_from or complete_until in source.toml.")

DUPLICATE: Final = _left_out(
    "an exact duplicate of another row", "Nothing to do if it is one fact; else add what tells the two rows apart."
)
REPEATED: Final = _left_out(
    "a repetition of another row in all columns that are used",
    "Nothing to do if it is one fact; else give recorded_at, the day each row became known.",
)
CONTRADICTION: Final = _left_out(
    "contradicts another row about the same person and day, which counts whole instead",
    "Correct the rows, or give recorded_at, the day each row became known: the later one then counts. Of two jobs "
    "held at once, the one with the higher fte counts.",
)
STRAY_EXIT: Final = _kept(
    "an exit long before all others; kept, but not taken for the start of complete exits",
    "Correct the date; or declare complete_from in source.toml if exits are complete since then.",
)
UNKNOWN_PERSON: Final = _left_out(
    "about a person who is not in employees",
    "Add the person to employees, or use the same ids in both tables.",
)
UNKNOWN_LEAVER: Final = _left_out(
    UNKNOWN_PERSON.sentence,
    "Add those who left to employees, or use the same ids in both tables.",
    HALF,
)
AFTER_EXIT: Final = _left_out(
    "dated after the person's exit", "Check the exit dates; a rehire needs a second row in employees.", HALF, FEW
)
EXIT_OF_LEFT_OUT: Final = _left_out(
    "an exit of a spell that was left out of employees", "Correct the rows of employees that other warnings name."
)
UNKNOWN_MANAGER: Final = _kept(
    "a manager who is not in employees; the row is kept, and the manager is unknown",
    "Add the manager to employees, or use the ids of employees in manager_id.",
)
CIRCLE: Final = _kept(
    "people who lead each other in a circle, by the last manager of each; the rows are kept",
    "Correct manager_id; until then each of them has a list of their own.",
)
CURRENCY_CHANGE: Final = _kept(
    "in another currency than the person's pay before; kept, but the growth of pay across the change is unknown",
    "Nothing to do if it is right; for growth across it, convert base_pay to one currency in a query.",
)
NO_CURRENCY: Final = _kept(
    "pay without a currency beside pay with one; kept, and compared only with other pay without one",
    "Fill in the currency, an ISO 4217 code such as EUR.",
)
ODD_CURRENCY: Final = _kept(
    "not the name of one currency; kept, and compared only with pay in the same spelling",
    "Write the ISO 4217 code, such as EUR, in place of the sign or name.",
)
SENTINEL_ROW: Final = _left_out(
    "a placeholder instead of a date; the row is left out",
    "Give the real date, or leave such rows out yourself.",
    HALF,
    FEW,
)
SENTINEL_VALUE: Final = _kept(
    "a placeholder instead of a date; taken as empty", "Leave the value empty where the date is not known."
)
NO_EXIT: Final = _left_out(
    "no exit: the date is empty or a placeholder; the row is left out", "List only people who have left."
)
NO_ANSWER: Final = _left_out("no value; the row is left out", "Leave unanswered rows out.")
IMMORTAL: Final = _left_out(
    "people whose first fact is more than 12 months after both their hire and the source's first fact: "
    "until then they can only have stayed",
    "Give observed_from, the first day for which the source holds the person's records.",
)
CLOSED_BEFORE_OPENED: Final = _left_out("closed before it was opened", "Correct the two times.", HALF, FEW)
OWN_SERVICE: Final = _left_out(
    "a service with one person as client and provider",
    "Leave out services whose client and provider are the same person.",
)
OLD_HIRE: Final = _kept(
    "a hire more than 60 years before complete_until; observed_from is taken as the hire",
    "Correct the hire date; two-digit years often end up in the wrong century.",
)
NOT_YET: Final = _kept(
    "an exit after complete_until; kept, but treated as not yet known",
    "Nothing to do if complete_until is right; else move it in source.toml.",
)
UNSEEN: Final = _kept(
    "exits that no snapshot date sees within the horizon: hired and gone between two dates, or dates too far apart",
    "Let snapshot_every_months in source.toml be no more than horizon_months, and smaller where people come and go "
    "between two dates.",
)

UNSEEN_IN_A_MONTH: Final = _kept(
    "exits that no snapshot date sees within the horizon: hired and gone between two month-ends",
    "Check these hire and exit dates. Nothing to do if they are right: a model of month-ends does not learn from them.",
)

UNSHOWABLE_NAME: Final = _left_out(
    f"a name that cannot be shown: over {LONGEST_NAME} characters, or with a control character",
    f"Give the name as one line of text of at most {LONGEST_NAME} characters.",
)
NO_ADDRESS: Final = _kept(
    "not an e-mail address; taken as empty", "Give one plain address, such as name@company.example, or none."
)
NO_LANGUAGE: Final = _kept(
    "not the code of a language; taken as empty", "Write a code such as en or ru, or leave the value empty."
)
NO_ROLE: Final = _left_out(
    "a weight of neither a job nor a person", "Give the job, as in assignments, or the employee_id."
)
NO_WEIGHT: Final = _left_out(
    "neither a weight nor months_to_replace",
    "Give the weight, from 1 to 5, or the months until somebody new does the work as well.",
)

FORBIDDEN_ITEM: Final = "an item that is refused or ignored"
"""Why rows of surveys, measures and competencies are left out without a warning: source.toml asks for it."""


def looks_like(subject: Subject, section: str = "") -> Rule:
    """The question about a column or an item that looks like protected or refused data and is not declared.

    `section` of source.toml is where the answer belongs; none is the top of the file.
    """
    where = f"under [{section}] in source.toml" if section else "at the top of source.toml"
    sentence = f"looks like {subject.what}, and source.toml does not say whether it is"
    if subject.is_refused:
        return Rule(sentence, f"If it is, list it as `ignore` {where}; if it is something else, as `allow`.")
    remedy = f"If it is, list it {where} as `protected`, for the fairness review only, or as `ignore`"
    return Rule(sentence, f"{remedy}; if it is something else, as `allow`.")


def rule_of_column(column: Column) -> Rule:
    """The rule about the values of a column, in words."""
    low, high, above = column.low, column.high, column.above
    if column.allowed:
        words = ", ".join(column.allowed)
        return Rule("is not one of the contract's values", f"Use one of: {words}.")
    if above is not None:
        remedy = "Correct it, or leave such rows out with a query in source.toml."
        return _left_out(f"is not above {above}", remedy, IMPOSSIBLE)
    if high is not None:
        remedy = f"Convert it to the scale from {low} to {high}."
        return _left_out(f"is not within {low} to {high}", remedy, IMPOSSIBLE)
    remedy = "Correct it, or leave the value empty where it is not known."
    return _left_out(f"is below {low}", remedy, IMPOSSIBLE)


class Tally:
    """Counts the rows that break a rule, by rule, table and column; 10,000 such rows are one finding."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[Rule, str, str]] = Counter()
        self._read: Counter[str] = Counter()
        self._items: Counter[str] = Counter()

    def read(self, table: str, rows: int) -> None:
        """Count rows read of a table, of which the rows that break a rule are a share."""
        self._read[table] += rows

    def add(self, rule: Rule, table: str, column: str = "", rows: int = 1) -> None:
        """Count `rows` more; 0 rows make no finding."""
        if rows:
            self._rows[rule, table, column] += rows

    def drop_items(self, table: str, rows: int) -> None:
        """Count rows of items that are refused or that `ignore` lists: left out without a warning."""
        if rows:
            self._items[table] += rows

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally, such as that of further rows of a table."""
        self._rows.update(other._rows)
        self._read.update(other._read)
        self._items.update(other._items)

    def missing(self, rule: Rule, table: str, column: str = "") -> None:
        """A finding that is not about rows."""
        self._rows[rule, table, column] = 0

    def as_dict(self) -> dict[str, Any]:
        """The counts, for a run that stores them."""
        rows = [[asdict(rule), table, column, count] for (rule, table, column), count in self._rows.items()]
        return {"rows": rows, "read": dict(self._read), "items": dict(self._items)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`."""
        tally = cls()
        tally._rows.update({(Rule(**rule), table, column): count for rule, table, column, count in document["rows"]})
        tally._read.update(document["read"])
        tally._items.update(document["items"])
        return tally

    def left_out(self) -> dict[str, dict[str, int]]:
        """By table and rule, the number of rows that warnings leave out."""
        numbers = {table: {FORBIDDEN_ITEM: rows} for table, rows in self._items.items()}
        for finding in self.warnings():
            if finding.leaves_out:
                of_table = numbers.setdefault(finding.table, {})
                of_table[finding.rule] = of_table.get(finding.rule, 0) + finding.rows
        return numbers

    def errors(self) -> tuple[Finding, ...]:
        return self._findings(is_error=True)

    def warnings(self) -> tuple[Finding, ...]:
        return self._findings(is_error=False)

    def _findings(self, *, is_error: bool) -> tuple[Finding, ...]:
        found = (
            rule.at(table, column, rows, is_error=is_error)
            for (rule, table, column), rows in self._rows.items()
            if rule.is_error(rows, self._read[table]) == is_error
        )
        return tuple(sorted(found, key=lambda finding: (finding.table, finding.column, finding.rule)))
