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

DAYS_A_MONTH: Final = 30.4375
DAYS_TO_FIRST_RECORD: Final = 366
HIGH_OVERTIME: Final = 0.1
FEWEST_PEERS: Final = 5
SIDES: Final = ("client", "provider")
MEASURES: Final = ("rating", "hours", "effort")
ITEMS: Final = ("manager", "workload")
KINDS_OF_TIME: Final = ("working_time", "resources")


def write_features(data: Path, out: Path) -> None:
    """Write `features-YYYY-MM-DD.parquet` for every month-end of the working time."""
    tables = {
        "employees": _read(data, "employees", "employee_id", "hire_date", "recorded_at"),
        "exits": _read(data, "exits", "employee_id", "exit_date", "kind", "recorded_at"),
        "assignments": _facts(data, "assignments", "effective_date", "manager_id", "department"),
        "compensation": _facts(data, "compensation", "effective_date", "base_pay", "market_pay"),
        "working_time": _facts(data, "working_time", "month", "overtime_hours", "contracted_hours"),
    } | {item: _facts(data, "surveys", "survey_date", "score", item=item) for item in ITEMS}
    days = sorted(tables["working_time"]["month"].unique())
    services, pairs = _services(data, days)
    for day in days:
        rows = _features_on(
            pd.Timestamp(day), tables, services, pairs, complete_from=pd.Timestamp(days[0]).replace(day=1)
        )
        path = out / f"features-{pd.Timestamp(day).date()}.parquet"
        rows.rename_axis("employee_id").reset_index().to_parquet(path, index=False)


def _read(data: Path, table: str, *columns: str, filters: list[tuple[str, str, object]] | None = None) -> pd.DataFrame:
    rows = pd.read_parquet(data / f"{table}.parquet", columns=list(columns), filters=filters)
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


def _services(data: Path, days: list[pd.Timestamp]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Services summed by person, month and known month, and the pairs of client and provider in each."""
    people = pd.CategoricalDtype(_read(data, "employees", "employee_id")["employee_id"].unique())
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
    events = _read(data, "collaboration", *columns, filters=then)
    events = events.astype(words).rename(columns={"effort_hours": "effort"})
    recorded = _month(events["recorded_at"]).fillna(0)
    events["hours"] = (events["closed_at"] - events["opened_at"]).dt.total_seconds() / 3600
    events["month"] = _month(events["opened_at"])
    events["closed"] = _month(events["closed_at"])
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


def _month(moments: pd.Series) -> pd.Series:
    """The month as a number, NaN if there is no time."""
    return moments.dt.year * 12 + moments.dt.month


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
        _service_features(services, staff, day),
        _colleagues(pairs, services, staff, places["department"], tables, day, complete_from),
        _pay(tables["compensation"], staff, day),
        _overtime(tables["working_time"], day),
        *(_survey(tables[item], item, day) for item in ITEMS),
        _manager(places.reindex(staff.index), day),
        ((day - staff).dt.days / DAYS_A_MONTH).rename("tenure_months"),
    ]
    return pd.concat([part.reindex(at_risk) for part in parts], axis=1)


def _present(employees: pd.DataFrame, exits: pd.DataFrame, day: pd.Timestamp) -> tuple[pd.Series, pd.Index]:
    """The hire date of everyone employed on the day, and the index of those without a recorded exit."""
    hired = _hired(employees, day)
    recorded = exits[~(exits["recorded_at"] > day)]
    gone = recorded.loc[recorded["exit_date"] <= day, "employee_id"]
    noticed = recorded.loc[(recorded["exit_date"] > day) & recorded["recorded_at"].notna(), "employee_id"]
    staff = hired[~hired.index.isin(gone)]
    return staff, staff.index[~staff.index.isin(noticed)]


def _hired(employees: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    known = employees[(employees["hire_date"] <= day) & ~(employees["recorded_at"] > day)]
    return known.set_index("employee_id")["hire_date"].sort_index()


def _known_facts(rows: pd.DataFrame, own: str, day: pd.Timestamp, months: int | None = None) -> pd.DataFrame:
    """The last version known by `day` of each fact dated until then, or within (months, 0] before it."""
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


def _colleagues(
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
    hired = _hired(tables["employees"], day)
    left = left.loc[(left["exit_date"] > _ago(day, 12)) & left["employee_id"].isin(hired.index), "employee_id"]
    newcomers = hired.index[hired > _ago(day, 12)]
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
    exits_reach = _ago(day, 12) + pd.Timedelta(days=1) >= complete_from
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


def _pay(compensation: pd.DataFrame, staff: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    history = _known_facts(compensation, "effective_date", day)
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
        before = history[history["effective_date"] <= _ago(day, months)].drop_duplicates("employee_id", keep="last")
        before = before.set_index("employee_id")
        growth = (np.log(now["base_pay"]) - np.log(before["base_pay"])).reindex(staff.index)
        enough = growth.count() > FEWEST_PEERS
        rows[f"pay_growth_against_company_{months}m"] = growth - growth.median() if enough else np.nan
        if months == 12:
            rows["pay_against_market_change_12m"] = ratio - np.log(before["base_pay"] / before["market_pay"])
    return rows


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
    last = rows.drop_duplicates("employee_id", keep="last").set_index("employee_id")
    last = last[last["month"] > _ago(day, 3)]
    is_high = rows["overtime_hours"] / rows["contracted_hours"] > HIGH_OVERTIME
    return features.assign(
        overtime_now=last["overtime_hours"] / last["contracted_hours"],
        overtime_trend=(features["overtime_3m"] - features["overtime_12m"]).where(has_past),
        high_overtime_months_12m=is_high.groupby(rows["employee_id"]).mean(),
    )


def _survey(surveys: pd.DataFrame, item: str, day: pd.Timestamp) -> pd.DataFrame:
    rows = _known_facts(surveys, "survey_date", day, months=12)
    recent = rows[rows["survey_date"] > _ago(day, 3)]
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
    hired = rows["employee_id"].map(_hired(employees, day))
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
