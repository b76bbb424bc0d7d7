"""A year of pairs updated from date to date equals that of each date, with rehires and late records."""

from datetime import date, timedelta

import narwhals as nw
import polars as pl
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.calendar import month_end
from features.collaboration.known_services import by_pair, pairs_of_a_year, services_in
from features.collaboration.monthly_sums import sum_months
from features.collaboration.pairs import ASKS
from features.known.codes import with_codes
from features.known.facts import known_on, prepare

PEOPLE = ["ann", "bob", "cid", "dan"]
AGAIN = PEOPLE[:2]
FIRST, LAST = date(2023, 1, 1), date(2024, 8, 31)
MONTHS_BEFORE_THE_LAST = (9, 8, 7, 6, 3, 2, 0)
"""Steps of one month, of the largest number still updated incrementally, and of two."""
days = st.dates(FIRST, LAST)
late = st.one_of(st.none(), st.integers(0, 200))


def recorded(day, after):
    return None if after is None else day + timedelta(days=after)


@st.composite
def tables(draw):
    asked = draw(st.lists(st.tuples(st.permutations(PEOPLE), days, late, late), min_size=1, max_size=80))
    hired = [(person, date(2015, 1, 1), None) for person in PEOPLE]
    for person in AGAIN:
        day = draw(st.dates(date(2023, 6, 1), LAST))
        hired.append((person, day, recorded(day, draw(late))))
    services = [
        (client, provider, opened, recorded(opened, answered), 4.0, recorded(opened, after))
        for (client, provider, *_), opened, answered, after in asked
    ]
    columns = ["client_id", "provider_id", "opened_at", "closed_at", "rating", "recorded_at"]
    events = pl.DataFrame(services, schema=columns, orient="row")
    return {
        "employees": pl.DataFrame(hired, schema=["employee_id", "hire_date", "recorded_at"], orient="row").cast(
            {"recorded_at": pl.Date}
        ),
        "collaboration": events.cast({"opened_at": pl.Datetime("us"), "closed_at": pl.Datetime("us"),
                                      "recorded_at": pl.Date}).unique(),
    }  # fmt: skip


@settings(max_examples=at_most(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_incremental_pairs_equal_the_pairs_of_each_date(source_of, tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("work")
    (folder / "months").mkdir()
    source = source_of(rows)
    months = sum_months(source, folder / "months")
    coded = with_codes(source, pl.read_parquet(months / "people.parquet"), folder)
    prepared = prepare(coded, services=services_in(months))
    for before in MONTHS_BEFORE_THE_LAST:
        known = known_on(coded, month_end(LAST, -before), prepared)
        carried = pairs_of_a_year(known).collect("polars").to_polars().sort("pair")
        alone = by_pair(known, months=12).group_by("pair").agg(nw.col(ASKS).sum())
        assert carried.equals(alone.collect("polars").to_polars().sort("pair").select(carried.columns))
