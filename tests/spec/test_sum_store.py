"""Which monthly sums are carried over from one run to the next, and which are summed again."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import date

import polars as pl
import pytest
from traces import files_holding

from features.build import feature_table
from features.collaboration import monthly_sums as months
from features.collaboration.monthly_sums import sum_months
from features.collaboration.pairs import BASE
from features.collaboration.sum_store import NEEDED_MONTHS, forget, forget_before, month_folder, months_before
from features.drivers import internal_services, service_network
from pipeline.dataset.table import write_features
from pipeline.settings import Settings

HEADER = "client_id provider_id opened_at        closed_at        rating recorded_at\n"
MAY = "ann bob 2024-05-03T09:00 2024-05-04T09:00 2 -\n"
JUNE = "ann bob 2024-06-03T09:00 2024-06-03T15:00 4 -\n"
JULY = "bob ann 2024-07-03T09:00 2024-07-03T15:00 5 -\n"
LATE = "cid ann 2024-05-31T09:00 2024-06-01T09:00 1 2024-07-09\n"
PEOPLE = "employee_id hire_date\nann 2015-01-01\nbob 2015-01-01\ncid 2015-01-01"


@pytest.fixture
def company(source_of):
    return lambda *rows, people=PEOPLE: source_of({"employees": people, "collaboration": HEADER + "".join(rows)})


@pytest.fixture
def summed(tmp_path, monkeypatch):
    """Brings the folder up to date with a source; returns the months that were summed for it, ascending.

    They are summed in parallel, in no guaranteed order.
    """

    def sum_them(source):
        done = []
        with monkeypatch.context() as patch:
            patch.setattr(months, "_services", noted(months._services, done))
            sum_months(source, tmp_path / "kept")
        return sorted(done)

    (tmp_path / "kept").mkdir()
    return sum_them


def noted(services, done):
    def work(facts, *others):
        done.extend(sorted(facts.select("opened").unique().collect()["opened"].to_list()))
        return services(facts, *others)

    return work


def month(year_month):
    year, number = year_month.split("-")
    return int(year) * 12 + int(number)


def test_only_a_new_month_is_summed(company, summed):
    assert summed(company(MAY, JUNE)) == [month("2024-05"), month("2024-06")]
    assert summed(company(MAY, JUNE)) == []
    assert summed(company(JULY, JUNE, MAY)) == [month("2024-07")]


def test_a_row_recorded_late_has_its_month_summed_again(company, summed):
    summed(company(MAY, JUNE))
    assert summed(company(MAY, JUNE, JULY, LATE)) == [month("2024-05"), month("2024-07")]


@pytest.mark.parametrize("rows", [[MAY.replace(" 2 ", " 3 "), JUNE], [MAY, MAY.replace("09:00", "10:00"), JUNE]])
def test_a_changed_or_added_old_row_is_noticed(company, summed, rows):
    summed(company(MAY, JUNE))
    assert summed(company(*rows)) == [month("2024-05")]


def test_swapped_ratings_are_noticed(company, summed):
    other = "cid bob 2024-05-09T09:00 2024-05-09T10:00 5 -\n"
    summed(company(MAY, other))
    assert summed(company(MAY.replace(" 2 ", " 5 "), other.replace(" 5 ", " 2 "))) == [month("2024-05")]


def test_a_month_whose_rows_were_deleted_is_deleted(company, summed, tmp_path):
    summed(company(MAY, JUNE))
    assert summed(company(JUNE)) == []
    left = [path.name for path in (tmp_path / "kept" / "pairs").iterdir()]
    assert left == [f"{month('2024-06')}.parquet"]


def test_a_purge_deletes_old_months_and_ids_and_keeps_the_later_sums(company, summed, tmp_path):
    """cid opens the last service in May; in June only ann and bob exchange one."""
    source = company(MAY, LATE, JUNE)
    summed(source)
    assert months_before(tmp_path / "kept", month("2024-06")) == [month("2024-05")]
    assert forget_before(tmp_path / "kept", month("2024-06"))
    assert files_holding(tmp_path / "kept", "cid") == []
    assert files_holding(tmp_path / "kept", "ann") == ["people.parquet"]
    assert months_before(tmp_path / "kept", month("2025-01")) == [month("2024-06")]
    [pairs] = (tmp_path / "kept" / "pairs").iterdir()
    assert pairs.stem == str(month("2024-06"))
    assert summed(source) == [month("2024-05")]  # the source still holds it


def test_codes_without_gaps_after_a_purge_still_mean_the_same_people(company, summed, tmp_path):
    """ann, the first of the codes, is only in May; in June cid serves bob once."""
    summed(company(MAY, "cid bob 2024-06-03T09:00 2024-06-03T15:00 4 -\n"))
    assert forget_before(tmp_path / "kept", month("2024-06"))
    assert dict(pl.read_parquet(tmp_path / "kept" / "people.parquet").iter_rows()) == {"bob": 0, "cid": 1}
    services = pl.read_parquet(tmp_path / "kept" / "services" / f"{month('2024-06')}.parquet")
    pairs = pl.read_parquet(tmp_path / "kept" / "pairs" / f"{month('2024-06')}.parquet")
    assert sorted(services["employee_id"]) == [0, 1]
    assert pairs["pair"].to_list() == [0 * BASE + 1]


def test_a_purge_that_is_killed_leaves_nothing_that_counts(company, summed, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def die(*_):
        raise Killed

    source = company(MAY, JUNE)
    summed(source)
    with monkeypatch.context() as patch:
        patch.setattr("features.collaboration.sum_store._recode", die)
        with pytest.raises(Killed):
            forget_before(tmp_path / "kept", month("2024-06"))
    assert summed(source) == [month("2024-05"), month("2024-06")]


def test_a_purge_of_everything_leaves_no_file(company, summed, tmp_path):
    summed(company(MAY))
    assert forget_before(tmp_path / "kept", month("2024-06"))
    assert [path.name for path in (tmp_path / "kept").rglob("*")] == ["lock"]


def test_a_purge_leaves_sums_that_a_run_is_using(company, summed, tmp_path):
    summed(company(MAY))
    with holding(tmp_path / "kept"):
        assert not forget_before(tmp_path / "kept", month("2024-06"))
        assert not forget(tmp_path / "kept")
    assert files_holding(tmp_path / "kept", "ann")


def test_no_feature_over_sums_has_a_longer_window_than_a_purge_keeps():
    windows = {
        feature.window for each in (*internal_services.FAMILIES, *service_network.FAMILIES) for feature in each.features
    }
    assert windows == {"(3, 0]", f"({NEEDED_MONTHS}, 0]", "(start, now]"}  # for the last, a run reads the source again


def test_the_sums_of_another_source_are_not_used(company, summed, source_of, tmp_path):
    summed(company(MAY, JUNE))
    other = HEADER.replace("rating", "effort_hours") + MAY + JUNE
    assert summed(source_of({"employees": PEOPLE, "collaboration": other})) == [month("2024-05"), month("2024-06")]


def test_a_person_erased_from_the_source_is_erased_from_the_sums(company, summed, tmp_path):
    summed(company(MAY, JUNE, LATE))
    without = company(MAY, JUNE, people=PEOPLE.replace("\ncid 2015-01-01", ""))
    assert summed(without) == [month("2024-05"), month("2024-06")]
    assert pl.read_parquet(tmp_path / "kept" / "people.parquet")["employee_id"].to_list() == ["ann", "bob"]


def test_new_people_take_the_next_codes(company, summed, tmp_path):
    summed(company(MAY, JUNE))
    assert summed(company(MAY, JUNE, people=PEOPLE + "\naaron 2024-01-01")) == []
    codes = dict(pl.read_parquet(tmp_path / "kept" / "people.parquet").iter_rows())
    assert codes == {"ann": 0, "bob": 1, "cid": 2, "aaron": 3}


def test_a_run_killed_between_two_files_leaves_its_month_to_be_summed_again(company, summed, monkeypatch):
    class Killed(Exception):
        pass

    def write_services_only(path, write):
        if path.parent.name == "pairs" and path.stem == str(month("2024-05")):
            raise Killed
        write_whole(path, write)

    write_whole = months.write_whole
    summed(company(MAY, JUNE))
    changed = company(MAY, LATE, JUNE)
    with monkeypatch.context() as patch:
        patch.setattr(months, "write_whole", write_services_only)
        with pytest.raises(Killed):
            summed(changed)
    # even where the source is as it was before the run that was killed
    assert summed(company(MAY, JUNE)) == [month("2024-05")]


def test_an_unreadable_manifest_and_a_missing_file_are_rebuilt(company, summed, tmp_path):
    summed(company(MAY, JUNE))
    (tmp_path / "kept" / "manifest.json").write_text("{")
    assert summed(company(MAY, JUNE)) == [month("2024-05"), month("2024-06")]
    (tmp_path / "kept" / "services" / f"{month('2024-06')}.parquet").unlink()
    assert summed(company(MAY, JUNE)) == [month("2024-06")]


def test_sums_of_an_earlier_layout_are_not_used(company, summed, tmp_path):
    summed(company(MAY))
    path = tmp_path / "kept" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["about"]["layout"] = 0
    path.write_text(json.dumps(manifest))
    assert summed(company(MAY)) == [month("2024-05")]


def test_the_features_command_stores_the_sums_for_the_next_run(tmp_path, monkeypatch):
    source, done = tmp_path / "source", []
    source.mkdir()
    tables = {"employees": PEOPLE, "exits": "employee_id exit_date kind\ncid 2024-07-20 voluntary",
              "collaboration": (HEADER + MAY + JUNE).replace("-\n", "\n")}  # fmt: skip
    for name, text in tables.items():
        rows = (re.sub(" +", ",", line) for line in text.splitlines())
        (source / f"{name}.csv").write_text("\n".join(rows))
    (source / "source.toml").write_text("name = 'shop'\ncomplete_from = 2024-01-01\ncomplete_until = 2024-07-31\n")
    monkeypatch.setattr(months, "_services", noted(months._services, done))
    for _ in range(2):
        write_features(source, [], tmp_path / "table.parquet", tmp_path / "work", print, Settings(var=tmp_path / "var"))
    assert done == [month("2024-05"), month("2024-06")]


def test_a_folder_in_use_by_another_process_is_left_alone(tmp_path):
    with holding(tmp_path / "kept"), month_folder(tmp_path / "kept", tmp_path) as folder:
        assert folder != tmp_path / "kept"
    with month_folder(tmp_path / "kept", tmp_path) as folder:
        assert folder == tmp_path / "kept"


@contextmanager
def holding(folder):
    program = (
        "import sys; from pathlib import Path; from features.collaboration.sum_store import month_folder\n"
        f"with month_folder(Path({str(folder)!r}), Path('.')): print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield


def test_volumes_are_unknown_where_no_service_is_recorded(source_of, tmp_path):
    source = source_of({"employees": PEOPLE, "collaboration": HEADER + MAY})
    pl.read_parquet(source.tables["collaboration"]).clear().write_parquet(source.tables["collaboration"])
    [path] = feature_table(source, [date(2024, 6, 30)], tmp_path)
    assert pl.read_parquet(path)["client_services_12m"].to_list() == [None, None, None]
