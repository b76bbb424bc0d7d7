"""Internal services as known on a date: a few that can be counted by hand, with rehires and late records."""

from datetime import date
from functools import partial

import polars as pl
import pytest
from frames import rows_of

from features.collaboration.known_services import (
    by_pair,
    by_pair_of_earlier_spells,
    by_person,
    last_services,
    pairs_of_a_year,
    reach_back,
    services_in,
)
from features.collaboration.monthly_sums import sum_months
from features.collaboration.pairs import ASKS, apart
from features.known.codes import with_codes
from features.known.facts import Known, known_on, prepare

ANN, BOB, CID = 0, 1, 2
"""The codes of the people, in the order of their ids."""
MARCH, APRIL, JUNE, JULY = (2024 * 12 + month for month in (3, 4, 6, 7))
LAST_OF_JUNE = date(2024, 6, 30)
SERVICES = """
    client_id provider_id opened_at        recorded_at
    ann       bob         2024-03-10T09:00 -
    bob       cid         2024-03-11T09:00 -
    ann       bob         2024-04-02T09:00 -
    bob       ann         2024-06-05T09:00 -
    cid       ann         2024-06-20T09:00 2024-07-03
    cid       bob         2024-07-01T09:00 -"""
HIRED = """
    employee_id hire_date
    ann         2010-01-01
    bob         2010-01-01
    cid         2010-01-01"""
BOB_AGAIN = f"{HIRED}\n    bob         2024-04-20"
CID_AGAIN = f"{HIRED}\n    cid         2024-04-20"


@pytest.fixture
def known(source_of, tmp_path):
    def on(day: date, services: str = SERVICES, hired: str = HIRED) -> Known:
        source = source_of({"employees": hired, "collaboration": services})
        (tmp_path / "months").mkdir()
        months = sum_months(source, tmp_path / "months")
        coded = with_codes(source, pl.read_parquet(months / "people.parquet"), tmp_path)
        return known_on(coded, day, prepare(coded, services=services_in(months)))

    return on


def pairs_of(frame):
    return rows_of(frame, "month", "low", "high")


def test_services_count_if_opened_and_known_by_the_date(known):
    assert rows_of(by_person(known(LAST_OF_JUNE), months=24), "month", "employee_id", "client_n", "provider_n") == [
        (MARCH, ANN, 1, 0),
        (MARCH, BOB, 1, 1),
        (MARCH, CID, 0, 1),
        (APRIL, ANN, 1, 0),
        (APRIL, BOB, 0, 1),
        (JUNE, ANN, 0, 1),
        (JUNE, BOB, 1, 0),
    ]


def test_a_service_recorded_late_is_known_from_the_month_of_its_record(known):
    assert (JUNE, CID) in rows_of(by_person(known(date(2024, 7, 31)), months=24), "month", "employee_id")


def test_a_window_of_months_includes_the_snapshot_month(known):
    now = known(LAST_OF_JUNE)
    assert {month for month, *_ in rows_of(by_person(now, months=3), "month")} == {APRIL, JUNE}
    assert pairs_of(by_pair(now, months=3)) == [(APRIL, ANN, BOB), (JUNE, ANN, BOB)]


def test_months_before_a_rehire_are_dropped(known):
    now = known(LAST_OF_JUNE, hired=BOB_AGAIN)
    services = rows_of(by_person(now, months=24), "month", "employee_id")
    assert [month for month, person in services if person == BOB] == [APRIL, JUNE]
    assert [month for month, person in services if person == ANN] == [MARCH, APRIL, JUNE]


@pytest.mark.parametrize(
    ("hired", "earlier"),
    [(BOB_AGAIN, [(MARCH, ANN, BOB), (MARCH, BOB, CID)]), (CID_AGAIN, [(MARCH, BOB, CID)])],
    ids=["of either side", "of the side with the higher code"],
)
def test_a_pair_counts_from_the_month_in_which_either_person_was_rehired(known, hired, earlier):
    every = [(MARCH, ANN, BOB), (MARCH, BOB, CID), (APRIL, ANN, BOB), (JUNE, ANN, BOB)]
    now = known(LAST_OF_JUNE, hired=hired)
    assert pairs_of(now.prepared.services.summed.pairs(now)) == every
    assert pairs_of(by_pair_of_earlier_spells(now, 12)) == earlier
    assert pairs_of(by_pair(now)) == [row for row in every if row not in earlier]


def test_earlier_spells_do_not_matter_if_nobody_was_rehired_within_the_window(known):
    now = known(LAST_OF_JUNE, hired=BOB_AGAIN)
    assert by_pair_of_earlier_spells(now, 2) is None  # (30 April, 30 June]
    assert pairs_of(by_pair_of_earlier_spells(now, 3)) == []  # none of April or later belongs to the earlier spell
    assert pairs_of(by_pair_of_earlier_spells(now, 4)) == [(MARCH, ANN, BOB), (MARCH, BOB, CID)]


def test_a_pair_has_the_requests_of_both_people(known):
    pairs = by_pair(known(LAST_OF_JUNE), months=1).with_columns(**apart([ASKS]))
    [row] = rows_of(pairs, "month", "low", "high", "low_asks", "high_asks")
    assert row == (JUNE, ANN, BOB, 0, 1)


LATE = f"{SERVICES}\n    ann       cid         2024-01-09T09:00 2024-07-09"


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2024, 2, 29), None), (date(2024, 3, 31), MARCH), (LAST_OF_JUNE, MARCH), (date(2024, 7, 31), JULY - 6)],
)
def test_the_first_month_of_services_is_the_earliest_known_by_the_date(known, day, first):
    assert reach_back(known(day, LATE)) == first


def test_unsummed_services_are_refused(source_of):
    known = known_on(source_of({"collaboration": SERVICES}), LAST_OF_JUNE)
    for read in (partial(by_person, months=12), partial(by_pair, months=12), pairs_of_a_year):
        with pytest.raises(ValueError, match=r"read from the sums that monthly_sums\.sum_months writes"):
            read(known)


@pytest.mark.parametrize(
    ("hired", "last"),
    [
        (HIRED, [(ANN, JUNE), (BOB, JUNE), (CID, MARCH)]),  # what cid asked for in June is not known yet
        (CID_AGAIN, [(ANN, JUNE), (BOB, JUNE)]),  # March was cid's earlier spell
    ],
)
def test_the_last_service_is_the_last_known_of_the_present_spell(known, hired, last):
    assert rows_of(last_services(known(LAST_OF_JUNE, hired=hired)), "employee_id", "month") == last
