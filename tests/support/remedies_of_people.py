"""Rules about people's stays, lines and services, in which rows contradict each other. Remedies change the data."""

from remedies import (
    EMPLOYEES,
    EXITS,
    EXITS_SINCE_2019,
    SERVICES,
    TWO_PEOPLE,
    WEIGHTS,
    Case,
    Fix,
    exits,
    gone_within_months,
    posts,
)

from features.validation import rules

OF_PEOPLE: list[Case] = [
    Case(
        rules.UNKNOWN_PERSON,
        "criticality.employee_id",
        Fix({"criticality": WEIGHTS.format("z,,2019-03-01,2")}),
        (Fix({"criticality": WEIGHTS.format("a,,2019-03-01,2")}),),
    ),
    Case(rules.TOO_OLD, "exits.exit_date", Fix(exits("b,1921-04-30,other")), (Fix(exits("b,2021-04-30,other")),)),
    Case(
        rules.TWO_KINDS,
        "exits.kind",
        Fix(exits("b,2021-04-30,voluntary", "b,2021-04-30,other")),
        (Fix(exits("b,2021-04-30,voluntary")),),
    ),
    Case(
        rules.OVERLAP,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES + "b,2020-01-31,\n"}),
        (
            Fix({"employees": EMPLOYEES + "b,2022-01-31,\n"}),
            Fix(
                {"employees": EMPLOYEES + "b,2020-01-31,\n"} | exits("b,2019-12-31,voluntary", "b,2021-04-30,voluntary")
            ),
        ),
    ),
    Case(
        rules.EXIT_BEFORE_HIRE,
        "exits.exit_date",
        Fix(exits("b,2018-04-30,voluntary")),
        (
            Fix(exits("b,2021-04-30,voluntary")),
            Fix({"employees": EMPLOYEES + "b,2017-01-31,\n"} | exits("b,2018-04-30,voluntary")),
        ),
    ),
    Case(
        rules.OWN_RATING,
        "collaboration.rating",
        Fix({"collaboration": SERVICES.format("a,a,2020-01-31,,5")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,,5")}),),
    ),
    Case(
        rules.UNKNOWN_PERSON,
        "assignments.employee_id",
        Fix(posts("z,2020-01-31,2,")),
        (Fix(posts("a,2020-01-31,2,")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.UNKNOWN_LEAVER,
        "exits.employee_id",
        Fix(exits("b,2022-01-15,voluntary", "z,2022-02-15,voluntary")),
        (Fix(exits("b,2022-01-15,voluntary")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.AFTER_EXIT,
        "assignments.effective_date",
        Fix(posts("b,2022-01-31,2,")),
        (Fix(exits("b,2022-04-30,voluntary")), Fix({"employees": EMPLOYEES + "b,2022-01-15,\n"})),
    ),
    Case(
        rules.UNKNOWN_MANAGER,
        "assignments.manager_id",
        Fix(posts("a,2020-01-31,2,z")),
        (Fix(posts("a,2020-01-31,2,b")), Fix({"employees": EMPLOYEES + "z,2019-01-31,\n"})),
    ),
    Case(
        rules.CIRCLE,
        "assignments.manager_id",
        Fix({"employees": EMPLOYEES + "c,2019-02-13,\n"} | posts("a,2020-01-31,2,c", "c,2020-01-31,2,a")),
        (Fix(posts("a,2020-01-31,2,c", "c,2020-01-31,2,")),),
    ),
    Case(rules.NO_EXIT, "exits.exit_date", Fix({"exits": EXITS + "a,,other\n"}), (Fix(TWO_PEOPLE),)),
    Case(
        rules.CLOSED_BEFORE_OPENED,
        "collaboration.closed_at",
        Fix({"collaboration": SERVICES.format("a,b,2020-01-31,2020-01-30,5")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,2020-02-01,5")}),),
    ),
    Case(
        rules.OWN_SERVICE,
        "collaboration.provider_id",
        Fix({"collaboration": SERVICES.format("a,a,2020-01-31,,")}),
        (Fix({"collaboration": SERVICES.format("a,b,2020-01-31,,")}),),
    ),
    Case(
        rules.OLD_HIRE,
        "employees.hire_date",
        Fix({"employees": EMPLOYEES.replace("2019-02-13,", "1919-02-13,2019-02-13")}),
        (Fix(TWO_PEOPLE),),
    ),
    Case(
        rules.NOT_YET,
        "exits.exit_date",
        Fix(top="complete_until = 2021-03-31"),
        (Fix(top="complete_until = 2021-04-30"),),
    ),
    Case(
        rules.EXIT_OF_LEFT_OUT,
        "exits.employee_id",
        Fix({"employees": EMPLOYEES + "c,1900-01-01,\n"} | exits("b,2021-04-30,voluntary", "c,2021-04-30,other")),
        (Fix({"employees": EMPLOYEES + "c,2020-01-31,\n"}),),
    ),
    Case(
        rules.UNSEEN,
        "exits.exit_date",
        Fix(gone_within_months(), top=EXITS_SINCE_2019 + "snapshot_every_months = 12"),
        (Fix(top=EXITS_SINCE_2019 + "snapshot_every_months = 3"),),
    ),
    Case(
        rules.UNSEEN_IN_A_MONTH,
        "exits.exit_date",
        Fix(gone_within_months([("2020-05-05", "2020-05-25")]), top=EXITS_SINCE_2019),
        (Fix(gone_within_months([("2020-05-05", "2020-06-25")])),),
    ),
]
