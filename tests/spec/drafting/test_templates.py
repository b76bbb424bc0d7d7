"""Templates of HR systems are data: found by the columns, checked, and no more than evidence."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from drafts import Draw

from features.drafting.draft import draft_source
from features.drafting.exports.export import ExportTable
from features.drafting.templates.template import likeliest_template, read_template, template_named, template_names
from features.errors import BadInput

MINIMAL = 'title = "Ours"\n[[tables]]\nhas = ["Ident", "Kommen"]\n'
OURS = """Ident,Kommen,Gehen,Warum,Sparte
0101,2018-02-01,,,Nord
0102,2018-03-15,2020-05-31,K1,Nord
0103,2018-04-01,2020-06-30,K2,Nord
"""
KNOWS_OURS = """title = "Ours"
notes = ["Sparte is a brand, no department."]
[[tables]]
has = ["Ident", "Kommen"]
[tables.roles]
Ident = "person_id"
Kommen = "hire_date"
Gehen = "exit_date"
Warum = "exit_reason"
Sparte = "unused"
[values.exit_reason]
K1 = "voluntary"
K2 = "other"
[suggested]
exit_day = "first day away"
"""


def tables_of(name: str) -> list[ExportTable]:
    """Tables with the columns of a template, and no rows."""
    known = template_named(name).tables
    frames = [pl.DataFrame({column: ["x"] for column in [*each.has, *each.roles]}) for each in known]
    return [ExportTable(f"t{place}", (), frame, ("t.csv",)) for place, frame in enumerate(frames)]


@pytest.mark.parametrize("name", template_names())
def test_a_system_is_recognised_by_its_columns(name: str) -> None:
    found = likeliest_template(tables_of(name))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("name", template_names())
def test_columns_by_which_a_table_is_recognised_are_those_of_one_table(name: str) -> None:
    for each in template_named(name).tables:
        assert each.fits([column.upper() for column in each.has])
        assert not each.fits(each.has[1:])


def test_the_systems_of_the_document_have_a_template() -> None:
    wanted = "workday successfactors sap_infotypes oracle_hcm peoplesoft bamboohr personio hibob adp 1c_zup"
    assert set(template_names()) == set(wanted.split())


def test_another_export_has_no_template() -> None:
    table = ExportTable("staff", (), pl.DataFrame({"employee_id": ["1"], "hire_date": ["2020-01-01"]}), ("staff.csv",))
    assert likeliest_template([table]) is None


@pytest.mark.parametrize(
    ("line", "place", "remedy"),
    [
        ('[tables.roles]\nIdent = "persn_id"', "tables.0.roles", "'persn_id' is no role"),
        ('[values.exit_reason]\nK1 = "leaver"', "values", "'K1' of exit_reason needs one of voluntary"),
        ('[values.interval]\nM = "12"', "values", "'M' of interval needs a number above 0"),
        ('[values.job]\nM = "keep"', "values", "values of 'job' are not asked"),
        ('[suggested]\nexit_day = "yesterday"', "suggested.exit_day", "'last day' or 'first day away'"),
        ('[colours]\nred = "x"', "colours", "Extra inputs are not permitted"),
    ],
)
def test_a_mistake_in_a_template_is_named_with_its_place(line: str, place: str, remedy: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_template("ours", f"{MINIMAL}{line}\n")
    (finding,) = raised.value.findings
    assert (finding.table, finding.column) == ("ours", place)
    assert remedy in finding.remedy


def test_an_unknown_name_lists_the_templates() -> None:
    with pytest.raises(BadInput, match="sap_infotypes"):
        template_named("sapp")


def drafted_with(folder: Path, template: str | None) -> Any:
    (folder / "export").mkdir()
    (folder / "export" / "liste.csv").write_text(OURS)
    work = folder / "work"
    work.mkdir()
    system = read_template("ours", template) if template else None
    return draft_source(folder / "export", folder / "source.toml", {}, work, lambda _: None, system)


def test_a_template_says_what_columns_hold_and_what_codes_mean_and_asks_all_the_same(tmp_path: Path) -> None:
    draft = drafted_with(tmp_path, KNOWS_OURS)
    asked = {question.key: question for question in draft.questions}
    assert draft.template == "ours"
    assert asked["exit_kinds"].suggested == {"K1": "voluntary", "K2": "other"}
    assert asked["exit_day"].suggested == "first day away"
    assert {"exit_kinds", "exit_day", "complete_from", "complete_until"} <= set(draft.open)
    assert "liste.Sparte" in draft.unused
    assert any("a brand" in note for note in draft.notes)


def test_without_it_the_words_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        drafted_with(tmp_path, None)


def test_a_template_of_another_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no table has the columns of the template ours"):
        drafted_with(tmp_path, KNOWS_OURS.replace("Kommen", "Anfang"))


def test_a_role_of_a_template_counts_only_if_the_values_fit(drafted: Draw) -> None:
    files = {
        "PA0000.txt": "PERNR\tBEGDA\tENDDA\tMASSN\tMASSG\n1\t20180105\t20200131\t01\t\n1\t20200201\t99991231\t10\t01\n"
        "2\t20180105\t99991231\t01\t\n3\t20180105\t99991231\t01\t\n4\t20180105\t99991231\t01\t\n",
        "PA0008.txt": "PERNR\tBEGDA\tENDDA\tTRFGR\tANSAL\tBSGRD\n"
        + "".join(f"{n}\t20180105\t99991231\tE0{n}\tsecret\t100\n" for n in range(1, 5)),
    }
    made = drafted(files, {"complete_from": "2018-01-01", "complete_until": "2020-12-31"}, suggested=False)
    assert made.draft.template == "sap_infotypes"
    assert "compensation" not in made.draft.tables
