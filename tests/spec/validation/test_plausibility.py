"""A company whose tables are plausible -> no warning; what a wrong mapping makes of it -> the rule that names it."""

from pathlib import Path

import pytest
from implausible_companies import PERIOD, WRONG, Wrong, company, write

from features.source import check_source
from features.validation.report import Report


def report_of(wrong: Wrong | None, tmp_path: Path) -> Report:
    tables, period = company(), PERIOD
    if wrong is not None:
        tables |= wrong.change(tables)
        period = wrong.period
    folder = tmp_path / "company"
    folder.mkdir()
    return check_source(write(folder, tables, period), tmp_path / "staging")


def test_a_plausible_company_has_no_finding(tmp_path: Path) -> None:
    report = report_of(None, tmp_path)
    assert report.errors == ()
    assert report.warnings == ()


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.place}: {wrong.rule.sentence[:60]}")
def test_a_wrong_mapping_brings_the_rule_that_names_it(wrong: Wrong, tmp_path: Path) -> None:
    report = report_of(wrong, tmp_path)
    assert report.errors == ()
    found = {(each.rule, each.place): each for each in report.warnings}
    finding = found[wrong.rule.sentence, wrong.place]
    assert finding.remedy == wrong.rule.remedy
    assert not finding.leaves_out
    assert wrong.rows is None or finding.rows == wrong.rows
