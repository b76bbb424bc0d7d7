"""Rules about tables, columns and values that are wrong by themselves. Their remedies change the data."""

from remedies import (
    EMPLOYEES,
    EXITS,
    LOSSES,
    RATES,
    ROLES,
    SCORES,
    TICKETS,
    TWO_PEOPLE,
    WEIGHTS,
    Case,
    Fix,
    exits,
    in_currencies,
    pay,
    posts,
)

from features.validation import rules

OF_VALUES: list[Case] = [
    Case(rules.NO_TABLE, "exits", Fix({"exits": ""}), (Fix({"exits": EXITS}),)),
    Case(rules.NO_ROWS, "employees", Fix({"employees": "employee_id,hire_date\n"}), (Fix(TWO_PEOPLE),)),
    Case(
        rules.TWICE,
        "employees.hire_date",
        Fix({"employees": "employee_id,hire_date,Hire Date\na,2019-02-13,\nb,2019-02-14,\n"}),
        (Fix(TWO_PEOPLE), Fix({"employees": "employee_id,hire_date,other\na,2019-02-13,\nb,2019-02-14,\n"})),
    ),
    Case(rules.NOT_WHOLE, "assignments.level", Fix(posts("a,2020-01-31,B2,")), (Fix(posts("a,2020-01-31,2,")),)),
    Case(
        rules.NOT_TRUE_OR_FALSE,
        "exits.regrettable",
        Fix({"exits": LOSSES.format("perhaps")}),
        tuple(Fix({"exits": LOSSES.format(word)}) for word in ("true", "No", "1", "")),
    ),
    Case(
        rules.NO_ROLE,
        "criticality.job",
        Fix({"criticality": WEIGHTS.format(",,2019-03-01,2")}),
        (
            Fix({"criticality": WEIGHTS.format(",Welder,2019-03-01,2")}),
            Fix({"criticality": WEIGHTS.format("a,,2019-03-01,2")}),
        ),
    ),
    Case(
        rules.NO_WEIGHT,
        "criticality.weight",
        Fix({"criticality": ROLES.format("Welder,,,")}),
        (Fix({"criticality": ROLES.format("Welder,,4,")}), Fix({"criticality": ROLES.format("Welder,Yard,,2")})),
    ),
    Case(
        "is not within 0 to 36",
        "criticality.months_to_replace",
        Fix({"criticality": ROLES.format("Welder,,48,")}),
        (Fix({"criticality": ROLES.format("Welder,,36,")}),),
    ),
    Case(
        "is not within 1 to 5",
        "criticality.weight",
        Fix({"criticality": WEIGHTS.format("a,,2019-03-01,0")}),
        (Fix({"criticality": WEIGHTS.format("a,,2019-03-01,1")}),),
    ),
    Case(
        "is not within 0 to 2",
        "market_rates.voluntary_rate",
        Fix({"market_rates": RATES.format("2021-04-30,,12")}),
        (Fix({"market_rates": RATES.format("2021-04-30,,0.12")}),),
    ),
    Case(
        rules.CONTRADICTION,
        "market_rates.month",
        Fix({"market_rates": RATES.format("2021-04-30,,0.1\n2021-04-15,,0.2")}),
        (Fix({"market_rates": RATES.format("2021-04-30,,0.1\n2021-04-30,Welder,0.2")}),),
    ),
    Case("is not one of the contract's values", "exits.kind", Fix(exits("b,2021-04-30,quit")), (Fix(TWO_PEOPLE),)),
    Case(
        "is not within 0 to 10",
        "surveys.score",
        Fix({"surveys": SCORES.format(87)}),
        (Fix({"surveys": SCORES.format(8.7)}),),
    ),
    Case("is below 0", "compensation.bonus_target", Fix(pay("1000", "-5")), (Fix(pay("1000", "5")), Fix(pay("1000")))),
    Case(
        "a mark for no value, such as NA, n/a or -; taken as unknown",
        "compensation.bonus_target",
        Fix(pay("1000", "n/a")),
        (Fix(pay("1000", "")),),
    ),
    Case(
        rules.DUPLICATE,
        "assignments",
        Fix(posts("a,2020-01-31,2,", "a,2020-01-31,2,")),
        (Fix(posts("a,2020-01-31,2,")),),
    ),
    Case(
        rules.CONTRADICTION,
        "assignments.effective_date",
        Fix(posts("a,2020-01-31,2,", "a,2020-01-31,3,")),
        (
            Fix(posts("a,2020-01-31,3,")),
            Fix(
                {
                    "assignments": "employee_id,effective_date,level,recorded_at\n"
                    "a,2020-01-31,2,2020-02-29\na,2020-01-31,3,2020-03-31\n"
                }
            ),
        ),
    ),
    Case(
        rules.SENTINEL_ROW,
        "assignments.effective_date",
        Fix(posts("a,1900-01-01,2,")),
        (Fix(posts("a,2020-01-31,2,")),),
    ),
    Case(
        rules.SENTINEL_VALUE,
        "employees.observed_from",
        Fix({"employees": EMPLOYEES + "c,2020-01-31,1900-01-01\n"}),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),),
    ),
    Case(rules.NO_ANSWER, "surveys.score", Fix({"surveys": SCORES.format("")}), (Fix({"surveys": SCORES.format(5)}),)),
    Case(
        rules.REPEATED,
        "surveys.survey_date",
        Fix({"surveys": TICKETS.format("", "a,2020-01-31,mood,5,1,\na,2020-01-31,mood,5,2,")}),
        (
            Fix({"surveys": TICKETS.format("", "a,2020-01-31,mood,5,1,")}),
            Fix({"surveys": TICKETS.format("recorded_at", "a,2020-01-31,mood,5,1,\na,2020-01-31,mood,5,2,2020-02-01")}),
        ),
    ),
    Case(
        rules.CURRENCY_CHANGE,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "a,2020-02-13,PLN,240")),
        (Fix(in_currencies("a,2019-02-13,PLN,210", "a,2020-02-13,PLN,240")),),
    ),
    Case(
        rules.NO_CURRENCY,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,,60")),
        (Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,EUR,60")),),
    ),
    Case(
        rules.ODD_CURRENCY,
        "compensation.currency",
        Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,kr,600")),
        (Fix(in_currencies("a,2019-02-13,EUR,50", "b,2019-02-14,SEK,600")),),
    ),
]
