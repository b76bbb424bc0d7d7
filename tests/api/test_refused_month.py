"""A month whose data broke is not published; with a reason it is, and the reason stays on record.

A cross-section of 400 people and a model of two features that learned from it. The contract ends up under another name,
and the ratings in ids that match nobody; both are ordinary accidents of an export.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select

from features.errors import BadInput, Finding, Refused
from features.source import CrossSection, load_source
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.dataset.rows import cross_section_dataset
from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.learned_sums import learned_sums
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.monthly import monthly
from pipeline.registry import versions as registry
from pipeline.scoring.job import Scored, score_and_publish
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.erasure import ERASED, erase
from pipeline.store.schema import AUDIT, PUBLICATION, SCORE
from pipeline.store.store import Store

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
PEOPLE = 400
TODAY = date(2026, 9, 15)
TOML = """name = "small"
[cross_section]
query = "select * from 'people.csv'"
employee_id = "id"
left = "gone = 'yes'"
"""


def people() -> pl.DataFrame:
    random = np.random.default_rng(1)
    rating = random.uniform(1, 5, PEOPLE).round(2)
    left = random.random(PEOPLE) < 1 / (1 + np.exp(rating - 2))
    contract = random.choice(["open", "fixed"], PEOPLE)
    ids = [f"P{number:03}" for number in range(PEOPLE)]
    return pl.DataFrame({"id": ids, "rating": rating, "contract": contract, "gone": np.where(left, "yes", "no")})


def write(folder: Path, table: pl.DataFrame) -> Path:
    folder.mkdir(exist_ok=True)
    table.write_csv(folder / "people.csv")
    (folder / "source.toml").write_text(TOML)
    return folder


@dataclass(frozen=True)
class Company:
    settings: Settings
    folder: Path

    def score(self, table: pl.DataFrame, despite: str | None = None) -> Scored:
        source = write(self.folder / "now", table)
        return score_and_publish(source, self.settings, None, None, TODAY, despite=despite)

    def published(self) -> list[Mapping[str, Any]]:
        with Store(self.settings.store_url) as store, store.reading() as scores:
            return [dict(row) for row in scores.connection.execute(select(PUBLICATION)).mappings()]

    def audit(self) -> list[Mapping[str, Any]]:
        with Store(self.settings.store_url) as store, store.reading() as scores:
            query = select(AUDIT).where(AUDIT.c.publication_id.is_(None))  # without the seals
            return [dict(row) for row in scores.connection.execute(query).mappings()]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """The champion learned from `people`."""
    return made(tmp_path, keeps_sums=True)


def made(folder: Path, *, keeps_sums: bool) -> Company:
    source = load_source(write(folder / "then", people()), folder / "tables")
    assert isinstance(source, CrossSection)
    dataset = cross_section_dataset(source)
    folds = list(repeated_folds(dataset.left, np.arange(PEOPLE), seed=1, repeats=1, folds=3))
    blend = fit_blend(dataset.X, dataset.left, folds, seed=1)
    sums = learned_sums(source, dataset, blend) if keeps_sums else None
    model = StoredModel(0, {0: blend}, dataset.features, {"source": "small"}, sums)
    settings = Settings(var=folder / "var")
    settings = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{folder / 'mlflow.db'}"})
    version, _ = registry.register(settings, model, TrainingReport("small"))
    registry.make_champion(registry.connect(settings), version)
    return Company(settings, folder)


RENAMED = people().rename({"contract": "contract_type"})


def test_an_ordinary_month_is_published_with_its_counts(company: Company) -> None:
    assert company.score(people()).check == DataCheck(DataCounts({"cross_section": PEOPLE}))
    [head] = company.published()
    assert head["data_check"]["tables"] == {"cross_section": PEOPLE}
    assert company.audit() == []


def test_a_month_without_a_feature_of_the_model_is_refused_and_nothing_is_published(company: Company) -> None:
    with pytest.raises(Refused) as refused:
        company.score(RENAMED)
    assert refused.value.exit_code == 3
    assert [finding.place for finding in refused.value.findings] == ["features.contract"]
    assert company.published() == []


def test_all_that_is_wrong_is_refused_at_once(company: Company) -> None:
    few = pl.when(pl.col("id").str.ends_with("0")).then("rating")
    with pytest.raises(Refused) as refused:
        company.score(RENAMED.with_columns(rating=few))
    assert [finding.place for finding in refused.value.findings] == ["features.contract", "features.rating"]
    [_, rating] = refused.value.findings
    assert (rating.rows, "known for 10.3% of 271 people" in rating.rule) == (243, True)  # of those who stay


def test_with_a_reason_it_is_published_and_the_reason_stays_with_it_and_in_the_audit(company: Company) -> None:
    scored = company.score(RENAMED, "  The contract is gone for good.  ")
    assert scored.check.despite == "The contract is gone for good."
    [head] = company.published()
    kept = DataCheck.from_dict(head["data_check"])
    assert (kept.despite, [finding.place for finding in kept.refusals]) == (scored.check.despite, ["features.contract"])
    [row] = company.audit()
    assert (row["what"], row["purpose"]) == ("retention score --despite", "The contract is gone for good.")
    assert row["who"] == kept.who
    assert row["whom"] is None


def test_a_reason_that_nothing_needs_is_not_kept_and_an_empty_one_is_an_error(company: Company) -> None:
    assert company.score(people(), "Just in case.").check.despite is None
    assert company.audit() == []
    with pytest.raises(BadInput, match="--despite: the reason is empty"):
        company.score(RENAMED, "  ")


def test_a_model_of_before_still_scores_and_says_what_was_not_checked(tmp_path: Path) -> None:
    before = made(tmp_path, keeps_sums=False)
    [sentence] = before.score(RENAMED).check.unchecked
    assert "Model version 1 was stored before models kept what they learned from" in sentence
    assert before.published()[0]["data_check"]["unchecked"] == [sentence]


def test_the_monthly_run_refuses_too_and_keeps_the_state_of_the_data(
    company: Company,
) -> None:
    source = write(company.folder / "now", RENAMED)
    with pytest.raises(Refused):
        monthly(source, company.settings, None, TODAY)
    assert company.published() == []
    run = monthly(source, company.settings, None, TODAY, despite="It is gone for good.")
    assert run.done["score"]["data"]["despite"] == "It is gone for good."
    assert [finding["column"] for finding in run.done["score"]["data"]["refusals"]] == ["contract"]
    again = monthly(source, company.settings, run.month, TODAY)  # the month as it is recorded
    assert again.done["score"]["data"] == run.done["score"]["data"]


@pytest.mark.parametrize("stage", ["score and explain", "publish"])
def test_a_person_who_is_erased_while_the_month_is_scored_is_not_published(company: Company, stage: str) -> None:
    table = people().filter(pl.col("gone") == "no")
    erased = table["id"][0]
    company.score(table)

    def progress(at: str) -> None:
        if at == stage:
            with Store(company.settings.store_url) as store, store.erasing() as connection:
                assert erase(connection, erased)["score"] == 1
                append(connection, [AuditEntry(datetime.now(UTC), "r", "H", "hr", "", erased, None, ERASED)])

    source = write(company.folder / "now", table)
    scored = score_and_publish(source, company.settings, None, None, TODAY, progress)
    assert set(scored.publication.scores["employee_id"]) == set(table["id"]) - {erased}
    with Store(company.settings.store_url) as store, store.reading() as scores:
        stored = scores.connection.execute(select(SCORE.c.employee_id)).scalars().all()
    assert (stored.count(erased), len(stored)) == (0, 2 * (table.height - 1))
    again = score_and_publish(source, company.settings, None, None, TODAY)  # the source still holds the person
    assert erased in again.publication.scores["employee_id"]


def test_the_last_publication_gives_the_counts_to_compare_with(company: Company) -> None:
    first = company.score(people())
    assert first.before_month is None
    assert first.before == DataCounts({"cross_section": PEOPLE})  # as in training
    fewer = company.score(people().head(300))
    assert (fewer.before, fewer.before_month) == (first.check.counts, "2026-09")


def test_counts_are_read_back_with_their_warnings() -> None:
    warning = Finding("an exact duplicate of another row", "surveys", "", 3, "Nothing to do.")
    check = DataCheck(DataCounts({"surveys": 8}, {"surveys": 5}, (warning,)), (warning,), "why", "hr", ("not this",))
    assert DataCheck.from_dict(check.as_dict()) == check
    counts = check.counts
    assert (counts.kept("surveys"), counts.warned("surveys", ""), counts.rows_of(warning)) == (0.625, 0.375, 3)
    assert check.counts.kept("exits") is None


def test_people_who_are_not_informed_are_not_scored_and_are_counted(company: Company) -> None:
    """Those who have left are not scored anyway. Of the others one acknowledges the notice a day late, one never."""
    *informed, late, never = people().filter(pl.col("gone") == "no")["id"].to_list()
    file = company.folder / "acknowledged.csv"
    days = dict.fromkeys(informed, "2026-09-01") | {late: "2026-09-16"}
    file.write_text("employee_id,acknowledged_on\n" + "".join(f"{person},{day}\n" for person, day in days.items()))
    required = company.settings.model_copy(update={"notice_required": True, "acknowledgements": file})
    scored = Company(required, company.folder).score(people())
    assert scored.publication.scores["employee_id"].to_list() == informed
    assert scored.publication.factors["employee_id"].unique().sort().to_list() == informed
    [head] = company.published()
    assert (head["people"], head["manifest"]["not_informed"]) == (len(informed), 2)
    with Store(required.store_url) as store, store.reading() as scores:
        assert set(scores.staff("small")["employee_id"]) == {*informed, late, never}


def test_where_nobody_is_informed_nothing_is_published(company: Company) -> None:
    file = company.folder / "acknowledged.csv"
    file.write_text("employee_id,acknowledged_on\nsomebody else,2026-09-01\n")
    required = company.settings.model_copy(update={"notice_required": True, "acknowledgements": file})
    with pytest.raises(Refused, match="nobody at risk in 'small' has been informed of being scored"):
        Company(required, company.folder).score(people())
    assert company.published() == []
