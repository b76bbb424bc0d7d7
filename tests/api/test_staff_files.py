"""The columns that plans are computed from: who is in them, of which month, and what erasure leaves."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from tiny_registry import MODEL_FEATURES

from features.errors import BadInput
from pipeline.model.blend import Blend
from pipeline.model.stored_model import StoredModel
from pipeline.outlook.parts import Parts, known_parts, publish_parts
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


def parts(store: Store) -> Parts | None:
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        return known_parts(scores, published)


def read(store: Store, model: StoredModel) -> Figures:
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        return figures_of(scores, published, model)


def test_the_columns_are_the_published_figures(store: Store, model: StoredModel) -> None:
    """A category is the code of its level; an unknown figure stays unknown."""
    store.publish(month(model))
    found = read(store, model)
    assert sorted(found.encoded["pay_against_market"]) == pytest.approx([0.1 * n - 0.4 for n in range(8)], abs=1e-6)
    assert found.encoded["client_rating_12m"].null_count() == 8
    assert found.encoded["contract"].unique().to_list() == [1.0]  # the second level of two
    assert found.posts["job"].to_list() == ["Clerk"] * 8
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        scored = scores.page(published, [], "-risk", None, 8)
    assert sorted(found.log_odds) == pytest.approx(sorted(each.log_odds for each in scored), abs=1e-9)


def test_weights_of_replacement_stay_after_an_erasure(store: Store, model: StoredModel) -> None:
    """Two of eight weigh 5, the others 1: a mean of 2, so 2.5 and 0.5; of seven the mean would be 11/7."""
    hard = pl.DataFrame({"employee_id": PEOPLE[:2], "criticality": [5.0, 5.0]})
    store.publish(replace(month(model), criticality=hard))
    assert sorted(read(store, model).replacement_weight) == [0.5] * 6 + [2.5] * 2
    with store.erasing() as connection:
        erase(connection, PEOPLE[0])
    assert sorted(read(store, model).replacement_weight) == [0.5] * 6 + [2.5]


def test_a_file_from_before_there_were_weights_counts_everyone_alike(
    store: Store, var: Path, model: StoredModel
) -> None:
    store.publish(month(model))
    for file in (var / "staff").glob("*.parquet"):
        pl.read_parquet(file, memory_map=False).drop("replacement_weight").write_parquet(file)
    assert list(read(store, model).replacement_weight) == [1.0] * 8


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half of it": lambda content: content[: len(content) // 2],
    "all but the end": lambda content: content[:-5],
    "nothing in it": lambda _: b"",
    "other bytes": lambda content: b"x" * len(content),
    "damaged columns": lambda content: content[:4] + b"\xff" * (len(content) // 3) + content[4 + len(content) // 3 :],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_said_to_be_and_is_written_again_with_the_month(
    store: Store, var: Path, model: StoredModel, damage: str
) -> None:
    store.publish(month(model))
    (file,) = (var / "staff").glob("*.parquet")
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    with pytest.raises(BadInput, match="missing or damaged") as error:
        read(store, model)
    assert error.value.findings[0].place == f"staff.{file.name}"
    assert "Run `retention score`" in error.value.findings[0].remedy
    assert "person-" not in str(error.value)
    store.publish(month(model))
    assert len(read(store, model).log_odds) == 8


def test_a_file_with_figures_of_another_model_is_not_read(store: Store, var: Path, model: StoredModel) -> None:
    store.publish(month(model))
    (file,) = (var / "staff").glob("*.parquet")
    pl.read_parquet(file, memory_map=False).drop("0").write_parquet(file)
    with pytest.raises(BadInput, match="missing or damaged"):
        read(store, model)


def test_erasure_deletes_a_file_that_it_cannot_read(store: Store, var: Path, model: StoredModel) -> None:
    store.publish(month(model))
    (file,) = (var / "staff").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-5])
    assert in_files(var, "person-3")
    assert erase_files(var, "person-3").removed["staff_files"] == 1
    assert files(var) == []
    assert not in_files(var, "person-3")


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
    with pytest.raises(BadInput, match="missing or damaged"):
        read(store, model)
    store.publish(month(model))
    assert len(read(store, model).log_odds) == 8


def test_what_plans_may_be_about_is_kept_with_the_month_until_somebody_is_erased(
    store: Store, var: Path, model: StoredModel
) -> None:
    """Eight clerks: the job is everyone, and no intersection has 20 people."""
    store.publish(month(model))
    publish_parts(store, "tiny")
    (file,) = (var / "staff").glob("*.json")
    kept = json.loads(file.read_text())
    assert (kept["job"], sum(map(len, kept.values()))) == (["Clerk"], 1)
    file.write_text(file.read_text().replace("Clerk", "Cook"))  # which only somebody who reads the file sees
    assert parts(store) == {name: set(groups) for name, groups in kept.items()} | {"job": {"Cook"}}
    file.write_text('{"job": ')
    assert parts(store) == {name: set(groups) for name, groups in kept.items()}
    with store.erasing() as connection:
        erase(connection, "person-3")
    publish_parts(store, "tiny")
    assert parts(store) is None


def test_what_plans_of_an_earlier_month_may_be_about_is_deleted_with_its_figures(
    store: Store, var: Path, model: StoredModel
) -> None:
    for day in (OCTOBER, date(2026, 11, 30)):
        store.publish(month(model, day))
        publish_parts(store, "tiny")
    assert [file.name.partition("-")[0] for file in (var / "staff").glob("*.json")] == ["2"]
