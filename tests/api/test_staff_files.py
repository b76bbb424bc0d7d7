"""The columns that plans are computed from: who is in them, of which month, and what erasure leaves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from tiny_registry import MODEL_FEATURES

from pipeline.model.blend import Blend
from pipeline.model.stored_model import StoredModel
from pipeline.planning.staff import Figures, figures_of
from pipeline.settings import Settings
from pipeline.store import staff_files
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.erasure import ERASED, erase
from pipeline.store.publication import Publication
from pipeline.store.purge.erasure_of_files import erase_files, in_files
from pipeline.store.store import Store

PEOPLE = [f"person-{n}" for n in range(8)]
OCTOBER = date(2026, 10, 31)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def store(var: Path) -> Iterator[Store]:
    with Store.of(Settings(var=var)) as store:
        yield store


@pytest.fixture
def model(blend: Blend) -> StoredModel:
    return StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})


def month(model: StoredModel, day: date = OCTOBER, source: str = "tiny") -> Publication:
    from pipeline.scoring.job import score_people

    posts = {"department": "Sales", "level": 1, "job": "Clerk", "location": "Riga", "manager_id": None}
    people = pl.DataFrame([{"employee_id": person, **posts} for person in PEOPLE])
    people = people.with_columns(pl.col("manager_id").cast(pl.String))
    pay = pl.Series([0.1 * n - 0.4 for n in range(8)])
    figures = pl.DataFrame({"pay_against_market": pay}).with_columns(
        client_rating_12m=pl.lit(None, pl.Float64), tenure_months=pl.lit(20.0), contract=pl.lit("open")
    )
    return score_people(model, "1", source, "", day, people, figures)


def files(var: Path) -> list[str]:
    return sorted(file.name.partition("-")[0] for file in (var / "staff").glob("*.parquet"))


def read(store: Store, model: StoredModel) -> Figures:
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        return figures_of(scores, published, model)


def test_the_columns_are_those_of_the_store(store: Store, var: Path, model: StoredModel) -> None:
    """A category is the code of its level; an unknown figure stays unknown."""
    store.publish(month(model))
    from_file = read(store, model)
    for file in (var / "staff").iterdir():
        file.unlink()
    from_store = read(store, model)
    both = [each.encoded.sort("pay_against_market") for each in (from_file, from_store)]
    assert both[0]["pay_against_market"].to_list() == pytest.approx([0.1 * n - 0.4 for n in range(8)], abs=1e-6)
    assert both[0]["client_rating_12m"].null_count() == 8
    assert both[0].drop("pay_against_market").equals(both[1].drop("pay_against_market"))
    assert sorted(from_file.log_odds) == pytest.approx(sorted(from_store.log_odds), abs=1e-9)
    assert sorted(from_file.trees) == pytest.approx(sorted(from_store.trees), abs=1e-9)
    assert from_file.posts["job"].to_list() == ["Clerk"] * 8


def test_weights_of_replacement_are_the_same_from_both_and_stay_after_an_erasure(
    store: Store, var: Path, model: StoredModel
) -> None:
    """Two of eight weigh 5, the others 1: a mean of 2, so 2.5 and 0.5; of seven the mean would be 11/7."""
    hard = pl.DataFrame({"employee_id": PEOPLE[:2], "criticality": [5.0, 5.0]})
    store.publish(replace(month(model), criticality=hard))
    assert sorted(read(store, model).replacement_weight) == [0.5] * 6 + [2.5] * 2
    with store.erasing() as connection:
        erase(connection, PEOPLE[0])
    assert sorted(read(store, model).replacement_weight) == [0.5] * 6 + [2.5]
    store.publish(replace(month(model, date(2026, 11, 30)), criticality=hard))
    for file in (var / "staff").iterdir():
        file.unlink()
    assert sorted(read(store, model).replacement_weight) == [0.5] * 6 + [2.5] * 2


def test_erasure_removes_the_row_and_a_reader_leaves_it_out_before(store: Store, var: Path, model: StoredModel) -> None:
    store.publish(month(model))
    with store.erasing() as connection:
        erase(connection, "person-3")
    assert in_files(var, "person-3")
    assert len(read(store, model).log_odds) == 7  # though the file still has the row
    assert erase_files(var, "person-3").removed["staff_files"] == 1
    assert not in_files(var, "person-3")
    assert all(b"person-3" not in file.read_bytes() for file in (var / "staff").iterdir())
    assert len(read(store, model).log_odds) == 7


def test_somebody_erased_after_the_scores_were_stored_is_not_in_the_columns(
    store: Store, var: Path, model: StoredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = staff_files.staff_of

    def after_an_erasure(publication: Publication, scores: pl.DataFrame) -> pl.DataFrame | None:
        with store.erasing() as connection:
            erase(connection, "person-3")
            entry = AuditEntry(datetime.now(UTC), "r", "H", "hr", "DELETE", "person-3", None, ERASED)
            append(connection, [entry])
        return stored(publication, scores)

    monkeypatch.setattr(staff_files, "staff_of", after_an_erasure)
    store.publish(month(model))
    assert not in_files(var, "person-3")
    assert in_files(var, "person-4")


def test_only_the_month_that_a_source_serves_has_columns(store: Store, var: Path, model: StoredModel) -> None:
    store.publish(month(model))
    store.publish(month(model, date(2026, 9, 30)))  # an earlier month, published late
    assert files(var) == ["1"]
    store.publish(month(model, source="other"))
    assert files(var) == ["1", "3"]
    store.publish(month(model, date(2026, 11, 30)))
    assert files(var) == ["3", "4"]


def test_a_month_published_before_there_were_columns_gets_them_when_it_is_published_again(
    store: Store, var: Path, model: StoredModel
) -> None:
    store.publish(replace(month(model), encoded=None))
    assert files(var) == []
    assert len(read(store, model).log_odds) == 8
    store.publish(month(model))
    assert files(var) == ["1"]
