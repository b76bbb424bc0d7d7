"""What a company above the size learns from, beside the same company below it, on simulated tables."""

from collections.abc import Iterator
from datetime import date

import pytest

from features.simulation.run import simulate
from features.source import load_source
from pipeline.dataset.material import Material, material_of
from pipeline.dataset.workspace import workspace
from pipeline.settings import Settings

EMPLOYEES = 600
MONTHS = 36
MOST_STAYERS = 900
Materials = tuple[Material, Material]


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Materials]:
    """The material with every row, and with at most 900 rows of stayers a fit."""
    folder = tmp_path_factory.mktemp("material")
    simulate(folder / "company", EMPLOYEES, MONTHS, seed=1, with_names=False)

    def material(most_stayers: int) -> Material:
        settings = Settings(var=folder / "var", most_stayers=most_stayers)
        return material_of(loaded, None, 1, work, settings, lambda _: None)

    with workspace(Settings(var=folder / "var")) as work:
        loaded = load_source(folder / "company", work / "tables")
        yield material(10**9), material(MOST_STAYERS)


def test_fewer_rows_are_held_and_everyone_is_counted(materials: Materials) -> None:
    whole, large = (each.dataset for each in materials)
    assert whole.everyone is None
    assert large.everyone is not None
    assert len(large.left) < 0.9 * len(whole.left)
    on_dates = whole.outcomes["snapshot_date"].is_in(large.outcomes["snapshot_date"].unique().implode())
    assert large.outcomes.equals(whole.outcomes.filter(on_dates))
    last = materials[1].splits[-1]
    assert large.left[last.train].sum() == whole.left[materials[0].splits[-1].train].sum()
    assert set(large.features) <= set(whole.features)


def test_test_rows_and_base_rates_are_those_of_everyone(materials: Materials) -> None:
    whole, large = materials
    for one, other in zip(whole.splits, large.splits, strict=True):
        assert whole.dataset.keys[one.test].equals(large.dataset.keys[other.test])
        columns = list(large.dataset.features)
        assert whole.dataset.X[one.test].select(columns).equals(large.dataset.X[other.test])
    last = large.splits[-1]
    assert last.base_rate(large.dataset.left) == pytest.approx(whole.splits[-1].base_rate(whole.dataset.left))
    assert last.stayers_kept < 1
    assert (~large.dataset.left[last.train]).sum() == MOST_STAYERS


def test_every_split_learns_from_dates_of_the_last(materials: Materials) -> None:
    """Features are computed for fewer dates, and splits have their rows in common."""

    def dates_of(each: Material) -> list[set[date]]:
        return [set(each.dataset.keys["snapshot_date"][split.train]) for split in each.splits]

    whole, large = (dates_of(each) for each in materials)
    assert all(dates <= large[-1] for dates in large)
    assert not all(dates <= whole[-1] for dates in whole)
    assert len(materials[1].files) < len(materials[0].files)


@pytest.mark.parametrize("months", [3, 6, 12])
def test_every_horizon_learns_from_all_leavers_and_a_sample(materials: Materials, months: int) -> None:
    (all_rows, everyone), (sampled, split) = (each.final(months) for each in materials)
    assert sampled.left[split.train].sum() == all_rows.left[everyone.train].sum()
    assert (~sampled.left[split.train]).sum() == min(MOST_STAYERS, (~all_rows.left[everyone.train]).sum())
    assert len(split.test) == 0
    assert max(int(rows.max()) for fold in split.folds for rows in fold) < len(split.train)


def test_the_last_year_is_a_sample_whatever_the_outcome(materials: Materials) -> None:
    """Later months are compared with it: with all leavers it would not be the company."""
    whole, large = (each.last_year for each in materials)
    assert len(large.left) == MOST_STAYERS < len(whole.left)
    assert large.left.mean() == pytest.approx(whole.left.mean(), abs=0.03)
    assert large.keys.join(whole.keys, on=large.keys.columns, how="anti").is_empty()
    assert large.keys["snapshot_date"].n_unique() == whole.keys["snapshot_date"].n_unique()
