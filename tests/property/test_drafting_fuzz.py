"""Whatever the columns are called, however they are shuffled, whichever file is missing: a draft that can be read, or a
message."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from features.drafting.draft import draft_source
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
}  # fmt: skip

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


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_draft_can_be_read(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        export = Path(folder) / "export"
        export.mkdir()
        for name in data.draw(st.lists(st.sampled_from(sorted(FILES)), min_size=1, unique=True)):
            header, *rows = FILES[name]
            order = data.draw(st.permutations(range(len(header))))[: data.draw(st.integers(1, len(header)))]
            names = {place: data.draw(NAMES) for place in data.draw(st.lists(st.sampled_from(order), max_size=2))}
            lines = [
                [names.get(place, header[place]) for place in order],
                *([row[place] for place in order] for row in rows),
            ]
            (export / f"{name}.csv").write_text("\n".join(",".join(map(quoted, line)) for line in lines) + "\n")
        toml, given_answers = Path(folder) / "source.toml", dict[str, Any]()
        try:
            for attempt in range(5):
                work = Path(folder) / f"work{attempt}"
                work.mkdir()
                draft = draft_source(export, toml, given_answers, work, lambda _: None)
                asked = {question.key: question for question in draft.questions}
                given_answers |= {key: answer(data.draw, asked[key]) for key in draft.open}
                if not draft.open:
                    break
        except BadInput as refused:
            if any("do not fit together" in finding.rule for finding in refused.findings):
                raise  # SQL that was drafted wrong
            return
        assert draft.open == []
        toml.write_text(draft.text, encoding="utf-8")
        errors = check_source(toml, Path(folder) / "staging").errors
        assert not [error for error in errors if error.table == "source.toml"], errors
