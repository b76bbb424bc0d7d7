"""The peer of the part `features`: the same figures in pandas, written as its documentation teaches.

Whole tables, people by their ids (as categories where there are many rows), `groupby`, `nunique`, and for the last
version of a fact `drop_duplicates(keep="last")`. The services alone are read a month at a time, as its guide to large
data teaches: read at once, those of 100,000 people take more than 24 GB. They are summed once to person × month × month
in which they became known; each snapshot date then takes what was known by it. `merge_asof` and `rolling` over all
dates at once would be shorter but wrong here: with rows recorded late, what was in force on a day depends on the day
that asks.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.pandas_services import colleague_features, service_features, services_of
from bench.pandas_tables import ago, facts, hire_dates, known_facts, read

DAYS_A_MONTH: Final = 30.4375
DAYS_TO_FIRST_RECORD: Final = 366
HIGH_OVERTIME: Final = 0.1
FEWEST_PEERS: Final = 5
ITEMS: Final = ("manager", "workload")


def write_features(data: Path, out: Path) -> None:
    """Write `features-YYYY-MM-DD.parquet` for every month-end of the working time."""
    tables = {
        "employees": read(data, "employees", "employee_id", "hire_date", "recorded_at"),
        "exits": read(data, "exits", "employee_id", "exit_date", "kind", "recorded_at"),
        "assignments": facts(data, "assignments", "effective_date", "manager_id", "department"),
        "compensation": facts(data, "compensation", "effective_date", "base_pay", "market_pay"),
        "working_time": facts(data, "working_time", "month", "overtime_hours", "contracted_hours"),
    } | {item: facts(data, "surveys", "survey_date", "score", item=item) for item in ITEMS}
    days = sorted(tables["working_time"]["month"].unique())
    services, pairs = services_of(data, days)
    for day in days:
        rows = _features_on(
            pd.Timestamp(day), tables, services, pairs, complete_from=pd.Timestamp(days[0]).replace(day=1)
        )
        path = out / f"features-{pd.Timestamp(day).date()}.parquet"
        rows.rename_axis("employee_id").reset_index().to_parquet(path, index=False)


def _features_on(
    day: pd.Timestamp,
    tables: dict[str, pd.DataFrame],
    services: pd.DataFrame,
    pairs: pd.DataFrame,
    complete_from: pd.Timestamp,
) -> pd.DataFrame:
    """The features of everyone at risk on a date, indexed by the person's id."""
    staff, at_risk = _present(tables["employees"], tables["exits"], day)
    history = _assignments(tables["assignments"], tables["employees"], day)
    places = history.drop_duplicates("employee_id", keep="last").set_index("employee_id")
    parts = [
        service_features(services, staff, day),
        colleague_features(pairs, services, staff, places["department"], tables, day, complete_from),
        _pay(tables["compensation"], staff, day),
        _overtime(tables["working_time"], day),
        *(_survey(tables[item], item, day) for item in ITEMS),
        _manager(places.reindex(staff.index), day),
        ((day - staff).dt.days / DAYS_A_MONTH).rename("tenure_months"),
    ]
    return pd.concat([part.reindex(at_risk) for part in parts], axis=1)


def _present(employees: pd.DataFrame, exits: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Index]:
    """The hire date of everyone employed on the day, and the index of those without a recorded exit."""
    hired = hire_dates(employees, day)
    recorded = exits[~(exits["recorded_at"] > day)]
    gone = recorded.loc[recorded["exit_date"] <= day, "employee_id"]
    noticed = recorded.loc[(recorded["exit_date"] > day) & recorded["recorded_at"].notna(), "employee_id"]
    staff = hired[~hired.index.isin(gone)]
    return staff, staff.index[~staff.index.isin(noticed)]


def _pay(compensation: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    history = known_facts(compensation, "effective_date", day)
    now = history.drop_duplicates("employee_id", keep="last").set_index("employee_id")
    history["paid_before"] = history.groupby("employee_id")["base_pay"].shift()
    rises = history[history["base_pay"] > history["paid_before"]].drop_duplicates("employee_id", keep="last")
    rises = rises.set_index("employee_id")
    first = history.drop_duplicates("employee_id").set_index("employee_id")["effective_date"].reindex(staff.index)
    since_hire = staff.where((first - staff).dt.days <= DAYS_TO_FIRST_RECORD)
    since = rises["effective_date"].reindex(staff.index).fillna(since_hire)
    ratio = np.log(now["base_pay"] / now["market_pay"])
    rows = pd.DataFrame(
        {
            "pay_level": np.log(now["base_pay"]).reindex(staff.index),
            "pay_against_market": ratio.reindex(staff.index),
            "months_since_raise": (day - since).dt.days / DAYS_A_MONTH,
            "last_raise": np.log(rises["base_pay"] / rises["paid_before"]).reindex(staff.index),
        }
    )
    for months in (12, 24):
        before = history[history["effective_date"] <= ago(day, months)].drop_duplicates("employee_id", keep="last")
        before = before.set_index("employee_id")
        growth = (np.log(now["base_pay"]) - np.log(before["base_pay"])).reindex(staff.index)
        enough = growth.count() > FEWEST_PEERS
        rows[f"pay_growth_against_company_{months}m"] = growth - growth.median() if enough else np.nan
        if months == 12:
            rows["pay_against_market_change_12m"] = ratio - np.log(before["base_pay"] / before["market_pay"])
    return rows


def _overtime(working_time: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    rows = known_facts(working_time, "month", day, months=12)
    rows = rows[(rows["contracted_hours"] > 0) & rows["overtime_hours"].notna()]
    shares = {}
    for months in (3, 12):
        sums = (
            rows[rows["month"] > ago(day, months)].groupby("employee_id")[["overtime_hours", "contracted_hours"]].sum()
        )
        shares[f"overtime_{months}m"] = sums["overtime_hours"] / sums["contracted_hours"]
    features = pd.DataFrame(shares)
    has_past = (rows["month"] <= ago(day, 3)).groupby(rows["employee_id"]).any().reindex(features.index)
    last = rows.drop_duplicates("employee_id", keep="last").set_index("employee_id")
    last = last[last["month"] > ago(day, 3)]
    is_high = rows["overtime_hours"] / rows["contracted_hours"] > HIGH_OVERTIME
    return features.assign(
        overtime_now=last["overtime_hours"] / last["contracted_hours"],
        overtime_trend=(features["overtime_3m"] - features["overtime_12m"]).where(has_past),
        high_overtime_months_12m=is_high.groupby(rows["employee_id"]).mean(),
    )


def _survey(surveys: pd.DataFrame, item: str, day: pd.Timestamp) -> pd.DataFrame:
    rows = known_facts(surveys, "survey_date", day, months=12)
    recent = rows[rows["survey_date"] > ago(day, 3)]
    features = pd.DataFrame(
        {
            "last": rows.drop_duplicates("employee_id", keep="last").set_index("employee_id")["score"],
            "mean_3m": recent.groupby("employee_id")["score"].mean(),
            "mean_12m": rows.groupby("employee_id")["score"].mean(),
        }
    )
    return features.assign(trend=features["mean_3m"] - features["mean_12m"]).add_prefix(f"survey_{item}_")


def _assignments(assignments: pd.DataFrame, employees: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Every known post, with its manager and department, and since when the person has had this manager."""
    rows = assignments[(assignments["effective_date"] <= day) & (assignments["known"] <= day)].copy()
    by_person = rows.groupby("employee_id")
    rows[["manager", "department"]] = by_person[["manager_id", "department"]].ffill()  # a null means unchanged
    rows = rows.drop_duplicates(["employee_id", "effective_date"], keep="last")
    hired = rows["employee_id"].map(hire_dates(employees, day))
    rows, hired = rows[hired.notna()].copy(), hired.dropna()
    is_first = ~rows["employee_id"].duplicated()
    before = rows.groupby("employee_id")["manager"].shift()
    changed = ~is_first & rows["manager"].notna() & (rows["manager"] != before)
    since_hire = hired.where(is_first & ((rows["effective_date"] - hired).dt.days <= DAYS_TO_FIRST_RECORD))
    rows["since"] = rows["effective_date"].where(changed, since_hire)
    rows["since"] = rows.groupby("employee_id")["since"].ffill()
    return rows


def _manager(places: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Since when the person has had the present manager, and the number of people with the same one."""
    size = places.groupby("manager")["manager"].transform("size")
    since = places["since"].where(places["manager"].notna())
    return pd.DataFrame({"months_with_manager": (day - since).dt.days / DAYS_A_MONTH, "team_size": size})
