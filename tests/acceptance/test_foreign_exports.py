"""One simulated company as the exports of many systems: each draft, with the right answers, gives the company back."""

from pathlib import Path

import pytest
from drafted_exports import EXPORTS, compared
from staff_exports import must_be_asked


@pytest.mark.parametrize("name", EXPORTS)
def test_with_the_right_answers_the_company_is_read_back(name: str, tmp_path: Path) -> None:
    export = EXPORTS[name]()
    result = compared(export, tmp_path)
    assert result.open == ()
    assert result.missing == ()
    assert result.wrong == {}
    assert len(result.draft.questions) <= 2 * len(must_be_asked(export))
    assert {"complete_from", "complete_until", "exit_kinds"} <= set(result.first.open)


@pytest.mark.parametrize("name", ["successfactors", "oracle_hcm", "peoplesoft", "hibob", "contingent_workers"])
def test_a_known_system_is_read_without_its_template_too(name: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("features.drafting.draft.likeliest_template", lambda tables: None)
    result = compared(EXPORTS[name](), tmp_path)
    assert (result.open, result.wrong) == ((), {})
