"""Services of the peer in pandas: read a month at a time, and the features that are made of them."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.pandas_tables import ago, hire_dates, month_number, read

SIDES: Final = ("client", "provider")
MEASURES: Final = ("rating", "hours", "effort")
KINDS_OF_TIME: Final = ("working_time", "resources")


def services_of(data: Path, days: list[pd.Timestamp]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Services summed by person, month and known month, and the pairs of client and provider in each."""
    people = pd.CategoricalDtype(read(data, "employees", "employee_id")["employee_id"].unique())
    months = []
    for day in days:
        events = _events(data, day, people)
        months.append((_summed(events), _pairs(events)))
    services, pairs = (pd.concat(parts, ignore_index=True) for parts in zip(*months, strict=True))
    return services.fillna(0), pairs


def _events(data: Path, day: pd.Timestamp, people: pd.CategoricalDtype) -> pd.DataFrame:
    """The services opened in the month that a day ends, with the months in which each was asked for and answered."""
    columns = ("client_id", "provider_id", "opened_at", "closed_at", "kind", "rating", "effort_hours", "recorded_at")
    words = {"client_id": people, "provider_id": people, "kind": "category"}
    then = [("opened_at", ">=", day.replace(day=1)), ("opened_at", "<", day + pd.Timedelta(days=1))]
    events = read(data, "collaboration", *columns, filters=then)
    events = events.astype(words).rename(columns={"effort_hours": "effort"})
    recorded = month_number(events["recorded_at"]).fillna(0)
    events["hours"] = (events["closed_at"] - events["opened_at"]).dt.total_seconds() / 3600
    events["month"] = month_number(events["opened_at"])
    events["closed"] = month_number(events["closed_at"])
    events["known"] = np.maximum(events["month"], recorded)
    events["answered_known"] = np.maximum(events["closed"], recorded)
    return events


def _pairs(events: pd.DataFrame) -> pd.DataFrame:
    """How often a client asked a provider, by month and known month; 0 if there was only an answer."""
    pair = ["client_id", "provider_id"]
    asked = events.groupby([*pair, "month", "known"], observed=True).size().rename("asked").reset_index()
    is_later = (events["closed"] > events["month"]) | (events["answered_known"] > events["known"])
    later = events.loc[is_later, [*pair, "closed", "answered_known"]].drop_duplicates()
    later = later.rename(columns={"closed": "month", "answered_known": "known"}).assign(asked=0)
    return pd.concat([asked, later], ignore_index=True)


def _summed(events: pd.DataFrame) -> pd.DataFrame:
    """By person, month and known month: services by kind; sums and counts of the answers' figures."""
    answered = events[events["closed"].notna()]
    sums = []
    for side in SIDES:
        by = events.groupby([f"{side}_id", "month", "known", "kind"], observed=True)
        asked = by.size().unstack("kind", fill_value=0).add_prefix(f"{side}_kind_")  # noqa: PD010 - a Series has no pivot
        by = answered.groupby([f"{side}_id", "closed", "answered_known"], observed=True)[list(MEASURES)]
        total = by.sum().add_prefix(f"{side}_")
        number = by.count().add_prefix(f"{side}_").add_suffix("_n")
        sums += [part.rename_axis(["employee_id", "month", "known"]) for part in (asked, total, number)]
    summed = pd.concat(sums, axis=1).fillna(0).reset_index()
    return summed.assign(**{f"{side}_n": summed.filter(like=f"{side}_kind_").sum(axis=1) for side in SIDES})


def service_features(services: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """Services asked and given, their ratings, hours and kinds, of everyone on the staff on a date."""
    now = day.year * 12 + day.month
    known = services[services["known"] <= now]
    recent = known[known["month"] > now - 12]
    columns = [name for name in services if name not in ("employee_id", "month", "known")]
    employed = now + 1 - month_number(staff)
    rows = pd.DataFrame(index=staff.index)
    for months in (3, 12):
        window = recent[recent["month"] > now - months]
        sums = window.groupby("employee_id")[columns].sum().reindex(staff.index, fill_value=0)
        reaches = known["month"].min() <= now - months + 1
        for side in SIDES:
            rate = sums[f"{side}_n"] / employed.clip(upper=months)
            rows[f"{side}_services_{months}m"] = rate if reaches else np.nan
            for measure in MEASURES:
                total, number = sums[f"{side}_{measure}"], sums[f"{side}_{measure}_n"]
                mean = total / number.where(number > 0)
                rows[f"{side}_{measure}_{months}m"] = mean if reaches else np.nan
        if months == 3:
            asked = sums["provider_n"]
            unanswered = (asked - sums["provider_hours_n"]) / asked.where(asked > 0)
            rows["unanswered_requests_3m"] = unanswered if reaches else np.nan
    for name in (f"{side}_{measure}" for side in SIDES for measure in ("services", *MEASURES)):
        rows[f"{name}_trend"] = rows[f"{name}_3m"] - rows[f"{name}_12m"]
    year = _mix(sums)
    rows = rows.join(year if reaches else year * np.nan)
    return rows.assign(months_since_service=now - known.groupby("employee_id")["month"].max())


def _mix(sums: pd.DataFrame) -> pd.DataFrame:
    """Services given compared with services received over a year, and their kinds."""
    given, received = sums["provider_n"], sums["client_n"]
    kinds = sums.filter(like="client_kind_").to_numpy() + sums.filter(like="provider_kind_").to_numpy()
    again = pd.Series((kinds * (kinds - 1)).sum(axis=1), index=sums.index)
    total = given + received
    time = sums[[f"provider_kind_{kind}" for kind in KINDS_OF_TIME]].sum(axis=1)
    return pd.DataFrame(
        {
            "service_balance_12m": (given - received) / total.where(total > 0),
            "service_kind_concentration_12m": again / (total * (total - 1)).where(total > 1),
            "provider_time_share_12m": time / given.where(given > 0),
        }
    )


def colleague_features(
    pairs: pd.DataFrame,
    services: pd.DataFrame,
    staff: pd.Series,
    department: pd.Series,
    tables: dict[str, pd.DataFrame],
    day: pd.Timestamp,
    complete_from: pd.Timestamp,
) -> pd.DataFrame:
    """The colleagues with whom each person exchanged services in (12, 0], either way, and their departments."""
    now = day.year * 12 + day.month
    recent = pairs[(pairs["month"] > now - 12) & (pairs["known"] <= now)]
    asked = recent.groupby(["client_id", "provider_id"], as_index=False, observed=True)["asked"].sum()
    served = asked.rename(columns={"asked": "served", "provider_id": "employee_id", "client_id": "partner"})
    ties = asked.rename(columns={"client_id": "employee_id", "provider_id": "partner"})
    ties = ties.merge(served, on=["employee_id", "partner"], how="outer").fillna({"asked": 0, "served": 0})
    exits = tables["exits"]
    left = exits[(exits["kind"] == "voluntary") & (exits["exit_date"] <= day) & ~(exits["recorded_at"] > day)]
    hired = hire_dates(tables["employees"], day)
    left = left.loc[(left["exit_date"] > ago(day, 12)) & left["employee_id"].isin(hired.index), "employee_id"]
    newcomers = hired.index[hired > ago(day, 12)]
    ties = ties.assign(
        services=ties["asked"] + ties["served"],
        again=(ties["asked"] + ties["served"]) * (ties["asked"] + ties["served"] - 1),
        serving=ties["asked"] > 0,
        served_any=ties["served"] > 0,
        mutual=(ties["asked"] > 0) & (ties["served"] > 0),
        newcomer=(ties["served"] > 0) & ties["partner"].isin(newcomers),
        left=ties["partner"].isin(left),
    )
    flags = ["services", "again", "serving", "served_any", "mutual", "newcomer", "left"]
    by_person = ties.groupby("employee_id", observed=True)
    sums = by_person[flags].sum().assign(ties=by_person.size()).reindex(staff.index)
    possible = sums["services"] * (sums["services"] - 1)
    exits_reach = ago(day, 12) + pd.Timedelta(days=1) >= complete_from
    rows = pd.DataFrame(
        {
            "colleagues_serving_12m": sums["serving"].fillna(0),
            "colleagues_served_12m": sums["served_any"].fillna(0),
            "mutual_service_share_12m": sums["mutual"] / sums["ties"],
            "tie_closeness_12m": sums["again"] / possible.where(possible > 0),
            "newcomers_served_12m": sums["newcomer"].fillna(0),
            "partners_left_share_12m": sums["left"] / sums["ties"] if exits_reach else np.nan,
        }
    ).join(_departments(ties, department))
    reaches = services.loc[services["known"] <= now, "month"].min() <= now - 11
    return rows if reaches else rows * np.nan


def _departments(ties: pd.DataFrame, department: pd.Series) -> pd.DataFrame:
    ties = ties.assign(own=ties["employee_id"].map(department), other=ties["partner"].map(department))
    ties["across"] = ties["services"].where(ties["own"] != ties["other"], 0)
    ties = ties.dropna(subset=["own", "other"])
    by_department = ties.groupby(["employee_id", "other"], observed=True)[["asked", "served"]].sum().gt(0)
    by_department = by_department.groupby("employee_id", observed=True).sum()
    sums = ties.groupby("employee_id", observed=True)[["across", "services"]].sum()
    return pd.DataFrame(
        {
            "departments_serving_12m": by_department["asked"],
            "departments_served_12m": by_department["served"],
            "service_across_share_12m": sums["across"] / sums["services"],
        }
    )
