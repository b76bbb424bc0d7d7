"""The peer of the part `features`: the same figures as a data scientist who knows pandas well would write them.

People are numbered once, so that every table is indexed by an integer and joins are a `reindex`. Services are summed
to person × month × month in which they became known; each snapshot date then takes what was known by it, the last row
of a fact with `drop_duplicates(keep="last")`. `merge_asof` and `rolling` over all dates at once would be shorter but
wrong here: with rows recorded late, what was in force on a day depends on the day that asks.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

DAYS_A_MONTH: Final = 30.4375
DAYS_TO_FIRST_RECORD: Final = 366
ROWS_AT_A_TIME: Final = 2_000_000
"""Services read together: as fast for pandas as the whole table at once, and with far less memory."""
TRENDS: Final = (
    "client_services", "provider_services", "client_rating", "provider_rating", "client_hours", "client_effort"
)  # fmt: skip
MEASURES: Final = {"client": ("rating", "hours", "effort_hours"), "provider": ("rating",)}

Months = np.ndarray[Any, np.dtype[np.int32]]


def write_features(data: Path, out: Path) -> None:
    """Write `features-YYYY-MM-DD.parquet` for every month-end of the working time."""
    people = pd.Index(_read(data, "employees", "employee_id")["employee_id"].unique()).sort_values()
    tables = {
        "employees": _numbered(_read(data, "employees", "employee_id", "hire_date", "recorded_at"), people),
        "exits": _numbered(_read(data, "exits", "employee_id", "exit_date", "recorded_at"), people),
        "assignments": _assignments(data, people),
        "compensation": _facts(data, people, "compensation", "effective_date", "base_pay", "market_pay"),
        "working_time": _facts(data, people, "working_time", "month", "overtime_hours", "contracted_hours"),
        "surveys": _facts(data, people, "surveys", "survey_date", "score", item="workload"),
    }
    services, pairs = _services(data, people)
    for day in sorted(tables["working_time"]["month"].unique()):
        rows = _features_on(pd.Timestamp(day), tables, services, pairs, len(people))
        rows.insert(0, "employee_id", people[rows.index])
        rows.to_parquet(out / f"features-{pd.Timestamp(day).date()}.parquet", index=False)


def _read(data: Path, table: str, *columns: str, **options: Any) -> pd.DataFrame:
    file = pq.read_table(data / f"{table}.parquet", columns=list(columns), **options)
    return file.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True)


def _numbered(rows: pd.DataFrame, people: pd.Index) -> pd.DataFrame:
    return rows.assign(person=people.get_indexer(rows.pop("employee_id")))


def _facts(data: Path, people: pd.Index, table: str, own: str, *values: str, item: str | None = None) -> pd.DataFrame:
    """Facts by person, own date and the day they became known, in this order."""
    named = [] if item is None else ["item"]
    rows = _read(data, table, "employee_id", own, *values, "recorded_at", *named)
    if item is not None:
        rows = rows[rows.pop("item") == item].copy()
    rows = _numbered(rows, people)
    rows["known"] = rows["recorded_at"].fillna(rows[own])
    return rows.drop(columns="recorded_at").sort_values(["person", own, "known"], ignore_index=True)


def _assignments(data: Path, people: pd.Index) -> pd.DataFrame:
    rows = _facts(data, people, "assignments", "effective_date", "manager_id")
    rows["manager"] = people.get_indexer(rows.pop("manager_id").fillna(""))
    return rows.assign(manager=rows["manager"].where(rows["manager"] >= 0))


def _services(data: Path, people: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Services summed by person, month and known month, and the pairs of client and provider in each."""
    columns = ["client_id", "provider_id", "opened_at", "closed_at", "rating", "effort_hours", "recorded_at"]
    file = pq.ParquetFile(data / "collaboration.parquet", read_dictionary=["client_id", "provider_id"])
    sums, pairs = [], []
    for batch in file.iter_batches(ROWS_AT_A_TIME, columns=columns):
        events = _coded(batch.to_pandas(date_as_object=False, split_blocks=True, self_destruct=True), people)
        pairs.append(events[["client", "provider", "opened", "asked_known"]].drop_duplicates())
        sums.append(_summed(events))
    keys = ["person", "month", "known"]
    services = pd.concat(sums).groupby(keys, sort=False).sum().reset_index()
    return services, pd.concat(pairs, ignore_index=True).rename(columns={"opened": "month", "asked_known": "known"})


def _coded(events: pd.DataFrame, people: pd.Index) -> pd.DataFrame:
    """The events with people as numbers, moments as months, and the month in which each half became known."""
    for side in ("client", "provider"):
        events[side] = events.pop(f"{side}_id").cat.set_categories(people).cat.codes
    recorded = np.where(events["recorded_at"].isna(), 0, _month(events.pop("recorded_at")))
    events["hours"] = (events["closed_at"] - events["opened_at"]).dt.total_seconds() / 3600
    events["opened"] = _month(events.pop("opened_at"))
    events["closed"] = np.where(events["closed_at"].isna(), -1, _month(events.pop("closed_at")))
    events["asked_known"] = np.maximum(events["opened"], recorded)
    events["answered_known"] = np.maximum(events["closed"], recorded)
    return events


def _summed(events: pd.DataFrame) -> pd.DataFrame:
    """By person, month and known month: services asked for and given; sums and counts of what the answers say."""
    answered = events[events["closed"] >= 0]
    sums = []
    for side, measures in MEASURES.items():
        asked = events.groupby([side, "opened", "asked_known"], sort=False).size().rename(f"{side}_n")
        by = answered.groupby([side, "closed", "answered_known"], sort=False)[list(measures)]
        total = by.sum().add_prefix(f"{side}_")
        number = by.count().add_prefix(f"{side}_").add_suffix("_n")
        sums += [part.rename_axis(["person", "month", "known"]) for part in (asked, total, number)]
    return pd.concat(sums, axis=1).fillna(0)


def _month(moments: pd.Series) -> Months:
    """Months since 1970; what comes of no moment means nothing."""
    months: Months = moments.to_numpy().astype("datetime64[M]").astype(np.int64).astype(np.int32)
    return months


def _features_on(
    day: pd.Timestamp, tables: dict[str, pd.DataFrame], services: pd.DataFrame, pairs: pd.DataFrame, count: int
) -> pd.DataFrame:
    """The features of everyone at risk on a date, indexed by the person's number."""
    staff, at_risk = _present(tables["employees"], tables["exits"], day)
    places = _places(tables["assignments"], staff, day)
    parts = [
        _service_features(services, staff, day),
        _degree(pairs, services, staff, day, count),
        _pay(tables["compensation"], staff, day),
        _overtime(tables["working_time"], day),
        _survey(tables["surveys"], day),
        places,
        ((day - staff).dt.days / DAYS_A_MONTH).rename("tenure_months"),
    ]
    return pd.concat([part.reindex(at_risk) for part in parts], axis=1)


def _present(employees: pd.DataFrame, exits: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Index]:
    """The hire date of everyone who works here, and of them those without an exit recorded."""
    hired = employees[(employees["hire_date"] <= day) & ~(employees["recorded_at"] > day)]
    hired = hired.set_index("person")["hire_date"].sort_index()
    recorded = exits[~(exits["recorded_at"] > day)]
    gone = recorded.loc[recorded["exit_date"] <= day, "person"]
    noticed = recorded.loc[(recorded["exit_date"] > day) & recorded["recorded_at"].notna(), "person"]
    staff = hired[~hired.index.isin(gone)]
    return staff, staff.index[~staff.index.isin(noticed)]


def _known_facts(rows: pd.DataFrame, own: str, day: pd.Timestamp, months: int | None = None) -> pd.DataFrame:
    """The last version by `day` of each fact dated until then, or in the (months, 0] before it."""
    then = (rows[own] <= day) & (rows["known"] <= day)
    if months is not None:
        then &= rows[own] > _ago(day, months)
    return rows[then].drop_duplicates(["person", own], keep="last")


def _ago(day: pd.Timestamp, months: int) -> pd.Timestamp:
    return day - pd.offsets.MonthEnd(months)


def _service_features(services: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    now = (day.year - 1970) * 12 + day.month - 1
    known = services[services["known"] <= now]
    recent = known[known["month"] > now - 12]
    columns = [name for name in services if name not in ("person", "month", "known")]
    employed = now + 1 - ((staff.dt.year - 1970) * 12 + staff.dt.month - 1)
    rows = pd.DataFrame(index=staff.index)
    for months in (3, 12):
        window = recent[recent["month"] > now - months]
        sums = window.groupby("person")[columns].sum().reindex(staff.index, fill_value=0)
        reaches = known["month"].min() <= now - months + 1
        for side, measures in MEASURES.items():
            rate = sums[f"{side}_n"] / employed.clip(upper=months)
            rows[f"{side}_services_{months}m"] = rate if reaches else np.nan
            for measure in measures:
                total, number = sums[f"{side}_{measure}"], sums[f"{side}_{measure}_n"]
                mean = total / number.where(number > 0)
                rows[f"{side}_{measure.removesuffix('_hours')}_{months}m"] = mean if reaches else np.nan
    for name in TRENDS:
        rows[f"{name}_trend"] = rows[f"{name}_3m"] - rows[f"{name}_12m"]
    given, received = sums["provider_n"], sums["client_n"]
    balance = (given - received) / (given + received).where(given + received > 0)
    return rows.assign(service_balance_12m=balance if reaches else np.nan)


def _degree(
    pairs: pd.DataFrame, services: pd.DataFrame, staff: pd.Series, day: pd.Timestamp, count: int
) -> pd.DataFrame:
    """Different colleagues by whom, and whom, each person served in (12, 0]."""
    now = (day.year - 1970) * 12 + day.month - 1
    recent = pairs[(pairs["month"] > now - 12) & (pairs["known"] <= now)]
    different = pd.unique(recent["client"].to_numpy(np.int64) * count + recent["provider"].to_numpy(np.int64))
    rows = pd.DataFrame(
        {
            "colleagues_serving_12m": np.bincount(different // count, minlength=count),
            "colleagues_served_12m": np.bincount(different % count, minlength=count),
        }
    ).reindex(staff.index)
    reaches = services.loc[services["known"] <= now, "month"].min() <= now - 11
    return rows if reaches else rows * np.nan


def _pay(compensation: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    history = _known_facts(compensation, "effective_date", day)
    now = history.drop_duplicates("person", keep="last").set_index("person")
    before = history[history["effective_date"] <= _ago(day, 12)].drop_duplicates("person", keep="last")
    rises = history["base_pay"] > history.groupby("person")["base_pay"].shift()
    raised = history[rises].drop_duplicates("person", keep="last").set_index("person")["effective_date"]
    first = history.drop_duplicates("person").set_index("person")["effective_date"].reindex(staff.index)
    since_hire = staff.where((first - staff).dt.days <= DAYS_TO_FIRST_RECORD)
    since = raised.reindex(staff.index).fillna(since_hire)
    growth = (np.log(now["base_pay"]) - np.log(before.set_index("person")["base_pay"])).reindex(staff.index)
    return pd.DataFrame(
        {
            "pay_against_market": np.log(now["base_pay"] / now["market_pay"]).reindex(staff.index),
            "pay_growth_against_company_12m": growth - growth.median(),
            "months_since_raise": (day - since).dt.days / DAYS_A_MONTH,
        }
    )


def _overtime(working_time: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    rows = _known_facts(working_time, "month", day, months=12)
    rows = rows[(rows["contracted_hours"] > 0) & rows["overtime_hours"].notna()]
    shares = {}
    for months in (3, 12):
        sums = rows[rows["month"] > _ago(day, months)].groupby("person")[["overtime_hours", "contracted_hours"]].sum()
        shares[f"overtime_{months}m"] = sums["overtime_hours"] / sums["contracted_hours"]
    features = pd.DataFrame(shares)
    has_past = (rows["month"] <= _ago(day, 3)).groupby(rows["person"]).any().reindex(features.index)
    return features.assign(overtime_trend=(features["overtime_3m"] - features["overtime_12m"]).where(has_past))


def _survey(surveys: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    rows = _known_facts(surveys, "survey_date", day, months=12)
    means = {
        f"survey_workload_mean_{months}m": rows[rows["survey_date"] > _ago(day, months)]
        .groupby("person")["score"]
        .mean()
        for months in (3, 12)
    }
    features = pd.DataFrame(means)
    trend = features["survey_workload_mean_3m"] - features["survey_workload_mean_12m"]
    return features.assign(survey_workload_trend=trend)


def _places(assignments: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """How many people have the same manager, and since when the person has had this one."""
    rows = assignments[(assignments["effective_date"] <= day) & (assignments["known"] <= day)].copy()
    rows["manager"] = rows.groupby("person")["manager"].ffill()  # a null means unchanged
    rows = rows.drop_duplicates(["person", "effective_date"], keep="last")
    hired = rows["person"].map(staff)
    is_first = ~rows["person"].duplicated()
    before = rows.groupby("person")["manager"].shift()
    changed = ~is_first & rows["manager"].notna() & (rows["manager"] != before)
    since_hire = hired.where(is_first & ((rows["effective_date"] - hired).dt.days <= DAYS_TO_FIRST_RECORD))
    rows["since"] = rows["effective_date"].where(changed, since_hire)
    rows["since"] = rows.groupby("person")["since"].ffill()
    now = rows.drop_duplicates("person", keep="last").set_index("person").reindex(staff.index)
    size = now.groupby("manager")["manager"].transform("size")
    return pd.DataFrame({"months_with_manager": (day - now["since"]).dt.days / DAYS_A_MONTH, "team_size": size})
