"""Currencies: their spellings, what is compared within one only, and what the check counts as not comparable."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from raw_company import canonical, check

from features.contract.currencies import CODES_OF, is_code, spellings

JUNE = "2024-06-30"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("EUR", "EUR"), ("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("EUR (€)", "EUR"), ("евро", "EUR"),
        ("US Dollar", "USD"), ("US-Dollar", "USD"), ("доллар США", "USD"), ("US$", "USD"), ("R$", "BRL"),
        ("Türkische Lira", "TRY"), ("TL", "TRY"), ("₺", "TRY"), ("RUR", "RUB"), ("₽", "RUB"), ("zł", "PLN"),
        ("Franco suizo", "CHF"), ("$", "$"), ("kr", "KR"), ("руб.", "РУБ."), ("shells", "SHELLS"),
    ],
)  # fmt: skip
def test_a_spelling_becomes_its_code_where_it_has_one(given: str, code: str) -> None:
    assert spellings([given]) == {given: code}


@pytest.mark.parametrize(
    ("beside", "code"), [((), "$"), (("CAD",), "CAD"), (("EUR", "US dollar"), "USD"), (("CAD", "USD"), "$")]
)
def test_a_sign_of_several_currencies_is_the_one_that_the_table_names_by_code(
    beside: tuple[str, ...], code: str
) -> None:
    assert spellings(["$", *beside])["$"] == code


def test_every_sign_stands_for_codes_that_exist() -> None:
    assert all(is_code(code) for codes in CODES_OF.values() for code in codes.split())


def pay(*rows: tuple[str, str, str]) -> dict[str, list[dict[str, str]]]:
    names = ("employee_id", "effective_date", "currency")
    return {"compensation": [dict(zip(names, row, strict=True)) | {"base_pay": "1000"} for row in rows]}


def test_one_currency_in_three_spellings_is_one_currency(tmp_path: Path) -> None:
    report = check(
        tmp_path, pay(("anna", "2018-01-01", "EUR"), ("anna", "2019-01-01", "€"), ("clara", "2019-01-15", "eur"))
    )
    assert report.warnings == ()
    assert "compensation.currency: 2 spellings read as the ISO 4217 code: EUR." in report.notes
    assert canonical(tmp_path, "compensation")["currency"].unique().to_list() == ["EUR"]


def test_the_same_pay_in_two_spellings_is_no_contradiction(tmp_path: Path) -> None:
    report = check(tmp_path, pay(("anna", "2018-01-01", "EUR"), ("anna", "2018-01-01", "Euro")))
    assert [(found.rule, found.rows) for found in report.warnings] == [
        ("a repetition of another row in all columns that are used", 1)
    ]


def test_the_check_counts_what_cannot_be_compared(tmp_path: Path) -> None:
    report = check(
        tmp_path,
        pay(
            ("anna", "2018-01-01", "EUR"),
            ("anna", "2019-01-01", "TRY"),
            ("anna", "2020-01-01", "TRY"),
            ("clara", "2019-01-15", "kr"),
            ("boris", "2018-06-01", ""),
        ),
    )
    assert {found.rule.split(";")[0]: found.rows for found in report.warnings} == {
        "in another currency than the person's pay before": 1,
        "not the name of one currency": 1,
        "pay without a currency beside pay with one": 1,
    }
    assert not any(found.leaves_out for found in report.warnings)
    note = "compensation.currency: pay is compared only within one currency: EUR, TRY and 1 more."
    assert note in report.notes
    assert report.used["compensation"] == 5


def test_growth_is_compared_with_those_paid_in_the_same_currency(features_of: Any) -> None:
    """Seven are paid in TRY with 60 % more, six in EUR: five with nothing more, e5 with 10 %."""
    rows = ["employee_id effective_date base_pay currency"]
    for number in range(7):
        rows += [f"t{number} 2023-01-01 100000 TRY", f"t{number} 2024-01-01 160000 TRY"]
    for number in range(6):
        rows += [f"e{number} 2023-01-01 50000 EUR", f"e{number} 2024-01-01 {55000 if number == 5 else 50000} EUR"]
    people = features_of(JUNE, {"compensation": "\n".join(rows)}, complete_until=date(2024, 6, 30))
    assert people["e0"]["pay_growth_against_company_12m"] == 0
    assert people["e5"]["pay_growth_against_company_12m"] == pytest.approx(0.0953101798)
    assert people["t0"]["pay_growth_against_company_12m"] == 0
    assert people["t0"]["pay_level"] == pytest.approx(11.982929094)
    assert people["e0"]["pay_level"] is None  # a level in another currency than that of most people says nothing
