"""Whatever the columns are called, however they are shuffled, whichever file is missing: a draft that can be read, or a
message."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from features.drafting.draft import Draft, draft_source
from features.drafting.questions import Question
from features.errors import BadInput
from features.source import check_source

FILES = {
    "roster": [
        ["Employee ID", "Name", "Hire Date", "Termination Date", "Termination Reason", "FTE %", "Manager", "Grade"],
        *(
            [f"{n:04d}", f"Person {n}", f"0{n % 9 + 1}/1{n % 9}/2018", f"03/2{n % 9}/2020" if n % 3 else "",
             ["", "Resignation", "Retirement"][n % 3], "50" if n % 4 else "100", f"{n // 2:04d}", f"G{n % 5}"]
            for n in range(12)
        ),
    ],
    "pay": [
        ["Employee ID", "Effective Date", "Amount", "Frequency", "Entered On"],
        *([f"{n:04d}", "01/31/2019", "1,234.50", ["Hour", "Month"][n % 2], f"02/0{n % 9 + 1}/2019"] for n in range(12)),
    ],
    "status": [
        ["Employee ID", "Date", "Status"],
        *([f"{n // 2:04d}", f"01/31/20{18 + n % 2}", ["Active", "Terminated"][n % 2]] for n in range(24)),
    ],
    "pulse survey": [
        ["Employee ID", "Date", "My pay is fair", "Q2", "Anything else"],
        *([f"{n:04d}", "03/31/2019", str(n % 5 + 1), ["Agree", "Neutral", "Strongly agree"][n % 3], f"text {n} " * 5]
          for n in range(12)),
    ],
    "answers": [
        ["E-mail", "Wave", "Question", "Answer"],
        *([f"p{n // 2}@firm.example", f"2019-Q{n % 4 + 1}", f"Item {n % 2}", str(n % 11)] for n in range(24)),
    ],
    "reviews": [
        ["Employee ID", "Review Year", "Rating", "Reviewer"],
        *([f"{n:04d}", str(2018 + n % 3), ["A", "B", "Meets Expectations", "4"][n % 4], f"{n // 2:04d}"]
          for n in range(12)),
    ],
    "assessments": [
        ["Employee ID", "Date", "Competency", "Score"],
        *([f"{n:04d}", "03/31/2019", ["Coaching", "Listening"][n % 2], str(n % 6)] for n in range(12)),
    ],
    "time sheet": [
        ["Employee ID", "Month", "Hours worked", "Overtime", "Vacation days"],
        *([f"{n:04d}", f"2019-{n % 9 + 1:02d}", f"{150 + n}:30", f"{n % 5},5", str(n % 4)] for n in range(12)),
    ],
    "punches": [
        ["Employee ID", "Date", "Clock in", "Clock out", "Break"],
        *([f"{n:04d}", f"03/1{n % 9}/2019", "08:00", f"1{n % 9}:15", "30"] for n in range(12)),
    ],
    "clock events": [
        ["Employee ID", "Timestamp", "Direction"],
        *([f"{n // 2:04d}", f"2019-03-0{n % 9 + 1} 1{n % 9}:00:00", ["in", "out"][n % 2]] for n in range(24)),
    ],
    "vacation": [
        ["Employee ID", "From", "To", "Days", "Type"],
        *([f"{n:04d}", "03/29/2019", f"04/0{n % 9 + 1}/2019", str(n % 3), ["PTO", "Course"][n % 2]]
          for n in range(12)),
    ],
    "tickets": [
        ["Requester", "Assignee", "Opened", "Closed", "Category", "Satisfaction", "Effort", "Subject"],
        *([f"{n:04d}", f"{(n * 5) % 12:04d}", f"2019-03-0{n % 9 + 1} 09:00:00", "2019-04-01 09:00:00" if n % 2 else "",
           ["Report", "Hardware"][n % 2], str(n % 5 + 1), str(n * 10), f"subject {n}"] for n in range(12)),
    ],
    "messages": [
        ["From", "To", "Timestamp"],
        *([f"{n:04d}", f"{(n + 1) % 12:04d};{(n + 2) % 12:04d}", f"2019-03-0{n % 9 + 1}T09:00:00Z"] for n in range(12)),
    ],
    "pairs": [["From", "To", "Count"], *([f"{n:04d}", f"{(n + 1) % 12:04d}", str(n)] for n in range(12))],
    "payroll 2018": [
        ["Name", "Dept", "Hired", "Pay"],
        *([f"P{n}", "Sales", "03/21/2015", f"$1,{n:03d}"] for n in range(9)),
    ],
    "payroll 2019": [
        ["NAME", "DEPT", "HIRE_DT", "PAY"],
        *([f"P{n}", "Sales", "03/21/15", f"1{n:03d}"] for n in range(2, 11)),
    ],
}  # fmt: skip
FACTS = sorted(set(FILES) - {"roster", "pay", "status"})

NAMES = st.one_of(
    st.sampled_from(
        ["order", "select", "filename", "people", "'''", '"', "a{b}", "pay", "date", "left", "имя", "-- x"]
    ),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\0\ufeff"), min_size=1, max_size=12),
)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def answer(draw: Any, question: Question) -> Any:
    if question.kind == "values":
        return {value: draw(st.sampled_from(question.choices or (1, 12))) for value in question.values}
    if question.kind == "several":
        return list(question.choices[: draw(st.integers(0, 3))])
    if question.kind == "date":
        return "2019-02-01" if question.key == "complete_from" else "2021-12-31"
    return 12 if question.kind == "number" else draw(st.sampled_from(question.choices))


def write_export(data: st.DataObject, export: Path, least: tuple[str, ...] = ()) -> None:
    """Some of the files, with columns that are missing, in another order, or under another name."""
    export.mkdir()
    facts = data.draw(st.lists(st.sampled_from(FACTS), max_size=3, unique=True))
    others = data.draw(st.lists(st.sampled_from(["pay", "roster", "status"]), min_size=1, unique=True))
    for name in dict.fromkeys([*least, *others, *facts]):
        header, *rows = FILES[name]
        order = data.draw(st.permutations(range(len(header))))[: data.draw(st.integers(1, len(header)))]
        names = {place: data.draw(NAMES) for place in data.draw(st.lists(st.sampled_from(order), max_size=2))}
        lines = [
            [names.get(place, header[place]) for place in order],
            *([row[place] for place in order] for row in rows),
        ]
        text = "\n".join(",".join(map(quoted, line)) for line in lines) + "\n"
        (export / f"{name}.csv").write_text(text)


def drafted(folder: Path, given_answers: dict[str, Any], ask: Any) -> Draft | None:
    """The draft of `folder/export`, with each question answered by `ask`; None where a message says why not."""
    try:
        for attempt in range(6):
            work = folder / f"work{attempt}"
            work.mkdir()
            draft = draft_source(folder / "export", folder / "source.toml", given_answers, work, lambda _: None)
            asked = {question.key: question for question in draft.questions}
            given_answers |= {key: ask(asked[key]) for key in draft.open}
            if not draft.open:
                return draft
    except BadInput as refused:
        if any("do not fit together" in finding.rule for finding in refused.findings):
            raise  # SQL that was drafted wrong
        return None
    raise AssertionError(f"still open: {draft.open}")


def assert_readable(draft: Draft, folder: Path) -> None:
    toml = folder / "source.toml"
    toml.write_text(draft.text, encoding="utf-8")
    errors = check_source(toml, folder / "staging").errors
    assert not [error for error in errors if error.table == "source.toml"], errors


@settings(max_examples=at_most(25), deadline=None)
@given(st.data())
def test_every_draft_can_be_read(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_export(data, folder / "export")
        draft = drafted(folder, {}, lambda question: answer(data.draw, question))
        if draft:
            assert_readable(draft, folder)


@settings(max_examples=at_most(10), deadline=None)
@given(st.data())
def test_every_draft_of_whole_tables_of_facts_can_be_read(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "export").mkdir()
        for file in ("roster", *data.draw(st.lists(st.sampled_from(FACTS), min_size=1, max_size=4, unique=True))):
            text = "\n".join(",".join(map(quoted, line)) for line in FILES[file]) + "\n"
            (folder / "export" / f"{file}.csv").write_text(text)
        draft = drafted(folder, {}, lambda question: answer(data.draw, question))
        assert draft
        assert_readable(draft, folder)


WRONG = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2), st.just("suggested"),
)  # fmt: skip


@settings(max_examples=at_most(15), deadline=None)
@given(st.data())
def test_wrong_answers_are_refused_or_not_used(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_export(data, folder / "export", ("roster",))
        given_answers = dict.fromkeys(data.draw(st.lists(st.text(max_size=4), max_size=2)), "x")
        try:
            draft = drafted(folder, given_answers, lambda question: data.draw(WRONG))
        except AssertionError:
            return  # an empty answer stays open
        if draft:
            assert_readable(draft, folder)


@settings(max_examples=at_most(15), deadline=None)
@given(st.data())
def test_cut_and_empty_files_are_left_out_or_read(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_export(data, folder / "export", ("roster",))
        for file in sorted((folder / "export").iterdir()):
            whole = file.read_bytes()
            file.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
        draft = drafted(folder, {}, lambda question: answer(data.draw, question))
        if draft:
            assert_readable(draft, folder)
