"""The bench at a tiny size: both sides give the same, and differences are reported."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from bench import features
from bench.__main__ import PARTS, store_part, stored_parts
from bench.__main__ import main as bench
from bench.company import source, write_company
from bench.measure import measured
from bench.page import main as write_page
from bench.page import with_figures
from bench.part import TIME, Differs, Figure, Part, Ratio, Side, Size
from bench.results import Comparison, as_dict, growths
from bench.table import WIDTH, for_terminal, machines, tables
from bench.turns import together
from features.catalogue.catalogue import catalogue
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
    """The output folders of both sides, run in this process."""
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
    assert "time, pandas : retention" in done.stdout
    [at_size] = json.loads((tmp_path / "figures.json").read_text())["parts"]["features"]["sizes"]
    assert at_size["sized"] == "60 people, 18 months, 10 services a person and month"
    assert set(at_size["runs"]) == {"retention", "pandas", "retention, all"}
    assert all(run["peak_gb"] > 0 for runs in at_size["runs"].values() for run in runs)
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]

    page = tmp_path / "page.md"
    shutil.copy(ROOT / "docs/performance.md", page)
    write_page(["--json", str(tmp_path / "figures.json"), "--page", str(page)])
    assert "### Features\n\n| 60 | retention | pandas | retention, all |" in page.read_text()


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
def test_a_difference_of_a_millionth_in_any_feature_is_reported(
    feature: str, outs: dict[str, Path], tmp_path: Path
) -> None:
    more = changed(outs["retention"], tmp_path, **{feature: pl.col(feature) * (1 + 1e-6) + 1e-6})
    with pytest.raises(Differs, match=rf"differ: {feature} in"):
        features.check(outs | {"retention": more})


def test_a_null_on_one_side_is_reported(outs: dict[str, Path], tmp_path: Path) -> None:
    is_first = pl.int_range(pl.len()) == 0
    fewer = changed(outs["retention"], tmp_path, tenure_months=pl.when(~is_first).then("tenure_months"))
    with pytest.raises(Differs, match="differ: tenure_months in 1 of "):
        features.check(outs | {"retention": fewer})


def test_a_person_missing_on_one_side_is_reported(outs: dict[str, Path], tmp_path: Path) -> None:
    other = changed(outs["retention"], tmp_path, employee_id=pl.col("employee_id") + "x")
    with pytest.raises(Differs, match="people at risk"):
        features.check(outs | {"retention": other})


def test_a_missing_snapshot_date_is_reported(outs: dict[str, Path], tmp_path: Path) -> None:
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


def test_the_company_has_the_requested_number_of_services_some_of_them_late(company: Path) -> None:
    services = pl.read_parquet(company / "collaboration.parquet")
    assert services.height == 60 * 18 * 10
    assert services["opened_at"].is_sorted()
    assert services.filter(pl.col("client_id") == pl.col("provider_id")).is_empty()
    late = pl.col("recorded_at").dt.month_end() > pl.col("opened_at").dt.date().dt.month_end()
    assert 0 < services.filter(late).height < 0.05 * services.height


def test_the_same_size_gives_the_same_company(company: Path, tmp_path: Path) -> None:
    write_company(TINY, tmp_path)
    for path in company.glob("*.parquet"):
        assert pl.read_parquet(path).equals(pl.read_parquet(tmp_path / path.name))


OURS, PEER = Side("ours", "", "does this"), Side("peer", "", "does that")
TWICE = Part(
    "p",
    "P",
    write_company,
    (OURS, PEER),
    (TIME, Figure("pages", "pages", "managers'", "many")),
    (Ratio("time, peer : ours", ("peer", "seconds"), ("ours", "seconds"), "at least 2"),),
)


def test_proportional_growth_has_exponent_one() -> None:
    small, large = (
        Comparison(TWICE, Size(people), {"ours": [{"seconds": seconds, "pages": 7}], "peer": [{"seconds": 5.0}]})
        for people, seconds in ((1_000, 2.0), (10_000, 20.0))
    )
    ours, peer = growths(small, large)
    assert (ours["side"], ours["people"], ours["times"]) == ("ours", [1_000, 10_000], pytest.approx(10))
    assert ours["exponent"] == pytest.approx(1)
    assert (peer["side"], peer["exponent"]) == ("peer", pytest.approx(0))


def test_ratios_are_formed_run_by_run() -> None:
    ours = [{"seconds": seconds} for seconds in (1.0, 2.0, 4.0)]
    peer = [{"seconds": 8.0}] * 3
    assert Comparison(TWICE, TINY, {"ours": ours, "peer": peer}).ratio(TWICE.ratios[0]) == (4.0, 2.0, 8.0)


def test_without_the_peer_our_figures_have_no_ratio() -> None:
    alone = Comparison(TWICE, Size(10_000), {"ours": [{"seconds": 20.0}]})
    both = Comparison(TWICE, Size(1_000), {"ours": [{"seconds": 2.0}], "peer": [{"seconds": 8.0}]})
    result = as_dict([alone, both], {})
    assert [[ratio["median"] for ratio in size["ratios"]] for size in result["sizes"]] == [[4.0], []]
    assert [growth["side"] for growth in result["growth"]] == ["ours"]
    small, ratios, large, growth = tables(result)
    assert small.header == ("1,000", "ours", "peer", "aim")
    assert small.rows == [("time, s", "2", "8", ""), ("pages, managers'", "", "", "many")]
    assert ratios.rows == [("time, peer : ours", "4", "at least 2")]
    assert large.header == ("10,000", "ours", "aim")
    assert growth.rows == [("ours: time", "1,000 to 10,000", "10", "1.00")]


def test_stages_of_a_chain_are_summed_with_their_largest_peak() -> None:
    stages = [
        {"seconds": 1.5, "cpu_seconds": 2.0, "peak_gb": 0.7},
        {"seconds": 4.0, "cpu_seconds": 1.0, "peak_gb": 0.3},
    ]
    assert together(stages) == {"seconds": 5.5, "cpu_seconds": 3.0, "peak_gb": 0.7}


@pytest.mark.parametrize("name", PARTS)
def test_every_block_fits_into_the_table(name: str) -> None:
    part = PARTS[name]
    given = {figure.name for figure in part.figures}
    runs = [dict.fromkeys(given, value) for value in (1234.5, 1434.5, 1634.5)]
    sides = [side.name for side in part.sides] + ["together"] * part.is_chain
    result = as_dict(
        [Comparison(part, Size(people), dict.fromkeys(sides, runs), "equal") for people in (1_000, 9_000)], {}
    )
    screen = io.StringIO()
    Console(file=screen, width=WIDTH).print(for_terminal({"parts": {name: result}}))
    assert "…" not in screen.getvalue()
    assert max(map(len, screen.getvalue().splitlines())) <= WIDTH


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_existing_work_and_ratios_of_its_own_figures(name: str) -> None:
    part = PARTS[name]
    for side in part.sides:
        module, function = side.work.split(":")
        assert f"\ndef {function}(data: Path, out: Path)" in (ROOT / f"{module.replace('.', '/')}.py").read_text()
    sides, figures = {side.name for side in part.sides}, {figure.name for figure in part.figures}
    for ratio in part.ratios:
        assert {ratio.over[0], ratio.under[0]} <= sides
        assert {ratio.over[1], ratio.under[1]} <= figures


def test_a_part_measured_again_replaces_only_its_own_figures(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    store_part(file, "lists", {"title": "old lists"})
    store_part(file, "features", {"title": "old features"})
    store_part(file, "lists", {"title": "new lists"})
    assert list(stored_parts(file).items()) == [
        ("features", {"title": "old features"}),
        ("lists", {"title": "new lists"}),
    ]
    store_part(file, "features", None)
    assert list(stored_parts(file)) == ["lists"]


def test_parts_measured_on_different_machines_say_so() -> None:
    ours = {"ours": [{"seconds": 2.0}], "peer": [{"seconds": 8.0}]}
    on = {cores: as_dict([Comparison(TWICE, TINY, ours)], {"cores": cores}) for cores in ("2", "4")}
    assert list(machines({"parts": {"a": on["2"], "b": on["2"]}})) == ["cores 2."]
    assert list(machines({"parts": {"a": on["2"], "b": on["4"]}})) == ["P: cores 2.", "P: cores 4."]


def test_no_side_sees_the_settings_of_the_person_measuring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_DATABASE_URL", "sqlite:///somebody.db")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(Path(__file__).parent))))
    figures = measured(Side("environment", f"{Path(__file__).stem}:settings_seen", ""), tmp_path, tmp_path)
    assert figures["settings"] == 0


def test_a_part_whose_sides_differ_leaves_the_others_their_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differ(size: Size, data: Path) -> None:
        raise Differs("they differ")

    here = (Side("here", f"{Path(__file__).stem}:settings_seen", "counts"),)
    sound = Part("sound", "Sound", lambda size, data: data.mkdir(), here, people=(5,), runs=1)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT), str(Path(__file__).parent))))
    monkeypatch.setattr("bench.__main__.PARTS", {"wrong": Part("wrong", "Wrong", differ, here), "sound": sound})
    assert bench(["--json", str(tmp_path / "bench.json")]) == 1
    assert list(json.loads((tmp_path / "bench.json").read_text())["parts"]) == ["sound"]


def settings_seen(data: Path, out: Path) -> dict[str, int]:
    return {"settings": sum(name.startswith("RETENTION_") for name in os.environ)}


def test_the_page_has_a_place_for_the_figures() -> None:
    page = (ROOT / "docs/performance.md").read_text()
    once = with_figures(page, "| a table |")
    assert once.count("| a table |") == 1
    assert with_figures(once, "| another |") == with_figures(page, "| another |")
