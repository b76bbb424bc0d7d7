"""The bench at a tiny size: both sides give the same, and it says so where they do not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from bench import features
from bench.company import source, write_company
from bench.measure import Run
from bench.page import main as write_page
from bench.page import with_figures
from bench.part import Differs, Part, Side, Size
from bench.results import Comparison, as_dict, growths
from bench.table import rows
from features.catalogue import catalogue
from features.source import Source, load_source

ROOT = Path(__file__).parents[2]
TINY = Size(people=60, months=18, events=10)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench") / "company"
    write_company(TINY, folder)
    return folder


@pytest.fixture(scope="module")
def outs(company: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What both sides write, in this process."""
    from bench.pandas_features import write_features

    folders = {name: tmp_path_factory.mktemp("out") for name in ("retention", "pandas")}
    features.write_compared(company, folders["retention"])
    write_features(company, folders["pandas"])
    return folders


def test_the_bench_prints_a_table_and_writes_the_figures_for_the_page(tmp_path: Path) -> None:
    size = ["--people", str(TINY.people), "--months", str(TINY.months), "--events", str(TINY.events), "--runs", "1"]
    command = [sys.executable, "-m", "bench", "features", *size, "--json", "figures.json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "retention" in done.stdout
    assert "pandas" in done.stdout
    [part] = json.loads((tmp_path / "figures.json").read_text())["parts"]
    [at_size] = part["sizes"]
    assert at_size["services"] == 60 * 18 * 10
    assert set(at_size["sides"]) == {"retention", "pandas", "retention, all"}
    assert all(run["peak_bytes"] > 0 for side in at_size["sides"].values() for run in side["runs"])
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]

    page = tmp_path / "page.md"
    shutil.copy(ROOT / "docs/performance.md", page)
    write_page(["--json", str(tmp_path / "figures.json"), "--page", str(page)])
    assert "| Features | 60 | 10,800 | pandas |" in page.read_text()


def test_both_sides_give_the_same_features(outs: dict[str, Path]) -> None:
    assert features.check(outs).startswith(f"{len(features.COMPARED)} features")


def test_every_compared_feature_has_values_and_is_in_the_catalogue(company: Path, outs: dict[str, Path]) -> None:
    table = pl.read_parquet(outs["retention"] / "features-2025-12-31.parquet")
    assert set(features.COMPARED) <= set(catalogue(source(company)))
    assert set(table.columns) == {"employee_id", "snapshot_date", *features.COMPARED}
    assert not [name for name in features.COMPARED if table[name].drop_nulls().is_empty()]


def changed(folder: Path, out: Path, **columns: pl.Expr) -> Path:
    for path in folder.glob("*.parquet"):
        pl.read_parquet(path).with_columns(**columns).write_parquet(out / path.name)
    return out


@pytest.mark.parametrize("feature", features.COMPARED)
def test_a_millionth_more_in_any_feature_is_told(feature: str, outs: dict[str, Path], tmp_path: Path) -> None:
    more = changed(outs["retention"], tmp_path, **{feature: pl.col(feature) * (1 + 1e-6) + 1e-6})
    with pytest.raises(Differs, match=rf"differ: {feature} in"):
        features.check(outs | {"retention": more})


def test_a_null_on_one_side_is_told(outs: dict[str, Path], tmp_path: Path) -> None:
    is_first = pl.int_range(pl.len()) == 0
    fewer = changed(outs["retention"], tmp_path, tenure_months=pl.when(~is_first).then("tenure_months"))
    with pytest.raises(Differs, match="differ: tenure_months in 1 of "):
        features.check(outs | {"retention": fewer})


def test_a_person_who_is_not_on_both_sides_is_told(outs: dict[str, Path], tmp_path: Path) -> None:
    other = changed(outs["retention"], tmp_path, employee_id=pl.col("employee_id") + "x")
    with pytest.raises(Differs, match="people at risk"):
        features.check(outs | {"retention": other})


def test_a_missing_snapshot_date_is_told(outs: dict[str, Path], tmp_path: Path) -> None:
    fewer = changed(outs["retention"], tmp_path)
    (fewer / "features-2025-12-31.parquet").unlink()
    with pytest.raises(Differs, match="snapshot dates"):
        features.check(outs | {"retention": fewer})


def test_the_company_is_a_source_without_an_error(company: Path, tmp_path: Path) -> None:
    loaded = load_source(company, tmp_path / "tables")
    assert isinstance(loaded, Source)
    direct = source(company)
    assert (loaded.complete_from, loaded.complete_until) == (direct.complete_from, direct.complete_until)
    assert loaded.tables.keys() == direct.tables.keys()
    for table, path in direct.tables.items():
        written, validated = pl.read_parquet_schema(path), pl.read_parquet_schema(loaded.tables[table])
        assert dict(written) == {name: validated[name] for name in written}


def test_the_company_has_as_many_services_as_asked_for_some_of_them_late(company: Path) -> None:
    services = pl.read_parquet(company / "collaboration.parquet")
    assert services.height == TINY.services
    assert services["opened_at"].is_sorted()
    assert services.filter(pl.col("client_id") == pl.col("provider_id")).is_empty()
    late = pl.col("recorded_at").dt.month_end() > pl.col("opened_at").dt.date().dt.month_end()
    assert 0 < services.filter(late).height < 0.05 * services.height


def test_the_same_size_gives_the_same_company(company: Path, tmp_path: Path) -> None:
    write_company(TINY, tmp_path)
    for path in company.glob("*.parquet"):
        assert pl.read_parquet(path).equals(pl.read_parquet(tmp_path / path.name))


def test_growth_in_proportion_has_the_exponent_one() -> None:
    ours, peer = Side("ours", "", ""), Side("peer", "", "")
    part = Part("p", "P", write_company, ours, peer, features.check)
    small, large = (
        Comparison(
            part,
            Size(people, 1, 1),
            {"ours": [Run(seconds, seconds, 100)], "peer": [Run(4 * seconds, seconds, 400)]},
            "",
        )
        for people, seconds in ((1_000, 2.0), (10_000, 20.0))
    )
    [growth, _] = growths([large, small])
    assert growth.people == (1_000, 10_000)
    assert growth.exponent_seconds == pytest.approx(1)
    assert growth.exponent_peak == pytest.approx(0)
    assert small.times_faster().median == pytest.approx(4)
    assert small.times_leaner().median == pytest.approx(4)


def test_the_ratio_is_formed_run_by_run() -> None:
    part = Part("p", "P", write_company, Side("ours", "", ""), Side("peer", "", ""), features.check)
    ours = [Run(seconds, 0, 1) for seconds in (1.0, 2.0, 4.0)]
    peer = [Run(seconds, 0, 1) for seconds in (8.0, 8.0, 8.0)]
    assert Comparison(part, TINY, {"ours": ours, "peer": peer}, "").times_faster() == (4.0, 2.0, 8.0)


def test_where_the_peer_is_not_run_ours_stands_without_a_ratio() -> None:
    ours, peer = Side("ours", "", ""), Side("peer", "", "")
    part = Part("p", "P", write_company, ours, peer, features.check)
    alone = Comparison(part, Size(10_000, 1, 1), {"ours": [Run(20, 20, 100)]}, "")
    both = Comparison(part, Size(1_000, 1, 1), {"ours": [Run(2, 2, 100)], "peer": [Run(8, 8, 100)]}, "")
    assert (alone.sides, alone.times_faster(), alone.times_leaner()) == ((ours,), None, None)
    assert [growth.side for growth in growths([both, alone])] == ["ours"]
    told = [(row[1], row[3], row[-1]) for row in rows(as_dict([both, alone], {}))]
    assert told == [("1,000", "ours", "time 4, memory 1"), ("1,000", "peer", ""), ("10,000", "ours", "")]


def test_the_page_has_a_place_for_the_figures() -> None:
    page = (ROOT / "docs/performance.md").read_text()
    once = with_figures(page, "| a table |")
    assert once.count("| a table |") == 1
    assert with_figures(once, "| another |") == with_figures(page, "| another |")
