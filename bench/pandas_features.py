"""The peer of the part `features`: the same figures in pandas, as its documentation teaches to write them.

Whole tables, people by their ids (as categories where there are many rows), `groupby`, `nunique`, and for the last
version of a fact `drop_duplicates(keep="last")`.
Services are summed once to person × month × month in which they became known; each snapshot date then takes what was
known by it. `merge_asof` and `rolling` over all dates at once would be shorter but wrong here: with rows recorded late,
what was in force on a day depends on the day that asks.
"""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

DAYS_A_MONTH: Final = 30.4375
DAYS_TO_FIRST_RECORD: Final = 366
TRENDS: Final = (
    "client_services", "provider_services", "client_rating", "provider_rating", "client_hours", "client_effort"
)  # fmt: skip
MEASURES: Final = {"client": ("rating", "hours", "effort_hours"), "provider": ("rating",)}


def write_features(data: Path, out: Path) -> None:
    """Write `features-YYYY-MM-DD.parquet` for every month-end of the working time."""
    tables = {
        "employees": _read(data, "employees", "employee_id", "hire_date", "recorded_at"),
        "exits": _read(data, "exits", "employee_id", "exit_date", "recorded_at"),
        "assignments": _facts(data, "assignments", "effective_date", "manager_id"),
        "compensation": _facts(data, "compensation", "effective_date", "base_pay", "market_pay"),
        "working_time": _facts(data, "working_time", "month", "overtime_hours", "contracted_hours"),
        "surveys": _facts(data, "surveys", "survey_date", "score", item="workload"),
    }
    services, pairs = _services(data)
    for day in sorted(tables["working_time"]["month"].unique()):
        rows = _features_on(pd.Timestamp(day), tables, services, pairs)
        path = out / f"features-{pd.Timestamp(day).date()}.parquet"
        rows.rename_axis("employee_id").reset_index().to_parquet(path, index=False)


def _read(data: Path, table: str, *columns: str) -> pd.DataFrame:
    rows = pd.read_parquet(data / f"{table}.parquet", columns=list(columns))
    days = [name for name in columns if name.endswith(("_date", "_at")) or name == "month"]
    return rows.assign(**{name: pd.to_datetime(rows[name]) for name in days})


def _facts(data: Path, table: str, own: str, *values: str, item: str | None = None) -> pd.DataFrame:
    """Facts by person, own date and the day they became known, in this order."""
    named = [] if item is None else ["item"]
    rows = _read(data, table, "employee_id", own, *values, "recorded_at", *named)
    if item is not None:
        rows = rows[rows["item"] == item].drop(columns="item")
    rows["known"] = rows["recorded_at"].fillna(rows[own])
    return rows.drop(columns="recorded_at").sort_values(["employee_id", own, "known"], ignore_index=True)


def _services(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Services summed by person, month and known month, and the pairs of client and provider in each."""
    columns = ("client_id", "provider_id", "opened_at", "closed_at", "rating", "effort_hours", "recorded_at")
    events = _read(data, "collaboration", *columns).astype({"client_id": "category", "provider_id": "category"})
    recorded = _month(events["recorded_at"]).fillna(0)
    events["hours"] = (events["closed_at"] - events["opened_at"]).dt.total_seconds() / 3600
    events["month"] = _month(events["opened_at"])
    events["closed"] = _month(events["closed_at"])
    events["known"] = np.maximum(events["month"], recorded)
    events["answered_known"] = np.maximum(events["closed"], recorded)
    pairs = events[["client_id", "provider_id", "month", "known"]].drop_duplicates()
    return _summed(events), pairs


def _summed(events: pd.DataFrame) -> pd.DataFrame:
    """By person, month and known month: services asked for and given; sums and counts of what the answers say."""
    answered = events[events["closed"].notna()]
    sums = []
    for side, measures in MEASURES.items():
        asked = events.groupby([f"{side}_id", "month", "known"], observed=True).size().rename(f"{side}_n")
        by = answered.groupby([f"{side}_id", "closed", "answered_known"], observed=True)[list(measures)]
        total = by.sum().add_prefix(f"{side}_")
        number = by.count().add_prefix(f"{side}_").add_suffix("_n")
        sums += [part.rename_axis(["employee_id", "month", "known"]) for part in (asked, total, number)]
    return pd.concat(sums, axis=1).fillna(0).reset_index()


def _month(moments: pd.Series) -> pd.Series:
    """The month as one number, NaN where there is no moment."""
    return moments.dt.year * 12 + moments.dt.month


def _features_on(
    day: pd.Timestamp, tables: dict[str, pd.DataFrame], services: pd.DataFrame, pairs: pd.DataFrame
) -> pd.DataFrame:
    """The features of everyone at risk on a date, indexed by the person's id."""
    staff, at_risk = _present(tables["employees"], tables["exits"], day)
    places = _places(tables["assignments"], staff, day)
    parts = [
        _service_features(services, staff, day),
        _degree(pairs, services, staff, day),
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
    hired = hired.set_index("employee_id")["hire_date"].sort_index()
    recorded = exits[~(exits["recorded_at"] > day)]
    gone = recorded.loc[recorded["exit_date"] <= day, "employee_id"]
    noticed = recorded.loc[(recorded["exit_date"] > day) & recorded["recorded_at"].notna(), "employee_id"]
    staff = hired[~hired.index.isin(gone)]
    return staff, staff.index[~staff.index.isin(noticed)]


def _known_facts(rows: pd.DataFrame, own: str, day: pd.Timestamp, months: int | None = None) -> pd.DataFrame:
    """The last version by `day` of each fact dated until then, or in the (months, 0] before it."""
    then = (rows[own] <= day) & (rows["known"] <= day)
    if months is not None:
        then &= rows[own] > _ago(day, months)
    return rows[then].drop_duplicates(["employee_id", own], keep="last")


def _ago(day: pd.Timestamp, months: int) -> pd.Timestamp:
    return day - pd.offsets.MonthEnd(months)


def _service_features(services: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    now = day.year * 12 + day.month
    known = services[services["known"] <= now]
    recent = known[known["month"] > now - 12]
    columns = [name for name in services if name not in ("employee_id", "month", "known")]
    employed = now + 1 - _month(staff)
    rows = pd.DataFrame(index=staff.index)
    for months in (3, 12):
        window = recent[recent["month"] > now - months]
        sums = window.groupby("employee_id")[columns].sum().reindex(staff.index, fill_value=0)
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


def _degree(pairs: pd.DataFrame, services: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """Different colleagues by whom, and whom, each person served in (12, 0]."""
    now = day.year * 12 + day.month
    recent = pairs[(pairs["month"] > now - 12) & (pairs["known"] <= now)]
    serving = recent.groupby("client_id", observed=True)["provider_id"].nunique()
    served = recent.groupby("provider_id", observed=True)["client_id"].nunique()
    rows = pd.DataFrame({"colleagues_serving_12m": serving, "colleagues_served_12m": served})
    rows = rows.reindex(staff.index).fillna(0)
    reaches = services.loc[services["known"] <= now, "month"].min() <= now - 11
    return rows if reaches else rows * np.nan


def _pay(compensation: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    history = _known_facts(compensation, "effective_date", day)
    now = history.drop_duplicates("employee_id", keep="last").set_index("employee_id")
    before = history[history["effective_date"] <= _ago(day, 12)].drop_duplicates("employee_id", keep="last")
    rises = history["base_pay"] > history.groupby("employee_id")["base_pay"].shift()
    raised = history[rises].drop_duplicates("employee_id", keep="last").set_index("employee_id")["effective_date"]
    first = history.drop_duplicates("employee_id").set_index("employee_id")["effective_date"].reindex(staff.index)
    since_hire = staff.where((first - staff).dt.days <= DAYS_TO_FIRST_RECORD)
    since = raised.reindex(staff.index).fillna(since_hire)
    growth = (np.log(now["base_pay"]) - np.log(before.set_index("employee_id")["base_pay"])).reindex(staff.index)
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
        sums = (
            rows[rows["month"] > _ago(day, months)].groupby("employee_id")[["overtime_hours", "contracted_hours"]].sum()
        )
        shares[f"overtime_{months}m"] = sums["overtime_hours"] / sums["contracted_hours"]
    features = pd.DataFrame(shares)
    has_past = (rows["month"] <= _ago(day, 3)).groupby(rows["employee_id"]).any().reindex(features.index)
    return features.assign(overtime_trend=(features["overtime_3m"] - features["overtime_12m"]).where(has_past))


def _survey(surveys: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    rows = _known_facts(surveys, "survey_date", day, months=12)
    means = {
        f"survey_workload_mean_{months}m": rows[rows["survey_date"] > _ago(day, months)]
        .groupby("employee_id")["score"]
        .mean()
        for months in (3, 12)
    }
    features = pd.DataFrame(means)
    trend = features["survey_workload_mean_3m"] - features["survey_workload_mean_12m"]
    return features.assign(survey_workload_trend=trend)


def _places(assignments: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """How many people have the same manager, and since when the person has had this one."""
    rows = assignments[(assignments["effective_date"] <= day) & (assignments["known"] <= day)].copy()
    rows["manager"] = rows.groupby("employee_id")["manager_id"].ffill()  # a null means unchanged
    rows = rows.drop_duplicates(["employee_id", "effective_date"], keep="last")
    hired = rows["employee_id"].map(staff)
    is_first = ~rows["employee_id"].duplicated()
    before = rows.groupby("employee_id")["manager"].shift()
    changed = ~is_first & rows["manager"].notna() & (rows["manager"] != before)
    since_hire = hired.where(is_first & ((rows["effective_date"] - hired).dt.days <= DAYS_TO_FIRST_RECORD))
    rows["since"] = rows["effective_date"].where(changed, since_hire)
    rows["since"] = rows.groupby("employee_id")["since"].ffill()
    now = rows.drop_duplicates("employee_id", keep="last").set_index("employee_id").reindex(staff.index)
    size = now.groupby("manager")["manager"].transform("size")
    return pd.DataFrame({"months_with_manager": (day - now["since"]).dt.days / DAYS_A_MONTH, "team_size": size})
